"""Operators at their console: who gets in, for how long, and what they can do there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from app.core import work
from app.core.actor import Actor, Role, system
from app.core.errors import Conflict, NotThere, Refused
from app.onboarding import commands as onboarding
from app.onboarding import jobs as onboarding_jobs
from app.operators import commands, queries
from tenants.context import bind
from tenants.db import PLATFORM, db
from tests.features.operators.browser import Browser
from tests.features.operators.conftest import PASSWORD
from worker import entry

PAGES = ("/", "/tenants", "/tenants/new", "/tenants/alfa", "/tenants/alfa/progress")


def platform(statement: str, **values: Any) -> list[Any]:
    with db.engines[PLATFORM].begin() as connection:
        result = connection.execute(text(statement), values)
        return list(result.all()) if result.returns_rows else []


def carry_out(slug: str) -> None:
    """What a worker does with an order, asked for as often as this is called."""
    number = platform("SELECT max(id) FROM platform.openings WHERE slug = :slug", slug=slug)[0][0]
    row = platform("SELECT id FROM platform.jobs WHERE name = 'onboarding.open' AND key = :key", key=str(number))[0][0]
    platform("UPDATE platform.jobs SET state = 'waiting', run_after = now() WHERE id = :id", id=row)
    entry.run(None, row)
    assert platform("SELECT state, error FROM platform.jobs WHERE id = :id", id=row) == [("done", None)]


def test_logging_in_and_out(operator: str, browser: Callable[..., Browser]) -> None:
    visitor = browser()
    assert visitor.get("/tenants").headers["Location"].startswith("/login")
    answer = visitor.log_in(operator.upper(), PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tenants")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "Domain" not in cookie
    page = visitor.get("/tenants")
    assert page.status_code == 200
    assert page.headers["Cache-Control"].startswith("no-store")
    kept = visitor.client.get_cookie("osiedle", "console.osiedle.test").value
    assert visitor.post("/logout").status_code == 303
    assert visitor.get("/tenants").status_code == 302
    visitor.client.set_cookie("osiedle", kept, domain="console.osiedle.test")
    assert visitor.get("/tenants").status_code == 302


def test_wrong_password_and_unknown_operator_read_alike(operator: str, browser: Callable[..., Browser]) -> None:
    visitor = browser()
    wrong = visitor.log_in(operator, "not the password")
    unknown = visitor.log_in("nobody@example.com", "not the password")
    assert wrong.status_code == unknown.status_code == 422
    texts = [re.sub(r'value="[^"]*"', "", page.get_data(as_text=True)) for page in (wrong, unknown)]
    assert texts[0] == texts[1]


def test_guessing_is_stopped_and_the_right_password_from_elsewhere_still_works(
    operator: str, browser: Callable[..., Browser]
) -> None:
    guesser = browser()
    codes = [guesser.log_in(operator, f"guess {number}").status_code for number in range(12)]
    assert codes[:10] == [422] * 10
    assert codes[10:] == [429] * 2
    refused = guesser.log_in(operator, PASSWORD)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert browser().log_in(operator, PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("change", "alive"),
    [
        ("seen_at = now() - interval '29 minutes'", True),
        ("seen_at = now() - interval '31 minutes'", False),
        ("expires_at = now() - interval '1 second'", False),
        ("ended_at = now()", False),
    ],
)
def test_sessions_end(console: Browser, operator: str, change: str, alive: bool, context: Any) -> None:
    platform(
        f"UPDATE platform.operator_sessions SET {change} "
        "WHERE operator_id = (SELECT id FROM platform.operators WHERE email = :email)",
        email=operator,
    )
    assert console.get("/tenants").status_code == (200 if alive else 302)


def test_a_session_lasts_twelve_hours_at_most_and_its_secret_is_not_stored(
    console: Browser, operator: str, context: Any
) -> None:
    row = platform(
        "SELECT extract(epoch FROM s.expires_at - s.created_at) / 3600, s.secret_digest "
        "FROM platform.operator_sessions s JOIN platform.operators o ON o.id = s.operator_id WHERE o.email = :email",
        email=operator,
    )[0]
    assert row[0] == 12
    secret = console.client.get_cookie("osiedle", "console.osiedle.test").value
    assert secret.encode() not in bytes(row[1])


def test_reading_a_page_keeps_the_session_alive(console: Browser, operator: str, context: Any) -> None:
    session = "operator_id = (SELECT id FROM platform.operators WHERE email = :email)"
    platform(
        f"UPDATE platform.operator_sessions SET seen_at = now() - interval '20 minutes' WHERE {session}", email=operator
    )
    assert console.get("/tenants").status_code == 200
    fresh = platform(
        f"SELECT seen_at > now() - interval '1 minute' FROM platform.operator_sessions WHERE {session}", email=operator
    )
    assert fresh[0][0]


@pytest.mark.parametrize("path", PAGES)
def test_the_console_is_not_on_other_sites(
    console: Browser, tenant: Any, browser: Callable[..., Browser], path: str
) -> None:
    secret = console.client.get_cookie("osiedle", "console.osiedle.test").value
    for host in (tenant.host, "osiedle.test"):
        elsewhere = browser(host)
        elsewhere.client.set_cookie("osiedle", secret, domain=host)
        answer = elsewhere.get(path)
        assert "console" not in answer.get_data(as_text=True).lower() or answer.status_code == 200
        if path.startswith("/tenants"):
            assert answer.status_code == 404


def test_accounts_of_a_manager_are_nobody_on_the_console(app: Any, tenant: Any, context: Any) -> None:
    admin = Actor(kind="account", login="admin", account_id=1, role=Role.ADMIN)
    for read in (queries.all_managers, queries.live_orders):
        with pytest.raises(NotThere):
            read(admin)
    with pytest.raises(NotThere):
        commands.suspend(admin, tenant.slug, "x")
    with pytest.raises(NotThere):
        commands.fresh_activation(admin, tenant.slug)


def test_posts_without_the_token_change_nothing(console: Browser, tenant: Any, context: Any) -> None:
    console.token = "forged"
    assert console.post(f"/tenants/{tenant.slug}/suspend", reason="x").status_code == 400
    assert not queries.tenant(tenant.slug).suspended


def test_ordering_a_manager_that_a_worker_then_makes(console: Browser, context: Any, post: Any) -> None:
    console.get("/tenants/new")
    answer = console.post(
        "/tenants/new", slug=" Nowa ", name="SM „Nowa” <u>", kind="cooperative", admin_email="prezes@nowa.example"
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tenants/nowa")
    page = console.get("/tenants/nowa").get_data(as_text=True)
    assert "<u>" not in page
    assert "/tenants/nowa/progress" in page
    assert "nowa" in console.get("/tenants").get_data(as_text=True)
    carry_out("nowa")
    done = console.get("/tenants/nowa/progress")
    assert done.status_code == 200
    made = queries.tenant("nowa")
    page = console.get("/tenants/nowa").get_data(as_text=True)
    assert made.schema in page
    assert "http://nowa.osiedle.test/" in page
    with bind(made):
        letters = db.session.execute(text("SELECT letter, address FROM outbox_items")).all()
    assert letters == [("activation", "prezes@nowa.example")]


def test_carrying_an_order_out_again_makes_nothing_twice(acting: Actor, context: Any) -> None:
    commands.order_manager(acting, slug="dwa-razy", name="WM", kind="association", admin_email="a@x.example")
    work.commit()
    carry_out("dwa-razy")
    carry_out("dwa-razy")
    platform("UPDATE platform.openings SET state = 'opened' WHERE slug = 'dwa-razy'")  # killed before the letter
    carry_out("dwa-razy")
    assert platform("SELECT state, outcome FROM platform.openings WHERE slug = 'dwa-razy'") == [("done", None)]
    with bind(queries.tenant("dwa-razy")):
        assert db.session.scalar(text("SELECT count(*) FROM outbox_items")) == 1
        assert db.session.scalar(text("SELECT count(*) FROM accounts")) == 1


@pytest.mark.parametrize("place", ["marked", "made", "posted"])
def test_a_worker_that_dies_anywhere_leaves_work_that_the_next_one_finishes(
    acting: Actor, context: Any, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    class Killed(BaseException):
        pass

    def die(*_arguments: Any, **_values: Any) -> None:
        raise Killed

    slug = f"zabity-{place}"
    commands.order_manager(acting, slug=slug, name="WM", kind="association", admin_email="a@x.example")
    work.commit()
    with monkeypatch.context() as patch:
        target = {"marked": "first_rows", "made": "post_first_letter"}.get(place)
        if target:
            patch.setattr(onboarding, target, die)
        else:
            patch.setattr(onboarding_jobs, "_finish", die)
        with pytest.raises(Killed):
            carry_out(slug)
    db.session.remove()
    carry_out(slug)
    assert platform("SELECT state FROM platform.openings WHERE slug = :slug", slug=slug) == [("done",)]
    with bind(queries.tenant(slug)):
        assert db.session.scalar(text("SELECT count(*) FROM outbox_items")) == 1
        assert db.session.scalar(text("SELECT count(*) FROM account_tokens WHERE used_at IS NULL")) == 1


def test_an_order_that_is_given_up_says_so(acting: Actor, context: Any) -> None:
    commands.order_manager(acting, slug="stracona", name="WM", kind="association", admin_email="a@x.example")
    work.commit()
    number = platform("SELECT id FROM platform.openings WHERE slug = 'stracona'")[0][0]
    onboarding_jobs.given_up(number, "its process died again and again")
    order = queries.order(acting, "stracona")
    assert order is not None
    assert order.status == "failed"
    commands.order_manager(acting, slug="stracona", name="WM", kind="association", admin_email="a@x.example")


def test_an_order_whose_name_was_taken_meanwhile_is_refused_with_a_reason(
    console: Browser, acting: Actor, new_tenant: Any, context: Any
) -> None:
    commands.order_manager(acting, slug="wyscig", name="WM", kind="association", admin_email="a@x.example")
    work.commit()
    other = new_tenant(slug="wyscig")
    carry_out("wyscig")
    state, outcome = platform("SELECT state, outcome FROM platform.openings WHERE slug = 'wyscig'")[0]
    assert state == "refused"
    assert "zajęta" in outcome
    assert queries.tenant("wyscig").schema == other.schema


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "console"), ("slug", "xn--a"), ("slug", "t; drop"), ("slug", "a" * 64), ("slug", ""),
        ("name", " "), ("kind", "castle"), ("admin_email", "nobody"), ("admin_email", ""),
    ],
)  # fmt: skip
def test_an_order_with_a_mistake_says_where(console: Browser, context: Any, field: str, value: str) -> None:
    fields = {"slug": "dobra", "name": "SM", "kind": "agency", "admin_email": "a@x.example"} | {field: value}
    console.get("/tenants/new")
    answer = console.post("/tenants/new", **fields)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.get_data(as_text=True)
    assert platform("SELECT count(*) FROM platform.openings WHERE slug = 'dobra'") == [(0,)]


def test_one_name_is_not_ordered_twice(acting: Actor, tenant: Any, context: Any) -> None:
    order = {"name": "WM", "kind": "association", "admin_email": "a@x.example"}
    commands.order_manager(acting, slug="pojedyncza", **order)
    work.commit()
    for slug in ("pojedyncza", tenant.slug):
        with pytest.raises(Conflict) as refusal:
            commands.order_manager(acting, slug=slug, **order)
        assert refusal.value.field == "slug"


def test_suspending_and_resuming(console: Browser, tenant: Any, app: Any, context: Any, browser: Any) -> None:
    with bind(tenant):
        db.session.execute(text("UPDATE office_profile SET phone = '76 111 22 33'"))
        work.commit()
    resident = browser(tenant.host)
    assert resident.get("/login").status_code == 200
    console.get(f"/tenants/{tenant.slug}")
    assert console.post(f"/tenants/{tenant.slug}/suspend", reason=" ").status_code == 422
    assert console.post(f"/tenants/{tenant.slug}/suspend", reason="nie płaci").status_code == 303
    closed = resident.get("/login")
    assert closed.status_code == 503
    assert "76 111 22 33" in closed.get_data(as_text=True)
    assert console.post(f"/tenants/{tenant.slug}/suspend", reason="znowu").status_code == 422
    assert console.post(f"/tenants/{tenant.slug}/resume", reason="zapłacił").status_code == 303
    assert resident.get("/login").status_code == 200
    actions = platform(
        "SELECT action, detail->>'reason' FROM platform.audit_entries "
        "WHERE subject = :slug AND action <> 'tenant.opened' ORDER BY id",
        slug=tenant.slug,
    )
    assert actions == [("tenant.suspended", "nie płaci"), ("tenant.resumed", "zapłacił")]


def test_a_fresh_activation_link_is_shown_once_and_only_until_there_is_a_password(
    console: Browser, tenant: Any, acting: Actor, context: Any
) -> None:
    console.get(f"/tenants/{tenant.slug}")
    shown = console.post(f"/tenants/{tenant.slug}/activation").get_data(as_text=True)
    first = re.search(rf"http://{tenant.host}/activate/([\w-]+)", shown)
    assert first
    assert first[1] not in console.get(f"/tenants/{tenant.slug}").get_data(as_text=True)
    second = commands.fresh_activation(acting, tenant.slug)
    assert first[1] not in second
    with bind(tenant):
        open_links = db.session.scalar(text("SELECT count(*) FROM account_tokens WHERE used_at IS NULL"))
        db.session.execute(text("UPDATE accounts SET password_hash = 'x'"))
        work.commit()
    assert open_links == 1
    with pytest.raises(Conflict):
        commands.fresh_activation(acting, tenant.slug)
    assert "/activation" not in console.get(f"/tenants/{tenant.slug}").get_data(as_text=True)


def test_the_platforms_audit_log_cannot_be_changed(context: Any) -> None:
    for statement in ("UPDATE platform.audit_entries SET actor = 'x'", "DELETE FROM platform.audit_entries"):
        with pytest.raises(Exception, match="permission denied"):
            platform(statement)


def test_pages_that_do_not_exist(console: Browser) -> None:
    for path in ("/tenants/nobody", "/tenants/nobody/progress", "/tenants/..%2f", "/admin/"):
        assert console.get(path).status_code == 404
    console.get("/tenants/new")
    for verb in ("suspend", "resume", "activation"):
        assert console.post(f"/tenants/nobody/{verb}", reason="x").status_code == 404


def test_operators_have_good_passwords_and_one_login_each(operator: str, context: Any) -> None:
    with pytest.raises(Conflict):
        commands.create_operator(system("tests"), operator, PASSWORD)
    for password in ("short", "password123", "new@example.com", "a" * 2000):
        with pytest.raises(Refused) as refusal:
            commands.create_operator(system("tests"), "new@example.com", password)
        assert refusal.value.field == "password"
    with pytest.raises(Refused) as refusal:
        commands.create_operator(system("tests"), "no address", PASSWORD)
    assert refusal.value.field == "email"
    hashes = platform("SELECT password_hash FROM platform.operators")
    assert all(row[0].startswith("$argon2id$") for row in hashes)
