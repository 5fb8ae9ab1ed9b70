"""Notices of the platform: to whom, from when to when, put away by each reader; limits of plans that are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.core import work
from app.core.actor import Actor, Role, rights
from app.core.clock import today
from app.core.errors import NotThere
from app.fleet import commands, notices, plans, queries, standing
from app.fleet.notices import Draft
from app.fleet.rules import GIGABYTE, Limits, usages
from tenants.context import bind
from tests.features.operators.browser import Browser
from tests.pages import inspect
from tests.town import token

Rows = Callable[..., list[Any]]
FIELDS = {
    "title": "Przerwa <techniczna>", "body": "W nocy portal nie działa.\n\nPrzepraszamy & pozdrawiamy.",
    "importance": "warn", "audience": "all",
}  # fmt: skip


@pytest.fixture(autouse=True)
def clean(platform: Rows) -> Iterator[None]:
    yield
    platform("DELETE FROM platform.notices")
    platform("DELETE FROM platform.plan_limits")


def publish(console: Browser, **fields: Any) -> Any:
    console.get("/notices/new")
    return console.post("/notices/new", **{**FIELDS, **fields})


def newest(platform: Rows) -> str:
    return str(platform("SELECT public_id FROM platform.notices ORDER BY id DESC LIMIT 1")[0][0])


def member(number: int, role: Role = Role.ADMIN) -> Actor:
    return Actor(kind="account", login="x", account_id=number, role=role, can=rights(role))


def seen(app: Any, tenant: Any, who: Actor) -> list[str]:
    with app.app_context(), bind(tenant):
        return [one.title for one in notices.for_staff(who)]


def test_a_notice_is_shown_to_staff_until_each_puts_it_away(
    app: Any, tenant: Any, console: Browser, platform: Rows, at: Rows
) -> None:
    assert publish(console).status_code == 303
    public_id = newest(platform)
    page = inspect(console.get("/notices"))
    assert "Przerwa &lt;techniczna&gt;" in page and "widoczny" in page
    at(tenant, "INSERT INTO accounts (public_id, login, login_key, role, status) "
       "VALUES ('second-member-of-staff', 'druga', 'druga', 'clerk', 'active')")  # fmt: skip
    first, second = (member(row[0]) for row in at(tenant, "SELECT id FROM accounts ORDER BY id"))
    assert seen(app, tenant, first) == seen(app, tenant, second) == ["Przerwa <techniczna>"]
    for _time in range(2):
        with app.app_context(), bind(tenant):
            notices.dismiss(first, public_id)
            work.commit()
    assert seen(app, tenant, first) == []
    assert seen(app, tenant, second) == ["Przerwa <techniczna>"]
    assert at(tenant, "SELECT count(*) FROM audit_entries WHERE action = 'notice.dismissed'") == [(1,)]
    assert seen(app, tenant, Actor(kind="account", login="L1", account_id=9, role=Role.RESIDENT)) == []
    for public in ("x" * 22, "", "\0", "x" * 10_000):
        with app.app_context(), bind(tenant), pytest.raises(NotThere):
            notices.dismiss(second, public)


def test_only_whom_it_concerns_sees_it(app: Any, new_tenant: Any, console: Browser, platform: Rows) -> None:
    coop, community = new_tenant(), new_tenant(kind="association")
    who = member(1)
    assert publish(console, title="Rodzaj", audience="kind", kinds="association").status_code == 303
    assert publish(console, title="Wybrany", audience="chosen", slugs=f" {coop.slug.upper()},\n").status_code == 303
    assert (seen(app, coop, who), seen(app, community, who)) == (["Wybrany"], ["Rodzaj"])
    assert coop.slug in inspect(console.get("/notices"))


def test_it_is_shown_from_its_first_day_to_its_last(app: Any, tenant: Any, console: Browser, platform: Rows) -> None:
    day = today()
    who = member(1)
    publish(console, title="Jutro", starts_on=(day + timedelta(1)).isoformat())
    publish(console, title="Dziś", starts_on=day.isoformat(), ends_on=day.isoformat(), importance="bad")
    publish(console, title="Zawsze")
    assert seen(app, tenant, who) == ["Dziś", "Zawsze"]
    platform("UPDATE platform.notices SET starts_at = now() - interval '2 days', ends_at = now() WHERE title = 'Dziś'")
    assert seen(app, tenant, who) == ["Zawsze"]
    console.get("/notices/new")
    assert console.post(f"/notices/{newest(platform)}/withdraw").status_code == 303
    assert seen(app, tenant, who) == []
    page = inspect(console.get("/notices"))
    assert all(word in page for word in ("zaplanowany", "zakończony", "wycofany"))


def test_a_notice_is_changed_and_then_no_more_once_it_is_withdrawn(console: Browser, platform: Rows) -> None:
    publish(console)
    address = f"/notices/{newest(platform)}"
    assert "Przepraszamy" in inspect(console.get(address))
    assert console.post(address, **{**FIELDS, "title": "Inna"}).status_code == 303
    detail = platform("SELECT detail FROM platform.audit_entries WHERE action = 'notice.changed' ORDER BY id DESC")[0][
        0
    ]
    assert detail == {"before": {"title": "Przerwa <techniczna>"}, "after": {"title": "Inna"}}
    for _time in range(2):
        assert console.post(f"{address}/withdraw").status_code == 303
    told = "SELECT count(*) FROM platform.audit_entries WHERE action = 'notice.withdrawn' AND subject = :id"
    assert platform(told, id=address.rsplit("/", 1)[1]) == [(1,)]
    assert console.post(address, **FIELDS).status_code == 409
    assert "Komunikat jest wycofany" in inspect(console.get(address))


@pytest.mark.parametrize("fields", [
    {"title": " "}, {"body": ""}, {"title": "a" * 10_000}, {"body": "a" * 10_000}, {"importance": "huge"},
    {"audience": "residents"}, {"audience": "kind"}, {"audience": "kind", "kinds": "castle"}, {"audience": "chosen"},
    {"audience": "chosen", "slugs": "nobody-at-all"}, {"starts_on": "31.02.2026"}, {"ends_on": "2020-01-01"},
    {"starts_on": "9999-12-31"}, {"starts_on": "0001-01-01"}, {"ends_on": "½"},
])  # fmt: skip
def test_what_makes_no_notice_is_refused_at_its_field(console: Browser, platform: Rows, fields: dict[str, str]) -> None:
    answer = publish(console, **fields)
    assert answer.status_code == 422
    assert 'id="errors"' in inspect(answer)
    assert platform("SELECT count(*) FROM platform.notices") == [(0,)]


def test_what_is_not_there(console: Browser) -> None:
    console.get("/notices/new")
    for public_id in ("x", "x" * 22, "%00", "x" * 10_000):
        assert console.get(f"/notices/{public_id}").status_code in (400, 404)
    assert console.post("/notices/xxxxxxxxxxxxxxxxxxxxxx/withdraw").status_code == 404
    assert console.get("/limits/castle").status_code == 404


def test_limits_of_a_plan_are_set_shown_and_told_at_80_and_100_per_cent(
    app: Any, tenant: Any, console: Browser, acting: Actor, platform: Rows, context: Any
) -> None:
    commands.refresh(acting, tenant.slug)
    platform("UPDATE platform.tenant_figures SET units = 80, letters_month = 99 WHERE tenant_id = :id", id=tenant.id)
    admin = member(1)
    assert queries.line(acting, tenant.slug).problems == ()
    console.get("/limits/none")
    assert console.post("/limits/none", units="100", gigabytes="1", letters="1 000").status_code == 303
    assert "1 GB" in inspect(console.get("/limits"))
    assert queries.line(acting, tenant.slug).problems == ("nearly",)
    with bind(tenant):
        assert [(one.name, one.share, one.state) for one in standing.nearly_used(admin)] == [("units", 80, "nearly")]
        assert standing.nearly_used(member(1, Role.CLERK)) == []
    assert console.post("/limits/none", units="80", gigabytes="", letters="").status_code == 303
    assert queries.line(acting, tenant.slug).problems == ("full",)
    with bind(tenant):
        assert [one.state for one in standing.nearly_used(admin)] == ["full"]
    detail = platform("SELECT detail FROM platform.audit_entries WHERE action = 'plan.limits_changed' ORDER BY id DESC")
    assert detail[0][0]["after"] == {"units": 80, "storage": None, "letters": None}
    assert console.post("/limits/none", units="80", gigabytes="", letters="").status_code == 303
    assert len(platform("SELECT FROM platform.audit_entries WHERE action = 'plan.limits_changed'")) == len(detail)


@pytest.mark.parametrize("typed", ["0", "-5", "1.5", "abc", "9" * 30, "½", "٣"])
def test_a_limit_is_a_whole_number_above_zero(console: Browser, typed: str) -> None:
    console.get("/limits/basic")
    answer = console.post("/limits/basic", units=typed, gigabytes="", letters="")
    assert answer.status_code == 422 and 'id="errors"' in inspect(answer)


def test_the_price_list_gives_the_first_limits(context: Any) -> None:
    assert plans.limits_of("basic") == Limits(storage=20 * GIGABYTE)
    states = [one.state for one in usages(Limits(10, 100, None), units=8, storage=100, letters=10**6)]
    assert states == ["nearly", "full", "free"]


def test_strangers_write_no_notices(stranger: Actor, context: Any) -> None:
    draft = Draft("a", "b", "info", "all")
    for deed in (
        lambda: notices.publish(stranger, draft),
        lambda: notices.change(stranger, "x" * 22, draft),
        lambda: notices.withdraw(stranger, "x" * 22),
        lambda: notices.told(stranger),
        lambda: plans.lines(stranger),
        lambda: plans.set_limits(stranger, "", units="1", gigabytes="", letters=""),
    ):
        with pytest.raises(NotThere):
            deed()


def test_staff_put_it_away_on_their_start_page(town: Any, client: Any, console: Browser, platform: Rows) -> None:
    publish(console)
    browser = town.log_in(client, "ewa")
    page = inspect(browser.get("/admin/"))
    assert "Przerwa &lt;techniczna&gt;" in page and "Przepraszamy &amp; pozdrawiamy." in page
    address = f"/admin/notices/{newest(platform)}/dismiss"
    assert browser.post(address, data={"csrf_token": token(browser.get("/admin/").text)}).status_code == 303
    assert "techniczna" not in inspect(browser.get("/admin/"))
