"""Handing out files of a site: one, or all of a version in an archive that is made while it is sent; and the log."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import RawIOBase
from urllib.parse import quote

from flask import Response, request
from sqlalchemy import text

from app.attachments import serving
from app.attachments.commands import PLACE
from app.attachments.rules import named, plain_name
from app.core.errors import NotThere
from app.gateways import files as storage
from app.web import afterwards
from app.works.access import Author
from app.works.filing.queries import File
from tenants.db import db
from tenants.keys import file_root

BLOCK = 1 << 18
_NOTE = text(
    "INSERT INTO works_fetches (document_id, file_id, version, name, account_id, guest_id) "
    "VALUES (:document, :file, :version, :name, :account, :guest)"
)


def download(file: File, who: Author) -> Response:
    """One file to be saved; that it was is noted. Raises `NotThere` when the storage has lost it."""
    response = serving.handed_out(file.file_id, file.name)
    _noted(file.document_id, file.id, file.version, who)
    return response


def download_all(files: Sequence[File], title: str, who: Author) -> Response:
    """All files of a version: the only one as it is, several as a ZIP. Raises `NotThere` for none."""
    if not files:
        raise NotThere("")
    if len(files) == 1:
        return download(files[0], who)
    # The answer is made when the transaction is over, so the names are looked up before.
    root, place = file_root(), storage.files()
    entries = [(name, f"{PLACE}/{file.stored}") for name, file in zip(distinct(files), files, strict=True)]
    packed = zipped(entries, lambda name: place.below(root, name))
    response = Response(packed, mimetype="application/zip", direct_passthrough=True)
    shown = (plain_name(title) or "dokument")[:100]
    plain = shown.encode("ascii", "replace").decode().replace("?", "_")
    disposition = f"attachment; filename=\"{plain}.zip\"; filename*=UTF-8''{quote(shown)}.zip"
    response.headers["Content-Disposition"] = disposition
    response.headers["Content-Security-Policy"] = serving.CLOSED
    _noted(files[0].document_id, None, files[0].version, who)
    return response


def picture(file: File, page: int, width: int) -> Response:
    """A page of a file as a picture. Raises `NotThere` while there is none."""
    return serving.picture(file.file_id, page, width)


def distinct(files: Sequence[File]) -> list[str]:
    """The names under which files lie in an archive, each once: `dach.jpg`, `dach (2).jpg`."""
    taken: set[str] = set()
    names = []
    for file in files:
        name = named(file.name, file.content_type)
        stem, _dot, ending = name.rpartition(".")
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{stem} ({number}).{ending}"
        taken.add(name.lower())
        names.append(name)
    return names


class _Drain(RawIOBase):
    """What an archive is written to: holds only what has not been sent yet."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, block: bytes) -> int:  # type: ignore[override]
        self._held += block
        return len(block)

    def drained(self) -> bytes:
        held = bytes(self._held)
        self._held.clear()
        return held


def zipped(entries: Sequence[tuple[str, str]], opened: Callable[[str], object]) -> Iterator[bytes]:
    """An archive of (name, stored name), block by block. What the storage has lost is named in a text within."""
    drain, lost = _Drain(), []
    with zipfile.ZipFile(drain, "w", zipfile.ZIP_STORED) as archive:
        for name, stored in entries:
            try:
                with opened(stored) as source, archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as out:  # type: ignore[attr-defined]
                    while block := source.read(BLOCK):
                        out.write(block)
                        yield drain.drained()
            except FileNotFoundError:
                lost.append(name)
        if lost:
            archive.writestr("brakujace-pliki.txt", "\n".join(lost))
    yield drain.drained()


def _noted(document_id: int, file_id: int | None, version: int, who: Author) -> None:
    if request.method != "GET":
        return
    values = {
        "document": document_id, "file": file_id, "version": version, "name": who.name,
        "account": who.account_id, "guest": who.guest_id,
    }  # fmt: skip
    afterwards.do(lambda: _write(values))


def _write(values: Mapping[str, object]) -> None:
    db.session.execute(_NOTE, dict(values))
