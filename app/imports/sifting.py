"""What of a long sheet the books hold already, told while it is read: only the rest is staged and compared.

PostgreSQL hashes the text of every row that holds, and each row that is read is looked up among these hashes. The
hashes are made of the books themselves at each import and kept nowhere, so there is nothing that could be out of date.

A row that is met is the row that holds: equal hashes mean equal texts, for two different rows share the first 128
bits of SHA-256 once in 10^26 imports of a million rows, and who could find such a pair (2^64 trials) would have it in
books of their own. Equal texts mean equal rows: `_text` writes NULL as `\\N` and doubles each backslash, so that no
text of a row is that of another, whatever it holds. The other way round nothing is taken for granted: a row that is
not met (another way to write a number is enough) is staged and compared like any other.

What would need more than the rows that are left, such as the places of faults, makes the package `Unfit` for this.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import psycopg
from sqlalchemy import Connection, Table, Text, text

from app.imports import publishing
from app.imports.models import BOOKS, key_columns, table_of
from app.imports.publishing import RowsLost
from app.imports.reading.sheets import SHEETS
from app.imports.report import SheetCounts

#: Fewer rows than these are compared faster than they are hashed.
MANY = 5_000
PRINT = 16  # bytes of a hash
#: A print, and the id of the row that it is of.
_HELD = struct.Struct(f"!{PRINT}xq")
#: Rows that hold lie in as many heaps as 14 bits can name, a few dozen in each.
_HEAPS = 1 << 14


class Unfit(Exception):
    """The package can only be judged with all of its rows on the stage."""


class Known:
    """The rows of a sheet that hold: `held` of them, `met` of these in the package so far."""

    def __init__(self, sheet: str, heaps: list[bytearray], held: int) -> None:
        self.sheet = sheet
        self.held = held
        self.met = 0
        self._heaps = heaps

    def sift(self, block: bytes) -> bytes:
        """What of a block of COPY text is not in the books as it stands there. Each row that holds is met once."""
        heaps, left = self._heaps, []
        lines = block.split(b"\n")
        lines.pop()
        for line in lines:
            found = sha256(line[line.find(b"\t") + 1 :]).digest()
            heap = heaps[found[0] << 6 | found[1] >> 2]
            # Not there is -1; and what lies across two entries is none.
            at = heap.find(found[:PRINT])
            if at % _HELD.size:
                left.append(line + b"\n")
            else:
                del heap[at : at + _HELD.size]
        self.met += len(lines) - len(left)
        return b"".join(left)

    def unmet(self) -> Iterator[int]:
        """The ids of the rows that were not met; afterwards nothing of them is remembered."""
        while self._heaps:
            for (number,) in _HELD.iter_unpack(self._heaps.pop()):
                yield number


def known(connection: Connection, sheet: str) -> Known | None:
    """What the books hold of a sheet; None if that is too little to be worth the while."""
    books = f"{table_of(sheet)} WHERE until_revision IS NULL"
    count = connection.execute(text(f"SELECT count(*) FROM {books}")).scalar_one()
    if count < MANY or not count:
        return None
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, psycopg.Connection)
    heaps, held = [bytearray() for _ in range(_HEAPS)], 0
    with raw.cursor(binary=True) as cursor:
        cursor.execute(
            f"SELECT (get_byte(print, 0) << 6) | (get_byte(print, 1) >> 2), "  # type: ignore[arg-type]
            f"string_agg(substring(print FROM 1 FOR {PRINT}) || int8send(id), ''::bytea) "
            f"FROM (SELECT id, sha256(convert_to({_text(sheet)}, 'UTF8')) AS print FROM {books} OFFSET 0) AS s "
            "GROUP BY 1"
        )
        while rows := cursor.fetchmany(256):
            for heap, entries in rows:
                heaps[heap] += entries
                held += len(entries) // _HELD.size
    if held != count:
        raise RowsLost(f"{sheet}: {count} rows hold, {held} were hashed")
    return Known(sheet, heaps, held)


def _text(sheet: str) -> str:
    """SQL for the text of a row as the reader of files writes it, without its number."""
    table: Table = BOOKS[sheet].__table__  # type: ignore[attr-defined]
    cells = []
    for field in (column.field for column in SHEETS[sheet].columns):
        column = table.columns[field]
        cell = f"replace({field}, E'\\\\', E'\\\\\\\\')" if isinstance(column.type, Text) else f"{field}::text"
        cells.append(f"coalesce({cell}, E'\\\\N')" if column.nullable else cell)
    return f"concat_ws(E'\\t', {', '.join(cells)})"


def is_met(sheet: str) -> str:
    """SQL: the row `id` of those that hold was met."""
    # With NOT IN a table of hashes is sure; what PostgreSQL thinks of the size of new rows leads it astray otherwise.
    return f"id NOT IN (SELECT held FROM stage_differences WHERE sheet = '{_unmet(sheet)}' AND held IS NOT NULL)"


def _unmet(sheet: str) -> str:
    """Under which name the rows that were not met are noted beside the stage."""
    return f"{sheet}: not met"


def note_unmet(raw: psycopg.Connection[Any], known: Known) -> None:
    """Note the rows that hold and were not met; whether they are changed or gone, `compare` will tell."""
    sheet, noted = _unmet(known.sheet), 0
    with raw.cursor() as cursor, cursor.copy("COPY stage_differences (sheet, held) FROM STDIN") as copy:
        for number in known.unmet():
            copy.write(f"{sheet}\t{number}\n")
            noted += 1
    if known.met + noted != known.held:
        raise RowsLost(f"{known.sheet}: {known.held} rows hold, {known.met} met and {noted} not")


def compare(connection: Connection, known: Known, rows: int) -> SheetCounts:
    """How a sheet of `rows` differs from the books, of which those not met are on the stage: as `publishing.compare`.

    Raises `Unfit` if a key is there twice.
    """
    sheet, books, stage = known.sheet, table_of(known.sheet), f"stage_{known.sheet}"
    values = {"sheet": sheet, "unmet": _unmet(sheet)}
    staged = int(connection.execute(text(f"SELECT count(*) FROM {stage}")).scalar_one())
    if known.met + staged != rows:
        raise RowsLost(f"{sheet}: {rows} rows read, {known.met} met and {staged} not")
    connection.execute(
        text(
            "INSERT INTO stage_differences (sheet, wanted, held) SELECT :sheet, s.row_no, t.id "
            f"FROM {stage} s FULL JOIN "
            f"(SELECT b.* FROM {books} b JOIN stage_differences d ON d.sheet = :unmet AND d.held = b.id) t "
            f"ON {publishing.same_key(sheet)} "
            f"WHERE t.id IS NULL OR s.row_no IS NULL OR {publishing.differs(sheet)}"
        ),
        values,
    )
    counts = publishing.counted(connection, sheet, rows)
    if _is_twice(connection, sheet) or (counts.added and _is_met_again(connection, sheet)):
        raise Unfit
    return counts


def _is_twice(connection: Connection, sheet: str) -> bool:
    """Whether a key is on the stage twice."""
    keys = ", ".join(key_columns(sheet))
    statement = f"SELECT EXISTS (SELECT FROM stage_{sheet} GROUP BY {keys} HAVING count(*) > 1)"
    return bool(connection.execute(text(statement)).scalar_one())


def _is_met_again(connection: Connection, sheet: str) -> bool:
    """Whether a staged key is that of a row that was met.

    A row that was met cannot be met again: the second of two that are alike is on the stage, as new as it seems.
    """
    return bool(
        connection.execute(
            text(
                f"SELECT EXISTS (SELECT FROM stage_{sheet} s JOIN {table_of(sheet)} t "
                f"ON {publishing.same_key(sheet)} AND t.until_revision IS NULL AND t.{is_met(sheet)})"
            )
        ).scalar_one()
    )
