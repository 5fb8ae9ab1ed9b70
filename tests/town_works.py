"""The building sites of the standing cast: one at each manager, with its canary word in every text.

At alfa `jan` is a collaborator who owns the site; nobody else but staff comes in.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.accounts.commands import create_account
from app.accounts.models import Account
from app.attachments.checking import checked
from app.attachments.rules import DOCUMENTS
from app.core.actor import Actor, Role, rights, system
from app.works import commands
from app.works.access import Place, place
from app.works.filing.commands import Sheet, file_away
from app.works.post.commands import contacts, drafts
from app.works.post.commands.keeping import Written, add
from app.works.post.models import WorksThread
from app.works.showing import commands as showing
from tenants.db import db

#: Public ids by the name in the address, as `tests.town._ids` takes them.
IDS = {
    "site": "SELECT public_id FROM works_sites",
    "works_member": "SELECT public_id FROM works_members",
    "works_stage": "SELECT public_id FROM works_stages",
    "works_budget_line": "SELECT public_id FROM works_budget_lines",
    "works_file": "SELECT public_id FROM works_files",
    "works_thread": "SELECT public_id FROM works_threads",
    "works_letter": "SELECT public_id FROM works_letters",
    "works_letter_file": "SELECT public_id FROM works_letter_files",
    "works_contact": "SELECT public_id FROM works_contacts",
    "works_draft": "SELECT public_id FROM works_drafts",
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
    _letters(word, here, jan.id)
    showing.show(admin, here, f"Prace w domu {word}", with_money=True, shown=True)


def _letters(word: str, here: Place, jan: int) -> None:
    """A letter with a file to the owner and to somebody outside, a draft, and a line of the address book."""
    thread = WorksThread(site_id=here.id, subject=f"Temat {word}")
    db.session.add(thread)
    db.session.flush()
    note = checked(f"Notatka {word}.txt", f"Notatka {word}".encode(), DOCUMENTS)
    written = Written(
        f"Treść {word}", people=((jan, f"Jan {word}"),), outside=((f"Firma {word}", f"{word.lower()}@firma.example"),),
        files=((note, "guess"),),
    )  # fmt: skip
    add(here, thread, written, here.author)
    drafts.save(here, {"subject": f"Szkic {word}", "body": f"Szkic {word}"})
    values = {"name": f"Kontakt {word}", "email": f"k{word.lower()}@firma.example", "note": f"Uwaga {word}"}
    contacts.add(system("tests"), here, values)
