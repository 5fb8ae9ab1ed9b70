"""A token opens one manager, as long as it counts, by its header, for what it was made for."""

from __future__ import annotations

import logging
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from app.api import commands
from app.core import work
from app.operators.commands import resume, suspend
from tenants.context import bind
from tests.features.api.asking import ACTOR, hand_over, named_token, package, problem, program, token
from tests.features.imports.doing import change, imports, scalar
from tests.town import CANARIES, Town

PATH = "/api/v1/imports/" + "A" * 22


def test_a_token_of_another_manager_opens_nothing(app: Any, pair: tuple[Any, Any], tmp_path: Path) -> None:
    here, there = pair
    stolen = token(app, here)
    taken = hand_over(program(app, here, stolen), package(tmp_path)).get_json()["id"]
    stranger = program(app, there, stolen)
    for answer in (stranger.get(f"/api/v1/imports/{taken}"), hand_over(stranger, package(tmp_path), "k")):
        assert "KANAREK" not in str(problem(answer, 401))
    assert not imports(app, there)
    for slug in ("", "console"):
        host = f"{slug}.osiedle.test".lstrip(".")
        answer = stranger.get(PATH, base_url=f"http://{host}")
        assert problem(answer, 404)


@pytest.mark.parametrize("end", ["revoked", "expired", "former", "altered", "cut", "doubled", "unknown"])
def test_a_token_that_does_not_count_answers_like_an_unknown_one(app: Any, tenant: Any, end: str) -> None:
    public_id, secret = named_token(app, tenant)
    unknown = problem(program(app, tenant, "osiedle_" + "x" * 43).get(PATH), 401)
    if end == "revoked":
        with app.app_context(), bind(tenant):
            commands.revoke(ACTOR, public_id)
            work.commit()
    elif end == "expired":
        change(app, tenant, "UPDATE api_tokens SET expires_at = now() - interval '1 second'")
    elif end == "former":
        with app.app_context(), bind(tenant):
            commands.rotate(ACTOR, public_id, overlap_hours=0)
            work.commit()
    elif end == "altered":
        secret = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    elif end == "cut":
        secret = secret[:-1]
    elif end == "doubled":
        secret = f"{secret}, Bearer {secret}"
    else:
        secret = "osiedle_" + "y" * 43
    answer = program(app, tenant, secret).get(PATH)
    found = problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert {**found, "request_id": ""} == {**unknown, "request_id": ""}


def test_a_token_without_the_scope_is_told_which_one_and_sends_nothing(app: Any, tenant: Any, tmp_path: Path) -> None:
    client = program(app, tenant, token(app, tenant, ["imports:read"]))
    answer = hand_over(client, package(tmp_path))
    assert "imports:write" in problem(answer, 403)["detail"]
    assert 'scope="imports:write"' in answer.headers["WWW-Authenticate"]
    assert client.get(PATH).status_code == 404
    assert not imports(app, tenant)


def test_a_token_counts_in_its_header_and_nowhere_else(app: Any, tenant: Any, tmp_path: Path) -> None:
    secret, bare = token(app, tenant), program(app, tenant, None)
    for name in ("token", "access_token", "api_key", "Authorization"):
        problem(bare.get(f"{PATH}?{name}={secret}"), 401)
        data = {name: secret, "file": (BytesIO(package(tmp_path)), "a.zip")}
        problem(bare.post("/api/v1/imports", data=data, content_type="multipart/form-data"), 401)
    for header in (f"Basic {secret}", f"Token {secret}", secret, "Bearer", "Bearer " + "x" * 5000, "Bearer \xff" * 9):
        problem(bare.get(PATH, headers={"Authorization": header}), 401)
    bare.set_cookie("osiedle", secret, domain=f"{tenant.slug}.osiedle.test")
    problem(bare.get(PATH), 401)
    assert not imports(app, tenant)


def test_a_cookie_counts_for_nothing_below_the_interface(town: Town, client: Any) -> None:
    """Else a page of another site could make an administrator's browser act."""
    browser = town.log_in(client, "ewa")
    problem(browser.get(PATH), 401)
    answer = browser.post("/api/v1/imports", data={"file": (BytesIO(b"PK"), "a.zip")})
    problem(answer, 401)


def test_a_token_opens_no_page_of_people(app: Any, tenant: Any) -> None:
    client = program(app, tenant, token(app, tenant))
    for path in ("/", "/admin/", "/admin/imports", "/payments", "/settings"):
        assert client.get(path).headers["Location"].startswith("/login"), path


def test_secrets_are_in_no_log(app: Any, tenant: Any, capfd: Any, caplog: Any, tmp_path: Path) -> None:
    secret = token(app, tenant)
    caplog.set_level(logging.DEBUG)
    client = program(app, tenant, secret)
    client.get(f"{PATH}?token={secret}")
    hand_over(client, package(tmp_path), "k")
    program(app, tenant, None).get(f"/api/v1/nothing?token={secret}")
    client.get(f"/api/v1/imports/{secret}")
    out, err = capfd.readouterr()
    assert secret not in out + err + caplog.text


def test_a_suspended_manager_answers_programs_in_their_language(app: Any, new_tenant: Any, tmp_path: Path) -> None:
    tenant = new_tenant()
    client = program(app, tenant, token(app, tenant))
    with app.app_context():
        suspend(ACTOR, tenant.slug, "próba")
        work.commit()
    try:
        for answer in (client.get(PATH), hand_over(client, package(tmp_path)), client.get("/api/v1/openapi.json")):
            assert "wstrzymany" in problem(answer, 503)["detail"]
            assert int(answer.headers["Retry-After"]) > 0
    finally:
        with app.app_context():
            resume(ACTOR, tenant.slug, "koniec próby")
            work.commit()
    assert client.get(PATH).status_code == 404


def test_a_large_body_without_a_token_is_not_read_and_without_a_tenant_neither(app: Any, tenant: Any) -> None:
    large = b"x" * (3 * 1024 * 1024)
    problem(hand_over(program(app, tenant, None), large), 401)
    problem(hand_over(program(app, tenant, token(app, tenant, ["imports:read"])), large), 403)
    assert hand_over(program(app, tenant, token(app, tenant)), large).status_code == 202
    answer = program(app, tenant, None).post("/api/v1/imports", base_url="http://nobody.osiedle.test", data=b"x")
    problem(answer, 404)


def test_guessing_is_slowed_down_but_the_right_token_still_opens(app: Any, tenant: Any) -> None:
    guesser = program(app, tenant, "osiedle_" + "z" * 43)
    found = {guesser.get(PATH).status_code for _ in range(35)}
    assert found == {401, 429}
    assert program(app, tenant, token(app, tenant)).get(PATH).status_code == 404


def test_nobody_reads_another_managers_words_by_the_interface(app: Any, town: Town) -> None:
    """Only looks: the town belongs to all tests, so the token is taken back again."""
    public_id, secret = named_token(app, town.alfa)
    try:
        client = program(app, town.alfa, secret)
        for foreign in town.ids["beta"]["imports.public_id"]:
            assert CANARIES["beta"] not in client.get(f"/api/v1/imports/{foreign}").get_data(as_text=True)
            assert client.get(f"/api/v1/imports/{foreign}").status_code == 404
        own = town.ids["alfa"]["imports.public_id"][0]
        assert client.get(f"/api/v1/imports/{own}").get_json()["id"] == own
    finally:
        with app.app_context(), bind(town.alfa):
            commands.revoke(ACTOR, public_id)
            work.commit()


def test_a_restored_manager_has_no_tokens(app: Any, tenant: Any) -> None:
    from app.onboarding.restoring import LEFT_OUT, settle
    from tenants.db import db

    assert "api_tokens" in LEFT_OUT
    token(app, tenant)
    with app.app_context(), bind(tenant):
        settle(db.session())
        work.commit()
    assert scalar(app, tenant, "SELECT count(*) FROM api_tokens") == 0
