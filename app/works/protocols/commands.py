"""Writing a protocol together: sections with versions, defects, remarks, photographs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from app.attachments.rules import Checked
from app.core.actor import Actor
from app.core.clock import now, today
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.public_ids import new_public_id
from app.core.texts import line
from app.works import log, queries
from app.works.access import Place
from app.works.filing import queries as filing
from app.works.filing.commands import Sheet, add_files, file_away
from app.works.filing.models import WorksDocument
from app.works.protocols import rules
from app.works.protocols.models import (
    WorksDefect,
    WorksProtocol,
    WorksRemark,
    WorksSection,
    WorksSectionText,
)
from app.works.rules import block
from tenants.db import db

log.words("protocol.written", _l("zmieniono protokół"))
log.words("protocol.aside", _l("odłożono obok tekst zapisany w tym samym czasie"))
log.words("protocol.defect", _l("dopisano usterkę"))
log.words("protocol.mended", _l("oznaczono usterkę jako usuniętą"))
log.words("protocol.unmended", _l("przywrócono usterkę"))
log.words("protocol.remark", _l("skomentowano protokół"))
log.words("protocol.photos", _l("dołączono zdjęcia do protokołu"))
_HOLD = text(
    "UPDATE works_sections SET held_by = :name, held_account = :account, "
    "held_at = CASE WHEN held_account = :account AND held_at > now() - interval '10 minutes' THEN held_at ELSE now() "
    "END WHERE public_id = :section AND (held_account IS NULL OR held_account = :account "
    "OR held_at < now() - interval '10 minutes')"
)
_FREE = text("UPDATE works_sections SET held_by = NULL, held_account = NULL, held_at = NULL WHERE id = :id "
             "AND held_account = :account")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a text: saved as a version, or kept aside because somebody was faster."""

    saved: bool
    version: int


def start(actor: Actor, place: Place, template: str, title: str, dated_on: date | None, form_key: str) -> WorksDocument:
    """Begin a protocol from a template; the same `form_key` begins one. Raises `Refused` with the field, `NotThere`."""
    name, sections = rules.TEMPLATES[rules.checked_template(template)]
    sheet = Sheet(folder="protocols", title=title.strip() or str(name), dated_on=dated_on or today())
    document = file_away(place, sheet, form_key=form_key or None)
    made = db.session.execute(
        upsert(WorksProtocol)
        .values(document_id=document.id, site_id=place.id, template=template)
        .on_conflict_do_nothing(index_elements=["document_id"])
        .returning(WorksProtocol.id)
    ).scalar()
    if made is None:
        return document
    people = "\n".join(
        f"{one.name}{f', {one.firm}' if one.firm else ''} – {one.duty_label}" for one in queries.members(actor, place)
    )
    rows = [
        {
            "public_id": new_public_id(), "protocol_id": made, "place": number, "title": str(title_), "hint": str(hint),
            "body": people if number == 2 else "",
        }
        for number, (title_, hint) in enumerate(sections, 1)
    ]  # fmt: skip
    db.session.execute(insert(WorksSection), rows)
    return document


def hold(place: Place, section: str) -> None:
    """Note that somebody writes in a section, if nobody does; it expires by itself."""
    values = {"name": place.author.name, "account": place.author.account_id, "section": section}
    db.session.execute(_HOLD, values)


def save_section(place: Place, public_id: str, section_id: str, base: int, typed: str | None) -> Outcome:
    """Save a section's text that was written on version `base`.

    When another version is there by now, the text is kept aside and nothing is overwritten: the caller shows both.
    Raises `Refused` on `body`, also while the protocol is being signed, `NotThere`.
    """
    protocol = writable(place, public_id)
    body = rules.text_of(typed)
    section = db.session.execute(
        select(WorksSection)
        .where(WorksSection.protocol_id == protocol.id, WorksSection.public_id == section_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if section is None:
        raise NotThere("")
    if body == section.body:
        db.session.execute(_FREE, {"id": section.id, "account": place.author.account_id})
        return Outcome(True, section.version)
    saved = base == section.version
    values = {"section_id": section.id, "base": base, "body": body, "aside": not saved, "author": place.author.name}
    version = section.version + 1 if saved else None
    account = place.author.account_id
    db.session.execute(insert(WorksSectionText).values(**values, version=version, account_id=account))
    title = filing.one(place, public_id).title
    if not saved:
        log.note(place.id, place.author, "protocol.aside", f"document:{public_id}", f"{title}: {section.title}")
        return Outcome(False, section.version)
    section.body, section.version = body, section.version + 1
    if section.held_account == account:
        section.held_by = section.held_account = section.held_at = None
    _touch(protocol)
    log.note(place.id, place.author, "protocol.written", f"document:{public_id}", f"{title}: {section.title}")
    return Outcome(True, section.version)


def add_defect(place: Place, public_id: str, what: str, responsible: str, due_on: date | None, form_key: str) -> None:
    """Name a defect, who mends it and until when. Raises `Refused` with the field, `NotThere`."""
    protocol = writable(place, public_id)
    said = line(what, "what", rules.WHAT_LENGTH, missing=_("Napisz, co trzeba poprawić."))
    who = line(responsible, "responsible", 200, missing=_("Podaj, kto usuwa usterkę."))
    if due_on is None:
        raise Refused(_("Podaj termin usunięcia."), field="due_on")
    if not date(2000, 1, 1) <= due_on <= date(2100, 1, 1):
        raise Refused(_("Ta data nie może być prawdziwa."), field="due_on")
    _room(WorksDefect, protocol.id, rules.MOST_DEFECTS)
    values = {
        "public_id": new_public_id(), "protocol_id": protocol.id, "site_id": place.id, "what": said,
        "responsible": who, "due_on": due_on, "author": place.author.name,
        "form_key": _key(place, protocol, form_key),
    }  # fmt: skip
    if _added(WorksDefect, values):
        _touch(protocol)
        log.note(place.id, place.author, "protocol.defect", f"document:{public_id}", said)


def mend(place: Place, public_id: str, defect_id: str, *, mended: bool = True) -> None:
    """Say that a defect was mended, or that it was not; also after signing, of which it is no part."""
    place.must_work_here()
    protocol = of_document(place, public_id)
    defect = db.session.execute(
        select(WorksDefect)
        .where(WorksDefect.protocol_id == protocol.id, WorksDefect.public_id == defect_id)
        .with_for_update()
    ).scalar_one_or_none()
    if defect is None:
        raise NotThere("")
    if (defect.mended_at is not None) == mended:
        return
    defect.mended_at, defect.mended_by = (now(), place.author.name) if mended else (None, "")
    verb = "protocol.mended" if mended else "protocol.unmended"
    log.note(place.id, place.author, verb, f"document:{public_id}", defect.what)


def remark(place: Place, public_id: str, body: str, form_key: str) -> None:
    """Comment on a protocol, also while it is signed. Raises `Refused` on `remark`, `NotThere`."""
    place.must_work_here()
    protocol = of_document(place, public_id)
    said = block(body, "remark", rules.REMARK_LENGTH)
    if not said:
        raise Refused(_("Napisz komentarz."), field="remark")
    _room(WorksRemark, protocol.id, rules.MOST_REMARKS)
    key = _key(place, protocol, form_key)
    if _added(WorksRemark, {"protocol_id": protocol.id, "body": said, "author": place.author.name, "form_key": key}):
        log.note(place.id, place.author, "protocol.remark", f"document:{public_id}", filing.one(place, public_id).title)


def add_photos(place: Place, public_id: str, files: Sequence[Checked]) -> None:
    """Attach photographs and other papers. Raises `Refused` on `files`, `NotThere`."""
    protocol = writable(place, public_id)
    if not files:
        raise Refused(_("Wybierz zdjęcie albo plik."), field="files")
    add_files(protocol.document_id, 1, files, place.author)
    _touch(protocol)
    log.note(place.id, place.author, "protocol.photos", f"document:{public_id}", filing.one(place, public_id).title)


def of_document(place: Place, public_id: str, *, locked: bool = False) -> WorksProtocol:
    """The protocol of a document that one may see. Raises `NotThere`."""
    document = filing.one(place, public_id)
    statement = select(WorksProtocol).where(WorksProtocol.document_id == document.id)
    if locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found: WorksProtocol | None = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotThere("")
    return found


def writable(place: Place, public_id: str) -> WorksProtocol:
    """The protocol, held until the end, if it may be written in. Raises `NotThere`, `Conflict` while it is signed."""
    place.must_work_here()
    protocol = of_document(place, public_id, locked=True)
    if protocol.state != "open":
        raise Conflict(_("Protokół jest przekazany do podpisu. Żeby go zmienić, trzeba go najpierw otworzyć."))
    return protocol


def _touch(protocol: WorksProtocol) -> None:
    statement = text("UPDATE works_documents SET changed_at = now() WHERE id = :id")
    db.session.execute(statement, {"id": protocol.document_id})


def _added(model: Any, values: dict[str, Any]) -> bool:
    """Whether the row is new; the same form adds one."""
    statement = upsert(model).values(values).on_conflict_do_nothing(index_elements=["form_key"])
    return db.session.execute(statement.returning(model.id)).scalar() is not None


def _room(model: Any, protocol_id: int, most: int) -> None:
    found = select(model.id).where(model.protocol_id == protocol_id).limit(most)
    if len(db.session.execute(found).all()) >= most:
        raise Refused(_("W tym protokole jest ich już bardzo dużo. Załóż kolejny protokół."))


def _key(place: Place, protocol: WorksProtocol, form_key: str) -> str | None:
    plain = form_key.replace("\0", "")[:64]
    return f"{place.author.account_id}:{protocol.id}:{plain}" if plain else None
