"""Saving invoices of members and guests, and saying what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from app.attachments.rules import Checked
from app.core import audit
from app.core.actor import Actor
from app.core.clock import now, today
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.works import log
from app.works.access import Author, Place
from app.works.filing import queries as filing
from app.works.filing.commands import Sheet, file_away
from app.works.filing.models import WorksDocument
from app.works.invoices import ksef, rules
from app.works.invoices.models import WorksInvoice
from app.works.invoices.rules import CATEGORIES, KINDS, Facts
from app.works.rules import Right, block
from tenants.db import db

for _state, _said in (
    ("new", _l("przyjęto fakturę ponownie")),
    ("checked", _l("sprawdzono fakturę")),
    ("accepted", _l("zaakceptowano fakturę")),
    ("refused", _l("odrzucono fakturę")),
    ("paid", _l("zapłacono fakturę")),
):
    log.words(f"invoice.{_state}", _said)
log.words("invoice.described", _l("wpisano dane faktury"))
log.words("invoice.planned", _l("zmieniono plan wydatków"))
_SAME = text(
    "SELECT d.public_id, d.title FROM works_invoices i JOIN works_documents d ON d.id = i.document_id "
    "WHERE i.site_id = :site AND i.seller_key = :seller AND i.number_key = :number AND i.number_key <> '' "
    "AND d.withdrawn_at IS NULL ORDER BY i.id LIMIT 1"
)
_PLAN = text(
    "INSERT INTO works_plans (site_id, category, planned) VALUES (:site, :category, :planned) "
    "ON CONFLICT (site_id, category) DO UPDATE SET planned = EXCLUDED.planned, changed_at = now()"
)


class Question(Refused):
    """Something looks odd, yet may be true: saved when it is confirmed. `field` is the confirmation's."""


def completed(typed: Mapping[str, Any], files: Sequence[Checked]) -> dict[str, Any]:
    """What was typed, with what an electronic invoice among the files says where nothing was typed."""
    values = dict(typed)
    for file in files:
        if file.content_type == "application/xml":
            for name, said in ksef.fields(file.content).items():
                if not values.get(name):
                    values[name] = date_of(said) if name.endswith("_on") else said
    return values


def save(
    place: Place,
    typed: Mapping[str, Any],
    files: Sequence[Checked],
    *,
    author: Author | None = None,
    form_key: str | None = None,
) -> WorksDocument:
    """Save an invoice, receipt or note with its files, by a member or a guest (`author`).

    `typed` as `forms.InvoiceForm` has it; `confirm` and `confirm_same` answer questions. Raises `Refused` with the
    field, `Question`, `NotThere`.
    """
    if author is None:
        place.must_work_here()
    place.must_be_open()
    values = completed(typed, files)
    facts = _checked(values)
    odd = rules.does_not_add_up(facts.net, facts.vat, facts.gross)
    if odd and not values.get("confirm"):
        raise Question(odd, field="confirm")
    again = _known(place, author or place.author, form_key)
    if again is not None:
        return again
    same = _same(place, facts)
    if same and not values.get("confirm_same"):
        raise Question(same, field="confirm_same")
    document = file_away(place, _sheet(facts, values), files, author=author, form_key=form_key)
    _insert(place, document.id, facts)
    return document


def describe(actor: Actor, place: Place, public_id: str, typed: Mapping[str, Any]) -> None:
    """Say what an invoice says that was filed without that, such as one that came with a letter.

    Its author may, and who sees all invoices. Raises as `save`, `Conflict` when it was said before.
    """
    place.must_work_here()
    line = filing.one(place, public_id)
    if line.kind != "invoice":
        raise NotThere("")
    facts = _checked(typed)
    odd = rules.does_not_add_up(facts.net, facts.vat, facts.gross)
    if odd and not typed.get("confirm"):
        raise Question(odd, field="confirm")
    same = _same(place, facts)
    if same and not typed.get("confirm_same"):
        raise Question(same, field="confirm_same")
    if not _insert(place, line.id, facts):
        raise Conflict(_("Dane tego dokumentu są już wpisane."))
    document = db.session.get_one(WorksDocument, line.id)
    document.number, document.amount = facts.number, facts.gross
    document.dated_on, document.due_on = facts.issued_on, facts.due_on
    audit.record(actor, "works.invoice_moved", line.title, after={"state": "new"})
    log.note(place.id, place.author, "invoice.described", f"document:{public_id}", line.title)


def move(actor: Actor, place: Place, public_id: str, to: str, version: int, reason: str = "") -> None:
    """Say what becomes of an invoice. Who sees all invoices may, staff who only look may not.

    Raises `Refused` on `reason`, `Conflict` when somebody was faster, `NotThere`.
    """
    place.must_work_here()
    if not place.may(Right.SEE_INVOICES):
        raise NotThere("")
    line = filing.one(place, public_id)
    invoice = db.session.execute(
        select(WorksInvoice).where(WorksInvoice.document_id == line.id).with_for_update()
    ).scalar_one_or_none()
    if invoice is None:
        raise NotThere("")
    if invoice.version != version or not rules.may_move(invoice.state, to):
        raise Conflict(_("Stan tej faktury zmienił się w międzyczasie. Poniżej jest aktualny."))
    why = rules.checked_text(reason, "reason", _("Napisz, dlaczego ją odrzucasz.") if to == "refused" else "")
    before = invoice.state
    invoice.state, invoice.reason, invoice.version = to, why, invoice.version + 1
    invoice.state_by, invoice.state_at = place.author.name, now()
    if to == "paid":
        invoice.paid_on = today()
    audit.record(actor, "works.invoice_moved", line.title, before={"state": before}, after={"state": to})
    log.note(place.id, place.author, f"invoice.{to}", f"document:{public_id}", line.title)


def plan(actor: Actor, place: Place, typed: Mapping[str, str]) -> None:
    """Say how much is planned for each category; an empty one is none. Raises `Refused` with the field, `NotThere`."""
    place.need(Right.MANAGE)
    for category in CATEGORIES:
        planned = rules.parsed_amount(typed.get(category), category)
        db.session.execute(_PLAN, {"site": place.id, "category": category, "planned": planned or 0})
    audit.record(actor, "works.planned", place.name)
    log.note(place.id, place.author, "invoice.planned", f"site:{place.public_id}", place.name)


def date_of(said: str) -> date | None:
    """A date as `2026-11-21`, None for anything else."""
    try:
        return date.fromisoformat(said[:10])
    except ValueError:
        return None


def _checked(values: Mapping[str, Any]) -> Facts:
    kind, category = str(values.get("kind") or "invoice"), str(values.get("category") or "other")
    if kind not in KINDS:
        raise Refused(_("Wybierz, co to za dokument."), field="kind")
    if category not in CATEGORIES:
        raise Refused(_("Wybierz, za co to jest."), field="category")
    seller = rules.checked_text(values.get("seller"), "seller", _("Podaj, kto wystawił dokument."))
    numbered = _("Podaj numer faktury.") if kind == "invoice" else ""
    issued_on, due_on = values.get("issued_on"), values.get("due_on")
    if not isinstance(issued_on, date):
        raise Refused(_("Podaj datę wystawienia."), field="issued_on")
    if not date(2000, 1, 1) <= issued_on <= date(2100, 1, 1):
        raise Refused(_("Ta data nie może być prawdziwa."), field="issued_on")
    if issued_on > today():
        raise Refused(_("Data wystawienia jest w przyszłości."), field="issued_on")
    if isinstance(due_on, date) and not issued_on <= due_on <= date(2100, 1, 1):
        raise Refused(_("Termin zapłaty jest wcześniejszy niż data wystawienia."), field="due_on")
    nip = rules.seller_nip(values.get("nip"))
    number = rules.checked_text(values.get("number"), "number", numbered)
    net, vat, gross = rules.checked_sums(values.get("net"), values.get("vat"), values.get("gross"))
    return Facts(
        kind, seller, nip, number, issued_on, net, vat, gross,
        due_on if isinstance(due_on, date) else None,
        rules.checked_account(values.get("account")),
        category,
        rules.checked_text(values.get("contract"), "contract"),
    )  # fmt: skip


def _insert(place: Place, document_id: int, facts: Facts) -> bool:
    row = {name: getattr(facts, name) for name in Facts.__slots__}
    keys = {"seller_key": rules.seller_key(facts.seller, facts.nip), "number_key": rules.key(facts.number)}
    statement = insert(WorksInvoice).values(document_id=document_id, site_id=place.id, **row, **keys)
    once = statement.on_conflict_do_nothing(index_elements=["document_id"]).returning(WorksInvoice.id)
    return db.session.execute(once).scalar() is not None


def _sheet(facts: Facts, values: Mapping[str, Any]) -> Sheet:
    said = str(KINDS[facts.kind])
    title = f"{said[:1].upper()}{said[1:]} {facts.number}".strip() + f", {facts.seller}"
    return Sheet(
        folder="invoices",
        title=title[:200],
        note=block(values.get("note"), "note", 2000),
        dated_on=facts.issued_on,
        number=facts.number,
        amount=facts.gross,
        due_on=facts.due_on,
        details={"kind": facts.kind},
    )


def _same(place: Place, facts: Facts) -> str | None:
    """The question about an invoice of the same seller and number. It names no more than who asks knows already."""
    keys = {"seller": rules.seller_key(facts.seller, facts.nip), "number": rules.key(facts.number)}
    if db.session.execute(_SAME, {"site": place.id, **keys}).first() is None:
        return None
    return _(
        "Dokument %(number)s tego wystawcy jest już w teczce tej budowy. Zapisać go jeszcze raz?", number=facts.number
    )


def _known(place: Place, author: Author, form_key: str | None) -> WorksDocument | None:
    """The document that this form has made already."""
    if not form_key:
        return None
    found: WorksDocument | None = db.session.execute(
        select(WorksDocument).where(
            WorksDocument.site_id == place.id,
            WorksDocument.form_key == form_key,
            WorksDocument.account_id == author.account_id
            if author.account_id is not None
            else WorksDocument.guest_id == author.guest_id,
        )
    ).scalar_one_or_none()
    return found
