"""The stage: tables that a package is copied to as it is read, emptied in the transaction that filled them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import Connection, text

from app.imports.checking import Control
from app.imports.models import BOOKS
from app.imports.reading.stream import Package, SheetStream
from app.imports.report import Totals


@dataclass(frozen=True, slots=True)
class Staged:
    """What was copied: the control sheet, and a hash of every row of the others in their common form."""

    controls: list[Control]
    content: bytes


def fill(connection: Connection, package: Package) -> Staged:
    """Copy every sheet of the package. Afterwards `package.findings` and `.files` are whole."""
    # A run that ended well has emptied it, a crash of the server too.
    kept = (*BOOKS, "differences")
    if any(connection.execute(text(f"SELECT pg_relation_size('stage_{name}')")).scalar() for name in kept):
        clear(connection)
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, psycopg.Connection)
    controls: list[Control] = []
    content = hashlib.blake2b(digest_size=32)
    for sheet in package.sheets():
        if sheet.name == "control":
            controls = _controls(sheet)
            continue
        content.update(f"\n{sheet.name}\n".encode())
        statement = f"COPY stage_{sheet.name} ({', '.join(sheet.fields)}) FROM STDIN".encode()
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for block in sheet.blocks:
                content.update(block)
                copy.write(block)
    return Staged(controls, content.digest())


def totals(connection: Connection) -> Totals:
    """Sums of the staged ledger."""
    statement = text("SELECT coalesce(sum(debit), 0)::bigint, coalesce(sum(credit), 0)::bigint FROM stage_ledger")
    return Totals(*connection.execute(statement).one())


def clear(connection: Connection) -> None:
    """Empty it, and the differences that were noted beside it."""
    connection.execute(text("TRUNCATE stage_differences, " + ", ".join(f"stage_{sheet}" for sheet in BOOKS)))


def _controls(sheet: SheetStream) -> list[Control]:
    found = []
    for line in b"".join(sheet.blocks).decode().splitlines():
        cells: dict[str, Any] = dict(zip(sheet.fields, line.split("\t"), strict=True))
        row, name, rows, total = (None if cells[each] == "\\N" else cells[each] for each in
                                  ("row_no", "sheet", "rows", "sum"))  # fmt: skip
        if name is not None:
            found.append(Control(int(row or 0), name, int(rows) if rows else None, int(total) if total else None))
    return found
