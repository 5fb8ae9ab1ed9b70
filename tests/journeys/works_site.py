"""A building site at `osada` with an owner and a manager of the works, for journeys of guests, invoices, protocols."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.journeys.conftest import Product

PDF = {"name": "faktura.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\nfaktura\n%%EOF\n"}
PASSWORD = "Zielony-Kasztan-77"
_BUILD = """
import json
from app.accounts.commands import create_account
from app.accounts.models import Account
from app.core import work
from app.core.actor import Actor, Role, rights, system
from app.works import commands
from app.works.access import place
from app.works.filing.commands import Sheet, file_away
from sqlalchemy import select
from tenants.context import bind
from tenants.db import db
from flask import current_app

def actor(login):
    row = db.session.execute(select(Account).where(Account.login_key == login)).scalar_one()
    return Actor("account", login, account_id=row.id, role=Role(row.role), can=rights(Role(row.role)))

with bind(current_app.extensions["tenants"].by_slug("SLUG")):
    for login in ("kier2", "wlasc2"):
        create_account(system("tests"), login, [], "collaborator", f"{login}@budowa.example", password="PASSWORD")
    db.session.flush()
    site = commands.open_site(actor("admin"), "Stan zero, Lipowa 9", [])
    here = place(actor("admin"), site.public_id)
    commands.add_member(actor("admin"), here, actor("wlasc2").account_id, "Olga Inwestor", "owner", "Wspólnota")
    commands.add_member(actor("admin"), here, actor("kier2").account_id, "Marek Kierownik", "manager", "Bud-Mar")
    here = place(actor("kier2"), site.public_id)
    made = file_away(here, Sheet("reports", "Raport tygodniowy 12", note="Ławy zalane."))
    other = file_away(here, Sheet("reports", "Raport poufny"))
    work.commit()
    print("MADE" + json.dumps({"site": site.public_id, "document": made.public_id, "other": other.public_id}))
"""
_made: dict[str, dict[str, str]] = {}


@pytest.fixture(scope="session")
def ground(product: Product, osada: str) -> dict[str, str]:
    """Public ids: `site`, `document` and `other` of two reports; `url` of the site."""
    if str(product.var) in _made:  # each module that imports this fixture has one of its own
        return _made[str(product.var)]
    script = _BUILD.replace("SLUG", osada).replace("PASSWORD", PASSWORD)
    said = product.flask("shell", stdin=f"exec({script!r})\n")
    made: dict[str, str] = json.loads(said[said.index("MADE") + 4 :].splitlines()[0])
    _made[str(product.var)] = made | {"url": f"/works/{made['site']}", "slug": osada}
    return _made[str(product.var)]


@pytest.fixture
def inside(ground: dict[str, str], visit: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Opens a page below the site as one of its people."""
    yield lambda login, path="", **options: visit(
        ground["slug"], login, path=ground["url"] + path, password=PASSWORD, **options
    )


def submit(page: Any) -> None:
    """Send the first form of the page that has a card of its own."""
    page.locator("main form.card button[type=submit]").first.click()
    page.wait_for_load_state()


def invite(page: Any, product: Product, email: str, **chosen: str) -> str:
    """Fill in the invitation on this page; the link in the letter that the guest gets."""
    page.locator("main [name=email]").fill(email)
    for name, value in chosen.items():
        page.locator(f"main [name={name}][value={value}]").check()
    submit(page)
    return link_for(product, email)


def link_for(product: Product, email: str) -> str:
    found = re.search(r"http://\S+/works/guest/[\w-]+", product.letter(email, "Zaproszenie"))
    assert found
    return found[0]


def come_in(page: Any, product: Product, link: str, email: str) -> None:
    """Press „Wyślij kod” and type the code that comes to the mailbox."""
    page.goto(link)
    page.get_by_role("button", name="Wyślij kod").click()
    page.wait_for_url("**/works/guest/code")
    code = re.search(r"\b\d{8}\b", product.letter(email, "Kod wejścia"))
    assert code
    page.locator("main [name=code]").fill(code[0])
    submit(page)
