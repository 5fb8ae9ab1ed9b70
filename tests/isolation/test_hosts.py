"""Which host names answer, and that nothing falls back to a manager."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from tenants.registry import Registry
from tests.pages import inspect
from tests.town import CANARIES, Town

STRANGE = [
    "nobody.osiedle.test", "alfa.osiedle.test.evil.example", "evilalfa.osiedle.test", "x.alfa.osiedle.test",
    "alfa.osiedle.test.", "10.0.0.1", "[::1]", "alfa..osiedle.test", "alfa_osiedle.test", "osiedle.test@alfa",
    "t_00001.osiedle.test", "platform.osiedle.test", "www.osiedle.test", "a" * 300 + ".osiedle.test", "",
    "alfa.osiedle.test, beta.osiedle.test", "álfa.osiedle.test", "alfa.osiedle.test:99999999",
]  # fmt: skip


@pytest.mark.parametrize("host", STRANGE)
def test_a_host_that_is_not_ours_gets_a_neutral_404(app: Any, town: Town, host: str) -> None:
    for path in ("/", "/login", "/admin/", "/payments", "/theme.css", "/healthz"):
        answer = app.test_client().get(path, headers={"Host": host})
        assert answer.status_code in (400, 404), (host, path)
        page = answer.get_data(as_text=True)
        assert not any(word in page for word in CANARIES.values())
        assert "t_0000" not in page


def test_the_neutral_page_is_a_real_page(app: Any, town: Town) -> None:
    inspect(app.test_client().get("/", headers={"Host": "nobody.osiedle.test"}), canaries=tuple(CANARIES.values()))


def test_letter_case_and_port_of_a_host_do_not_matter(app: Any, town: Town) -> None:
    for host in ("ALFA.osiedle.test", "alfa.osiedle.test:8000"):
        answer = app.test_client().get("/login", headers={"Host": host})
        assert answer.status_code == 200
        assert CANARIES["alfa"] in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "header", ["X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded", "X-Host", "X-Forwarded-Server"]
)
def test_forwarded_headers_do_not_choose_the_manager(app: Any, town: Town, header: str) -> None:
    answer = app.test_client().get("/login", headers={"Host": "alfa.osiedle.test", header: "beta.osiedle.test"})
    page = answer.get_data(as_text=True)
    assert CANARIES["beta"] not in page
    assert CANARIES["alfa"] in page


def test_pages_of_one_site_are_not_on_another(app: Any, town: Town) -> None:
    for host, path in [
        ("osiedle.test", "/login"), ("osiedle.test", "/tenants"), ("alfa.osiedle.test", "/tenants"),
        ("alfa.osiedle.test", "/tenants/new"), ("console.osiedle.test", "/payments"),
        ("console.osiedle.test", "/admin/"),
    ]:  # fmt: skip
        answer = app.test_client().get(path, headers={"Host": host})
        assert answer.status_code == 404, (host, path)


def test_health_answers_on_every_site_and_tells_nothing(app: Any, town: Town) -> None:
    for host in ("osiedle.test", "console.osiedle.test", "alfa.osiedle.test"):
        for path in ("/healthz", "/readyz", "/metrics"):
            answer = app.test_client().get(path, headers={"Host": host})
            assert answer.status_code == 200, (host, path, answer.get_data(as_text=True))
            page = answer.get_data(as_text=True)
            assert not any(word in page for word in (*CANARIES.values(), "alfa", "beta", "t_0000"))


def test_metrics_are_for_allowed_addresses_only(app: Any, town: Town) -> None:
    answer = app.test_client().get(
        "/metrics", headers={"Host": "alfa.osiedle.test"}, environ_base={"REMOTE_ADDR": "203.0.113.9"}
    )
    assert answer.status_code == 404


def test_the_register_is_read_while_it_is_being_forgotten(app: Any, town: Town) -> None:
    """The listener empties what is remembered at any moment, also between a look and a take."""
    registry = Registry(app.registry._engine, app.registry._listen_url, "osiedle.test")
    stop = threading.Event()

    def forget() -> None:
        while not stop.is_set():
            registry._forget(hearing=True)

    thread = threading.Thread(target=forget)
    thread.start()
    try:
        ends = time.monotonic() + 1
        while time.monotonic() < ends:
            assert registry.by_host("alfa.osiedle.test", "osiedle.test").slug == "alfa"  # type: ignore[union-attr]
    finally:
        stop.set()
        thread.join()
