"""Tokens: shown once, kept as a digest, renewed with an overlap, and dead at once when they are taken back."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from app.api import commands, rules
from app.core import work
from app.core.actor import Actor, Can
from app.core.errors import Conflict, NotThere, Refused
from app.core.public_ids import new_public_id
from app.web import bearer
from tenants.context import bind
from tests.features.api.asking import ACTOR, named_token, problem, program, token
from tests.features.api.pages import admin
from tests.features.imports.doing import change, query, scalar
from tests.pages import inspect
from tests.town import token as csrf

PATH = "/api/v1/imports/" + "A" * 22


def opens(app: Any, tenant: Any, secret: str) -> bool:
    """Whether a token gets as far as to hear that there is no such import."""
    status = program(app, tenant, secret).get(PATH).status_code
    assert status in (401, 404)
    return status == 404


def test_a_secret_is_kept_as_a_digest_only_and_never_told(app: Any, tenant: Any) -> None:
    secret = token(app, tenant)
    assert secret.startswith("osiedle_") and len(secret) > 50
    for table in ("api_tokens", "audit_entries", "jobs"):
        assert secret not in str(query(app, tenant, f"SELECT * FROM {table}"))
        assert secret.encode() not in str(query(app, tenant, f"SELECT * FROM {table}")).encode()


def test_a_new_secret_opens_at_once_and_the_old_one_for_a_while(app: Any, tenant: Any) -> None:
    public_id, old = named_token(app, tenant)
    with app.app_context(), bind(tenant):
        new = commands.rotate(ACTOR, public_id, overlap_hours=24)
        work.commit()
    assert opens(app, tenant, new) and opens(app, tenant, old)
    change(app, tenant, "UPDATE api_tokens SET former_until = now() - interval '1 second'")
    assert opens(app, tenant, new) and not opens(app, tenant, old)


def test_rotating_twice_leaves_two_secrets_at_most(app: Any, tenant: Any) -> None:
    public_id, first = named_token(app, tenant)
    with app.app_context(), bind(tenant):
        second = commands.rotate(ACTOR, public_id, overlap_hours=24)
        third = commands.rotate(ACTOR, public_id, overlap_hours=24)
        work.commit()
    assert [opens(app, tenant, secret) for secret in (first, second, third)] == [False, True, True]


def test_without_an_overlap_the_old_secret_is_dead_at_once(app: Any, tenant: Any) -> None:
    public_id, old = named_token(app, tenant)
    with app.app_context(), bind(tenant):
        commands.rotate(ACTOR, public_id, overlap_hours=0)
        work.commit()
    assert not opens(app, tenant, old)


def test_taking_back_ends_the_former_secret_too_and_is_done_once(app: Any, tenant: Any) -> None:
    public_id, old = named_token(app, tenant)
    with app.app_context(), bind(tenant):
        new = commands.rotate(ACTOR, public_id, overlap_hours=168)
        commands.revoke(ACTOR, public_id)
        work.commit()
        with pytest.raises(Conflict):
            commands.revoke(ACTOR, public_id)
        with pytest.raises(Conflict):
            commands.rotate(ACTOR, public_id, overlap_hours=1)
    assert not opens(app, tenant, old) and not opens(app, tenant, new)
    actions = [row[0] for row in query(app, tenant, "SELECT action FROM audit_entries WHERE subject = :id ORDER BY id",
                                       id=public_id)]  # fmt: skip
    assert actions == ["token.created", "token.rotated", "token.revoked"]


def test_use_is_noted_but_not_at_each_call(app: Any, tenant: Any) -> None:
    secret = token(app, tenant)
    assert scalar(app, tenant, "SELECT last_used_at FROM api_tokens") is None
    opens(app, tenant, secret)
    first = scalar(app, tenant, "SELECT last_used_at FROM api_tokens")
    opens(app, tenant, secret)
    assert first is not None and scalar(app, tenant, "SELECT last_used_at FROM api_tokens") == first


def test_limits_are_told_and_one_call_too_many_waits(app: Any, new_tenant: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(bearer, "CALLS", 3)
    tenant = new_tenant()
    client = program(app, tenant, token(app, tenant))
    left = [client.get(PATH).headers["RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    answer = client.get(PATH)
    assert problem(answer, 429) and int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["RateLimit-Limit"] == "3"
    assert opens(app, tenant, token(app, tenant)), "another token has a limit of its own"


def test_uploads_have_a_limit_of_their_own(app: Any, tenant: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(bearer, "UPLOADS", 1)
    client = program(app, tenant, token(app, tenant))
    problem(client.post("/api/v1/imports", data={}, content_type="multipart/form-data"), 422)
    problem(client.post("/api/v1/imports", data={}, content_type="multipart/form-data"), 429)
    assert client.get(PATH).status_code == 404


@pytest.mark.parametrize(
    ("name", "scopes", "days"),
    [("", ["imports:write"], 1), ("x" * 81, ["imports:write"], 1), ("a\0b", ["imports:write"], 1),
     ("x" * 10_000, ["imports:write"], 1), ("Program", [], 1), ("Program", ["all"], 1),
     ("Program", ["imports:write"], 0), ("Program", ["imports:write"], 100_000)],
)  # fmt: skip
def test_odd_wishes_are_refused(app: Any, tenant: Any, name: str, scopes: list[str], days: int) -> None:
    with app.app_context(), bind(tenant), pytest.raises(Refused):
        commands.create(ACTOR, name, scopes, days=days)


def test_there_is_an_end_to_how_many_there_may_be(app: Any, tenant: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(rules, "MOST_TOKENS", 2)
    token(app, tenant), token(app, tenant)
    with pytest.raises(Refused):
        token(app, tenant)


def test_only_who_configures_the_portal_makes_tokens(app: Any, tenant: Any) -> None:
    who = Actor(kind="account", login="x", can=frozenset(Can) - {Can.CONFIGURE})
    with app.app_context(), bind(tenant):
        with pytest.raises(NotThere):
            commands.create(who, "Program", ["imports:write"], days=1)
        public_id, _secret = commands.create(ACTOR, "Program", ["imports:write"], days=1)
        for verb in (lambda: commands.revoke(who, public_id), lambda: commands.rotate(who, public_id, overlap_hours=1)):
            with pytest.raises(NotThere):
                verb()


def test_an_administrator_makes_renews_and_takes_back_a_token(app: Any, new_tenant: Any, client: Any) -> None:
    tenant = new_tenant(admin_password="Zielony-Kasztan-77")
    browser = admin(client, tenant)
    assert "Żaden program nie ma jeszcze dostępu" in inspect(browser.get("/admin/configuration/tokens"))
    form = inspect(browser.get("/admin/configuration/tokens/new"))
    wish = {"csrf_token": csrf(form), "name": "Program <b>księgowy</b>", "scopes": "imports:write", "life": "365"}
    bad = browser.post("/admin/configuration/tokens/new", data=wish | {"scopes": "all", "name": ""})
    assert bad.status_code == 422 and "Popraw" in inspect(bad)
    shown = inspect(browser.post("/admin/configuration/tokens/new", data=wish))
    secret = re.search(r"osiedle_[\w-]{43}", shown)
    assert secret and opens(app, tenant, secret[0])
    page = inspect(browser.get("/admin/configuration/tokens"))
    assert secret[0] not in page and f"…{secret[0][-4:]}" in page and "&lt;b&gt;" in page
    public_id = scalar(app, tenant, "SELECT public_id FROM api_tokens")
    turned = f"/admin/configuration/tokens/{public_id}/rotate"
    inspect(browser.get(turned))
    again = inspect(browser.post(turned, data={"csrf_token": csrf(form), "overlap": "0"}))
    renewed = re.search(r"osiedle_[\w-]{43}", again)
    assert renewed and opens(app, tenant, renewed[0]) and not opens(app, tenant, secret[0])
    gone = f"/admin/configuration/tokens/{public_id}/revoke"
    inspect(browser.get(gone))
    assert browser.post(gone, data={"csrf_token": csrf(form)}).status_code == 303
    assert not opens(app, tenant, renewed[0])
    assert "unieważniony" in inspect(browser.get("/admin/configuration/tokens"))
    assert browser.get(turned).status_code == 409


def test_the_command_line_makes_and_ends_a_token(app: Any, tenant: Any, flask_command: Any) -> None:
    made = flask_command("tokens", "create", tenant.slug, "Noc", "--scope", "imports:read", "--json", check=True)
    told = json.loads(made.stdout)
    assert opens(app, tenant, told["token"])
    listed = json.loads(flask_command("tokens", "list", tenant.slug, "--json", check=True).stdout)
    assert [one["public_id"] for one in listed] == [told["id"]] and told["token"] not in str(listed)
    flask_command("tokens", "revoke", tenant.slug, told["id"], check=True)
    assert not opens(app, tenant, told["token"])
    assert flask_command("tokens", "revoke", tenant.slug, "nothing").returncode == 1


def test_no_id_is_read_as_an_option_by_a_command_line() -> None:
    assert not any(new_public_id().startswith("-") for _time in range(2000))


def test_the_desk_says_that_a_token_ends_soon(app: Any, new_tenant: Any, client: Any) -> None:
    tenant = new_tenant(admin_password="Zielony-Kasztan-77")
    browser = admin(client, tenant)
    token(app, tenant, days=90)
    assert "niedługo wygasną" not in inspect(browser.get("/admin/"))
    token(app, tenant, days=7)
    assert "niedługo wygasną" in inspect(browser.get("/admin/"))
    assert "niedługo wygaśnie" in inspect(browser.get("/admin/configuration/tokens"))
