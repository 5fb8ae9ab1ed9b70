"""The building sites of the standing cast: one at each manager, with its canary word in every text.

At alfa `jan` is a collaborator who owns the site; nobody else but staff comes in.
"""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

from PIL import Image
from sqlalchemy import select

from app.accounts.commands import create_account
from app.accounts.models import Account
from app.attachments.checking import checked
from app.attachments.rules import DOCUMENTS
from app.core.actor import Actor, Role, rights, system
from app.core.clock import today
from app.works import commands
from app.works.access import Place, place
from app.works.filing import folders, photos, series, uploads, weeks
from app.works.filing.commands import Sheet, file_away
from app.works.guests import commands as guests
from app.works.guests import things
from app.works.invoices import commands as invoices
from app.works.post.commands import contacts, drafts
from app.works.post.commands.keeping import Written, add
from app.works.post.models import WorksThread
from app.works.protocols import commands as protocols
from app.works.protocols import queries as reading_protocols
from app.works.showing import commands as showing
from tenants.db import db

#: Public ids by the name in the address, as `tests.town._ids` takes them.
IDS = {
    "site": "SELECT public_id FROM works_sites",
    "works_member": "SELECT public_id FROM works_members",
    "works_stage": "SELECT public_id FROM works_stages",
    "works_budget_line": "SELECT public_id FROM works_budget_lines",
    "files.document": "SELECT public_id FROM works_documents",
    "files.file": "SELECT public_id FROM works_files",
    "files.folder": "SELECT public_id FROM works_folders",
    "files.version": "SELECT '1'",
    "files_changing.document": "SELECT public_id FROM works_documents",
    "files_changing.folder": "SELECT public_id FROM works_folders",
    "series_id": "SELECT public_id FROM works_series",
    "week": "SELECT CAST(week_on AS text) FROM works_documents WHERE week_on IS NOT NULL",
    "upload": "SELECT public_id FROM works_uploads",
    "works_file": "SELECT public_id FROM works_files",
    "works_thread": "SELECT public_id FROM works_threads",
    "works_letter": "SELECT public_id FROM works_letters",
    "works_letter_file": "SELECT public_id FROM works_letter_files",
    "works_contact": "SELECT public_id FROM works_contacts",
    "works_draft": "SELECT public_id FROM works_drafts",
    "works_guest": "SELECT public_id FROM works_guests",
    "works_invoice": "SELECT d.public_id FROM works_invoices i JOIN works_documents d ON d.id = i.document_id",
    "works_protocol": "SELECT d.public_id FROM works_protocols p JOIN works_documents d ON d.id = p.document_id",
    "works_section": "SELECT public_id FROM works_sections WHERE place = 1",
    "works_defect": "SELECT public_id FROM works_defects",
    "works_invoices.state": "SELECT 'checked'",
    "works_invoices.ending": "SELECT 'csv'",
    "guest_secret": "SELECT repeat('x', 43)",
    "guest_file": "SELECT public_id FROM works_files",
    "guest_folder": "SELECT 'invoices'",
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
    paper = checked(f"Raport {word}.txt", f"Raport {word}".encode(), DOCUMENTS)
    file_away(here, Sheet("reports", f"Raport {word}", note=f"Uwaga {word}"), [paper])
    owner = Actor("account", "jan", account_id=jan.id, role=Role.COLLABORATOR, can=rights(Role.COLLABORATOR))
    _photographs(word, owner, place(owner, site.public_id))
    showing.save_stage(here, f"Etap {word}", date(2026, 10, 1), date(2026, 12, 1), None)
    showing.save_money(here, f"Pozycja {word}", 10_000_00, 2_500_00)
    _letters(word, here, jan.id)
    _papers(word, owner, place(owner, site.public_id))
    showing.show(admin, here, f"Prace w domu {word}", with_money=True, shown=True)


def _papers(word: str, jan: Actor, here: Place) -> None:
    """An invoice with a file, a protocol with a section, a defect and a remark, and a guest invited to the invoice."""
    typed = {
        "kind": "invoice", "seller": f"Hurtownia {word}", "number": f"FV {word}", "issued_on": date(2026, 11, 2),
        "gross": "1230,00", "category": "materials", "contract": f"Umowa {word}", "note": f"Uwaga {word}",
    }  # fmt: skip
    paper = checked(f"Faktura {word}.txt", f"Faktura {word}".encode(), DOCUMENTS)
    invoice = invoices.save(here, typed, [paper])
    made = protocols.start(jan, here, "zero", f"Protokół {word}", date(2026, 11, 2), word)
    section = reading_protocols.protocol(here, made.public_id).sections[0]
    protocols.save_section(here, made.public_id, section.public_id, 0, f"Odbiera się {word}")
    protocols.add_defect(here, made.public_id, f"Rysa {word}", f"Firma {word}", date(2026, 12, 1), word)
    protocols.remark(here, made.public_id, f"Komentarz {word}", word)
    email = f"gosc.{word.lower()}@poza.example"
    guest = {"email": email, "name": f"Gość {word}", "word": f"Proszę {word}", "days": "14"}
    guests.invite(jan, here, things.chosen(here, document=invoice.public_id), guest, word)


def _photographs(word: str, jan: Actor, here: Place) -> None:
    """A folder of its own, a series with a photograph of this week, and one that is still on its way."""
    folders.make(here, f"Teczka {word}")
    member = next(one for one in series.responsible(jan, here) if one.account_id == jan.account_id)
    typed = {"title": f"Elewacja {word}", "note": f"Skąd {word}", "member": member.public_id, "weekday": 5, "every": 1}
    row = series.begin(jan, here, "photo", {**typed, "starts_on": today() - timedelta(days=14)})
    picture = BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "JPEG")
    photo = checked(f"{word}.jpg", picture.getvalue())
    photos.add_photos(here, row, weeks.monday(today()), [(photo, today())])
    uploads.begin(here, row.public_id, None, f"{word} 2.jpg", 1000, word)


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
