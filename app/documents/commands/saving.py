"""Saving documents: a draft with its first file, changes, further versions, and the words by which they are found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, func, select, text

from app.attachments.commands import keep
from app.attachments.rules import Checked
from app.core import audit, jobs
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.documents import searching, visibility
from app.documents.commands import folders
from app.documents.models import Document, DocumentBatch, DocumentTarget, DocumentVersion
from app.documents.rules import CATEGORIES, TARGETS, WIDE, About, checked_access
from app.estate import queries as estate
from app.estate import scope
from tenants.bound import current
from tenants.db import db

READ_JOB = "documents.read"
TELL_JOB = "documents.tell"
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 12))")
_FOUND = text(f"SELECT d.id FROM documents d WHERE d.public_id = :document AND {visibility.CHANGEABLE}")
_PEOPLE = text(
    f"SELECT code FROM people WHERE until_revision IS NULL AND code = ANY(:codes) AND {scope.people('code')}"
)
_CONTENT = text(
    f"SELECT left(content, {searching.MOST_TEXT}) FROM document_versions "
    "WHERE document_id = :id AND withdrawn_at IS NULL ORDER BY released_at IS NULL, number DESC LIMIT 1"
)
_SEARCH = text(
    "UPDATE documents SET search = setweight(to_tsvector('simple', :title), 'A') "
    "|| setweight(to_tsvector('simple', :about), 'B') || setweight(to_tsvector('simple', :content), 'C') WHERE id = :id"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A document as somebody wants it: what is said of it, its folder (None: at the top), and who may see it."""

    about: About
    folder: str | None
    access: str | None
    codes: tuple[str, ...] = ()


def create(actor: Actor, wish: Wish, file: Checked | None, form_key: str = "") -> str:
    """Save a draft with its first version; returns its public id. The same form again is the same document.

    Raises `Refused` with the field.
    """
    may(actor)
    if file is None:
        raise Refused(_("Wybierz plik."), field="files")
    known = made_before(Document, actor, form_key)
    if known:
        return known
    access, codes = _access(actor, wish)
    folder = folders.found(wish.folder)
    row = Document(
        **asdict(wish.about), access=access, folder_id=folder.id if folder else None,
        created_by=actor.login, form_key=form_key[:64] or None,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    _address(row, codes)
    _add_version(actor, row, file, None)
    audit.record(actor, "document.saved", subject(row), title=row.title, access=access, file=file.name)
    return row.public_id


def change(actor: Actor, public_id: str, wish: Wish) -> bool:
    """Change what is said of a document, its folder, and who may see it; True when it has to be published anew.

    A published one whose readers change, or whose words change for many readers, becomes a draft again: the texts are
    looked through before it is published. Raises `Refused`, `NotThere`.
    """
    row = found(actor, public_id)
    access, codes = _access(actor, wish)
    folder = folders.found(wish.folder)
    before = _shown(row)
    old = _targets(row)
    for name, value in asdict(wish.about).items():
        setattr(row, name, value)
    row.access, row.folder_id = access, folder.id if folder else None
    if (before["access"], old) != (access, codes):
        _address(row, codes)
    after = _shown(row)
    readers = (before["access"], old) != (access, codes)
    wording = access in WIDE and any(before[name] != after[name] for name in ("title", "number", "note"))
    anew = row.state == "published" and (readers or wording)
    if anew:
        row.state = "draft"
    refresh(row)
    changed = {name for name in after if before[name] != after[name]}
    if changed or old != codes:
        audit.record(
            actor, "document.changed", subject(row), before={name: before[name] for name in sorted(changed)},
            after={name: after[name] for name in sorted(changed)}, readers=len(codes),
        )  # fmt: skip
    return anew


def add_version(actor: Actor, public_id: str, file: Checked | None, note: str | None) -> bool:
    """Add a version; True when it is to be seen at once, False when it waits to be published.

    What many read waits until its words have been looked through. Raises `Refused`, `NotThere`.
    """
    row = found(actor, public_id)
    if file is None:
        raise Refused(_("Wybierz plik."), field="files")
    at_once = row.state == "published" and row.access not in WIDE
    version = _add_version(actor, row, file, note)
    if at_once:
        version.released_at = row.changed_at = now()
        refresh(row)
        tell([row])
    audit.record(actor, "document.version_added", subject(row), number=version.number, file=file.name)
    return at_once


def found(actor: Actor, public_id: str) -> Document:
    """A document that the actor may change, locked. Raises `NotThere`."""
    may(actor)
    values = {**visibility.staff_values(actor), "document": public_id.replace("\0", "")}
    row = db.session.execute(_FOUND, values).scalar()
    if row is None:
        raise NotThere("")
    document: Document = db.session.get_one(Document, row, with_for_update=True)
    return document


def may(actor: Actor) -> None:
    """Raises `NotThere` without the right to change documents."""
    if not actor.may(Can.MANAGE_DOCUMENTS):
        raise NotThere("")


def subject(row: Document) -> str:
    """What the audit log calls a document."""
    return f"document:{row.public_id}"


def refresh(row: Document) -> None:
    """Write anew the words by which a document is found: of what is said of it, and of its version in force."""
    db.session.flush()
    category = CATEGORIES[row.category]
    about = " ".join(part for part in (str(category.label), str(category.plural), row.number, row.note) if part)
    content = db.session.execute(_CONTENT, {"id": row.id}).scalar() or ""
    words = {"title": row.title, "about": about, "content": content}
    values = {name: searching.words(value) for name, value in words.items()}
    db.session.execute(_SEARCH, {**values, "id": row.id})


def tell(rows: Iterable[Document]) -> None:
    """Have those told who may see the documents, once these are committed."""
    ids = [row.public_id for row in rows]
    if ids:
        jobs.enqueue(TELL_JOB, f"{ids[0]}:{now().isoformat()}", {"documents": ids}, lane="bulk")


def _add_version(actor: Actor, row: Document, file: Checked, note: str | None) -> DocumentVersion:
    kept = keep(file)
    latest = select(func.coalesce(func.max(DocumentVersion.number), 0)).where(DocumentVersion.document_id == row.id)
    version = DocumentVersion(
        document_id=row.id, number=db.session.execute(latest).scalar_one() + 1, file_id=kept.id, name=file.name,
        note=note or None, added_by=actor.login,
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    refresh(row)
    jobs.enqueue(READ_JOB, version.public_id, {"public_id": version.public_id})
    return version


def _access(actor: Actor, wish: Wish) -> tuple[str, tuple[str, ...]]:
    access, codes = checked_access(wish.access, wish.codes)
    if actor.buildings is not None and access not in TARGETS:
        raise Refused(_("Opiekujesz się wybranymi budynkami, więc wybierz budynki, lokale albo osoby."), field="access")
    unknown = sorted(set(codes) - known_codes(actor, access, codes))
    if unknown:
        shown = ", ".join(unknown[:5]) + (" …" if len(unknown) > 5 else "")
        raise Refused(_("Nie ma w ewidencji: %(codes)s.", codes=shown[:300]), field=access)
    return access, tuple(sorted(codes))


def known_codes(actor: Actor, access: str, codes: Iterable[str]) -> set[str]:
    """Those of the codes that the books have now and that are the actor's business."""
    asked = [code for code in codes if "\0" not in code]
    if access == "units":
        return estate.known_units(actor, asked)
    if access == "buildings":
        return {code for code, _address in estate.buildings(actor)} & set(asked)
    if access == "people":
        return set(db.session.execute(_PEOPLE, {"codes": asked, **scope.values(actor)}).scalars())
    return set()


def _address(row: Document, codes: tuple[str, ...]) -> None:
    db.session.execute(delete(DocumentTarget).where(DocumentTarget.document_id == row.id))
    db.session.add_all(DocumentTarget(document_id=row.id, kind=TARGETS[row.access], code=code) for code in codes)
    db.session.flush()


def _targets(row: Document) -> tuple[str, ...]:
    codes = select(DocumentTarget.code).where(DocumentTarget.document_id == row.id)
    return tuple(sorted(db.session.execute(codes).scalars()))


def _shown(row: Document) -> dict[str, Any]:
    names = ("title", "category", "number", "note", "dated_on", "valid_from", "valid_until", "access")
    values = {name: getattr(row, name) for name in names}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def made_before(kind: type[Document] | type[DocumentBatch], actor: Actor, form_key: str) -> str | None:
    """What this form of the actor's made before. Twins wait here until the first one is committed."""
    key = form_key[:64]
    if not key:
        return None
    db.session.execute(_TURN, {"key": f"{current().id}:{key}"})
    made: str | None = db.session.execute(
        select(kind.public_id).where(kind.form_key == key, kind.created_by == actor.login)
    ).scalar()
    return made
