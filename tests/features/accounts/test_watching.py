"""Podgląd: staff see the portal with a resident's eyes, change nothing, and it is written down."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.factories import packages
from tests.features.finances.books import House, entry
from tests.features.imports.doing import query
from tests.town import token


@pytest.fixture
def house(app: Any, tenant: Any, tmp_path: Path) -> House:
    found = House(app, tenant, tmp_path)
    found.publish([entry(1, "charge", date(2026, 1, 2), "123.45")])
    return found


def _account(house: House, login: str) -> str:
    return str(query(house.app, house.tenant, f"SELECT public_id FROM accounts WHERE login = '{login}'")[0][0])


def _watch(house: House, staff: Any, login: str) -> Any:
    page = f"/admin/accounts/{_account(house, login)}"
    return staff.post(f"{page}/watch", data={"csrf_token": token(staff.get(page).text)})


def test_staff_see_what_the_resident_sees_and_come_back(house: House) -> None:
    mine, staff = house.enter("P1"), house.enter("szefowa", (), "admin")
    assert _watch(house, staff, "P1").status_code == 303
    page = staff.get("/payments").text
    assert "123,45" in page and "Podgląd portalu oczami mieszkańca" in page and "Zakończ podgląd" in page
    assert staff.get("/admin/").status_code == 404
    answer = staff.post("/watched/end", data={"csrf_token": token(page)})
    assert answer.status_code == 303
    assert staff.get("/admin/").status_code == 200
    assert mine.get("/payments").status_code == 200, "the resident was not disturbed"
    log = query(house.app, house.tenant, "SELECT actor, subject FROM audit_entries WHERE action = 'account.watched'")
    assert [tuple(row) for row in log] == [("szefowa", "P1")]


@pytest.mark.parametrize(
    "path", ["/settings", "/settings/password", "/settings/devices", "/settings/data", "/messages", "/messages/history"]
)
def test_what_is_the_residents_own_is_not_seen(house: House, path: str) -> None:
    house.enter("P1")
    staff = house.enter("szefowa", (), "admin")
    _watch(house, staff, "P1")
    assert staff.get(path).status_code == 404


def test_nothing_can_be_changed(house: House) -> None:
    house.enter("P1")
    staff = house.enter("szefowa", (), "admin")
    _watch(house, staff, "P1")
    csrf = {"csrf_token": token(staff.get("/payments").text)}
    for path in ("/messages", "/settings/password", "/settings/resign", "/me/correction"):
        assert staff.post(path, data=csrf).status_code in (404, 405), path
    staff.get("/payments?lang=uk")
    assert query(house.app, house.tenant, "SELECT locale FROM accounts WHERE login = 'P1'")[0][0] != "uk"


def test_the_residents_list_of_devices_does_not_name_staff(house: House) -> None:
    mine, staff = house.enter("P1"), house.enter("szefowa", (), "admin")
    before = mine.get("/settings/devices").text.count("device")
    _watch(house, staff, "P1")
    assert mine.get("/settings/devices").text.count("device") == before


def test_staff_are_not_watched_and_foreign_accounts_do_not_exist(house: House) -> None:
    house.enter("P1")
    staff, other = house.enter("szefowa", (), "admin"), house.enter("klerk", (), "clerk")
    csrf = {"csrf_token": token(staff.get("/admin/accounts").text)}
    assert staff.post(f"/admin/accounts/{_account(house, 'klerk')}/watch", data=csrf).status_code == 404
    assert staff.post("/admin/accounts/AAAAAAAAAAAAAAAAAAAAAA/watch", data=csrf).status_code == 404
    assert other.get("/admin/").status_code == 200


def test_a_blocked_account_shows_nothing(house: House) -> None:
    house.enter("P1")
    staff = house.enter("szefowa", (), "admin")
    page = staff.get(f"/admin/accounts/{_account(house, 'P1')}").text
    house.sql("UPDATE accounts SET status = 'blocked' WHERE login = 'P1'")
    answer = staff.post(f"/admin/accounts/{_account(house, 'P1')}/watch", data={"csrf_token": token(page)})
    assert answer.headers["Location"].startswith("/admin/accounts/")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE accounts SET status = 'blocked' WHERE login = 'szefowa'",
        "UPDATE account_sessions SET ended_at = now() WHERE account_id = (SELECT id FROM accounts "
        "WHERE login = 'szefowa')",
        "UPDATE account_sessions SET waits_for = 'factor' WHERE account_id = (SELECT id FROM accounts "
        "WHERE login = 'szefowa')",
    ],
    ids=["blocked", "ended elsewhere", "owes a factor"],
)
def test_who_may_not_come_in_any_more_sees_no_more(house: House, change: str) -> None:
    mine, staff = house.enter("P1"), house.enter("szefowa", (), "admin")
    _watch(house, staff, "P1")
    assert staff.get("/payments").status_code == 200
    house.sql(change)
    assert staff.get("/payments").status_code == 302
    assert mine.get("/payments").status_code == 200, "the resident was not disturbed"


def test_to_log_out_ends_ones_own_session_as_well(house: House) -> None:
    mine, staff = house.enter("P1"), house.enter("szefowa", (), "admin")
    _watch(house, staff, "P1")
    staff.post("/logout", data={"csrf_token": token(staff.get("/payments").text)})
    open_ones = query(
        house.app,
        house.tenant,
        "SELECT a.login FROM account_sessions s JOIN accounts a ON a.id = s.account_id WHERE s.ended_at IS NULL",
    )
    assert [row[0] for row in open_ones] == ["P1"]
    assert mine.get("/payments").status_code == 200


def test_who_is_limited_to_a_building_watches_nobody_with_units_elsewhere(house: House) -> None:
    known = packages.small()
    far = [*known["units"][1][:1], "B2", *known["units"][1][2:]]
    house.publish(
        [entry(1, "charge", date(2026, 1, 2), "678.90", unit="L2")],
        buildings=[*known["buildings"], ["B2", "Rynek 1", "Rynek", "1", "67-200", "Głogów"]],
        units=[known["units"][0], far],
    )
    house.enter("P1", ("L1", "L2"))
    staff = house.enter("klerk", (), "clerk")
    house.sql("INSERT INTO staff_scopes (account_id, building_code) SELECT id, 'B1' FROM accounts WHERE role = 'clerk'")
    assert _watch(house, staff, "P1").headers["Location"].startswith("/admin/accounts/")
    assert staff.get("/payments?unit=L2").status_code == 404
