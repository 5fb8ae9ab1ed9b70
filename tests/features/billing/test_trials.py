"""A trial begins with the portal, is told of before it ends, and has a consequence when nothing follows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.billing import jobs, rules, state
from app.billing.commands import start_trial
from app.core import work
from app.core.clock import today
from app.office.queries import profile
from app.onboarding.jobs import open_ordered
from app.outbox import letters
from app.outbox.rendering import rendered
from tenants.db import PLATFORM, db
from tests.features.billing.conftest import Manager
from tests.pages import inspect

STEPS = {
    "trial_days": "10", "due_days": "14", "warn_days": "1", "remind_days": "7", "read_only_days": "21",
    "staff_off_days": "45", "suspend_days": "75",
}  # fmt: skip
AGREED = {"plan": "", "plan_interval": "month", "collection": "hand", "trial_until": ""}


@pytest.fixture(autouse=True)
def clean(app: Any) -> Iterator[None]:
    """Dates are one for all tests."""
    yield
    with app.app_context(), db.engines[PLATFORM].begin() as connection:
        connection.execute(text("DELETE FROM platform.billing_steps"))


@pytest.fixture
def last(manager: Manager) -> date:
    """The last day of the manager's trial, which begins today."""
    found = manager.unbound(lambda: start_trial(manager.tenant.id))
    assert found == today() + timedelta(days=30)
    return found  # type: ignore[no-any-return]


def _letters(manager: Manager) -> list[Any]:
    query = (
        "SELECT letter, c.context FROM outbox_items JOIN outbox_causes c USING (cause) "
        "WHERE letter LIKE 'billing_%' ORDER BY outbox_items.created_at, cause DESC"
    )
    return list(manager.within(lambda: db.session.execute(text(query)).all()))


def _text(manager: Manager, row: Any) -> str:
    """A letter as it is read."""

    def make() -> str:
        kind, url = letters.kind(row.letter), "http://x.example/u"
        made = rendered(kind, row.context, office=profile(), name="admin", locale="pl", unsubscribe_url=url)
        assert "billing" in made.html
        return f"{made.subject}\n{made.text}"

    return str(manager.within(make))


def _kinds(manager: Manager) -> list[str]:
    return [row.letter for row in _letters(manager)]


def _opened(app: Any, console: Any, slug: str, **more: str) -> Any:
    """Order a manager in the console, and have it made; its account in billing."""
    order = {"slug": slug, "name": "SM Nowa", "kind": "cooperative", "admin_email": "prezes@nowa.example"}
    assert console.post("/tenants/new", **order, **more).status_code == 303
    with app.app_context():
        number = "SELECT id FROM platform.openings WHERE slug = :slug"
        with db.engines[PLATFORM].connect() as connection:
            opening = connection.execute(text(number), {"slug": slug}).scalar_one()
        for _time in range(2):
            open_ordered(opening)
            work.commit()
        return state.account(app.extensions["tenants"].by_slug(slug).id)


def test_a_portal_opened_in_the_console_begins_with_a_trial_of_the_set_length(app: Any, console: Any) -> None:
    page = inspect(console.get("/tenants/new"))
    assert "Zacznij od okresu próbnego" in page and "checked" in page.split('name="trial"')[0][-200:] + page.split(
        'name="trial"'
    )[1][:80]
    assert console.post("/billing/steps", **STEPS).status_code == 303
    found = _opened(app, console, "aa-proba", trial="y")
    assert (found.trial_until, found.plan) == (today() + timedelta(days=10), None)
    assert "jeszcze 10 dni" in inspect(console.get("/tenants/aa-proba"))
    assert "jeszcze 10 dni" in inspect(console.get("/billing"))
    assert "jeszcze 10 dni" in inspect(console.get("/tenants/aa-proba/billing"))
    assert _opened(app, console, "proba-nie").trial_until is None


def test_administrators_see_what_is_left_of_the_trial_and_nobody_else_does(manager: Manager, last: date) -> None:
    admin = manager.browser("admin")
    page = inspect(admin.get("/admin/billing"))
    assert "Do końca okresu próbnego zostało 30 dni" in page and f"{last:%d.%m.%Y}" in page
    assert "W portalu nie ma jeszcze lokali" in page and "dla 0 lokali" not in page
    assert "Okres próbny do" in inspect(admin.get("/admin/"))
    assert "Okres próbny do" in inspect(admin.get("/admin/setup"))
    assert "Okres próbny" not in inspect(manager.browser("klara").get("/admin/"))


def test_administrators_are_written_to_seven_days_and_a_day_before_and_at_the_end_each_once(
    manager: Manager, last: date
) -> None:
    for before in (30, 8):
        assert manager.look(last - timedelta(days=before)) == "good"
    assert _letters(manager) == []
    for before in (7, 7, 6, 2, 1, 1, 0):
        assert manager.look(last - timedelta(days=before)) == "good"
    told = _letters(manager)
    assert [(row.letter, row.context["left"]) for row in told] == [("billing_trial", 7), ("billing_trial", 1)]
    assert f"kończy się {last:%d.%m.%Y}, za 7 dni." in _text(manager, told[0])
    for after in (1, 1, 2, 6):
        assert manager.look(last + timedelta(days=after)) == "warned"
    assert _kinds(manager) == ["billing_trial", "billing_trial", "billing_lapse"]
    end = _letters(manager)[-1].context
    assert (end["kind"], end["ended"], end["next"]) == ("trial", f"{last:%d.%m.%Y}", "read_only")
    assert end["next_on"] == f"{last + timedelta(days=21):%d.%m.%Y}"
    said = _text(manager, _letters(manager)[-1])
    assert f"Okres próbny portalu skończył się {last:%d.%m.%Y}" in said and "tylko czytać" in said


def test_after_the_trial_staff_lose_the_panel_step_by_step_and_residents_go_last(
    manager: Manager, last: date, client: Any
) -> None:
    steps = rules.Steps()
    stages = {}
    for day in range(1, 80):
        stage = manager.look(last + timedelta(days=day))
        stages.setdefault(stage, day)
        if stage != "suspended":
            assert client(manager.slug).get("/login").status_code == 200
    assert stages == {
        "warned": 1, "read_only": steps.read_only_days, "staff_off": steps.staff_off_days,
        "suspended": steps.suspend_days,
    }  # fmt: skip
    assert stages["read_only"] >= rules.SHORTEST_GRACE
    assert client(manager.slug).get("/login").status_code == 503


def test_what_ended_and_what_to_do_stands_on_the_page_and_first_page(manager: Manager, last: date) -> None:
    manager.unbound(lambda: _set_trial(manager, today() - timedelta(days=22)))
    manager.look(today() - timedelta(days=8))
    assert manager.look() == "read_only"
    admin = manager.browser("admin")
    page = inspect(admin.get("/admin/billing"))
    assert "Okres próbny skończył się" in page and "można teraz tylko czytać" in page
    assert "operatora portalu" in page, "without Stripe"
    start = inspect(admin.get("/admin/"))
    assert "Okres próbny skończył się" in start and "tylko do odczytu" in start
    clerk = manager.browser("klara")
    clerk.get("/admin/")
    assert clerk.post("/logout").status_code in (302, 303)
    assert manager.fresh().standing == "read_only"


def _set_trial(manager: Manager, until: date) -> None:
    with db.engines[PLATFORM].begin() as connection:
        connection.execute(
            text("UPDATE platform.billing_accounts SET trial_until = :until WHERE tenant_id = :id"),
            {"until": until, "id": manager.tenant.id},
        )


@pytest.mark.parametrize(
    "way",
    [
        {"plan": "basic"},
        {"trial_until": (today() + timedelta(days=5)).isoformat()},
    ],
    ids=["agreed by hand", "prolonged"],
)
def test_an_operator_undoes_it_at_once(
    manager: Manager, last: date, console: Any, run_looks: Callable[[], None], way: dict[str, str]
) -> None:
    manager.unbound(lambda: _set_trial(manager, today() - timedelta(days=90)))
    for back in (21, 14, 7, 0):
        manager.look(today() - timedelta(days=back))
    assert manager.fresh().status == "suspended"
    assert console.post(f"/tenants/{manager.slug}/billing", **AGREED | way).status_code == 303
    run_looks()
    assert (manager.account().stage, manager.fresh().status, manager.fresh().standing) == ("good", "active", "good")


def test_prolonging_warns_again_before_the_new_end(manager: Manager, last: date) -> None:
    manager.look(last - timedelta(days=7))
    later = last + timedelta(days=30)
    manager.unbound(lambda: _set_trial(manager, later))
    manager.look(later - timedelta(days=7))
    assert [row.context["until"] for row in _letters(manager)] == [f"{last:%d.%m.%Y}", f"{later:%d.%m.%Y}"]


def test_who_agreed_by_hand_or_never_had_a_trial_stays_free(manager: Manager, make_manager: Any, console: Any) -> None:
    agreed = AGREED | {"plan": "full", "trial_until": "2024-01-31"}
    assert console.post(f"/tenants/{manager.slug}/billing", **agreed).status_code == 303
    assert manager.account().agreed_on == today()
    free = make_manager()
    for one in (manager, free):
        assert one.look(today() + timedelta(days=400)) == "good"
        assert _letters(one) == []


def test_the_night_looks_at_trials_that_end_and_at_no_others(manager: Manager, last: date, make_manager: Any) -> None:
    ending, ended, free = make_manager(), make_manager(), make_manager()
    for one, days in ((ending, 7), (ended, -1)):
        one.unbound(lambda one=one: start_trial(one.tenant.id))
        one.unbound(lambda one=one, days=days: _set_trial(one, today() + timedelta(days=days)))
    watched = manager.unbound(state.to_watch)
    assert {ending.tenant.id, ended.tenant.id} <= set(watched)
    assert not {manager.tenant.id, free.tenant.id} & set(watched)
    manager.unbound(jobs.night)


def test_a_trial_begins_once_and_not_beside_an_agreement(manager: Manager, last: date, console: Any) -> None:
    manager.unbound(lambda: _set_trial(manager, today() + timedelta(days=3)))
    assert manager.unbound(lambda: start_trial(manager.tenant.id)) == today() + timedelta(days=3)
    assert console.post(f"/tenants/{manager.slug}/billing", **AGREED | {"plan": "basic"}).status_code == 303
    assert manager.unbound(lambda: start_trial(manager.tenant.id)) is None
