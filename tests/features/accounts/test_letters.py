"""From asking to being in: real worker code, real SMTP, the link of the letter in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from app.accounts import commands
from app.core import work
from app.core.actor import system
from tenants.context import bind
from tenants.db import db
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, Browser
from tests.post import Post
from worker import entry

NEW = "Czerwony-Klon-88"


def work_off(app: Any, tenant: Tenant) -> None:
    """Run what waits for workers until nothing is left."""
    waiting = text("SELECT id FROM jobs WHERE state = 'waiting' AND run_after <= now() ORDER BY id")
    for _ in range(20):
        with app.app_context():
            with bind(tenant):
                ids = list(db.session.execute(waiting).scalars())
            for job_id in ids:
                entry.run(tenant.id, job_id)
        if not ids:
            return
    raise AssertionError("the queue does not become empty")


def link_in(message: Any, tenant: Tenant, path: str) -> str:
    """The path of the link in the plain part; it must lead to the tenant's own host."""
    body = message.get_body(("plain",)).get_content()
    found = re.search(rf"http://{re.escape(tenant.host)}({path}/[\w-]{{43}})\s", body)
    assert found, body
    assert found[1] in message.get_body(("html",)).get_content()
    return found[1]


def test_a_forgotten_password_is_replaced_through_the_letter(
    app: Any, tenant: Tenant, browser: Callable[[], Browser], post: Post
) -> None:
    address = f"anna@{tenant.slug}.example"
    with app.app_context(), bind(tenant):
        commands.create_account(system("tests"), "L000123", email=address, password=PASSWORD)
        work.commit()
    visitor = browser()
    assert visitor.post("/password/forgot", {"identifier": "L000123"}, form="/password/forgot").status_code == 200
    work_off(app, tenant)
    (letter,) = post.to(address)
    path = link_in(letter, tenant, "/password/reset")
    assert visitor.post(path, {"password": NEW, "repeat": NEW}, form=path).status_code == 303
    assert visitor.log_in("L000123", PASSWORD).status_code == 422
    assert visitor.log_in("L000123", NEW).status_code == 303
    work_off(app, tenant)
    _first, notice = post.to(address)
    assert "zostało zmienione" in notice.get_body(("plain",)).get_content()
    with app.app_context(), bind(tenant):
        stored = db.session.execute(text("SELECT i::text FROM outbox_items i")).scalars().all()
    assert not any(path.rsplit("/", 1)[1] in row for row in stored)


def test_an_account_made_by_the_office_is_activated_through_the_letter(
    app: Any, tenant: Tenant, browser: Callable[[], Browser], post: Post
) -> None:
    address = f"jan@{tenant.slug}.example"
    with app.app_context(), bind(tenant):
        commands.create_account(system("tests"), "ewa", role="admin", password=PASSWORD)
        work.commit()
    clerk = browser()
    clerk.log_in("ewa")
    form = {"login": "jan", "role": "resident", "units": "", "email": address}
    page = clerk.post("/admin/accounts/new", form, form="/admin/accounts/new")
    assert page.status_code == 200 and address in page.text
    work_off(app, tenant)
    (letter,) = post.to(address)
    path = link_in(letter, tenant, "/activate")
    resident = browser()
    assert resident.post(path, {"password": NEW, "repeat": NEW}, form=path).status_code == 303
    assert resident.log_in("jan", NEW).location == "/welcome"


def test_a_letter_speaks_the_language_of_the_page_on_which_it_was_asked_for(
    app: Any, tenant: Tenant, browser: Callable[[], Browser], post: Post
) -> None:
    address = f"oksana@{tenant.slug}.example"
    with app.app_context(), bind(tenant):
        commands.create_account(system("tests"), "L000124", email=address, password=PASSWORD)
        work.commit()
    visitor = browser()
    visitor.get("/login?lang=uk")
    visitor.post("/password/forgot", {"identifier": "L000124"}, form="/password/forgot")
    work_off(app, tenant)
    (letter,) = post.to(address)
    assert letter["Subject"] == "Новий пароль до порталу"
    assert "Посилання діє лише один раз, 60 хвилин." in letter.get_body(("plain",)).get_content()
