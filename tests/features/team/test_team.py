"""Inviting staff, their rights, and the administrator who cannot be lost."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from sqlalchemy import text

from app.core import work
from app.core.actor import GRANTS, Actor, Role, rights, system
from app.core.errors import NotThere, Refused
from app.team import commands
from tenants.context import bind
from tenants.db import db
from tests.features.accounts.conftest import PASSWORD, Browser
from tests.features.team.conftest import Office

NEW = "Czerwony-Klon-88"
HOME = "/admin/staff"
INVITATION = {"login": "nowa.osoba", "email": "nowa@biuro.example", "role": "clerk", "buildings": ["B1"]}


def staff(office: Office) -> dict[str, tuple[str, str]]:
    with office.app.app_context(), bind(office.tenant):
        rows = db.session.execute(text("SELECT login, role, status FROM accounts WHERE role <> 'resident'"))
        return {row.login: (row.role, row.status) for row in rows}


def as_admin(office: Office, login: str) -> Actor:
    with office.app.app_context(), bind(office.tenant):
        number = db.session.execute(text("SELECT id FROM accounts WHERE login = :login"), {"login": login}).scalar_one()
    return Actor(kind="account", login=login, account_id=number, role=Role.ADMIN, can=GRANTS[Role.ADMIN])


def run(office: Office, command: Any, *given: Any) -> str:
    """Run a command as a unit of work of its own; what came of it."""
    with office.app.app_context(), bind(office.tenant):
        try:
            command(*given)
            work.commit()
        except Refused as refusal:
            db.session.rollback()
            return refusal.message
    return "done"


def invitations(office: Office) -> int:
    with office.app.app_context(), bind(office.tenant):
        statement = text("SELECT count(*) FROM outbox_items WHERE letter = 'activation' AND address = :address")
        return int(db.session.execute(statement, {"address": INVITATION["email"]}).scalar_one())


def test_who_is_invited_sets_a_password_and_sees_only_their_buildings(office: Office) -> None:
    browser = office.browser("szefowa")
    assert "Pracownicy" in browser.get("/admin/configuration").text
    assert browser.post(f"{HOME}/new", INVITATION, form="/settings").location == HOME
    assert invitations(office) == 1
    with office.app.app_context(), bind(office.tenant):
        from app.accounts.commands import renew_link

        public_id = db.session.execute(text("SELECT public_id FROM accounts WHERE login = 'nowa.osoba'")).scalar_one()
        _account, secret, _until, _mailed = renew_link(system("tests"), public_id)
        work.commit()
    visitor = Browser(office.app, office.tenant)
    path = f"/activate/{secret}"
    visitor.post(path, {"password": NEW, "repeat": NEW}, form=path)
    assert visitor.log_in("nowa.osoba", NEW).status_code == 303
    page = visitor.get("/admin/residents").text
    assert "O1" in page and "KANARDWA" not in page
    assert visitor.get(HOME).status_code == 404
    line = browser.get(HOME).text
    assert "nowa.osoba" in line and "B1" in line


def test_a_second_click_invites_nobody_twice(office: Office) -> None:
    browser = office.browser("szefowa")
    for _click in range(2):
        assert browser.post(f"{HOME}/new", INVITATION, form="/settings").location == HOME
    assert invitations(office) == 1
    taken = {**INVITATION, "email": "inny@biuro.example"}
    assert browser.post(f"{HOME}/new", taken, form="/settings").status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [{"role": "resident"}, {"role": "cesarz"}, {"role": ""}, {"email": ""}, {"email": "zły"}, {"login": ""},
     {"buildings": ["B9"]}, {"login": "x" * 10_000}],
)  # fmt: skip
def test_a_wrong_invitation_is_refused_at_its_field(office: Office, wrong: dict[str, Any]) -> None:
    before = staff(office)
    answer = office.browser("szefowa").post(f"{HOME}/new", {**INVITATION, **wrong}, form="/settings")
    assert answer.status_code == 422 and 'id="errors"' in answer.text
    assert staff(office) == before


def test_a_change_of_role_counts_from_the_next_click_and_is_written_down(office: Office) -> None:
    chief, clerk = office.browser("szefowa"), office.browser("klerk")
    page = f"{HOME}/{office.ids['klerk']}"
    assert clerk.get("/admin/accounts/new").status_code == 200
    assert chief.post(page, {"role": "board", "buildings": ["B1"]}, form=page).location == HOME
    assert clerk.get("/admin/accounts/new").status_code == 404
    assert "KANARDWA" not in clerk.get("/admin/residents").text
    with office.app.app_context(), bind(office.tenant):
        row = db.session.execute(text("SELECT * FROM audit_entries WHERE action = 'staff.changed'")).one()
    assert row.detail["before"] == {"role": "clerk", "buildings": []}
    assert row.detail["after"] == {"role": "board", "buildings": ["B1"]}
    assert (row.actor, row.subject, row.address) == ("szefowa", "klerk", "127.0.0.1")


def test_who_is_promoted_owes_the_second_factor_of_the_new_role_at_once(office: Office) -> None:
    chief, clerk = office.browser("szefowa"), office.browser("klerk")
    rule, page = "/admin/configuration/second-factor", f"{HOME}/{office.ids['klerk']}"
    assert chief.post(rule, {"required_staff": "admins"}, form=rule).status_code == 303
    assert clerk.get("/admin/").status_code == 200
    assert chief.post(page, {"role": "admin"}, form=page).location == HOME
    for path in ("/admin/", HOME, rule):
        assert clerk.get(path).headers["Location"].startswith("/login/enrol"), path
    assert chief.post(page, {"role": "clerk"}, form=page).location == HOME
    assert office.browser("klerk").get("/admin/").status_code == 200


def test_only_administrators_of_everything_manage_staff(office: Office) -> None:
    for login in ("klerk", "ksiegowa", "zarzad", "klerk1", "szefowa1", "mieszk1"):
        browser = office.browser(login)
        for path in (HOME, f"{HOME}/new", f"{HOME}/{office.ids['klerk']}", f"{HOME}/{office.ids['klerk']}/remove"):
            assert browser.get(path).status_code == 404, (login, path)
        for act in ("", "/block", "/unblock", "/remind", "/remove"):
            answer = browser.post(f"{HOME}/{office.ids['klerk']}{act}", {"role": "admin"}, form="/settings")
            assert answer.status_code == 404, (login, act)
    assert rights(Role.ADMIN, limited=True).isdisjoint({"manage_staff", "configure", "see_audit", "see_imports"})


def test_a_resident_is_no_member_of_staff(office: Office) -> None:
    browser, other = office.browser("szefowa"), office.ids["mieszk1"]
    assert browser.get(f"{HOME}/{other}").status_code == 404
    for act in ("", "/block", "/remind", "/remove"):
        assert browser.post(f"{HOME}/{other}{act}", {"role": "admin"}, form="/settings").status_code == 404
    for strange in ("nie-ma", "%00"):
        assert browser.get(f"{HOME}/{strange}").status_code == 404


def test_nobody_changes_their_own_rights(office: Office) -> None:
    browser, page = office.browser("szefowa"), f"{HOME}/{office.ids['szefowa']}"
    assert browser.post(page, {"role": "clerk"}, form="/settings").status_code == 422
    for act in ("block", "remove"):
        assert browser.post(f"{page}/{act}", {"reason": "odchodzę"}, form="/settings").status_code == 422
    assert staff(office)["szefowa"] == ("admin", "active")


LOSSES = {
    "demoted": lambda actor, who: commands.change(actor, who, "clerk", []),
    "limited": lambda actor, who: commands.change(actor, who, "admin", ["B1"]),
    "blocked": commands.block,
    "closed": lambda actor, who: commands.remove(actor, who, "koniec pracy"),
}


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_the_last_administrator_cannot_be_lost(office: Office, loss: str) -> None:
    """`szefowa1` administers one building only, and an invited one may never come: neither counts."""
    assert run(office, commands.block, system("tests"), office.ids["druga"]) == "done"
    with office.app.app_context(), bind(office.tenant):
        commands.invite(system("tests"), "przyszla", "przyszla@biuro.example", "admin")
        work.commit()
    said = run(office, LOSSES[loss], system("tests"), office.ids["szefowa"])
    assert said.startswith("To ostatni administrator"), said
    assert staff(office)["szefowa"] == ("admin", "active")


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_two_administrators_cannot_remove_each_other_at_once(office: Office, loss: str) -> None:
    one, two = as_admin(office, "szefowa"), as_admin(office, "druga")
    gate, results = threading.Barrier(2), {}

    def act(actor: Actor, other: str) -> None:
        gate.wait()
        results[actor.login] = run(office, LOSSES[loss], actor, office.ids[other])

    threads = [threading.Thread(target=act, args=pair) for pair in ((one, "druga"), (two, "szefowa"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(said == "done" for said in results.values()) == [False, True], results
    with office.app.app_context(), bind(office.tenant):
        left = db.session.execute(
            text(
                "SELECT count(*) FROM accounts a WHERE role = 'admin' AND status = 'active' "
                "AND login IN ('szefowa', 'druga') AND NOT EXISTS (SELECT FROM staff_scopes WHERE account_id = a.id)"
            )
        ).scalar_one()
    assert left == 1


def test_who_left_is_out_at_once_and_the_login_is_free(office: Office) -> None:
    chief, clerk = office.browser("szefowa"), office.browser("klerk")
    page = f"{HOME}/{office.ids['klerk']}"
    assert chief.post(f"{page}/remove", {"reason": ""}, form=page).status_code == 422
    assert chief.post(f"{page}/remove", {"reason": "Koniec umowy"}, form=page).location == HOME
    assert clerk.get("/admin/").status_code == 302
    assert Browser(office.app, office.tenant).log_in("klerk", PASSWORD).status_code == 422
    again = {"login": "klerk", "email": "klerk2@biuro.example", "role": "clerk"}
    assert chief.post(f"{HOME}/new", again, form="/settings").location == HOME


def test_a_blocked_member_comes_back_when_let_in(office: Office) -> None:
    chief, page = office.browser("szefowa"), f"{HOME}/{office.ids['klerk']}"
    for _click in range(2):
        assert chief.post(f"{page}/block", {}, form=page).location == page
    assert Browser(office.app, office.tenant).log_in("klerk").status_code == 422
    assert chief.post(f"{page}/unblock", {}, form=page).location == page
    assert office.browser("klerk")
    assert chief.post(f"{page}/remind", {}, form=page).status_code == 409, "who has a password needs no invitation"
    assert not re.search(r"/activate/", chief.get(page).text)


def test_commands_trust_no_actor_without_the_right(office: Office) -> None:
    clerk = Actor(kind="account", login="klerk", role=Role.CLERK, can=GRANTS[Role.CLERK])
    with office.app.app_context(), bind(office.tenant):
        for act in (
            lambda: commands.invite(clerk, "x1", "x1@biuro.example", "clerk"),
            lambda: commands.change(clerk, office.ids["zarzad"], "admin", []),
            lambda: commands.block(clerk, office.ids["zarzad"]),
            lambda: commands.remove(clerk, office.ids["zarzad"], "powód"),
        ):
            with pytest.raises(NotThere):
                act()
