"""Folders: a tree that is small enough to be read whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.errors import NotThere
from app.documents.queries.reading import FROM
from tenants.db import db

_FOLDERS = text("SELECT id, public_id, parent_id, name FROM document_folders ORDER BY ext.polish_key(name), id")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder; `count` are the reader's documents in it and below. `path` are the names from the top."""

    id: int
    public_id: str
    parent_id: int | None
    name: str
    count: int
    path: tuple[tuple[str, str], ...]

    @property
    def label(self) -> str:
        return " / ".join(name for _public_id, name in self.path)


def folders(_actor: Actor | None, where: str, values: dict[str, Any]) -> list[Folder]:
    """All folders in the order of a tree, with the documents for which `where` holds counted."""
    rows = list(db.session.execute(_FOLDERS))
    if not rows:
        return []
    inside = f"{where} AND d.folder_id IS NOT NULL"
    counted = text(f"SELECT d.folder_id, count(*) AS documents {FROM} WHERE {inside} GROUP BY 1")
    found_there = db.session.execute(counted, {"drafts": False, **values})
    counts: dict[int, int] = {row.folder_id: row.documents for row in found_there}
    below: dict[int | None, list[Any]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    found: list[Folder] = []

    def walk(parent: int | None, path: tuple[tuple[str, str], ...]) -> int:
        total = 0
        for row in below.get(parent, []):
            here, place = (*path, (row.public_id, row.name)), len(found)
            count = counts.get(row.id, 0) + walk(row.id, here)
            found.insert(place, Folder(row.id, row.public_id, row.parent_id, row.name, count, here))
            total += count
        return total

    walk(None, ())
    return found


def folder(known: list[Folder], public_id: str | None) -> Folder | None:
    """One of these folders; None for the top. Raises `NotThere`."""
    if not public_id:
        return None
    for one in known:
        if one.public_id == public_id:
            return one
    raise NotThere("")


def children(known: list[Folder], parent: Folder | None, *, empty: bool = True) -> list[Folder]:
    """The folders right below another, or below the top; without empty ones if so asked."""
    here = parent.id if parent else None
    return [one for one in known if one.parent_id == here and (empty or one.count)]
