"""What the office does with accounts that exist."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from app.accounts import commands, queries
from app.accounts.commands import Created
from app.core import work
from app.core.actor import GRANTS, Actor, Role, system
from app.core.errors import NotThere, Refused
from tenants.context import bind
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, Browser, sessions_of, write_books

CLERK = Actor(kind="account", login="hanna", role=Role.CLERK, can=GRANTS[Role.CLERK])
NEW = "Czerwony-Klon-88"


def test_a_new_link_ends_older_ones_and_leaves_the_password_until_it_is_used(
    inside: Tenant, opened: Callable[..., Created]
) -> None:
    made = opened("O1", password=None)
    assert made.secret
    _account, secret, _until, mailed_to = commands.renew_link(CLERK, made.account.public_id)
    work.commit()
    assert mailed_to is None and queries.login_of_open_link("activation", made.secret) is None
    commands.use_token("activation", secret, NEW)
    work.commit()
    public_id = queries.accounts_of(CLERK, ["O1"])["O1"][0].public_id
    commands.renew_link(CLERK, public_id)
    work.commit()
    assert commands.log_in("O1", NEW, "192.0.2.1", "tests")


def test_a_blocked_account_loses_its_sessions_and_links_at_once(inside: Tenant, opened: Callable[..., Created]) -> None:
    public_id = opened("O1").account.public_id
    secret = commands.log_in("O1", PASSWORD, "192.0.2.1", "tests")
    work.commit()
    _account, link, _until, _mailed = commands.renew_link(CLERK, public_id)
    commands.block(CLERK, public_id)
    work.commit()
    assert queries.visitor(secret) is None and sessions_of("O1") == [False]
    assert queries.login_of_open_link("activation", link) is None
    with pytest.raises(Refused):
        commands.renew_link(CLERK, public_id)
    commands.unblock(CLERK, public_id)
    work.commit()
    assert queries.visitor(secret) is None
    assert commands.log_in("O1", PASSWORD, "192.0.2.1", "tests")


def test_a_clerk_touches_no_account_that_may_do_more(inside: Tenant, opened: Callable[..., Created]) -> None:
    public_id = opened("szefowa", role="admin").account.public_id
    for act in (commands.renew_link, commands.block, commands.unblock):
        with pytest.raises(Refused):
            act(CLERK, public_id)
        with pytest.raises(NotThere):
            act(Actor(kind="account", login="x", role=Role.BOARD, can=GRANTS[Role.BOARD]), public_id)
        with pytest.raises(NotThere):
            act(CLERK, "no-such-id")
        with pytest.raises(NotThere):
            act(CLERK, "\0")


def test_the_office_renews_a_link_and_blocks_from_the_residents_page(
    app: Any, tenant: Tenant, browser: Callable[[], Browser]
) -> None:
    with app.app_context(), bind(tenant):
        write_books()
        resident = commands.create_account(system("tests"), "O1", password=PASSWORD).account.public_id
        boss = commands.create_account(system("tests"), "ewa", role="admin", password=PASSWORD).account.public_id
        commands.create_account(system("tests"), "hanna", role="clerk", password=PASSWORD)
        work.commit()
    clerk, page = browser(), "/admin/residents/O1"
    clerk.log_in("hanna")
    answer = clerk.post(f"/admin/accounts/{resident}/link", {}, form=page)
    reset = f"/admin/accounts/{resident}/reset"
    assert answer.location == reset, "whoever has a password must show who they are"
    assert clerk.post(reset, {"identity": " "}, form=page).status_code == 422
    answer = clerk.post(reset, {"identity": "dowód osobisty okazany w biurze"}, form=page)
    link = re.search(r"/activate/[\w-]{43}", answer.text)
    assert answer.status_code == 200 and link and browser().get(link[0]).status_code == 200
    inside = browser()
    inside.log_in("O1")
    assert clerk.post(f"/admin/accounts/{resident}/block", {}, form=page).location == page
    assert "zablokowane" in clerk.get(page).text
    assert inside.get("/settings").status_code == 302
    assert clerk.post(f"/admin/accounts/{resident}/unblock", {}, form=page).location == page
    assert inside.log_in("O1").status_code == 303
    assert clerk.post(f"/admin/accounts/{boss}/block", {}, form=page).status_code == 422
    assert inside.post(f"/admin/accounts/{boss}/block", {}, form="/settings").status_code == 404
    chief = browser()
    chief.log_in("ewa")
    assert chief.post(f"/admin/accounts/{boss}/block", {}, form=page).status_code == 422
