"""What becomes of a document after it was filed: new versions, another folder, withdrawing, showing it to residents."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from app.attachments.rules import Checked
from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.texts import line
from app.works import log
from app.works.access import Place
from app.works.filing import finding, folders, places, queries
from app.works.filing.commands import add_files
from app.works.filing.models import WorksDocument, WorksFile
from app.works.filing.rules import MOVABLE, REASON_LENGTH, SHOWABLE
from app.works.rules import Right
from tenants.db import db

log.words("document.version", _l("dodano nową wersję dokumentu"))
log.words("document.moved", _l("przeniesiono dokument do innej teczki"))
log.words("document.withdrawn", _l("wycofano dokument"))
log.words("document.shown", _l("pokazano dokument mieszkańcom"))
log.words("document.hidden", _l("ukryto dokument przed mieszkańcami"))


def add_version(place: Place, public_id: str, files: Sequence[Checked], seen: int | None = None) -> int:
    """Add a version; returns its number. `seen` is the newest that who adds it has looked at.

    Raises `Conflict` when there is a newer one than that, `Refused` on `files` for none, `NotThere` for who may not.
    """
    row = _changeable(place, public_id)
    if row.kind not in MOVABLE:
        raise NotThere("")
    if not files:
        raise Refused(_("Wybierz plik z nową wersją."), field="files")
    newest = db.session.execute(
        select(func.coalesce(func.max(WorksFile.version), 0)).where(WorksFile.document_id == row.id)
    ).scalar_one()
    if seen is not None and seen != newest:
        raise Conflict(_("Ktoś dodał w tym czasie inną wersję. Obejrzyj ją i dodaj swoją jeszcze raz."), field="files")
    add_files(row.id, newest + 1, files, place.author)
    row.changed_at = now()
    _note(place, row, "document.version")
    return int(newest) + 1


def move(actor: Actor, place: Place, public_id: str, folder: str) -> None:
    """File a document in another folder; as what residents never see it is shown to them no more.

    Raises `Refused` on `folder`, `NotThere` for who may not.
    """
    row = _changeable(place, public_id)
    kind = folders.kind_in(place.id, folder)
    if row.kind not in MOVABLE or kind not in MOVABLE:
        raise Refused(_("Tego dokumentu nie da się tam przenieść."), field="folder")
    if folder == row.folder:
        return
    before, after = folders.one(place, row.folder).label, folders.one(place, folder).label
    row.folder, row.kind, row.changed_at = folder, kind, now()
    if kind not in SHOWABLE:
        row.shown_at = None
    db.session.flush()
    finding.refresh(row.id)
    audit.record(actor, "works.document_moved", place.name, before={"folder": before}, after={"folder": after})
    _note(place, row, "document.moved", f": {before} → {after}")


def withdraw(actor: Actor, place: Place, public_id: str, reason: str | None) -> None:
    """Take a document out of all lists; who manages the site still finds it. Raises `Refused`, `NotThere`."""
    row = _changeable(place, public_id)
    own = places.own(row.kind)
    if own and own.settled and own.settled(row.id) and not place.may(Right.MANAGE):
        raise Refused(_("Ten dokument jest już podpisany. Wycofać go może tylko osoba, która zarządza budową."))
    why = line(reason, "reason", REASON_LENGTH, missing=_("Napisz, dlaczego wycofujesz dokument."))
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason, row.shown_at = now(), place.author.name, why, None
    title = row.title if row.readers is None else ""
    audit.record(actor, "works.document_withdrawn", place.name, document=title, reason=why)
    _note(place, row, "document.withdrawn", f" – {why}")


def show(actor: Actor, place: Place, public_id: str, *, shown: bool) -> None:
    """Let the building's residents see a document, or no longer. Raises `Refused`, `NotThere` without the right."""
    place.need(Right.PUBLISH)
    row = _row(place, public_id)
    if shown and row.kind not in SHOWABLE:
        raise Refused(_("Faktur i notatek nie pokazuje się mieszkańcom."))
    if shown == (row.shown_at is not None):
        return
    row.shown_at = now() if shown else None
    audit.record(actor, "works.document_shown" if shown else "works.document_hidden", place.name, document=row.title)
    _note(place, row, "document.shown" if shown else "document.hidden")


def _changeable(place: Place, public_id: str) -> WorksDocument:
    """A document of one's own, or any for who manages the site. Raises `NotThere`."""
    place.must_work_here()
    row = _row(place, public_id)
    if not place.may(Right.MANAGE) and row.account_id != place.author.account_id:
        raise NotThere("")
    return row


def _row(place: Place, public_id: str) -> WorksDocument:
    found = queries.one(place, public_id)
    row: WorksDocument = db.session.get_one(WorksDocument, found.id, with_for_update=True, populate_existing=True)
    if row.withdrawn_at is not None:
        raise NotThere("")
    return row


def _note(place: Place, row: WorksDocument, verb: str, more: str = "") -> None:
    # the history is everybody's: it does not tell what some letter brought
    label = row.title + more if row.readers is None else ""
    log.note(place.id, place.author, verb, f"document:{row.public_id}", label)
