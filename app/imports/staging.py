"""The stage: tables that a package is copied to as it is read, emptied in the transaction that filled them.

A large sheet of which the books hold nothing yet goes straight into them: there is nothing to compare it with, and
writing each row once instead of twice halves the time of a first import. Of one of which the books hold much, only
what they do not hold is staged (see `sifting`). Whatever is wrong with such packages is found out by the tables' own
constraints and by the same checks; they are then read again by way of the stage, where each fault has its row.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from app.imports import sifting
from app.imports.models import BOOKS, data_columns, table_of
from app.imports.reading.stream import Package, SheetStream
from app.imports.report import Totals
from app.imports.sifting import Known, Unfit

#: Sheets that can be long, and that no other refers to.
LONG = ("charges", "ledger", "readings")
ROW_NUMBERS = re.compile(rb"^[0-9]+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Ways:
    """Which sheets go `straight` into the books, as rows of `revision`; the others go to the stage.

    If `sifts`, then of long sheets only what the books do not hold as it is: `known` are those that were sifted.
    """

    straight: frozenset[str] = frozenset()
    revision: int = 0
    sifts: bool = False
    known: dict[str, Known] = field(default_factory=dict)

    @property
    def short(self) -> bool:
        """Whether not all rows go to the stage."""
        return bool(self.straight or self.known)

    def begin(self, connection: Connection, sheet: str) -> None:
        """A sheet is about to be read."""
        if self.sifts and sheet in LONG and sheet not in self.straight and sheet not in self.known:
            known = sifting.known(connection, sheet)
            if known is not None:
                self.known[sheet] = known

    def relation(self, sheet: str) -> str:
        """Where the rows of the package are, but for those that are known: `row_no` (0 where nobody knows) and the
        sheet's data columns."""
        if sheet in self.straight:
            return f"(SELECT 0 AS row_no, b.* FROM {table_of(sheet)} b WHERE b.until_revision IS NULL)"
        return f"stage_{sheet}"

    def whole(self, sheet: str) -> str:
        """Where all rows of the package are."""
        if sheet not in self.known:
            return self.relation(sheet)
        columns = ", ".join(data_columns(sheet))
        return (
            f"(SELECT row_no, {columns} FROM stage_{sheet} UNION ALL "
            f"SELECT 0, {columns} FROM {table_of(sheet)} WHERE until_revision IS NULL AND {sifting.is_met(sheet)})"
        )


def ways(connection: Connection, revision: int, *, let_in: bool, snapshot: bool) -> Ways:
    """Straight for the long sheets of which the books hold nothing, if the package is `let_in` whatever it changes.

    `revision` is the one to come. Only a `snapshot` is sifted: what is added to the books is little beside them.
    """
    empty = [
        sheet
        for sheet in LONG
        if connection.execute(
            text(f"SELECT NOT EXISTS (SELECT FROM {table_of(sheet)} WHERE until_revision IS NULL)")
        ).scalar_one()
    ]
    return Ways(frozenset(empty if let_in else ()), revision, snapshot)


@dataclass(frozen=True, slots=True)
class Control:
    """One line of the control sheet. `total` in grosze."""

    row: int
    sheet: str
    rows: int | None
    total: int | None


@dataclass(frozen=True, slots=True)
class Staged:
    """What was copied: the control sheet, and a hash of every row of the others in their common form."""

    controls: list[Control]
    content: bytes


def fill(connection: Connection, package: Package, by: Ways) -> Staged:
    """Copy every sheet of the package. Afterwards `package.findings` and `.files` are whole. Raises `Unfit`."""
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
        with package.reading_ahead():
            by.begin(connection, sheet.name)
        try:
            _copy(raw, sheet, by, content)
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            if sheet.name in by.straight:
                raise Unfit from error
            raise
    for known in by.known.values():
        sifting.note_unmet(raw, known)
    return Staged(controls, content.digest())


def _copy(raw: psycopg.Connection[Any], sheet: SheetStream, by: Ways, content: Any) -> None:
    straight = sheet.name in by.straight
    table, number = (table_of(sheet.name), "since_revision") if straight else (f"stage_{sheet.name}", sheet.fields[0])
    revision, known = str(by.revision).encode(), by.known.get(sheet.name)
    statement = f"COPY {table} ({', '.join((number, *sheet.fields[1:]))}) FROM STDIN".encode()
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for block in sheet.blocks:
            content.update(block)
            if straight:
                block = ROW_NUMBERS.sub(revision, block)
            elif known:
                block = known.sift(block)
            copy.write(block)


def totals(connection: Connection, by: Ways) -> Totals:
    """Sums of the package's ledger."""
    statement = text(
        "SELECT coalesce(sum(debit), 0)::bigint, coalesce(sum(credit), 0)::bigint "
        f"FROM {by.whole('ledger')} AS s"
    )
    return Totals(*connection.execute(statement).one())


def clear(connection: Connection) -> None:
    """Empty it, and the differences that were noted beside it."""
    connection.execute(text("TRUNCATE stage_differences, " + ", ".join(f"stage_{sheet}" for sheet in BOOKS)))


def clear_if_free(connection: Connection) -> None:
    """Empty it unless somebody holds one of its tables; else the next import will."""
    tables = ", ".join(f"stage_{name}" for name in (*BOOKS, "differences"))
    try:
        with connection.begin_nested():
            connection.execute(text(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE NOWAIT"))
            clear(connection)
    except OperationalError as error:
        if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
            raise


def _controls(sheet: SheetStream) -> list[Control]:
    found = []
    for line in b"".join(sheet.blocks).decode().splitlines():
        cells: dict[str, Any] = dict(zip(sheet.fields, line.split("\t"), strict=True))
        row, name, rows, total = (None if cells[each] == "\\N" else cells[each] for each in
                                  ("row_no", "sheet", "rows", "sum"))  # fmt: skip
        if name is not None:
            found.append(Control(int(row or 0), name, int(rows) if rows else None, int(total) if total else None))
    return found
