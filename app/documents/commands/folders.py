"""Folders: made, renamed, moved, and removed once they are empty."""

from __future__ import annotations

from sqlalchemy import select, text

from app.core import audit
from app.core.actor import Actor, Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.texts import line
from app.documents.models import DocumentFolder
from app.documents.rules import DEEPEST, FOLDER_LENGTH
from tenants.bound import current
from tenants.db import db

_USED = text(
    "SELECT EXISTS (SELECT FROM documents WHERE folder_id = :id) "
    "OR EXISTS (SELECT FROM document_folders WHERE parent_id = :id)"
)
_TWIN = text(
    "SELECT EXISTS (SELECT FROM document_folders WHERE lower(name) = lower(:name) AND id <> :id "
    "AND parent_id IS NOT DISTINCT FROM CAST(:parent AS bigint))"
)
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 11))")


def make(actor: Actor, name: str | None, parent: str | None) -> str:
    """A new folder in another (None: at the top); returns its public id. Raises `Refused`, `NotThere`."""
    _may(actor)
    above = found(parent)
    row = DocumentFolder(name=_name(name, 0, above), parent_id=above.id if above else None)
    _check_depth(above)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "document_folder.made", f"folder:{row.public_id}", name=row.name)
    return row.public_id


def rename(actor: Actor, public_id: str, name: str | None) -> None:
    """Raises `Refused`, `NotThere`."""
    _may(actor)
    row = found(public_id)
    assert row is not None
    above = db.session.get(DocumentFolder, row.parent_id) if row.parent_id else None
    before, row.name = row.name, _name(name, row.id, above)
    if before != row.name:
        audit.record(
            actor, "document_folder.renamed", f"folder:{public_id}", before={"name": before}, after={"name": row.name}
        )


def remove(actor: Actor, public_id: str) -> None:
    """Remove an empty folder. Raises `Refused` when there is something in it, `NotThere`."""
    _may(actor)
    row = found(public_id)
    assert row is not None
    if db.session.execute(_USED, {"id": row.id}).scalar():
        raise Refused(_("W tej teczce coś jest. Przenieś najpierw jej dokumenty i teczki do innej."))
    audit.record(actor, "document_folder.removed", f"folder:{public_id}", name=row.name)
    db.session.delete(row)


def found(public_id: str | None) -> DocumentFolder | None:
    """A folder by its public id; None for the top. Raises `NotThere`."""
    if not public_id:
        return None
    plain = public_id.replace("\0", "")
    row: DocumentFolder | None = db.session.scalars(
        select(DocumentFolder).where(DocumentFolder.public_id == plain)
    ).one_or_none()
    if row is None:
        raise NotThere("")
    return row


def _name(name: str | None, folder_id: int, above: DocumentFolder | None) -> str:
    clean = line(name, "name", FOLDER_LENGTH, _("Podaj nazwę teczki."))
    db.session.execute(_TURN, {"key": f"folders:{current().id}"})
    twin = {"name": clean, "id": folder_id, "parent": above.id if above else None}
    if db.session.execute(_TWIN, twin).scalar():
        raise Refused(_("W tym miejscu jest już teczka o tej nazwie."), field="name")
    return clean


def _check_depth(above: DocumentFolder | None) -> None:
    depth = 1
    while above is not None:
        depth += 1
        above = db.session.get(DocumentFolder, above.parent_id) if above.parent_id else None
    if depth > DEEPEST:
        raise Refused(_("Teczki mogą leżeć jedna w drugiej najwyżej %(most)d razy.", most=DEEPEST), field="parent")


def _may(actor: Actor) -> None:
    # Folders are everybody's, so whoever looks after some buildings only leaves them as they are.
    if not actor.may(Can.MANAGE_DOCUMENTS) or actor.buildings is not None:
        raise NotThere("")
