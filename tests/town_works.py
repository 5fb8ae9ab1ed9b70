"""The building sites of the standing cast: one at each manager, with its canary word in every text.

At alfa `jan` is a collaborator who owns the site; nobody else but staff comes in.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.accounts.commands import create_account
from app.accounts.models import Account
from app.core.actor import Actor, Role, rights, system
from app.works import commands
from app.works.access import place
from app.works.filing.commands import Sheet, file_away
from app.works.showing import commands as showing
from tenants.db import db

#: Public ids by the name in the address, as `tests.town._ids` takes them.
IDS = {
    "site": "SELECT public_id FROM works_sites",
    "works_member": "SELECT public_id FROM works_members",
    "works_stage": "SELECT public_id FROM works_stages",
    "works_budget_line": "SELECT public_id FROM works_budget_lines",
    "works_file": "SELECT public_id FROM works_files",
}


def build(word: str, password: str) -> None:
    """A site with an owner and a document, every text carrying the word. Commits nothing."""
    slug = "alfa" if word.endswith("ALFA") else "beta"
    create_account(system("tests"), "jan", [], "collaborator", f"jan@{slug}.example", password=password)
    db.session.flush()
    boss = db.session.execute(select(Account).where(Account.login_key == "admin")).scalar_one()
    jan = db.session.execute(select(Account).where(Account.login_key == "jan")).scalar_one()
    admin = Actor("account", "admin", account_id=boss.id, role=Role.ADMIN, can=rights(Role.ADMIN))
    texts = {
        field: f"{field} {word}"
        for field in ("about", "street", "postcode", "city", "directions", "invoice_name", "invoice_address")
    }
    texts["postcode"] = word[:12]
    site = commands.open_site(admin, f"Budowa {word}", ["B1"], **texts)
    here = place(admin, site.public_id)
    commands.add_member(admin, here, jan.id, f"Jan {word}", "owner", f"Firma {word}")
    file_away(here, Sheet("reports", f"Raport {word}", note=f"Uwaga {word}"))
    showing.save_stage(here, f"Etap {word}", date(2026, 10, 1), date(2026, 12, 1), None)
    showing.save_money(here, f"Pozycja {word}", 10_000_00, 2_500_00)
    showing.show(admin, here, f"Prace w domu {word}", with_money=True, shown=True)
