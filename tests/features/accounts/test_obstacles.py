"""Why a resident cannot log in: each obstacle is named, and after its mend the resident gets in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts import commands
from app.accounts.commands import mending
from app.accounts.queries import listing
from app.accounts.queries import obstacles as queries
from app.core import work
from app.core.actor import GRANTS, Actor, Role, system
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.outbox.commands import post
from tenants.context import bind
from tenants.db import db
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, Browser, Created, write_books

CLERK = Actor(kind="account", login="hanna", role=Role.CLERK, can=GRANTS[Role.CLERK], address="192.0.2.7")
BOARD = Actor(kind="account", login="irena", role=Role.BOARD, can=GRANTS[Role.BOARD])
NEW = "Czerwony-Klon-88"
Opened = Callable[..., Created]


def kinds(public_id: str, *, stopping: bool = True) -> list[str]:
    found = queries.obstacles(CLERK, queries.state(CLERK, public_id))
    db.session.rollback()
    return [one.kind for one in found if one.stops or not stopping]


def enters(login: str, password: str = PASSWORD) -> bool:
    try:
        commands.log_in(login, password, "192.0.2.1", "tests")
    except Refused:
        db.session.rollback()
        return False
    work.commit()
    return True


def change(public_id: str, **values: Any) -> None:
    columns = ", ".join(f"{name} = :{name}" for name in values)
    db.session.execute(text(f"UPDATE accounts SET {columns} WHERE public_id = :id"), {"id": public_id, **values})
    work.commit()


def acts(login: str) -> list[Any]:
    rows = db.session.execute(
        text(
            "SELECT action, detail, address FROM audit_entries WHERE subject = :login AND actor = 'hanna' ORDER BY id"
        ),
        {"login": login},
    )
    return list(rows)


def test_nothing_is_in_the_way_of_an_account_in_order(inside: Tenant, opened: Opened) -> None:
    public_id = opened("O1", "L001", email="o1@poczta.example").account.public_id
    assert kinds(public_id, stopping=False) == [] and enters("O1")


def test_a_blocked_account_is_unblocked(inside: Tenant, opened: Opened) -> None:
    public_id = opened("O1").account.public_id
    commands.block(CLERK, public_id)
    work.commit()
    assert kinds(public_id) == ["blocked"] and not enters("O1")
    commands.unblock(CLERK, public_id)
    work.commit()
    assert kinds(public_id) == [] and enters("O1")
    last = acts("O1")[-1]
    assert last.action == "account.unblocked" and last.detail["after"] == {"status": "active"}
    assert last.address == "192.0.2.7"


def test_a_lock_after_wrong_passwords_is_lifted(inside: Tenant, opened: Opened) -> None:
    public_id = opened("O1").account.public_id
    for _try in range(11):
        enters("O1", "nie to hasło")
    assert kinds(public_id) == ["locked"] and not enters("O1")
    assert "throttled" in {one.outcome for one in queries.attempts(CLERK, queries.state(CLERK, public_id))}
    mending.unlock(CLERK, public_id)
    work.commit()
    assert kinds(public_id) == [] and enters("O1")
    assert acts("O1")[-1].action == "account.unlocked"


def test_an_account_that_waits_for_nightly_data_is_opened_at_once(inside: Tenant, opened: Opened) -> None:
    public_id = opened("O1").account.public_id
    change(public_id, opens_at=now() + timedelta(hours=9))
    assert kinds(public_id) == ["early"] and not enters("O1")
    mending.open_now(CLERK, public_id)
    work.commit()
    assert kinds(public_id) == [] and enters("O1")


def test_who_never_set_a_password_gets_a_new_link(inside: Tenant, opened: Opened) -> None:
    public_id = opened("O1", password=None).account.public_id
    assert kinds(public_id) == ["no_password"]
    _account, secret, _until, _mailed = commands.renew_link(CLERK, public_id)
    work.commit()
    commands.use_token("activation", secret, NEW)
    work.commit()
    assert kinds(public_id) == [] and enters("O1", NEW)


def test_an_expired_start_password_is_replaced_after_a_look_at_the_person(inside: Tenant, opened: Opened) -> None:
    public_id = opened("O1", must_change=True).account.public_id
    change(public_id, start_password_until=now() - timedelta(minutes=1))
    assert kinds(public_id) == ["expired"] and not enters("O1")
    for note in ("", "  ", "x" * 501):
        with pytest.raises(Refused) as refused:
            mending.reset(CLERK, public_id, note)
        assert refused.value.field == "identity"
        db.session.rollback()
    _account, secret, _until, _mailed = mending.reset(CLERK, public_id, "dowód osobisty okazany w biurze")
    work.commit()
    commands.use_token("activation", secret, NEW)
    work.commit()
    assert kinds(public_id) == [] and enters("O1", NEW)
    renewed = next(one for one in acts("O1") if one.action == "account.link_renewed")
    assert renewed.detail["identity"] == "dowód osobisty okazany w biurze" and secret not in str(renewed.detail)


def test_a_missing_unit_is_given_back_from_the_books_or_by_hand(inside: Tenant, opened: Opened) -> None:
    public_id = opened("O1", "L001").account.public_id
    mending.revoke_unit(CLERK, public_id, "L001")
    work.commit()
    assert kinds(public_id, stopping=False) == ["no_unit", "no_email"]
    assert queries.state(CLERK, public_id).units == ()
    mending.attach_titles(CLERK, public_id)
    work.commit()
    assert queries.state(CLERK, public_id).units == ("L001", "L002")
    mending.grant_unit(CLERK, public_id, "L003")
    mending.grant_unit(CLERK, public_id, "L003")
    work.commit()
    assert queries.state(CLERK, public_id).units == ("L001", "L002", "L003")
    with pytest.raises(Refused):
        mending.grant_unit(CLERK, public_id, "L999")
    with pytest.raises(NotThere):
        mending.revoke_unit(CLERK, public_id, "L999")


def test_taking_one_unit_leaves_the_others_that_the_books_gave(inside: Tenant, opened: Opened) -> None:
    public_id = opened("O1").account.public_id
    assert queries.state(CLERK, public_id).units == ("L001", "L002")
    mending.revoke_unit(CLERK, public_id, "L002")
    work.commit()
    assert queries.state(CLERK, public_id).units == ("L001",)


def test_an_address_that_waits_is_asked_again_or_vouched_for(inside: Tenant, opened: Opened) -> None:
    account = opened("O1", "L001").account
    resident = Actor(kind="account", login="O1", role=Role.RESIDENT, account_id=account.id)
    commands.change_email(resident, "nowy@poczta.example", PASSWORD)
    work.commit()
    public_id = account.public_id
    assert kinds(public_id, stopping=False) == ["email_waits"]
    mending.remind(CLERK, public_id)
    work.commit()
    mending.correct(
        CLERK, public_id, login="O1", email="nowy@poczta.example", phone="", identity="okazano dowód w biurze"
    )
    work.commit()
    assert kinds(public_id, stopping=False) == [] and queries.state(CLERK, public_id).email == "nowy@poczta.example"
    corrected = next(one for one in acts("O1") if one.action == "account.corrected")
    assert corrected.detail["after"] == {"email": "nowy@poczta.example"}
    assert corrected.detail["identity"] == "okazano dowód w biurze"


def test_a_letter_that_came_back_is_named_with_its_reason(inside: Tenant, opened: Opened) -> None:
    public_id = opened("O1", "L001", email="o1@poczta.example").account.public_id
    post("password_changed", "try-1", f"account:{public_id}", "o1@poczta.example", context={"at": "", "host": ""})
    db.session.execute(text("UPDATE outbox_items SET state = 'failed', live = false, reason = '550 no such user'"))
    work.commit()
    found = queries.obstacles(CLERK, queries.state(CLERK, public_id))
    assert [one.kind for one in found] == ["letter"] and "550 no such user" in found[0].sentence
    post("password_changed", "try-2", f"account:{public_id}", "o1@poczta.example", context={"at": "", "host": ""})
    work.commit()
    assert kinds(public_id, stopping=False) == [], "a later letter on its way makes it history"


def test_a_closed_account_stays_closed(inside: Tenant, opened: Opened) -> None:
    public_id = opened("O1").account.public_id
    mending.close(CLERK, public_id, "Sprzedaż lokalu")
    work.commit()
    found = queries.obstacles(CLERK, queries.state(CLERK, public_id))
    assert [one.kind for one in found] == ["closed"] and "Sprzedaż lokalu" in found[0].sentence
    assert not enters("O1")
    for act in (commands.unblock, commands.block, commands.renew_link):
        with pytest.raises(Refused):
            act(CLERK, public_id)
        db.session.rollback()
    with pytest.raises(Refused):
        mending.close(CLERK, public_id, "jeszcze raz")


def test_who_may_only_look_mends_nothing(inside: Tenant, opened: Opened) -> None:
    public_id = opened("O1").account.public_id
    assert queries.state(BOARD, public_id).login == "O1"
    for act in (mending.unlock, mending.open_now, mending.remind, mending.attach_titles):
        with pytest.raises(NotThere):
            act(BOARD, public_id)
    for strange in ("nie-ma", "\0"):
        with pytest.raises(NotThere):
            queries.state(CLERK, strange)
        with pytest.raises(NotThere):
            mending.unlock(CLERK, strange)


def test_a_new_login_is_nobody_elses(inside: Tenant, opened: Opened) -> None:
    public_id = opened("O1").account.public_id
    opened("O2", email="zajety@poczta.example")
    for login in ("o2", "zajety@poczta.example"):
        with pytest.raises(Refused) as refused:
            mending.correct(CLERK, public_id, login=login, email="", phone="", identity="dowód w biurze")
        assert refused.value.field == "login"
        db.session.rollback()
    mending.correct(CLERK, public_id, login="zolc.anna", email="", phone="601 234 567", identity="dowód w biurze")
    work.commit()
    assert enters("ZOLC.Anna") and not enters("O1")
    assert queries.state(CLERK, public_id).phone == "+48601234567"


def test_the_list_filters_by_state_and_finds_by_name(inside: Tenant, opened: Opened) -> None:
    never = opened("O1", email="o1@poczta.example").account.public_id
    entered = opened("O2").account.public_id
    stranger = opened("gosc").account.public_id
    commands.log_in("O2", PASSWORD, "192.0.2.1", "tests")
    work.commit()
    commands.block(CLERK, stranger)
    work.commit()

    def shown(state: str, search: str = "") -> set[str]:
        return {row.public_id for row in listing.listed(CLERK, state, search, 1).rows}

    assert shown("all") == {never, entered, stranger} and shown("never") == {never, stranger}
    assert shown("blocked") == {stranger} and shown("unitless") == {stranger} and shown("closed") == set()
    assert shown("all", "zolc") == {never} and shown("all", "o1@poczta") == {never} and shown("all", "%") == set()


def test_the_office_sees_why_and_mends_it_with_one_click(
    app: Any, tenant: Tenant, browser: Callable[[], Browser]
) -> None:
    with app.app_context(), bind(tenant):
        write_books()
        public_id = commands.create_account(system("tests"), "O1", password=PASSWORD).account.public_id
        for login, role in (("hanna", "clerk"), ("irena", "board")):
            commands.create_account(system("tests"), login, role=role, password=PASSWORD)
        work.commit()
        change(public_id, opens_at=now() + timedelta(hours=9))
    clerk, board, page = browser(), browser(), f"/admin/accounts/{public_id}"
    clerk.log_in("hanna")
    board.log_in("irena")
    assert page in clerk.get("/admin/accounts?q=zolc").text and page in clerk.get("/admin/residents/O1").text
    assert "Otwórz konto teraz" in clerk.get(page).text
    assert "zacznie działać" in board.get(page).text and "Otwórz konto teraz" not in board.get(page).text
    assert board.post(f"{page}/open", {}, form=page).status_code == 404
    assert clerk.post(f"{page}/open", {}, form=page).location == page
    assert clerk.post(f"{page}/open", {}, form=page).location == page, "a second click harms nothing"
    assert "Nic nie stoi na przeszkodzie" in clerk.get(page).text
    assert browser().log_in("O1").status_code == 303
    assert clerk.post(f"{page}/units", {"unit": "L999"}, form=page).status_code == 422
    assert clerk.post(f"{page}/units", {"unit": "L003"}, form=page).location == page
    assert clerk.post(f"{page}/units", {"unit": "a\0b"}, form=page).status_code == 400
    data = {"login": "O1", "email": "zły adres", "phone": "123", "identity": "dowód"}
    assert clerk.post(f"{page}/contact", data, form=page).status_code == 422
    answer = clerk.post(f"{page}/reset", {"identity": "dowód osobisty w biurze"}, form=page)
    assert re.search(r"/activate/[\w-]{43}", answer.text)
    assert clerk.post(f"{page}/close", {"reason": ""}, form=page).status_code == 422
    assert clerk.post(f"{page}/close", {"reason": "Rezygnacja"}, form=page).location == page
    assert "Konto zamknięto" in clerk.get(page).text and browser().log_in("O1").status_code == 422
