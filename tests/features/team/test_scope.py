"""Staff limited to one building never see or touch another; the board changes nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import text

from tenants.context import bind
from tenants.db import db
from tests.features.team.conftest import CANARY, SCOPED, TO_ALL, Office

PLACE = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")
PERSONAL = ("accounts", "account_units", "account_tokens", "outbox_items", "mailouts", "staff_scopes")


def staff_paths(office: Office, method: str) -> list[str]:
    """Every staff page, with every id that the manager has."""
    found = []
    for rule in office.app.url_map.iter_rules():
        if not rule.endpoint.startswith("staff.") or method not in rule.methods:
            continue
        names = PLACE.findall(rule.rule)
        for value in office.anything() if names else [""]:
            found.append(PLACE.sub(lambda _found, value=value: value, rule.rule))
    return list(dict.fromkeys(found))


def content(office: Office) -> dict[str, list[Any]]:
    """All rows of what staff may change about people."""
    with office.app.app_context(), bind(office.tenant):
        return {
            table: [tuple(row) for row in db.session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))]
            for table in PERSONAL
        }


@pytest.mark.parametrize("login", sorted(SCOPED))
def test_no_page_shows_anything_of_another_building(office: Office, login: str) -> None:
    browser, seen_own = office.browser(login), False
    for path in staff_paths(office, "GET"):
        for query in ("", "?q=kanardwa", "?q=L2"):
            answer = browser.get(path + query)
            assert answer.status_code < 500, (path, answer.status_code)
            shown = answer.text.replace("?q=kanardwa", "") if answer.mimetype.startswith("text") else ""
            assert CANARY not in shown and "mieszk2" not in shown, path + query
            # What one's own people were sent is one's business, who else was sent it is not.
            assert TO_ALL not in shown or path.startswith("/admin/deliveries"), path + query
            seen_own = seen_own or "Pierwsza" in shown
    assert seen_own, "the control: one's own building must be there to be seen"


def test_the_control_who_sees_all_buildings_meets_the_canary(office: Office) -> None:
    browser = office.browser("klerk")
    pages = ["/admin/residents", "/admin/residents/O2", "/admin/accounts", "/admin/mailouts",
             f"/admin/accounts/{office.ids['mieszk2']}"]  # fmt: skip
    assert all(CANARY in browser.get(page).text for page in pages)


def test_what_lies_elsewhere_is_404_like_what_does_not_exist(office: Office) -> None:
    browser, other = office.browser("klerk1"), office.ids["mieszk2"]
    for path in ("/admin/residents/O2", f"/admin/accounts/{other}", f"/admin/accounts/{other}/contact",
                 f"/admin/accounts/{other}/credentials", f"/admin/accounts/{other}/factors/reset",
                 "/admin/imports", "/admin/audit", "/admin/staff"):  # fmt: skip
        assert browser.get(path).status_code == 404, path
    for act in ("link", "block", "unblock", "unlock", "open", "remind", "attach", "units", "reset", "close"):
        answer = browser.post(f"/admin/accounts/{other}/{act}", {"unit": "L1", "identity": "dowód"}, form="/settings")
        assert answer.status_code == 404, act


@pytest.mark.parametrize("login", sorted(SCOPED))
def test_no_form_touches_another_building(office: Office, login: str) -> None:
    browser, other = office.browser(login), office.ids["mieszk2"]
    before = content(office)
    data = {"unit": "L1", "units": "L1", "identity": "dowód osobisty", "reason": "powód", "note": "dowód osobisty"}
    for path in [path for path in staff_paths(office, "POST") if other in path]:
        answer = browser.post(path, data, form="/settings")
        assert answer.status_code == 404 or CANARY not in answer.text, path
    assert content(office) == before


def test_an_account_that_reaches_further_is_not_handed_out(office: Office) -> None:
    """Whoever could give a link to an account that sees both buildings could read the other one."""
    whole, limited, both = office.browser("klerk"), office.browser("klerk1"), office.ids["mieszk1"]
    assert whole.post(f"/admin/accounts/{both}/units", {"unit": "L2"}, form="/settings").status_code == 303
    page = limited.get(f"/admin/accounts/{both}").text
    assert "mieszk1" in page and 'value="L1"' in page and 'value="L2"' not in page
    for act in ("reset", "contact", "link", "units"):
        data = {"identity": "dowód osobisty", "login": "mieszk1", "unit": "L1"}
        answer = limited.post(f"/admin/accounts/{both}/{act}", data, form="/settings")
        assert answer.status_code in (303, 422) and "/activate/" not in answer.text, act


def test_a_new_account_gets_no_unit_of_another_building(office: Office) -> None:
    browser = office.browser("klerk1")
    for data in ({"login": "nowy1", "role": "resident", "units": "L2"}, {"login": "nowy2", "role": "resident"}):
        assert browser.post("/admin/accounts/new", data, form="/settings").status_code == 422
    fine = {"login": "nowy3", "role": "resident", "units": "L1"}
    assert browser.post("/admin/accounts/new", fine, form="/settings").status_code == 200
    for role in ("clerk", "admin"):
        answer = browser.post("/admin/accounts/new", {"login": "nowy4", "role": role, "units": "L1"}, form="/settings")
        assert answer.status_code == 422, "nobody hands out rights that are not theirs"


def test_everyone_is_everyone_in_ones_buildings(office: Office) -> None:
    browser = office.browser("klerk1")
    data = {"audience": "all", "email": "y", "subject": "Woda", "body": "Jutro nie będzie wody.", "form_key": "k1"}
    written = browser.post("/admin/mailouts/new", data, form="/settings")
    assert written.status_code == 303
    send = written.headers["Location"].replace("/check", "/send")
    assert browser.post(send, {}, form="/settings").status_code == 303
    with office.app.app_context(), bind(office.tenant):
        row = db.session.execute(text("SELECT audience, recipients FROM mailouts ORDER BY id DESC LIMIT 1")).one()
    assert row.audience == {"buildings": ["B1"]} and row.recipients == 1
    other = {**data, "audience": "places", "buildings": "B2", "form_key": "k2"}
    assert browser.post("/admin/mailouts/new", other, form="/settings").status_code == 422


def test_the_board_only_reads(office: Office) -> None:
    browser, before = office.browser("zarzad"), content(office)
    assert browser.get("/admin/residents").status_code == browser.get("/admin/accounts").status_code == 200
    for path in staff_paths(office, "POST"):
        answer = browser.post(path, {"identity": "dowód osobisty", "reason": "powód"}, form="/settings")
        assert answer.status_code == 404, path
    assert content(office) == before
