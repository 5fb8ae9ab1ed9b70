"""Support at a manager: nobody without a grant, only to look, each page written down, and out when the grant ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from app.core import work
from app.core.actor import system
from app.operators import commands as operators
from app.operators import keyring
from app.support import rules
from config.settings import libpq_url
from tenants.context import bind
from tenants.db import PLATFORM, db
from tests.features.api.asking import work_off
from tests.features.operators.browser import Browser
from tests.post import Post

PASSWORD = "Gawron-nad-Odrą-7"
SECRET = re.compile(r"/support/([A-Za-z0-9_-]{43})")
_numbers = count(1)
#: Pages of one thing, which the query names.
OF_ONE_UNIT = {
    *(f"staff.books.{view}" for view in ("history", "unit", "unit_charges", "unit_entries")), "staff.contact.new",
}  # fmt: skip


class Place:
    """A manager with its administrator's browser and an operator's at the console."""

    def __init__(self, app: Any, tenant: Any) -> None:
        self.app, self.tenant = app, tenant
        self.email = f"wsparcie{next(_numbers)}@example.com"
        with app.app_context():
            operators.create_operator(system("tests"), self.email, PASSWORD)
            work.commit()
        self.console = self.browser("console.osiedle.test")
        assert self.console.log_in(self.email, PASSWORD).status_code == 303
        self.admin = self.browser(f"{tenant.slug}.osiedle.test")
        self.admin.get("/login")
        answer = self.admin.post("/login", login="admin", password=PASSWORD)
        assert answer.status_code == 303

    def browser(self, host: str) -> Browser:
        return Browser(self.app, host, f"10.7.{next(_numbers)}.1")

    def grant(self, **fields: str) -> Any:
        self.admin.get("/admin/support")
        return self.admin.post("/admin/support", **{"note": "Nie wczytuje się plik", "hours": "4", **fields})

    def revoke(self) -> None:
        self.admin.get("/admin/support")
        assert self.admin.post("/admin/support/revoke").status_code == 303

    def link(self, reason: str = "Zgłoszenie 12") -> str | None:
        path = f"/tenants/{self.tenant.slug}/support"
        self.console.get(path)
        found = SECRET.search(self.console.post(path, note=reason).get_data(as_text=True))
        return f"/support/{found[1]}" if found else None

    def enter(self) -> Browser:
        link = self.link()
        assert link
        visitor = self.browser(f"{self.tenant.slug}.osiedle.test")
        assert visitor.get(link).status_code == 200
        assert visitor.post(link).status_code == 303
        assert visitor.get("/admin/").status_code == 200
        return visitor

    def log(self) -> list[tuple[str, str, str]]:
        with self.app.app_context(), bind(self.tenant):
            rows = db.session.execute(text("SELECT actor_kind, action, subject FROM audit_entries ORDER BY id")).all()
            return [tuple(row) for row in rows]

    def change(self, statement: str) -> None:
        with self.app.app_context(), bind(self.tenant):
            db.session.execute(text(statement))
            work.commit()


@pytest.fixture
def place(app: Any, new_tenant: Callable[..., Any]) -> Place:
    return Place(app, new_tenant(admin_password=PASSWORD))


def test_without_a_grant_there_is_no_way_in(place: Place) -> None:
    assert place.link() is None
    assert "nie wpuścił" in place.console.get(f"/tenants/{place.tenant.slug}/support").get_data(as_text=True)


def test_an_operator_looks_and_the_manager_reads_what_at(place: Place) -> None:
    assert place.grant().status_code == 303
    visitor = place.enter()
    assert "jako wsparcie platformy" in visitor.get("/admin/residents").get_data(as_text=True)
    told = place.log()
    assert ("support", "support.entered", place.email) in told
    assert ("support", "support.viewed", "/admin/residents") in told
    page = place.admin.get("/admin/support").get_data(as_text=True)
    assert place.email in page
    assert "/admin/residents" in page
    assert "Zgłoszenie 12" in page
    assert place.email in place.admin.get("/admin/").get_data(as_text=True), "the banner names who is in"


def test_every_page_that_support_may_open_opens_and_is_written_down(app: Any, place: Place) -> None:
    place.grant(writes="y")
    visitor = place.enter()
    plain = [rule for rule in app.url_map.iter_rules() if rule.endpoint in rules.READ | rules.READ_TO_CHANGE]
    assert {rule.endpoint for rule in plain} == rules.READ | rules.READ_TO_CHANGE, "a page was renamed"
    for rule in plain:
        if "<" not in rule.rule and "GET" in rule.methods:
            answer = visitor.get(rule.rule)
            assert answer.status_code == (404 if rule.endpoint in OF_ONE_UNIT else 200), rule.rule
            assert ("support", "support.viewed", rule.rule) in place.log()


def test_everything_else_of_the_staff_does_not_exist_for_support(app: Any, place: Place) -> None:
    place.grant(writes="y")
    visitor = place.enter()
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("staff.") or rule.endpoint == "staff.support_visit.leave":
            continue
        path = re.sub(r"<[^>]+>", "x", rule.rule)
        if "GET" in rule.methods and rule.endpoint not in rules.READ | rules.READ_TO_CHANGE:
            assert visitor.get(path).status_code == 404, rule.rule
        if "POST" in rule.methods and rule.endpoint not in rules.WRITE:
            assert visitor.post(path).status_code == 404, rule.rule
    assert visitor.get("/admin/").status_code == 200, "the control: the visit is alive"


def test_what_support_may_change_takes_nonsense_without_falling(app: Any, place: Place) -> None:
    place.grant(writes="y")
    visitor = place.enter()
    named = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    assert named >= rules.WRITE, "a page was renamed"
    for rule in app.url_map.iter_rules():
        if rule.endpoint in rules.WRITE:
            answer = visitor.post(re.sub(r"<[^>]+>", "x", rule.rule), name="ż" * 10_000)
            assert answer.status_code < 500, rule.rule


def test_a_grant_to_look_changes_nothing(place: Place) -> None:
    place.grant()
    visitor = place.enter()
    assert visitor.get("/admin/configuration/look").status_code == 200
    assert visitor.post("/admin/configuration/look", accent="#123456").status_code == 404
    assert visitor.get("/admin/imports/profiles").status_code == 404


def test_a_change_by_support_is_signed_by_support(place: Place) -> None:
    place.grant(writes="y")
    visitor = place.enter()
    visitor.get("/admin/configuration/look")
    assert visitor.post("/admin/configuration/look", accent="#1a5c3a").status_code == 303
    kinds = [kind for kind, action, _subject in place.log() if action.startswith("office.")]
    assert kinds[-1] == "support"


@pytest.mark.parametrize("path", ["/", "/payments", "/me", "/messages", "/settings", "/settings/password", "/works/"])
def test_pages_of_residents_and_of_accounts_know_no_support(place: Place, path: str) -> None:
    place.grant(writes="y")
    answer = place.enter().get(path)
    assert answer.status_code in (302, 404)
    assert answer.headers.get("Location", "/login").startswith("/login")


def test_a_revoked_grant_ends_the_visit_at_once(place: Place) -> None:
    place.grant()
    visitor = place.enter()
    place.revoke()
    assert visitor.get("/admin/").status_code == 302
    assert place.link() is None
    place.grant()
    assert visitor.get("/admin/").status_code == 302, "a new grant revives no old visit"


@pytest.mark.parametrize(
    "ended",
    [
        "UPDATE support_grants SET granted_at = now() - interval '2 hours', until = now() - interval '1 second'",
        "UPDATE support_visits SET seen_at = now() - interval '31 minutes'",
        "UPDATE support_visits SET expires_at = now() - interval '1 second'",
    ],
)
def test_a_visit_ends_by_itself(place: Place, ended: str) -> None:
    place.grant()
    visitor = place.enter()
    place.change(ended)
    assert visitor.get("/admin/").status_code == 302


def test_a_visit_ends_with_the_operators_session_at_the_console(place: Place) -> None:
    place.grant()
    visitor, unused = place.enter(), place.link()
    place.console.get("/tenants/new")
    assert place.console.post("/logout").status_code == 303
    assert visitor.get("/admin/").status_code == 302
    assert place.browser(visitor.base.removeprefix("http://")).get(str(unused)).status_code == 404


def test_leaving_ends_the_visit(place: Place) -> None:
    place.grant()
    visitor = place.enter()
    kept = visitor.client.get_cookie("osiedle", f"{place.tenant.slug}.osiedle.test").value
    assert visitor.post("/admin/support/leave").status_code == 303
    visitor.client.set_cookie("osiedle", kept, domain=f"{place.tenant.slug}.osiedle.test")
    assert visitor.get("/admin/").status_code == 302


def test_a_link_works_once_soon_and_only_by_its_button(place: Place) -> None:
    place.grant()
    link, late = place.link(), place.link()
    assert link
    assert late
    visitor = place.browser(f"{place.tenant.slug}.osiedle.test")
    for _look in range(3):
        assert visitor.get(link).status_code == 200
    assert visitor.post(link).status_code == 303
    again = place.browser(f"{place.tenant.slug}.osiedle.test")
    again.get("/login")
    assert again.post(link).status_code == 404
    place.change("UPDATE support_visits SET link_until = now() - interval '1 second' WHERE entered_at IS NULL")
    assert again.get(late).status_code == 404
    assert again.post(late).status_code == 404


def test_a_visit_of_one_manager_is_nothing_at_another(place: Place, new_tenant: Callable[..., Any]) -> None:
    other = Place(place.app, new_tenant(admin_password=PASSWORD))
    place.grant()
    other.grant()
    visitor, link = place.enter(), place.link()
    stolen = visitor.client.get_cookie("osiedle", f"{place.tenant.slug}.osiedle.test").value
    thief = other.browser(f"{other.tenant.slug}.osiedle.test")
    thief.client.set_cookie("osiedle", stolen, domain=f"{other.tenant.slug}.osiedle.test")
    assert thief.get("/admin/").status_code == 302
    assert thief.get(str(link)).status_code == 404
    assert visitor.get(str(link)).status_code == 200, "its own host still takes it"
    for host in ("osiedle.test", "console.osiedle.test"):
        nobody = place.browser(host)
        nobody.client.set_cookie("osiedle", stolen, domain=host)
        assert place.email not in nobody.get("/").get_data(as_text=True)


def test_an_operator_without_the_second_factor_stays_out_where_it_is_asked_for(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.grant()
    monkeypatch.setattr(keyring, "must_have", lambda: True)
    assert place.link() is None


def test_a_page_that_cannot_be_written_down_is_not_shown(place: Place) -> None:
    place.grant()
    visitor = place.enter()
    with psycopg.connect(libpq_url(place.app.settings.database_url), autocommit=True) as owner:
        owner.execute(f'REVOKE INSERT ON "{place.tenant.schema}".audit_entries FROM "{place.tenant.schema}"')
    assert visitor.get("/admin/residents").status_code == 500
    assert visitor.get("/admin/residents").status_code != 200


@pytest.mark.parametrize(
    "fields", [{"note": ""}, {"note": "ż" * 10_000}, {"hours": "9999"}, {"hours": ""}, {"note": "a\x07b"}]
)
def test_a_grant_says_why_and_how_long(place: Place, fields: dict[str, str]) -> None:
    assert place.grant(**fields).status_code == 422
    assert place.link() is None


def test_only_administrators_grant(place: Place) -> None:
    place.grant(writes="y")
    visitor = place.enter()
    assert visitor.get("/admin/support").status_code == 404
    assert visitor.post("/admin/support", note="ja", hours="168").status_code == 404


def test_the_console_never_asks_schemas_that_do_not_exist(place: Place) -> None:
    assert place.console.get("/tenants/nie-ma-takiego/support").status_code == 404
    assert place.console.post("/tenants/nie-ma-takiego/support", note="x").status_code == 404
    with place.app.app_context(), db.engines[PLATFORM].connect() as connection:
        asked = connection.scalar(
            text("SELECT count(*) FROM platform.audit_entries WHERE action = 'support.asked' AND actor = :who"),
            {"who": place.email},
        )
    assert asked == 0


def letters_of_visits(place: Place) -> list[Any]:
    with place.app.app_context(), bind(place.tenant):
        statement = text("SELECT address FROM outbox_items WHERE letter = 'support_entered' ORDER BY id")
        return list(db.session.execute(statement).all())


def test_administrators_get_a_letter_at_each_entry_and_for_nothing_else(place: Place) -> None:
    place.grant(note="Saldo się nie zgadza")
    link = place.link("Zgłoszenie 77")
    assert letters_of_visits(place) == [], "a link that nobody used is no visit"
    visitor = place.browser(f"{place.tenant.slug}.osiedle.test")
    visitor.get(str(link))
    assert visitor.post(str(link)).status_code == 303
    visitor.get("/admin/residents")
    again = place.browser(f"{place.tenant.slug}.osiedle.test")
    assert again.post(str(link)).status_code in (400, 404)
    told = letters_of_visits(place)
    assert [row.address for row in told] == [f"admin@{place.tenant.slug}.example"]
    place.enter()
    assert len(letters_of_visits(place)) == 2


def test_the_letter_says_who_why_until_when_and_where_it_is_ended(place: Place, post: Post) -> None:
    place.grant(note="Saldo się nie zgadza")
    place.enter()
    work_off(place.app, place.tenant, "outbox.drain")
    said = str(post.to(f"admin@{place.tenant.slug}.example")[-1].get_body(("plain",)).get_content())
    for part in (place.email, "Zgłoszenie 12", "Saldo się nie zgadza", "Najdłużej do:", "/admin/support"):
        assert part in said, part


def test_a_visit_ends_by_itself_within_the_hour(place: Place) -> None:
    place.grant(hours="168")
    visitor = place.enter()
    with place.app.app_context(), bind(place.tenant):
        lasts = db.session.execute(text("SELECT max(expires_at - entered_at) FROM support_visits")).scalar_one()
    assert lasts.total_seconds() <= 3600
    place.change("UPDATE support_visits SET expires_at = now() - interval '1 second', seen_at = now()")
    assert visitor.get("/admin/").status_code in (302, 303, 404)
