"""Many files at once, each for the unit that its name names: taken, looked at by a person, stored as documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta

from sqlalchemy import select, text

from app.attachments.commands import keep
from app.attachments.rules import Checked
from app.core import audit, jobs
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.language import ngettext
from app.documents.commands import folders
from app.documents.commands.publishing import release
from app.documents.commands.saving import READ_JOB, known_codes, made_before, may, refresh, subject, tell
from app.documents.matching import Codes, Match
from app.documents.models import Document, DocumentBatch, DocumentBatchFile, DocumentTarget, DocumentVersion
from app.documents.rules import UNITS, About
from app.estate import scope
from tenants.db import db

KEPT_DAYS = 7  # an upload that nobody decided about
_UNITS = text(f"SELECT code FROM units WHERE until_revision IS NULL AND {scope.units('code')}")
_OLD = text("DELETE FROM document_batches WHERE created_at < :before AND state = 'open'")


def take(actor: Actor, about: About, folder: str | None, files: list[Checked], form_key: str = "") -> str:
    """Keep the files with the units that their names name; returns the public id of the upload.

    The same form again is the same upload. Raises `Refused`.
    """
    may(actor)
    if not files:
        raise Refused(_("Wybierz pliki albo archiwum ZIP."), field="files")
    folders.found(folder)
    known = made_before(DocumentBatch, actor, form_key)
    if known:
        return known
    said = {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(about).items()}
    row = DocumentBatch(
        about={**{name: value for name, value in said.items() if value}, "folder": folder or ""},
        created_by=actor.login, form_key=form_key[:64] or None,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    codes = Codes(db.session.execute(_UNITS, scope.values(actor)).scalars())
    matches = [codes.match(file.name) for file in files]
    times = Counter(match.unit for match in matches if match.unit)
    for file, match in zip(files, matches, strict=True):
        why = "repeated" if match.unit and times[match.unit] > 1 else match.why
        kept = keep(file)
        db.session.add(
            DocumentBatchFile(batch_id=row.id, file_id=kept.id, name=file.name, unit_code=match.unit, why=why)
        )
    db.session.flush()
    audit.record(actor, "document_batch.taken", f"batch:{row.public_id}", files=len(files), matched=_matched(matches))
    return row.public_id


def store(actor: Actor, public_id: str, units: Mapping[int, str], *, publish: bool) -> int:
    """Make a document of each file to which `units` gives a unit, by the file's place in the upload from 0.

    The others are left out. Returns how many documents were made. Raises `Refused`, `Conflict`, `NotThere`.
    """
    row = _found(actor, public_id)
    if row.state != "open":
        raise Conflict(_("O tych plikach już zdecydowano."))
    files = _files(row)
    chosen = {place: code.strip() for place, code in units.items() if code.strip() and 0 <= place < len(files)}
    if not chosen:
        raise Refused(_("Podaj lokal przynajmniej przy jednym pliku."))
    unknown = sorted(set(chosen.values()) - known_codes(actor, UNITS, chosen.values()))
    if unknown:
        shown = ", ".join(unknown[:5])[:300]
        raise Refused(_("Nie ma w ewidencji: %(codes)s.", codes=shown))
    about, folder = _about(row.about), folders.found(row.about.get("folder"))
    made = [
        _document(actor, about, folder.id if folder else None, files[place], code, publish=publish)
        for place, code in sorted(chosen.items())
    ]
    row.state = "stored"
    audit.record(actor, "document_batch.stored", f"batch:{public_id}", documents=len(made), published=publish)
    if publish:
        tell(made)
    return len(made)


def drop(actor: Actor, public_id: str) -> None:
    """Give an upload up; its files are removed in time. Raises `Conflict`, `NotThere`."""
    row = _found(actor, public_id)
    if row.state != "open":
        raise Conflict(_("O tych plikach już zdecydowano."))
    row.state = "dropped"
    for file in _files(row):
        db.session.delete(file)
    audit.record(actor, "document_batch.dropped", f"batch:{public_id}")


def forget_old() -> int:
    """Remove uploads that nobody decided about; returns how many."""
    before = now() - timedelta(days=KEPT_DAYS)
    return int(db.session.execute(_OLD, {"before": before}).rowcount)  # type: ignore[attr-defined]


def stored_sentence(count: int, *, publish: bool) -> str:
    """What is said when it is done."""
    if publish:
        return ngettext("Opublikowano %(num)d dokument.", "Opublikowano %(num)d dokumentów.", count)
    return ngettext("Zapisano %(num)d szkic.", "Zapisano %(num)d szkiców.", count)


def _document(
    actor: Actor, about: About, folder_id: int | None, file: DocumentBatchFile, unit: str, *, publish: bool
) -> Document:
    row = Document(**asdict(about), access=UNITS, folder_id=folder_id, created_by=actor.login)
    db.session.add(row)
    db.session.flush()
    db.session.add(DocumentTarget(document_id=row.id, kind="unit", code=unit))
    version = DocumentVersion(
        document_id=row.id, number=1, file_id=file.file_id, name=file.name, added_by=actor.login
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    if publish:
        release(row)
    else:
        refresh(row)
    jobs.enqueue(READ_JOB, version.public_id, {"public_id": version.public_id}, lane="bulk")
    audit.record(actor, "document.published" if publish else "document.saved", subject(row), title=row.title, unit=unit)
    return row


def _about(said: Mapping[str, str]) -> About:
    days = {name: date.fromisoformat(said[name]) for name in ("dated_on", "valid_from", "valid_until") if name in said}
    return About(said["title"], said["category"], said.get("number"), said.get("note"), **days)


def _found(actor: Actor, public_id: str) -> DocumentBatch:
    """An upload of the actor's own, locked. Raises `NotThere`."""
    may(actor)
    row: DocumentBatch | None = db.session.scalars(
        select(DocumentBatch)
        .where(DocumentBatch.public_id == public_id.replace("\0", ""), DocumentBatch.created_by == actor.login)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotThere("")
    return row


def _files(row: DocumentBatch) -> list[DocumentBatchFile]:
    found = select(DocumentBatchFile).where(DocumentBatchFile.batch_id == row.id).order_by(DocumentBatchFile.id)
    return list(db.session.scalars(found))


def _matched(matches: list[Match]) -> int:
    return sum(match.unit is not None for match in matches)
