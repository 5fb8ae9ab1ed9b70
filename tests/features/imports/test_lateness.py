"""Data that do not come by their hour: staff are told once a night, and nothing has to be cleared."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core import work
from app.core.errors import Refused
from app.imports import lateness, window
from app.imports.window import DataDue
from app.office import settings
from tenants.context import bind
from tests.factories import packages
from tests.features.api.asking import work_off
from tests.features.api.pages import admin
from tests.features.imports.doing import ACTOR, change, publish, query, scalar
from tests.pages import inspect
from tests.town import PASSWORD, Town
from tests.town import token as csrf
from worker import sweeps

MORNING = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)  # Friday, six o'clock in Warsaw


def due(app: Any, tenant: Any, hour: int = 6, opens: int = 18, days: Iterable[int] = range(7)) -> None:
    with app.app_context(), bind(tenant):
        settings.write(ACTOR, window.checked(True, opens, hour, days))
        work.commit()


def late(app: Any, tenant: Any, moment: datetime) -> lateness.Late | None:
    with app.app_context(), bind(tenant):
        return lateness.late(ACTOR, moment)


def came(app: Any, tenant: Any, tmp_path: Path, moment: datetime, status: str = "published") -> None:
    """A package that ended at a moment."""
    publish(app, tenant, packages.archive(tmp_path / "noc.zip", packages.small()))
    change(app, tenant, "UPDATE imports SET created_at = :at, finished_at = :at, status = :status WHERE id = "
           "(SELECT max(id) FROM imports)", at=moment, status=status)  # fmt: skip


def test_nothing_is_late_until_the_manager_says_when_data_are_due(app: Any, tenant: Any) -> None:
    assert late(app, tenant, MORNING) is None


def test_data_are_late_from_the_hour_until_they_come(app: Any, tenant: Any, tmp_path: Path) -> None:
    due(app, tenant)
    came(app, tenant, tmp_path, MORNING - timedelta(hours=3))
    assert late(app, tenant, MORNING) is None
    before, after = MORNING + timedelta(days=1, seconds=-1), MORNING + timedelta(days=1)
    assert late(app, tenant, before) is None
    found = late(app, tenant, after)
    assert found is not None and found.due == after and found.as_of is not None
    came(app, tenant, tmp_path, after + timedelta(hours=2), "unchanged")
    assert late(app, tenant, after + timedelta(hours=3)) is None, "cleared by itself"


@pytest.mark.parametrize("status", ["refused", "failed", "waiting", "checked", "cancelled", "rejected"])
def test_what_did_not_reach_the_books_does_not_count(app: Any, tenant: Any, tmp_path: Path, status: str) -> None:
    due(app, tenant)
    came(app, tenant, tmp_path, MORNING - timedelta(hours=3), status)
    found = late(app, tenant, MORNING)
    assert found is not None and (found.status, found.file_name) == (status, "noc.zip")


def test_data_from_before_the_window_do_not_count(app: Any, tenant: Any, tmp_path: Path) -> None:
    due(app, tenant, opens=22)
    came(app, tenant, tmp_path, MORNING - timedelta(hours=9))
    assert late(app, tenant, MORNING) is not None


@pytest.mark.parametrize(
    ("moment", "day"),
    [("2026-11-22T12:00", 20), ("2026-11-23T04:59", 20), ("2026-11-23T05:00", 23), ("2026-11-20T04:59", 19)],
)
def test_on_days_off_the_last_working_day_counts(moment: str, day: int) -> None:
    found = window.last_due(DataDue(True, 18, 6, (0, 1, 2, 3, 4)), datetime.fromisoformat(f"{moment}+00:00"))
    assert found is not None and found.day.day == day


def test_hours_are_of_the_clock_on_the_wall_when_it_changes() -> None:
    summer = window.last_due(DataDue(True, 18, 6), datetime(2026, 10, 24, 12, tzinfo=UTC))
    winter = window.last_due(DataDue(True, 18, 6), datetime(2026, 10, 25, 12, tzinfo=UTC))
    assert summer is not None and winter is not None
    assert (summer.due.hour, winter.due.hour) == (4, 5)
    assert winter.due - winter.opens == timedelta(hours=13)


@pytest.mark.parametrize(
    ("opens", "hour", "days", "field"),
    [(None, 6, [0], "opens"), (24, 6, [0], "opens"), (18, -1, [0], "hour"), (6, 6, [0], "hour"),
     (18, 6, [], "days"), (18, 6, [7], "days")],
)  # fmt: skip
def test_odd_rules_are_refused_at_their_field(
    app: Any, opens: int | None, hour: int | None, days: list[int], field: str
) -> None:
    with app.app_context(), pytest.raises(Refused) as refusal:
        window.checked(True, opens, hour, days)
    assert refusal.value.field == field


def test_staff_are_told_once_a_night_and_again_the_next(app: Any, new_tenant: Any) -> None:
    tenant = new_tenant(admin_password=PASSWORD)
    due(app, tenant)
    change(app, tenant, "INSERT INTO accounts (public_id, login, login_key, role, status, email) VALUES "
           "('a', 'kasia', 'kasia', 'accountant', 'active', 'kasia@x.example'), "
           "('b', 'urszula', 'urszula', 'clerk', 'active', 'urszula@x.example'), "
           "('c', 'zosia', 'zosia', 'admin', 'blocked', 'zosia@x.example')")  # fmt: skip
    for _look in range(3):
        with app.app_context(), bind(tenant):
            asked = lateness.ask_if_late(MORNING)
            work.commit()
            lateness.alarm("2026-11-20", MORNING)
            work.commit()
        assert asked is (_look == 0)
    told = "SELECT address FROM outbox_items WHERE letter = 'data_late' ORDER BY address"
    assert [row[0] for row in query(app, tenant, told)] == [f"admin@{tenant.slug}.example", "kasia@x.example"]
    with app.app_context(), bind(tenant):
        assert lateness.alarm("2026-11-20", MORNING + timedelta(days=1)) == 0, "that night is over"
        assert lateness.alarm("2026-11-21", MORNING + timedelta(days=1)) == 2
        work.rollback()
    assert scalar(app, tenant, "SELECT count(*) FROM audit_entries WHERE action = 'import.late'") == 1


def test_who_sees_some_buildings_only_is_not_told(app: Any, new_tenant: Any) -> None:
    tenant = new_tenant(admin_password=PASSWORD)
    due(app, tenant)
    change(app, tenant, "INSERT INTO staff_scopes (account_id, building_code) SELECT id, 'B1' FROM accounts")
    with app.app_context(), bind(tenant):
        assert lateness.alarm("2026-11-20", MORNING) == 0


def test_the_scheduler_asks_the_letter_says_it_and_the_desk_shows_it_until_data_come(
    app: Any, new_tenant: Any, client: Any, post: Any, tmp_path: Path
) -> None:
    tenant = new_tenant(admin_password=PASSWORD)
    browser = admin(client, tenant)
    page = inspect(browser.get("/admin/configuration/nightly-data"))
    form = {"csrf_token": csrf(page), "on": "y", "opens": "1", "hour": "0", "days": [str(day) for day in range(7)]}
    assert "Podaj godzinę" in inspect(browser.post("/admin/configuration/nightly-data", data=form | {"hour": "25"}))
    assert browser.post("/admin/configuration/nightly-data", data=form).status_code == 303
    assert "Nowe dane nie dotarły na czas" in inspect(browser.get("/admin/"))
    assert "Nowe dane nie dotarły na czas" in inspect(browser.get("/admin/configuration/nightly-data"))
    sweeps.watch_imports(app, thoroughly=True)
    work_off(app, tenant, "imports.alarm")
    sweeps.watch_imports(app, thoroughly=True)
    assert scalar(app, tenant, "SELECT count(*) FROM jobs WHERE name = 'imports.alarm'") == 1
    work_off(app, tenant, "outbox.drain")
    (letter,) = [one for one in post.to(f"admin@{tenant.slug}.example") if "na czas" in str(one["Subject"])]
    words = letter.get_body(("plain",))
    assert words is not None and "00:00" in words.get_content()
    publish(app, tenant, packages.archive(tmp_path / "noc.zip", packages.small()))
    assert "Nowe dane nie dotarły na czas" not in inspect(browser.get("/admin/"))


def test_only_who_sees_imports_sees_that_they_are_late(town: Town, client: Any) -> None:
    assert town.log_in(client, "hanna").get("/admin/configuration/nightly-data").status_code == 404
    assert town.log_in(client, "anna").get("/admin/configuration/nightly-data").status_code == 404
