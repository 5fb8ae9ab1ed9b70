"""One sheet of a package, from its rows to blocks of COPY text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, islice
from typing import Any

from app.imports.reading.columns import NULL, ColumnReader, escaped
from app.imports.reading.findings import Notes, Refused
from app.imports.reading.headers import Header, match
from app.imports.reading.limits import Limits
from app.imports.reading.mapping import SIDES, Plan
from app.imports.reading.packages import Source

BATCH = 1000
#: What the first cell of a blank row may begin with: nothing else is worth a look at the whole row.
BLANKS = frozenset(("", " ", "\t", "\n", "\xa0", "\x1a"))
END_OF_DOS_FILE = "\x1a"

#: Takes a block and the number of rows read so far.
Put = Callable[[bytes, int], None]


class SheetReading:
    """Reads one `source`; `header` and `rows` tell afterwards what was found."""

    def __init__(self, source: Source, limits: Limits, plan: Plan, notes: Notes) -> None:
        self.source = source
        self.limits = limits
        self.said = plan.of(source.sheet)
        self.notes = notes
        self.header: Header | None = None
        self.rows = 0

    @property
    def share(self) -> float:
        """What part of the source has been read, 0 to 1."""
        return self.source.share(self._number)

    def begin(self) -> bool:
        """Find the header; False if the sheet cannot be read. Raises Refused."""
        self._records = self.source.records(self.limits, self.said)
        self._number = 0
        wanted = self.said.header if self.said else None
        for row in self._records:
            self._number += 1
            if self._number < (wanted or 1) or blank(row):
                continue
            if wanted == 0:
                self._records = chain([row], self._records)
                self._number -= 1
                row = [""] * len(row)
            return self._take_header(row)
        raise Refused("empty-sheet", sheet=self.source.called)

    def run(self, put: Put) -> None:
        """Read the rows after the header and `put` them, a block for each batch.

        Each line is the row number and the columns of the sheet. Cells in error are NULL. Raises Refused.
        """
        assert self.header is not None
        sheet, header = self.source.sheet, self.header
        readers = [
            ColumnReader(column, self.source.called, header.written.get(column.name, column.polish), self.notes)
            for column in sheet.columns
        ]
        while True:
            noted = len(self.notes.kept)
            numbers, rows = self._batch()
            if not rows:
                break
            block = self._block(numbers, rows, readers)
            self.notes.kept[noted:] = sorted(self.notes.kept[noted:], key=lambda note: note["row"])
            self.rows += len(rows)
            put(block, self.rows)
        if not self.rows and not self.notes.errors:
            self.notes.warning("no-rows", sheet=self.source.called)

    def _take_header(self, row: list[Any]) -> bool:
        called = self.source.called
        if len(row) > self.limits.columns:
            raise Refused("too-many-columns", sheet=called, row=self._number, count=len(row), limit=self.limits.columns)
        self._width = len(row)
        self._header_row = row
        cells = [cell if isinstance(cell, str) else str(cell) for cell in row]
        self.header = match(cells, self.source.sheet, self.said, self.notes, called=called, row=self._number)
        return self.header is not None

    def _batch(self) -> tuple[list[int], list[list[Any]]]:
        """The next rows with anything in them, and their numbers; empty only at the end."""
        while taken := list(islice(self._records, BATCH)):
            first = self._number + 1
            self._number += len(taken)
            if self._ordinary(taken):
                return list(range(first, first + len(taken))), taken
            numbers, rows = self._sorted_out(taken, first)
            if rows:
                return numbers, rows
        return [], []

    def _ordinary(self, rows: list[list[Any]]) -> bool:
        """Whether no row needs a closer look: all as wide as the header, none blank, none the header again."""
        return (
            set(map(len, rows)) == {self._width}
            and all(type(row[0]) is str and row[0][:1] not in BLANKS for row in rows)
            and self._header_row not in rows
        )

    def _sorted_out(self, taken: list[list[Any]], first: int) -> tuple[list[int], list[list[Any]]]:
        numbers: list[int] = []
        rows: list[list[Any]] = []
        width, header = self._width, self._header_row
        for number, row in enumerate(taken, first):
            if len(row) != width:
                row = self._fitted(row, number)
            lead = row[0] if row else ""
            if (type(lead) is not str or lead[:1] in BLANKS) and blank(row):
                continue
            if row == header:
                self.notes.error("header-repeated", sheet=self.source.called, row=number)
                continue
            numbers.append(number)
            rows.append(row)
        return numbers, rows

    def _fitted(self, row: list[Any], number: int) -> list[Any]:
        """`row` as wide as the header; empty if it is blank or too wide to be trusted."""
        if len(row) < self._width:
            return [] if row == [END_OF_DOS_FILE] else row + [""] * (self._width - len(row))
        if not blank(row[self._width :]):
            over = next(cell for cell in row[self._width :] if not blank([cell]))
            self.notes.error(
                "too-many-cells",
                params={"count": len(row), "width": self._width},
                sheet=self.source.called,
                row=number,
                value=over,
            )
            return []
        return row[: self._width]

    def _block(self, numbers: list[int], rows: list[list[Any]], readers: list[ColumnReader]) -> bytes:
        assert self.header is not None
        cells = list(zip(*rows, strict=True))
        made = self._made(cells, len(rows)) if self.header.made else {}
        faulty: set[int] = set()
        batch: dict[str, list[str]] = {}
        for reader in readers:
            column = reader.column
            at = self.header.at.get(column.name)
            if column.name in made:
                # Faults found in the making are cells of a kind that only a workbook has.
                batch[column.name] = reader.read(made[column.name], numbers, faulty, typed=True)
            elif at is None:
                batch[column.name] = [escaped(column.default) or NULL] * len(rows)
            else:
                batch[column.name] = reader.read(cells[at], numbers, faulty, typed=self.source.typed)
        self._check(batch, numbers, faulty)
        lines = map("\t".join, zip(map(str, numbers), *batch.values(), strict=True))
        return ("\n".join(lines) + "\n").encode()

    def _made(self, cells: list[tuple[Any, ...]], count: int) -> dict[str, list[Any]]:
        """The cells of columns that are made of others."""
        assert self.header is not None
        made: dict[str, list[Any]] = {}
        plain: dict[str, Sequence[Any]] = {name: cells[at] for name, at in self.header.at.items() if name in SIDES}
        for each in self.header.made:
            made |= each.make(cells, count, {**plain, **made})
        return made

    def _check(self, batch: dict[str, list[str]], numbers: list[int], faulty: set[int]) -> None:
        """Rules of whole rows; a row that has a fault already is left in peace."""
        assert self.header is not None
        check = self.source.sheet.check
        if check is None:
            return
        for at, column, code in check(batch):
            if at not in faulty:
                written = self.header.written
                here = written.get(column) or next(
                    (written[other] for group in self.source.sheet.any_of if column in group
                     for other in group if other in written), None,
                )  # fmt: skip
                self.notes.error(code, sheet=self.source.called, row=numbers[at], column=here)


def blank(row: list[Any]) -> bool:
    return not any(cell != "" and not (type(cell) is str and not cell.strip(" \t\xa0\x1a\r\n")) for cell in row)
