"""Resignation: asked by the resident, done by the office; what the books hold stays."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.commands import create_account, leaving, unblock
from app.accounts.models import Account
from app.core import work
from app.core.actor import Actor, Role, rights, system
from app.core.errors import Conflict, NotThere, Refused
from tenants.context import bind
from tenants.db import db
from tests.features.accounts.conftest import PASSWORD, Browser, letters, sessions_of, write_books
from tests.pages import inspect


@pytest.fixture
def people(app: Any, tenant: Any) -> Any:
    """Browsers of O1 (L001, L002) and of a clerk."""
    with app.app_context(), bind(tenant):
        write_books()
        create_account(system("tests"), "O1", ["L001"], "resident", "o1@poczta.example", password=PASSWORD)
        create_account(system("tests"), "hanna", [], "clerk", password=PASSWORD)
        work.commit()

    def enter(login: str) -> Browser:
        browser = Browser(app, tenant)
        assert browser.log_in(login).status_code in (302, 303)
        return browser

    return enter


def test_a_resident_resigns_and_the_office_closes_the_account(app: Any, tenant: Any, people: Any) -> None:
    resident, clerk = people("O1"), people("hanna")
    form = "/settings/resign"
    inspect(resident.get(form))
    wrong = resident.post(form, {"password": "nie to", "reason": ""}, form=form)
    assert wrong.status_code == 422 and "Hasło jest nieprawidłowe." in inspect(wrong)
    assert resident.post(form, {"password": PASSWORD, "reason": "Wyprowadzam się"}, form=form).status_code == 303
    assert "czeka w biurze" in inspect(resident.get(form))
    again = resident.post(form, {"password": PASSWORD}, form=form)
    assert again.status_code == 409
    assert resident.get("/payments").status_code == 200, "access lasts until the office acts"
    page = inspect(clerk.get("/admin/resignations"))
    assert "Wyprowadzam się" in page and "Zamknij konto" in page
    address = page.split('action="/admin/resignations/')[1].split('"')[0]
    assert clerk.post(f"/admin/resignations/{address}", {}, form="/admin/resignations").status_code == 303
    assert resident.get("/payments").status_code == 302, "the session has ended"
    assert Browser(app, tenant).log_in("O1").status_code in (401, 422)
    assert "konto zamknięte" in inspect(clerk.get("/admin/resignations"))
    with app.app_context(), bind(tenant):
        assert sessions_of("O1") == [] and letters("account_closed")[0].address == "o1@poczta.example"
        units = db.session.execute(text("SELECT count(*) FROM account_units")).scalar_one()
        assert units == 1, "history stays"
        made = create_account(system("tests"), "O1", ["L001"], "resident", "o1@poczta.example", password=PASSWORD)
        work.commit()
        assert made.account.person_code == "O1"
    assert people_in(app, tenant).get("/payments").status_code == 200


def people_in(app: Any, tenant: Any) -> Browser:
    browser = Browser(app, tenant)
    assert browser.log_in("O1").status_code in (302, 303)
    return browser


def test_who_thinks_better_of_it_stays(people: Any) -> None:
    resident, clerk = people("O1"), people("hanna")
    form = "/settings/resign"
    assert resident.post(f"{form}/withdraw", {}, form=form).status_code == 404
    resident.post(form, {"password": PASSWORD}, form=form)
    page = clerk.get("/admin/resignations").text
    address = page.split('action="/admin/resignations/')[1].split('"')[0]
    assert resident.post(f"{form}/withdraw", {}, form=form).status_code == 303
    late = clerk.post(f"/admin/resignations/{address}", {}, form="/admin/resignations")
    assert late.status_code == 303
    assert "wycofana" in inspect(clerk.get("/admin/resignations"))
    assert resident.get("/payments").status_code == 200
    assert (
        clerk.post("/admin/resignations/AAAAAAAAAAAAAAAAAAAAAA/close", {}, form="/settings/password").status_code == 404
    )
    assert resident.get("/admin/resignations").status_code == 404


def test_an_account_is_closed_once_by_who_may_and_never_the_last_administrator(inside: Any, opened: Any) -> None:
    account = opened("O1", "L001", person_code="O1").account
    resident = Actor(kind="account", login="O1", account_id=account.id, role=Role.RESIDENT)
    with pytest.raises(NotThere):
        leaving.close(resident, account, "")
    leaving.close(system("tests"), account, "wyprowadzka")
    with pytest.raises(Conflict):
        leaving.close(system("tests"), account, "jeszcze raz")
    assert account.password_hash is account.email is account.phone is None
    admin = db.session.query(Account).filter_by(role="admin").one()
    admin.password_hash = "set"  # one who has never set a password is only invited
    db.session.flush()
    with pytest.raises(Refused, match="ostatni administrator"):
        leaving.close(system("tests"), admin, "")
    clerk = Actor(kind="account", login="c", account_id=0, role=Role.CLERK, can=rights(Role.CLERK))
    with pytest.raises(Refused, match="uprawnienia"):
        leaving.close(clerk, admin, "")


def test_a_closed_account_cannot_be_unblocked(inside: Any, opened: Any) -> None:
    account = opened("O1", "L001", person_code="O1").account
    leaving.close(system("tests"), account, "")
    work.commit()
    with pytest.raises(Refused):
        unblock(system("tests"), account.public_id)
    assert account.status == "closed"
