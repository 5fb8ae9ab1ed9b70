"""Attachments of letters: files that are stored, or papers that a feature makes for this recipient when it leaves.

A row's context, or the context that its cause shares, names them:

    "attachments": [{"file": 17, "name": "Regulamin.pdf"},
                    {"make": "finances.charge_notice", "args": {"unit": "12/3"}, "name": "Zawiadomienie.pdf"}]

`file` is the id of a row of `stored_files`. A maker is registered by the feature that knows the paper; it gets
`args` (JSON) and returns the bytes. Nothing is made when a mailing is written, so 20,000 personal papers are queued
as fast as 20,000 letters without one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from mimetypes import guess_type
from typing import Any

from sqlalchemy import select

from app.attachments.models import StoredFile
from app.attachments.pictures import Spoilt, sheet
from app.attachments.rules import PICTURES
from app.core.errors import NotThere
from app.core.letter import Attachment
from app.gateways.mime import encoded
from app.outbox.rules import LARGEST_ATTACHMENTS, MOST_ATTACHMENTS, NO_FILE, TOO_LARGE
from tenants.bound import current
from tenants.db import db

Maker = Callable[[dict[str, Any]], bytes]
OCTETS = "application/octet-stream"
PDF = "application/pdf"
KEPT_BYTES = 24 << 20
_makers: dict[str, tuple[Maker, str]] = {}


class CannotAttach(Exception):
    """A letter cannot have what it should bring along; the text is a `reason` of its row or a sentence for people."""


@dataclass(frozen=True, slots=True)
class _File:
    size: int
    content_type: str


def register(name: str, maker: Maker, content_type: str = "application/pdf") -> None:
    """Make a maker known. It may read the database of the bound tenant, and raises `Refused` or `CannotAttach`
    with a sentence when there is no such paper for these `args`: the letter has failed then, and says so."""
    _makers[name] = (maker, content_type)


def makers() -> frozenset[str]:
    """The names that can be asked for."""
    return frozenset(_makers)


def check(wanted: list[dict[str, Any]]) -> None:
    """Look at attachments before a letter is written: known makers, files that are there, not too much together.

    Raises `CannotAttach`.
    """
    if len(wanted) > MOST_ATTACHMENTS:
        raise CannotAttach(TOO_LARGE)
    for one in wanted:
        if not isinstance(one.get("name"), str) or not ("file" in one or one.get("make") in _makers):
            raise CannotAttach(NO_FILE)
    _files(wanted)


def attached(context: Mapping[str, Any], kept: Kept) -> list[Attachment]:
    """The attachments of a letter, ready to be put into it. Raises `CannotAttach`, and whatever a maker raises."""
    wanted: list[dict[str, Any]] = list(context.get("attachments") or ())
    if not wanted:
        return []
    if len(wanted) > MOST_ATTACHMENTS:
        raise CannotAttach(TOO_LARGE)
    sizes = kept.files(wanted)
    found, total = [], sum(one.size for one in sizes.values())
    for one in wanted:
        if "file" in one:
            name = str(one["name"])
            found.append(Attachment(name, sizes[int(one["file"])].content_type, kept.body(int(one["file"]))))
            continue
        made, content_type = _made(one)
        total += len(made)
        if total > LARGEST_ATTACHMENTS:
            raise CannotAttach(TOO_LARGE)
        found.append(Attachment(str(one["name"]), _type(str(one["name"]), content_type), encoded(made)))
    return found


def paper(one: Mapping[str, Any]) -> bytes | None:
    """A single attachment as it is put into an envelope: the bytes of a PDF, of a picture too; None for what paper
    cannot show.

    Raises `CannotAttach`, and whatever a maker raises.
    """
    if "file" not in one:
        made, content_type = _made(one)
        return made if content_type == PDF else None
    known = _files([dict(one)])[int(one["file"])]
    if known.content_type in PICTURES:
        try:
            return sheet(_content(int(one["file"])))
        except Spoilt:
            raise CannotAttach(NO_FILE) from None
    return _content(int(one["file"])) if known.content_type == PDF else None


def off_paper(wanted: list[dict[str, Any]]) -> list[str]:
    """The names of those that no paper can show, such as a DOCX; of a file that is gone too."""
    ids = [int(one["file"]) for one in wanted if "file" in one]
    shown = select(StoredFile.id).where(StoredFile.id.in_(ids), StoredFile.content_type.in_((PDF, *PICTURES)))
    known = set(db.session.execute(shown).scalars()) if ids else set()
    return [str(one["name"]) for one in wanted if not _on_paper(one, known)]


def _on_paper(one: Mapping[str, Any], shown: set[int]) -> bool:
    if "file" in one:
        return int(one["file"]) in shown
    return one.get("make") in _makers and _makers[one["make"]][1] == PDF


class Kept:
    """Files that many letters of one turn bring along, encoded once; at most `KEPT_BYTES` of them are remembered."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[int, bytes] = OrderedDict()
        self._known: dict[int, _File] = {}
        self._bytes = 0

    def files(self, wanted: list[dict[str, Any]]) -> dict[int, _File]:
        """Sizes and types of the stored files among these, before any is read. Raises `CannotAttach`."""
        ids = {int(one["file"]) for one in wanted if "file" in one}
        if not ids <= self._known.keys():
            self._known |= _files(wanted)
        found = {one: self._known[one] for one in ids}
        if sum(one.size for one in found.values()) > LARGEST_ATTACHMENTS:
            raise CannotAttach(TOO_LARGE)
        return found

    def body(self, file_id: int) -> bytes:
        """A file as it stands in a message. Raises `CannotAttach`."""
        known = self._bodies.get(file_id)
        if known is not None:
            self._bodies.move_to_end(file_id)
            return known
        body = encoded(_content(file_id))
        while self._bodies and self._bytes + len(body) > KEPT_BYTES:
            self._bytes -= len(self._bodies.popitem(last=False)[1])
        if len(body) <= KEPT_BYTES:
            self._bodies[file_id] = body
            self._bytes += len(body)
        return body


def _files(wanted: list[dict[str, Any]]) -> dict[int, _File]:
    ids = sorted({int(one["file"]) for one in wanted if "file" in one})
    if not ids:
        return {}
    clean = select(StoredFile.id, StoredFile.size, StoredFile.content_type).where(
        StoredFile.id.in_(ids), StoredFile.verdict != "infected"
    )
    found = {row.id: _File(row.size, row.content_type) for row in db.session.execute(clean)}
    if len(found) < len(ids):
        raise CannotAttach(NO_FILE)
    if sum(one.size for one in found.values()) > LARGEST_ATTACHMENTS:
        raise CannotAttach(TOO_LARGE)
    return found


def _content(file_id: int) -> bytes:
    from app.attachments.queries import content

    try:
        return content(file_id)
    except NotThere:
        raise CannotAttach(NO_FILE) from None


def _made(one: Mapping[str, Any]) -> tuple[bytes, str]:
    try:
        maker, content_type = _makers[one["make"]]
    except KeyError:
        raise CannotAttach(NO_FILE) from None
    current()  # a maker reads the bound tenant's data, and nothing without one
    return maker(dict(one.get("args") or {})), content_type


def _type(name: str, known: str) -> str:
    return known if known != OCTETS else guess_type(name)[0] or OCTETS
