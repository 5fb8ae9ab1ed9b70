"""Publishing and withdrawing. What many will read is looked through first, and a person decides about what is found."""

from __future__ import annotations

from sqlalchemy import select, text

from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.texts import line
from app.documents.commands.saving import found, refresh, subject, tell
from app.documents.models import Document, DocumentVersion
from app.documents.rules import REASON_LENGTH, WIDE
from app.guard.checking import look
from app.guard.commands import Consent, decide
from tenants.db import db

_RELEASE = text(
    "UPDATE document_versions SET released_at = now() "
    "WHERE document_id = :id AND withdrawn_at IS NULL AND released_at IS NULL"
)


def publish(actor: Actor, public_id: str, consent: Consent | None = None) -> None:
    """Publish a document, or the version that waits; whoever may see it is told.

    Raises `Held` when something was found in the words of what many will read, until somebody has decided about it;
    `Conflict` while the words of its file are not read yet, or when there is nothing to publish; `NotThere`.
    """
    row = found(actor, public_id)
    waiting = _waiting(row)
    if row.state == "published" and not waiting:
        raise Conflict(_("Ten dokument jest już opublikowany."))
    if row.state == "withdrawn":
        raise Conflict(_("Ten dokument jest wycofany. Przywróć go najpierw do szkiców."))
    if row.access in WIDE:
        _look_through(actor, row, waiting, consent)
    release(row)
    audit.record(actor, "document.published", subject(row), title=row.title, access=row.access)
    tell([row])


def release(row: Document) -> None:
    """Let the document and all its versions be seen from now on."""
    row.state = "published"
    row.changed_at = now()
    row.published_at = row.published_at or row.changed_at
    row.withdrawn_at = row.withdrawn_reason = None
    db.session.flush()
    db.session.execute(_RELEASE, {"id": row.id})
    refresh(row)


def withdraw(actor: Actor, public_id: str, reason: str | None) -> None:
    """Take a document away from its readers at once. Raises `Refused`, `Conflict`, `NotThere`."""
    row = found(actor, public_id)
    if row.state != "published":
        raise Conflict(_("Ten dokument nie jest opublikowany."))
    row.withdrawn_reason = line(reason, "reason", REASON_LENGTH, _("Napisz, dlaczego wycofujesz dokument."))
    row.state, row.withdrawn_at = "withdrawn", now()
    audit.record(actor, "document.withdrawn", subject(row), title=row.title, reason=row.withdrawn_reason)


def reopen(actor: Actor, public_id: str) -> None:
    """Make a withdrawn document a draft again. Raises `Conflict`, `NotThere`."""
    row = found(actor, public_id)
    if row.state != "withdrawn":
        raise Conflict(_("Ten dokument nie jest wycofany."))
    row.state = "draft"
    audit.record(actor, "document.reopened", subject(row), title=row.title)


def withdraw_version(actor: Actor, public_id: str, version: str) -> None:
    """Take one version away; the one before is in force again. The last one stays: then the document is withdrawn.

    Raises `Refused`, `NotThere`.
    """
    row = found(actor, public_id)
    chosen: DocumentVersion | None = db.session.scalars(
        select(DocumentVersion).where(
            DocumentVersion.document_id == row.id,
            DocumentVersion.public_id == version.replace("\0", ""),
            DocumentVersion.withdrawn_at.is_(None),
        )
    ).one_or_none()
    if chosen is None:
        raise NotThere("")
    others = select(DocumentVersion.id).where(
        DocumentVersion.document_id == row.id,
        DocumentVersion.withdrawn_at.is_(None),
        DocumentVersion.id != chosen.id,
    )
    if row.state == "published":
        others = others.where(DocumentVersion.released_at.is_not(None))
    if db.session.execute(others.limit(1)).first() is None:
        raise Refused(_("To jedyna wersja. Wycofaj cały dokument."))
    chosen.withdrawn_at = now()
    refresh(row)
    audit.record(actor, "document.version_withdrawn", subject(row), number=chosen.number, file=chosen.name)


def discard(actor: Actor, public_id: str) -> None:
    """Delete a draft that nobody but the office has ever seen. Raises `Conflict`, `NotThere`."""
    row = found(actor, public_id)
    if row.published_at is not None:
        raise Conflict(_("Ten dokument był już opublikowany, więc możesz go tylko wycofać."))
    audit.record(actor, "document.discarded", subject(row), title=row.title)
    db.session.delete(row)


def _waiting(row: Document) -> list[DocumentVersion]:
    """Versions that nobody but the office sees, oldest first."""
    return list(
        db.session.scalars(
            select(DocumentVersion)
            .where(
                DocumentVersion.document_id == row.id,
                DocumentVersion.withdrawn_at.is_(None),
                DocumentVersion.released_at.is_(None),
            )
            .order_by(DocumentVersion.number)
        )
    )


def _look_through(actor: Actor, row: Document, waiting: list[DocumentVersion], consent: Consent | None) -> None:
    """What becomes seen is looked through: what is said of the document, and all files that were seen by fewer."""
    versions = waiting if row.state == "published" else _all(row)
    if any(version.read_at is None for version in versions):
        raise Conflict(_("Sprawdzamy jeszcze treść pliku. Spróbuj za kilka sekund."))
    texts: dict[str, str | None] = {_("Tytuł"): row.title, _("Numer"): row.number, _("Opis"): row.note}
    texts |= {_("Plik „%(name)s”", name=version.name): version.content for version in versions}
    texts |= {_("Nazwa pliku, wersja %(number)s", number=version.number): version.name for version in versions}
    decide(actor, subject(row), look(actor, texts), consent)


def _all(row: Document) -> list[DocumentVersion]:
    """Every version that is not withdrawn: when the readers change, all of them are new to somebody."""
    return list(
        db.session.scalars(
            select(DocumentVersion)
            .where(DocumentVersion.document_id == row.id, DocumentVersion.withdrawn_at.is_(None))
            .order_by(DocumentVersion.number)
        )
    )
