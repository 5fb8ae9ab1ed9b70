"""What goes beyond the manager's limits waits for a person: yes, no, two people at once, newer books meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.core import work
from app.core.errors import Conflict, Refused
from app.imports import commands
from app.imports.consent import Limits, checked
from app.office import settings
from tenants.context import Mode, bind
from tests.factories import packages
from tests.features.imports.doing import ACTOR, books, imports, publish, query, scalar
from tests.features.imports.test_pages import Desk, desk  # noqa: F401
from tests.pages import inspect

Desks = Callable[..., Desk]


def tables(amount: str = "1234.56", people: int = 2, **more: Any) -> dict[str, Any]:
    """The small package with another amount in its first entry."""
    small = packages.small()
    ledger = [list(row) for row in small["ledger"]]
    ledger[1][7] = Decimal(amount)
    return {**small, "ledger": ledger, "people": small["people"][:people], "control": [], **more}


def allow(app: Any, tenant: Any, **limits: Any) -> None:
    with app.app_context(), bind(tenant):
        settings.write(ACTOR, Limits(**limits))
        work.commit()


def run(app: Any, tenant: Any, public_id: str) -> dict[str, Any]:
    with app.app_context(), bind(tenant, Mode.BULK):
        return commands.run(public_id).as_dict()


def answer(app: Any, tenant: Any, act: Callable[[], Any]) -> Any:
    with app.app_context(), bind(tenant):
        said = act()
        work.commit()
        return said


@pytest.fixture
def waiting(app: Any, tenant: Any, tmp_path: Path) -> str:
    """A package that waits, because the balance of a unit changes by 100 zł and only 50 zł are allowed."""
    publish(app, tenant, packages.archive(tmp_path / "a.zip", tables()))
    allow(app, tenant, unit=50_00)
    report = publish(app, tenant, packages.archive(tmp_path / "b.zip", tables("1334.56")))
    assert report["status"] == "waiting", report
    return str(report["id"])


def test_without_limits_nothing_waits(app: Any, tenant: Any, tmp_path: Path) -> None:
    publish(app, tenant, packages.archive(tmp_path / "a.zip", tables()))
    report = publish(app, tenant, packages.archive(tmp_path / "b.zip", tables("999999.99")))
    assert (report["status"], report["beyond"]) == ("published", [])


@pytest.mark.parametrize(
    ("limits", "sheets", "beyond"),
    [
        ({"unit": 99_99}, tables("1334.56"), [("unit", "99.99", "100.00", None)]),
        ({"unit": 100_00}, tables("1334.56"), []),
        ({"total": 99_99}, tables("1134.56"), [("total", "99.99", "-100.00", None)]),
        ({"percent": 49}, tables(people=1, occupancies=packages.small()["occupancies"][:1]), ["percent"]),
        ({"units": 0}, {"units": packages.small()["units"][:1], "ledger": packages.small()["ledger"][:0],
                        "occupancies": []}, [("units", "0", "1", None)]),
        ({"always": True}, tables("1234.57"), [("always", "", "", None)]),
        ({"always": True}, tables(), []),
    ],
    ids=["unit", "unit, just so", "total, downwards", "percent", "units", "always", "always, but no change"],
)  # fmt: skip
def test_each_limit(app: Any, tenant: Any, tmp_path: Path, limits: Any, sheets: Any, beyond: Any) -> None:
    publish(app, tenant, packages.archive(tmp_path / "a.zip", tables()))
    before = books(app, tenant)
    allow(app, tenant, **limits)
    report = publish(app, tenant, packages.archive(tmp_path / "b.zip", sheets))
    told = [tuple(each[name] for name in ("limit", "allowed", "found", "sheet")) for each in report["beyond"]]
    if beyond == ["percent"]:
        assert {each[0] for each in told} == {"percent"} and "people" in {each[3] for each in told}, report
    else:
        assert told == beyond, report
    if beyond:
        assert report["status"] == "waiting" and books(app, tenant) == before
    else:
        assert report["status"] in ("published", "unchanged")


def test_a_check_says_what_would_wait(app: Any, tenant: Any, tmp_path: Path) -> None:
    allow(app, tenant, always=True)
    report = publish(app, tenant, packages.archive(tmp_path / "a.zip", tables()), dry_run=True)
    assert (report["status"], [each["limit"] for each in report["beyond"]]) == ("checked", ["always"])


def test_a_yes_publishes_what_was_seen(app: Any, tenant: Any, waiting: str) -> None:
    assert imports(app, tenant) == [("published", 1), ("waiting", 1)]
    assert answer(app, tenant, lambda: commands.approve(ACTOR, waiting, 1)) is True
    report = run(app, tenant, waiting)
    assert (report["status"], report["revision"]) == ("published", 2)
    assert [row[7] for row in books(app, tenant)["ledger"]][1] == 1334_56
    assert scalar(app, tenant, "SELECT approved_by FROM imports ORDER BY id DESC LIMIT 1") == "tests"


def test_a_no_publishes_nothing(app: Any, tenant: Any, waiting: str) -> None:
    before = books(app, tenant)
    answer(app, tenant, lambda: commands.reject(ACTOR, waiting))
    assert run(app, tenant, waiting)["status"] == "rejected"
    assert books(app, tenant) == before and imports(app, tenant)[-1] == ("rejected", 1)


@pytest.mark.parametrize("second", ["approve", "reject"])
def test_of_two_people_the_first_decides(app: Any, tenant: Any, waiting: str, second: str) -> None:
    answer(app, tenant, lambda: commands.approve(ACTOR, waiting, 1))
    late = {
        "approve": lambda: commands.approve(ACTOR, waiting, 1),
        "reject": lambda: commands.reject(ACTOR, waiting),
    }[second]
    with pytest.raises(Conflict):
        answer(app, tenant, late)
    assert run(app, tenant, waiting)["status"] == "published"
    with pytest.raises(Conflict):
        answer(app, tenant, late)
    assert scalar(app, tenant, "SELECT count(*) FROM revisions") == 2


def test_a_yes_does_not_reach_over_newer_books(app: Any, tenant: Any, waiting: str, tmp_path: Path) -> None:
    newer = tables("1234.57")
    assert publish(app, tenant, packages.archive(tmp_path / "c.zip", newer))["revision"] == 2
    assert answer(app, tenant, lambda: commands.approve(ACTOR, waiting, 1)) is False
    again = run(app, tenant, waiting)
    assert (again["status"], again["revision"]) == ("waiting", 2)
    assert again["comparison"]["balances"][0]["change"] == "99.99", "the preview is of the books as they are now"
    assert answer(app, tenant, lambda: commands.approve(ACTOR, waiting, 2)) is True
    assert run(app, tenant, waiting)["revision"] == 3


def test_books_that_move_between_the_yes_and_the_run(app: Any, tenant: Any, waiting: str, tmp_path: Path) -> None:
    assert answer(app, tenant, lambda: commands.approve(ACTOR, waiting, 1)) is True
    allow(app, tenant)
    publish(app, tenant, packages.archive(tmp_path / "c.zip", tables("1.00")))
    assert run(app, tenant, waiting)["status"] == "waiting", "even without limits: the yes was said on other books"
    assert scalar(app, tenant, "SELECT approved_by FROM imports WHERE public_id = :id", id=waiting) is None


def test_a_folder_from_the_command_line_waits_and_can_be_let_in(
    app: Any, new_tenant: Callable[..., Any], flask_command: Callable[..., Any], tmp_path: Path
) -> None:
    tenant = new_tenant(post=False)
    allow(app, tenant, always=True)
    folder = packages.folder(tmp_path / "paczka", tables())
    done = flask_command("imports", "run", tenant.slug, str(folder), "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["status"], report["revision"]) == (1, "waiting", None)
    assert report["comparison"]["balances_changed"] == 1
    plain = flask_command("imports", "run", tenant.slug, str(folder))
    assert plain.returncode == 1 and "zgod" in plain.stderr
    for file in folder.iterdir():
        file.unlink()
    answer(app, tenant, lambda: commands.approve(ACTOR, report["id"], 0))
    assert run(app, tenant, report["id"])["status"] == "published"
    assert len(books(app, tenant)["ledger"]) == 3


def test_on_the_page(desk: Desks, tmp_path: Path) -> None:  # noqa: F811
    boss = desk("admin")
    inspect(boss.get("/admin/configuration/imports"))
    saved = boss.post("/admin/configuration/imports", {"unit": "50", "units": "0"})
    assert saved.status_code == 303
    assert 'value="50"' in inspect(boss.get("/admin/configuration/imports"))
    page = boss.hand_over(packages.archive(tmp_path / "a.zip", tables()).read_bytes(), "a.zip").headers["Location"]
    boss.work_off()
    shown = inspect(boss.get(page))
    assert "Paczka czeka na zgodę" in shown and "Saldo zmienia się w 1 lokalu" in shown
    inspect(boss.get("/admin/imports"))
    clerk = desk("clerk", boss.tenant)
    assert "/approve" not in inspect(clerk.get(page))
    assert boss.press(f"{page}/approve", page).status_code == 303
    boss.work_off()
    shown = inspect(boss.get(page))
    assert "Opublikowano jako wersję 1" in shown
    less = tables("10.00", units=packages.small()["units"])
    page = boss.hand_over(packages.archive(tmp_path / "b.zip", less).read_bytes(), "b.zip").headers["Location"]
    boss.work_off()
    assert "1&nbsp;224,56" in inspect(boss.get(page)).replace("\xa0", "&nbsp;")
    assert boss.press(f"{page}/reject", page).status_code == 303
    assert "Paczka bez zgody" in inspect(boss.get(page))
    late = boss.post(f"{page}/approve", {"seen": "1"}, form=page)
    assert late.status_code == 303 and "Ktoś już zdecydował" in boss.get(page).text


@pytest.mark.parametrize(
    "sent",
    [{"unit": "-1"}, {"percent": "101"}, {"units": "x"}, {"total": "1" * 10_000}, {"total": "99999999999"}],
    ids=["negative", "too many in a hundred", "no number", "endless", "too large"],
)  # fmt: skip
def test_limits_that_make_no_sense(desk: Desks, sent: dict[str, str]) -> None:  # noqa: F811
    boss = desk("admin")
    answered = boss.post("/admin/configuration/imports", sent)
    assert answered.status_code == 422
    inspect(answered)
    assert query(boss.app, boss.tenant, "SELECT count(*) FROM office_settings WHERE name = 'import_limits'") == [(0,)]


@pytest.mark.parametrize("seen", ["", "-1", "x", "9" * 10_000])
def test_a_button_pressed_on_nonsense_lets_nothing_in(desk: Desks, tmp_path: Path, seen: str) -> None:  # noqa: F811
    boss = desk("admin")
    allow(boss.app, boss.tenant, always=True)
    page = boss.hand_over(packages.archive(tmp_path / "a.zip", tables()).read_bytes(), "a.zip").headers["Location"]
    boss.work_off()
    assert boss.post(f"{page}/approve", {"seen": seen}, form=page).status_code == 303
    boss.work_off()
    assert imports(boss.app, boss.tenant) == [("waiting", None)]


def test_a_limit_is_a_whole_number_in_bounds() -> None:
    with pytest.raises(Refused):
        checked(Limits(percent=101))
    assert checked(Limits(percent=100, units=0)) == Limits(percent=100, units=0)
