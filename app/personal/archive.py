"""The copy of one's data as a ZIP: a page to read, tables for a spreadsheet, JSON for machines, and a list of files."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import render_template

from app.attachments import queries as stored
from app.core.actor import Actor
from app.core.clock import local, now, today
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.messages import queries as messages
from app.office.queries import profile
from app.personal import collecting, queries
from app.personal.collecting import Table
from app.personal.letters import letters_of

MOST_BYTES = 200 * 1024 * 1024  # of files; what is more is listed and left out
IN_MEMORY = 4 << 20  # a larger copy is written to disk while it is made
CHUNK = 1 << 16
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def copy_for(actor: Actor) -> IO[bytes]:
    """Everything kept about the actor as a ZIP, ready to be read; who reads it closes it, and then it is gone.

    Files go through it piece by piece, so a copy takes little memory however large it is.
    """
    office, made_at = profile(), now()
    tables = [*collecting.tables(actor, today()), letters_of(actor)]
    out = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (closed by who reads it)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        packed = _Packed(archive, local(made_at).timetuple()[:6])
        packed.write("dane.json", _json(tables))
        for table in tables:
            packed.write(f"tabele/{table.name}.csv", _csv(table))
        left_out = _files(actor, packed)
        page = render_template(
            "personal/copy.html",
            tables=[_readable(table) for table in tables],
            office=office,
            login=actor.login,
            made_at=made_at,
            left_out=left_out,
        )
        packed.write("PRZECZYTAJ.html", page.encode())
        manifest = {
            "manager": office.name,
            "login": actor.login,
            "made_at": made_at.isoformat(),
            "files": packed.listed,
            "left_out": left_out,
        }
        packed.write("spis.json", json.dumps(manifest, ensure_ascii=False, indent=2).encode())
    out.seek(0)
    return out


class _Packed:
    """A ZIP that is being written; `listed` says of each file its name, size and hash."""

    def __init__(self, archive: zipfile.ZipFile, moment: Any) -> None:
        self._archive, self._moment = archive, moment
        self.listed: list[dict[str, Any]] = []

    def write(self, name: str, content: bytes) -> None:
        self.stream(name, io.BytesIO(content))

    def stream(self, name: str, source: IO[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        about = zipfile.ZipInfo(name, self._moment)
        about.compress_type = zipfile.ZIP_DEFLATED
        with self._archive.open(about, "w") as place:
            while piece := source.read(CHUNK):
                digest.update(piece)
                size += len(piece)
                place.write(piece)
        self.listed.append({"name": name, "bytes": size, "sha256": digest.hexdigest()})


def _files(actor: Actor, packed: _Packed) -> list[str]:
    """Put in the files of the actor's conversations and documents; returns the names of those that are left out."""
    left_out, size = [], 0
    found = [("zalaczniki", one) for one in queries.attachments(actor)]
    found += [("dokumenty", one) for one in queries.documents(actor)]
    for number, (folder, one) in enumerate(found, start=1):
        if size + one.size > MOST_BYTES:
            left_out.append(one.name)
            continue
        try:
            with _source(actor, one) as source:
                packed.stream(f"{folder}/{number:03d}-{_file_name(one.name)}", source)
            size += one.size
        except NotThere:
            left_out.append(one.name)
    return left_out


@contextmanager
def _source(actor: Actor, one: queries.OwnFile) -> Iterator[IO[bytes]]:
    """The bytes of a file. Raises `NotThere` when the storage has lost them."""
    if one.file_id is None:  # of a message from before files were stored once
        yield io.BytesIO(messages.attachment(actor, one.public_id).content)
        return
    with stored.local_path(stored.file(one.file_id)) as path, path.open("rb") as source:
        yield source


def _file_name(name: str) -> str:
    """A name that no archive program takes for a path."""
    return "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in name).lstrip(".")[-80:] or _("plik")


def _json(tables: Iterable[Table]) -> bytes:
    found = {
        table.name: {
            "title": table.title,
            "rows": [dict(zip(table.columns, map(_plain, row), strict=True)) for row in table.rows],
        }
        for table in tables
    }
    return json.dumps(found, ensure_ascii=False, indent=2).encode()


def _csv(table: Table) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _readable(table: Table) -> Table:
    return Table(table.name, table.title, table.columns, [tuple(map(_said, row)) for row in table.rows])


def _plain(value: Any) -> Any:
    """A value for JSON: times in ISO 8601, UTC."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _said(value: Any) -> str:
    """A value for people, in Polish time."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("tak") if value else _("nie")
    if isinstance(value, datetime):
        return f"{local(value):%d.%m.%Y %H:%M:%S}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return f"{value:.2f}".replace(".", ",") if isinstance(value, Decimal) else str(value)


def _cell(value: Any) -> str:
    """A value for a spreadsheet, which must not take people's text for a formula."""
    said = _said(value)
    return f"'{said}" if isinstance(value, str) and said.startswith(_FORMULA) else said
