"""A column of a sheet, and how a whole batch of its cells becomes COPY text at once.

Most cells repeat (dates, kinds, units) or are plain (numbers of entries, amounts). So each column first
tries one pass over the joined batch, then a memo of cells already met; only what both decline is parsed
cell by cell. This is what makes reading as fast as COPY.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, cast

from app.imports.reading.findings import Doubtful, Notes, Unreadable
from app.imports.reading.values import GROUPING, Parser, tidy

NULL = "\\N"
#: Cells that the memo takes as they are. Not numbers: 1.0 would be met as True.
DIRECT = frozenset((str, date))
MEMO_CELLS = 20_000
MEMO_LENGTH = 200

Scan = Callable[[Sequence[str]], "list[str] | None"]


@dataclass(frozen=True)
class Kind:
    """What cells of a column hold.

    `parse` reads one cell (see `values`); `scan`, if there is one, reads a whole batch of ordinary cells
    or declines with None; `free` text must be escaped for COPY; `dates` tells that a date cell of a
    workbook belongs there, `truths` the same of a yes-or-no cell, `money` that figures have two decimals.
    """

    parse: Parser
    scan: Scan | None = None
    free: bool = False
    dates: bool = False
    truths: bool = False
    money: bool = False


@dataclass(frozen=True)
class Column:
    """A column of the exchange package.

    `name` and `polish` are its names in the contract, `field` the name of the column in our tables,
    `aliases` further headers met in practice. A `required` cell may not be empty; a column of the
    `key` tells rows apart; `default` stands in an empty cell.
    """

    name: str
    polish: str
    field: str
    kind: Kind
    required: bool = False
    key: bool = False
    default: str = ""
    aliases: tuple[str, ...] = ()


class CellFault(str):
    """A cell that holds no value; its text is the code of the sentence, `found` what was there, if anything."""

    found: Any

    def __new__(cls, code: str, found: Any = None) -> CellFault:
        fault = super().__new__(cls, code)
        fault.found = found
        return fault


def escaped(text: str) -> str:
    """`text` as a field of PostgreSQL's COPY text format."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r") if not text.isprintable() else text


def cell_text(cell: Any, kind: Kind) -> str:
    """A typed cell of a workbook as the text a person would have written.

    Raises Unreadable for cells that lost their meaning: errors, formulas never computed, codes that the
    spreadsheet took for dates.
    """
    known = type(cell)
    if known is str:
        return cast(str, cell)
    if known is float:
        if kind.money and float(amount := f"{cell:.2f}") == cell:
            return amount
        # Fifteen digits are all that a spreadsheet keeps; the rest is noise of its arithmetic.
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else format(round(cell, 10), ".15g")
    if known is CellFault:
        raise Unreadable(str(cell))
    if known is bool:
        if not kind.truths:
            raise Unreadable("cell-boolean")
        return "tak" if cell else "nie"
    if isinstance(cell, date):
        if not kind.dates:
            raise Unreadable("cell-became-date")
        return cell.isoformat()[:10]
    if isinstance(cell, (time, timedelta)):
        raise Unreadable("cell-became-date")
    return "" if cell is None else str(cell)


class Memo(dict[Any, str]):
    """Cells already met, text or days, → their COPY text. Forgets everything when it grows too large."""

    def __init__(self, column: Column) -> None:
        super().__init__()
        self.column = column

    def __missing__(self, raw: Any) -> str:
        column = self.column
        cell = tidy(raw if type(raw) is str else cell_text(raw, column.kind))
        if not cell:
            if column.required:
                raise Unreadable("required")
            done = column.default or NULL
        else:
            done = column.kind.parse(cell) or column.default or NULL
            if column.kind.free and done is not NULL:
                done = escaped(done)
        if len(cell) <= MEMO_LENGTH:
            if len(self) >= MEMO_CELLS:
                self.clear()
            self[raw] = done
        return done


@dataclass
class ColumnReader:
    """Reads the cells of one column of one file, batch after batch.

    `sheet` and `header` are the names in the file; faults are told to `notes`.
    """

    column: Column
    sheet: str
    header: str
    notes: Notes

    def __post_init__(self) -> None:
        self.memo = Memo(self.column)

    def read(self, cells: Sequence[Any], numbers: Sequence[int], faulty: set[int], *, typed: bool) -> list[str]:
        """COPY text of each cell. Positions of cells in error are added to `faulty` and read as NULL.

        `numbers` are the row numbers of the cells; `typed` cells come from a workbook.
        """
        kind = self.column.kind
        try:
            plain = [cell if type(cell) in DIRECT else cell_text(cell, kind) for cell in cells] if typed else cells
            if kind.scan and not (typed and date in map(type, plain)):
                done = kind.scan(plain)
                if done is not None and not ((self.column.required or self.column.default) and NULL in done):
                    return done
            return list(map(self.memo.__getitem__, plain))
        except (Unreadable, Doubtful):
            return [self._one(at, cell, numbers[at], faulty) for at, cell in enumerate(cells)]

    def _one(self, at: int, cell: Any, number: int, faulty: set[int]) -> str:
        try:
            return self.memo[cell_text(cell, self.column.kind)]
        except Unreadable as fault:
            faulty.add(at)
            value = cell.found if isinstance(cell, CellFault) else cell
            self.notes.error(fault.code, params=fault.params, value=value, **self._place(number))
            return NULL
        except Doubtful as doubt:
            self.notes.warning(doubt.code, params=doubt.params, value=cell, **self._place(number))
            done = doubt.instead or self.column.default
            if not done and self.column.required:
                faulty.add(at)
                self.notes.error("required", value=cell, **self._place(number))
            return escaped(done) if done else NULL

    def _place(self, number: int) -> dict[str, Any]:
        return {"sheet": self.sheet, "row": number, "column": self.header}


def text_scan(max_length: int) -> Scan:
    """Takes a batch of texts that need no care: short, printable, in NFC, without padding or a backslash."""

    def scan(cells: Sequence[str]) -> list[str] | None:
        flat = "".join(cells)
        if (
            not flat.isprintable()
            or "\\" in flat
            or "#" in flat
            or "E+" in flat
            or "e+" in flat
            or max(map(len, cells)) > max_length
            or not (flat.isascii() or unicodedata.is_normalized("NFC", flat))
            or (" " in flat and any(cell and (cell[0] == " " or cell[-1] == " ") for cell in cells))
        ):
            return None
        return [cell or NULL for cell in cells] if "" in cells else list(cells)

    return scan


AMOUNTS = re.compile(rf"(?:(?:(?:[0-9]{{1,9}}|[0-9]{{1,3}}(?:[{GROUPING}][0-9]{{3}}){{1,2}})[.,][0-9]{{2}})?\n)*")


def amount_scan(cells: Sequence[str]) -> list[str] | None:
    """Takes a batch of empty cells and unsigned amounts below 10^9 zł with exactly two decimals.

    Leading zeros may stay (`0,05` becomes `005`): for PostgreSQL it is the same number.
    """
    joined = "\n".join(cells) + "\n"
    if joined.count("\n") != len(cells) or not AMOUNTS.fullmatch(joined):
        return None
    joined = joined.replace(",", "").replace(".", "")
    for blank in GROUPING:
        if blank in joined:
            joined = joined.replace(blank, "")
    return [amount or NULL for amount in joined.split("\n")[:-1]]
