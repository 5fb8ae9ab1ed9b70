"""Reading the manager's texts: everybody may, they are public."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import func, select

from app.core.language import DEFAULT
from app.core.links import external
from app.office.models import OfficeFile, OfficeText
from app.office.queries import Office, profile
from app.office.texts.kinds import KINDS
from app.office.texts.markup import filled, rendered, without_gaps
from tenants.db import db

_DEFAULTS = Path(__file__).resolve().parent / "pl"


class TextFile(NamedTuple):
    """An attachment: its address is `/texts/files/<public_id>`; `size` in bytes."""

    public_id: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Published:
    """A text in one language. Version 0 is ours, which stands in until the manager publishes its own.

    `locale` is the language that it is really in: Polish where the manager gave no other.
    """

    kind: str
    version: int
    title: str
    html: Markup
    published_at: datetime | None
    files: tuple[TextFile, ...]
    locale: str
    needs_acceptance: bool


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the list of them, without its text."""

    version: int
    title: str
    published_at: datetime
    published_by: str
    needs_acceptance: bool
    locales: tuple[str, ...]


def current_text(kind: str, locale: str = DEFAULT) -> Published | None:
    """The version in force, in this language or else in Polish; None for an unknown kind and one without text."""
    return text_of(kind, None, locale)


def text_of(kind: str, version: int | None, locale: str = DEFAULT) -> Published | None:
    """One version (None: the newest) in this language or else in Polish; None when there is none."""
    if kind not in KINDS:
        return None
    row = None if version == 0 else _row(kind, version)
    if row is None:
        return _default(kind) if not version else None
    return _published(row, locale)


def current_version(kind: str) -> int:
    """The number of the version in force; 0 as long as ours stands in."""
    latest = select(func.coalesce(func.max(OfficeText.version), 0)).where(OfficeText.kind == kind)
    return int(db.session.execute(latest).scalar_one())


def versions(kind: str) -> list[VersionLine]:
    """All that was published of a kind, newest first."""
    rows = db.session.execute(select(OfficeText).where(OfficeText.kind == kind).order_by(OfficeText.version.desc()))
    return [
        VersionLine(
            row.version, row.title, row.published_at, row.published_by, row.needs_acceptance,
            (DEFAULT, *sorted(row.translations)),
        )
        for row in rows.scalars()
    ]  # fmt: skip


def source(kind: str) -> dict[str, Any]:
    """What an editor begins with: `title`, `body`, `translations`, `files`; ours where nothing was published."""
    row = _row(kind, None)
    if row is not None:
        found = {"title": row.title, "body": row.body, "translations": row.translations}
        return found | {"files": files_of(tuple(row.files))}
    ours = _ours(kind)
    return {
        "title": ours[0] if ours else str(KINDS[kind].label),
        "body": ours[1] if ours else "",
        "translations": {},
        "files": (),
    }


def preview(body: str) -> Markup:
    """What was typed, as the page would show it."""
    return filled(rendered(body), _values(profile()))


def files_of(public_ids: tuple[str, ...]) -> tuple[TextFile, ...]:
    """Attachments in the order of these ids; unknown ones are left out."""
    if not public_ids:
        return ()
    rows = db.session.execute(
        select(OfficeFile.public_id, OfficeFile.name, OfficeFile.size).where(OfficeFile.public_id.in_(public_ids))
    )
    found = {row.public_id: TextFile(*row) for row in rows}
    return tuple(found[one] for one in public_ids if one in found)


def published_file(public_id: str) -> OfficeFile | None:
    """A file that some published version carries; None for any other."""
    carried = select(OfficeText.id).where(OfficeText.files.contains([public_id])).exists()
    found: OfficeFile | None = db.session.execute(
        select(OfficeFile).where(OfficeFile.public_id == public_id, carried)
    ).scalar_one_or_none()
    return found


def _row(kind: str, version: int | None) -> OfficeText | None:
    wanted = select(OfficeText).where(OfficeText.kind == kind)
    if version is not None:
        wanted = wanted.where(OfficeText.version == version)
    found: OfficeText | None = db.session.execute(wanted.order_by(OfficeText.version.desc()).limit(1)).scalar()
    return found


def _published(row: OfficeText, locale: str) -> Published:
    other = row.translations.get(locale) if locale != DEFAULT else None
    title, body = (other["title"], other["body"]) if other else (row.title, row.body)
    return Published(
        row.kind, row.version, title, filled(rendered(body), _values(profile())), row.published_at,
        files_of(tuple(row.files)), locale if other else DEFAULT, row.needs_acceptance,
    )  # fmt: skip


def _default(kind: str) -> Published | None:
    ours = _ours(kind)
    if ours is None:
        return None
    values = _values(profile())
    html = filled(rendered(without_gaps(ours[1], values)), values)
    return Published(kind, 0, ours[0], html, None, (), DEFAULT, False)


@cache
def _ours(kind: str) -> tuple[str, str] | None:
    """Title and body of the text that a new manager begins with; None where it begins with nothing."""
    path = _DEFAULTS / f"{kind}.md"
    if not path.exists():
        return None
    title, _, body = path.read_text(encoding="utf-8").partition("\n")
    return title.removeprefix("# ").strip(), body.strip()


def _values(office: Office) -> dict[str, str]:
    address = ", ".join(line for line in (office.street_line, office.city_line) if line)
    return {
        "nazwa": office.name,
        "adres": address,
        "e-mail": office.email or "",
        "telefon": office.phone or "",
        "godziny": (office.hours or "").replace("\n", ", "),
        "portal": external("/").rstrip("/"),
    }
