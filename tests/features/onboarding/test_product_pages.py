"""The product's own pages: everybody may read them, and nobody can copy the list of managers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.billing import plans
from app.core.clock import now
from app.onboarding.site import prices
from app.onboarding.site.product import FIND_LIMIT
from config.settings import UnsafeSettings, load
from tests.features.onboarding.conftest import platform
from tests.features.operators.browser import Browser

DEVELOPMENT = {"DATABASE_URL": "postgresql://x@localhost/x", "REDIS_URL": "redis://localhost"}
PAGES = ("/", "/find", "/managers", "/prices", "/safety", "/accessibility", "/trial", "/trial/sent")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["pl", "en", "uk"])
def test_every_page_is_there_for_everybody(client: Callable[[str], Any], path: str, language: str) -> None:
    answer = client("").get(f"{path}?lang={language}")
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/"])
def test_other_sites_have_none_of_them(client: Callable[[str], Any], town: Any, path: str) -> None:
    assert client("console").get(path).status_code == 404
    assert client("alfa").get(path).status_code == 404


def test_a_manager_is_found_by_words_in_any_case_and_ending(
    new_tenant: Callable[..., Any], client: Callable[[str], Any]
) -> None:
    made = new_tenant(name="Spółdzielnia Mieszkaniowa „Żółwik” w Głogowie")
    for asked in ("żółwik", "ZOLWIK", "spółdzielni żółwik", "zolwik glogow"):
        assert f"{made.slug}.osiedle.test" in client("").get("/find", query_string={"q": asked}).text, asked
    assert "Nie ma takiego portalu" in client("").get("/find?q=zolwik+krakow").text


def test_the_list_is_not_there_to_be_copied(context: Any, client: Callable[[str], Any], app: Any) -> None:
    for asked in ("", "a", "sp", "%%%", "___", "..."):
        text = client("").get("/find", query_string={"q": asked}).text
        assert "Znalezione portale" not in text, asked
    visitor = Browser(app, "osiedle.test", "10.77.1.1")
    codes = [visitor.get("/find?q=abcdef").status_code for _n in range(FIND_LIMIT + 1)]
    assert (codes[0], codes[-1]) == (200, 429)


def test_a_suspended_manager_is_not_found(
    context: Any, new_tenant: Callable[..., Any], client: Callable[[str], Any]
) -> None:
    made = new_tenant(name="Wspólnota Zawieszonkowo")
    platform("UPDATE platform.tenants SET status = 'suspended' WHERE id = :id", id=made.id)
    assert "Nie ma takiego portalu" in client("").get("/find?q=zawieszonkowo").text


@pytest.mark.parametrize("typed", ["0", "-1", "abc", "9" * 12, "1.5", "²"])
def test_a_number_of_units_that_is_none_is_told(client: Callable[[str], Any], typed: str) -> None:
    answer = client("").get("/prices", query_string={"units": typed})
    assert answer.status_code == 200
    assert "Podaj liczbę" in answer.text


def test_prices_are_those_of_billing(client: Callable[[str], Any]) -> None:
    page = client("").get("/prices?units=1 234").text.replace(" ", " ")
    for plan in plans.PLANS.values():
        net = plans.price(plan, "month", 1234).net
        assert f"{net // 100},{net % 100:02d}" in page.replace(" ", ""), plan.code
    assert prices.trial_days() == plans.TRIAL_DAYS


def test_without_a_contact_there_is_no_file_for_it(client: Callable[[str], Any], app: Any) -> None:
    assert app.settings.security_contact is None
    assert client("").get("/.well-known/security.txt").status_code == 404
    assert "Napisz do operatora platformy" in client("").get("/safety").text


def test_weaknesses_have_an_address(client: Callable[[str], Any], app: Any, contact: str) -> None:
    answer = client("").get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert fields["Contact"] == contact == "mailto:bezpieczenstwo@osiedle.test"
    assert fields["Canonical"] == "http://osiedle.test/.well-known/security.txt"
    assert fields["Policy"] == "http://osiedle.test/safety"
    ahead = datetime.fromisoformat(fields["Expires"]) - now()
    assert timedelta(days=30) < ahead < timedelta(days=365), "RFC 9116, 2.5.5"
    page = client("").get("/safety").text
    assert 'href="mailto:bezpieczenstwo@osiedle.test"' in page
    for host in ("alfa", "console"):
        assert client(host).get("/.well-known/security.txt").status_code == 404


@pytest.fixture
def contact(app: Any, town: Any) -> Iterator[str]:
    settings = load(DEVELOPMENT | {"SECURITY_CONTACT": " bezpieczenstwo@osiedle.test "})
    assert settings.security_contact is not None
    object.__setattr__(app.settings, "security_contact", settings.security_contact)
    yield settings.security_contact
    object.__setattr__(app.settings, "security_contact", None)


@pytest.mark.parametrize(
    "typed", ["nobody", "javascript:alert(1)", "http://a.pl", "https://", "a@b.pl\r\nX: y", "tel:5"]
)
def test_what_is_no_contact_is_refused_at_start(typed: str) -> None:
    with pytest.raises(UnsafeSettings, match="SECURITY_CONTACT"):
        load(DEVELOPMENT | {"SECURITY_CONTACT": typed})
