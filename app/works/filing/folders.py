"""Folders (teczki) of a site: the ones that all sites have, and a site's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.texts import line
from app.works import log
from app.works.access import Place
from app.works.filing import places
from app.works.filing.models import WorksFolder
from app.works.filing.queries import SEEN, values
from app.works.filing.rules import FOLDER_LENGTH, FOLDERS, MOST_FOLDERS, MOVABLE, no_folder
from app.works.rules import Right
from tenants.db import db

log.words("folder.made", _l("dodano teczkę"))
log.words("folder.renamed", _l("zmieniono nazwę teczki"))
_COUNTED = text(
    "SELECT c.folder, c.n, d.public_id, d.kind, d.title, d.created_at FROM (SELECT d.folder, count(*) AS n, "
    f"max(d.id) AS id FROM works_documents d WHERE d.site_id = :site AND d.withdrawn_at IS NULL AND {SEEN} "
    "GROUP BY d.folder) c JOIN works_documents d ON d.id = c.id"
)
_OWN = text("SELECT public_id, name FROM works_folders WHERE site_id = :site ORDER BY lower(name), id")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder: `key` is what documents name it by, `kind` of what it holds, `newest` a title with its address."""

    key: str
    label: str
    kind: str
    is_own: bool
    count: int = 0
    newest: str | None = None
    newest_path: str | None = None
    newest_at: datetime | None = None


def known(place: Place) -> list[Folder]:
    """All folders of a site, the fixed ones first, with how much of them one may see."""
    counted: dict[str, Any] = {row.folder: row for row in db.session.execute(_COUNTED, values(place))}

    def folder(key: str, label: str, kind: str, is_own: bool) -> Folder:
        row = counted.get(key)
        if row is None:
            return Folder(key, label, kind, is_own)
        path = places.address(row.kind, row.public_id)
        return Folder(key, label, kind, is_own, row.n, row.title, path, row.created_at)

    fixed = [folder(key, str(label), kind, False) for key, (label, kind) in FOLDERS.items()]
    own = db.session.execute(_OWN, {"site": place.id})
    return fixed + [folder(row.public_id, row.name, "document", True) for row in own]


def one(place: Place, key: str) -> Folder:
    """A folder of the site. Raises `NotThere`."""
    for folder in known(place):
        if folder.key == key:
            return folder
    raise NotThere("")


def kind_in(site_id: int, key: str) -> str:
    """Which kind of document a folder of the site holds. Raises `Refused` on field `folder`."""
    if key in FOLDERS:
        return FOLDERS[key][1]
    own = select(WorksFolder.id).where(WorksFolder.site_id == site_id, WorksFolder.public_id == key.replace("\0", ""))
    if db.session.execute(own).first() is None:
        raise no_folder()
    return "document"


def movable(place: Place) -> list[Folder]:
    """The folders between which documents may be moved."""
    return [folder for folder in known(place) if folder.kind in MOVABLE]


def make(place: Place, name: str) -> WorksFolder:
    """Add a folder of the site's own. Raises `Refused` on `name`, `Conflict` for a second one, `NotThere`."""
    place.need(Right.MANAGE)
    plain = _name(place, name)
    if len(db.session.execute(_OWN, {"site": place.id}).all()) >= MOST_FOLDERS:
        raise Refused(_("Budowa ma już %(most)d własnych teczek: więcej się nie da.", most=MOST_FOLDERS), field="name")
    folder = WorksFolder(site_id=place.id, name=plain)
    _saved(folder)
    log.note(place.id, place.author, "folder.made", f"folder:{folder.public_id}", plain)
    return folder


def rename(place: Place, key: str, name: str) -> None:
    """Rename a folder of the site's own. Raises `Refused`, `Conflict`, `NotThere`."""
    place.need(Right.MANAGE)
    found = select(WorksFolder).where(WorksFolder.site_id == place.id, WorksFolder.public_id == key.replace("\0", ""))
    folder = db.session.execute(found.with_for_update()).scalar_one_or_none()
    if folder is None:
        raise NotThere("")
    plain = _name(place, name)
    if folder.name == plain:
        return
    before, folder.name = folder.name, plain
    _saved(folder)
    log.note(place.id, place.author, "folder.renamed", f"folder:{folder.public_id}", f"{before} → {plain}")


def _name(place: Place, typed: str) -> str:
    plain = line(typed, "name", FOLDER_LENGTH, missing=_("Nazwij teczkę, np. „Geodezja”."))
    if plain.lower() in {str(label).lower() for label, _kind in FOLDERS.values()}:
        raise Conflict(_("Taka teczka już jest."), field="name")
    return plain


def _saved(folder: WorksFolder) -> None:
    """The unique index decides, also between two who name one at the same moment."""
    try:
        with db.session.begin_nested():
            db.session.add(folder)
            db.session.flush()
    except IntegrityError as error:
        raise Conflict(_("Taka teczka już jest."), field="name") from error
