"""The guide of a new manager: what is done, the workbook, sample data and their end."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.commands import create_account
from app.core import work
from app.core.actor import Actor, Role, rights, system
from app.core.clock import today
from app.core.errors import Conflict, NotThere
from app.imports import commands as imports
from app.imports.running import run
from app.onboarding.setup import queries, sample
from app.onboarding.setup.workbook import workbook
from app.onboarding.site import listing
from tenants.context import Mode, bind
from tenants.db import db
from tests.factories import packages
from tests.features.accounts.conftest import PASSWORD, Browser

ADMIN = Actor(kind="account", login="szefowa", role=Role.ADMIN, can=rights(Role.ADMIN))
CLERK = Actor(kind="account", login="klerk", role=Role.CLERK, can=rights(Role.CLERK))


@pytest.fixture
def inside(app: Any, tenant: Any) -> Any:
    with app.app_context(), bind(tenant, Mode.BULK):
        yield tenant


@pytest.fixture
def office(app: Any, tenant: Any) -> Browser:
    with app.app_context(), bind(tenant):
        create_account(system("tests"), "szefowa", (), "admin", "szefowa@biuro.example", password=PASSWORD)
        work.commit()
    visitor = Browser(app, tenant)
    assert visitor.log_in("szefowa").status_code == 303
    return visitor


def taken(content: bytes, mode: str = "snapshot") -> Any:
    """What becomes of a package that somebody uploads."""
    row = imports.receive(ADMIN, BytesIO(content), "paczka.xlsx", mode=mode)
    public_id = row.public_id
    work.commit()
    return run(public_id)


def loaded() -> int:
    """The sample, loaded by the button; returns its revision."""
    public_id = sample.load(ADMIN).public_id
    work.commit()
    report = run(public_id)
    assert (report.status, report.findings.error_count, report.findings.warning_count) == ("published", 0, 0)
    return int(report.revision or 0)


def own_books(tmp_path: Path, sheets: tuple[str, ...] | None = None) -> bytes:
    tables = packages.small()
    kept = {name: rows for name, rows in tables.items() if sheets is None or name in sheets}
    return packages.workbook(tmp_path / "wlasne.xlsx", kept).read_bytes()


def held(sheet: str = "units") -> list[str]:
    statement = text(f"SELECT code FROM {sheet} WHERE until_revision IS NULL ORDER BY code")
    return [row.code for row in db.session.execute(statement)]


@pytest.mark.parametrize("day", [date(2026, 11, 22), date(2026, 1, 1), date(2028, 2, 29), date(2026, 12, 31)])
@pytest.mark.parametrize("addresses", [True, False])
def test_the_workbook_is_taken_without_errors_and_warnings(inside: Any, day: date, addresses: bool) -> None:
    report = taken(workbook(day, addresses=addresses))
    assert report.status == "published", report.as_dict()
    assert report.as_dict()["errors"] == []
    assert report.as_dict()["warnings"] == []
    assert report.sheets["ledger"].rows > 30


def test_the_sample_writes_to_nobody_and_has_no_account_to_pay_into(inside: Any) -> None:
    loaded()
    assert db.session.execute(text("SELECT count(*) FROM people WHERE email IS NOT NULL")).scalar() == 0
    assert db.session.execute(text("SELECT count(*) FROM units WHERE account IS NOT NULL")).scalar() == 0


def test_sample_data_that_stand_alone_are_undone(inside: Any) -> None:
    number = loaded()
    assert sample.is_there(ADMIN)
    account = create_account(ADMIN, "PRZYKLAD-O1", password=PASSWORD, person_code="PRZYKLAD-O1").account
    work.commit()
    assert sample.remove(ADMIN) == 1
    work.commit()
    assert not sample.is_there(ADMIN)
    assert held() == held("people") == []
    assert db.session.execute(text("SELECT undoes FROM revisions ORDER BY number DESC LIMIT 1")).scalar() == number
    db.session.refresh(account)
    assert account.status == "closed"
    with pytest.raises(Conflict):
        sample.remove(ADMIN)


def test_one_s_own_data_stay_when_the_sample_goes(inside: Any, tmp_path: Path) -> None:
    loaded()
    package = BytesIO(own_books(tmp_path))
    mixed = imports.receive(ADMIN, package, "paczka.xlsx", mode="increment", channel=sample.CHANNEL)
    public_id = mixed.public_id
    work.commit()
    assert run(public_id).status == "published", "as it was before packages waited for the sample's end"
    assert len(held()) == 8
    own = create_account(ADMIN, "L1", units=("L1",), password=PASSWORD).account
    work.commit()
    assert sample.remove(ADMIN) == 0
    work.commit()
    assert held() == ["L1", "L2"]
    assert not sample.is_there(ADMIN)
    assert own.status == "active"
    assert db.session.execute(text("SELECT count(*) FROM ledger_entries WHERE until_revision IS NULL")).scalar() == 3


@pytest.mark.parametrize("mode", ["snapshot", "increment"])
@pytest.mark.parametrize("dry_run", [True, False])
def test_no_package_is_taken_while_the_sample_is_there(inside: Any, tmp_path: Path, mode: str, dry_run: bool) -> None:
    number = loaded()
    row = imports.receive(ADMIN, BytesIO(own_books(tmp_path)), "paczka.xlsx", mode=mode, dry_run=dry_run, channel="api")
    public_id = row.public_id
    work.commit()
    report = run(public_id).as_dict()
    assert (report["status"], [each["code"] for each in report["errors"]]) == ("refused", ["sample-present"])
    assert "dane przykładowe" in report["errors"][0]["message"]
    assert "L1" not in held()
    assert db.session.execute(text("SELECT max(number) FROM revisions")).scalar() == number
    sample.remove(ADMIN)
    work.commit()
    assert taken(own_books(tmp_path), mode=mode).status == "published"
    assert held() == ["L1", "L2"]


def test_a_package_that_waited_behind_the_sample_does_not_mix_with_it(inside: Any, tmp_path: Path) -> None:
    """The page looked before the sample was published; the worker looks again when it is the package's turn."""
    first = sample.load(ADMIN).public_id
    second = imports.receive(ADMIN, BytesIO(own_books(tmp_path)), "paczka.xlsx", mode="increment").public_id
    work.commit()
    assert run(first).status == "published"
    assert run(second).status == "refused"
    assert "L1" not in held()


def test_the_page_of_imports_removes_the_sample_and_leads_on(
    office: Browser, tenant: Any, app: Any, tmp_path: Path
) -> None:
    with app.app_context(), bind(tenant, Mode.BULK):
        loaded()
    page = office.get("/admin/imports/new").text
    assert "Najpierw usuń dane przykładowe" in page
    assert 'type="file"' not in page
    gone = office.post("/admin/setup/sample/remove", {"then": "import"}, form="/admin/imports/new")
    assert gone.headers["Location"] == "/admin/imports/new"
    page = office.get("/admin/imports/new").text
    assert 'type="file"' in page
    assert "Dane przykładowe zostały usunięte" in page


def test_the_workbook_taken_by_hand_is_known_as_sample_too(inside: Any) -> None:
    taken(workbook(today(), addresses=True))
    assert sample.is_there(ADMIN)
    sample.remove(ADMIN)
    work.commit()
    assert held() == []


def test_books_with_something_in_them_take_no_sample(inside: Any, tmp_path: Path) -> None:
    taken(own_books(tmp_path))
    with pytest.raises(Conflict):
        sample.load(ADMIN)


def test_two_clicks_load_one_sample(inside: Any) -> None:
    assert sample.load(ADMIN).public_id == sample.load(ADMIN).public_id


def test_without_the_right_there_is_no_guide(inside: Any) -> None:
    for deed in (sample.load, sample.remove, sample.is_there, queries.facts, listing.standing):
        with pytest.raises(NotThere):
            deed(CLERK)
    with pytest.raises(NotThere):
        listing.choose(CLERK, True)


def test_done_and_missing_are_looked_up(inside: Any, tmp_path: Path) -> None:
    assert not any(queries.facts(ADMIN).done.values()) or queries.facts(ADMIN).done["data"] is False
    loaded()
    facts = queries.facts(ADMIN)
    assert (facts.units, facts.done["import"]) == (0, False), "a sample is nobody's first import"
    sample.remove(ADMIN)
    work.commit()
    taken(own_books(tmp_path))
    create_account(ADMIN, "L1", units=("L1",), password=PASSWORD)
    db.session.execute(text("UPDATE office_profile SET phone='1', email='a@b.example', street_line='x', city_line='y'"))
    work.commit()
    done = queries.facts(ADMIN).done
    assert [step for step, is_done in done.items() if is_done] == ["data", "import", "accounts"]
    db.session.execute(text("UPDATE office_profile SET phone=NULL"))
    assert queries.facts(ADMIN).done["data"] is False


def test_the_pages_lead_through_and_back(office: Browser, tenant: Any, app: Any) -> None:
    start = office.get("/admin/").text
    assert "Pierwsze kroki: zrobione" in start
    guide = office.get("/admin/setup")
    assert guide.status_code == 200
    assert guide.text.count("brakuje") >= 5
    book = office.get("/admin/setup/workbook.xlsx")
    assert book.data[:2] == b"PK"
    assert "osiedle-wzor.xlsx" in book.headers["Content-Disposition"]
    answer = office.post("/admin/setup/sample", {}, form="/admin/setup")
    public_id = re.search(r"/admin/imports/([\w-]{22})$", answer.headers["Location"])
    assert public_id is not None
    with app.app_context(), bind(tenant, Mode.BULK):
        run(public_id[1])
    assert "dane przykładowe" in office.get("/admin/setup").text
    gone = office.post("/admin/setup/sample/remove", {}, form="/admin/setup")
    assert gone.headers["Location"] == "/admin/setup"
    page = office.get("/admin/setup").text
    assert "zostały usunięte" in page
    assert "Wczytaj dane przykładowe" in page


def test_who_does_not_want_to_be_found_is_not(
    office: Browser, tenant: Any, app: Any, client: Callable[[str], Any]
) -> None:
    name = tenant.slug
    assert f"{name}.osiedle.test" in client("").get(f"/find?q={name}").text, "an operator opened it"
    office.post("/admin/setup/listing", {"listed": "no"}, form="/admin/setup")
    assert f"{name}.osiedle.test" not in client("").get(f"/find?q={name}").text
    office.post("/admin/setup/listing", {"listed": "yes"}, form="/admin/setup")
    assert f"{name}.osiedle.test" in client("").get(f"/find?q={name}").text
