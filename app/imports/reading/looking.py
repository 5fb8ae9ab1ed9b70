"""The first rows of files of which nobody has said yet what they hold, kept as JSON and read as if from the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from app.imports.reading.columns import CellFault
from app.imports.reading.limits import Limits
from app.imports.reading.mapping import SheetMap
from app.imports.reading.packages import Source
from app.imports.reading.sheets import Sheet

MAX_CELL = 500
MAX_COLUMNS = 200


@dataclass(frozen=True)
class Tab:
    """The first rows of a tab or a file, blank ones included; `typed` cells come from a workbook."""

    called: str
    file: str
    typed: bool
    encoding: str | None
    separator: str | None
    rows: list[list[Any]]

    @classmethod
    def kept(cls, said: Mapping[str, Any]) -> Tab:
        """A tab from its form in JSON."""
        return cls(**{**said, "rows": [[_cell(cell) for cell in row] for row in said["rows"]]})

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "rows": [[_said(cell) for cell in row] for row in self.rows]}


@dataclass
class Looked:
    """A tab that was looked at, to be read as `sheet`."""

    sheet: Sheet
    tab: Tab

    def __post_init__(self) -> None:
        self.called, self.file, self.typed = self.tab.called, self.tab.file, self.tab.typed
        self.encoding, self.separator = self.tab.encoding, self.tab.separator
        self.size = len(self.tab.rows)

    def records(self, limits: Limits, said: SheetMap | None) -> Iterator[list[Any]]:
        """The rows that were kept."""
        return iter(self.tab.rows)

    def share(self, rows: int) -> float:
        """What part of them these are."""
        return rows / max(self.size, rows, 1)


def first_rows(source: Source, limits: Limits, count: int) -> dict[str, Any]:
    """What `source` begins with, in the form in which it is kept. Raises Refused."""
    rows = [row[:MAX_COLUMNS] for row in islice(source.records(limits, None), count)]
    tab = Tab(source.called, source.file, source.typed, source.encoding, source.separator, rows)
    return tab.as_json()


def _said(cell: Any) -> Any:
    """A cell in JSON: text as it is, anything else marked."""
    if isinstance(cell, CellFault):
        return {"fault": str(cell)}
    if isinstance(cell, str):
        return cell[:MAX_CELL].replace("\0", " ")
    if isinstance(cell, bool):
        return {"truth": cell}
    if isinstance(cell, (int, float)):
        return {"number": float(cell)}
    if isinstance(cell, date):
        return {"day": cell.isoformat()[:10]}
    return "" if cell is None else {"fault": "cell-became-date"}


def _cell(said: Any) -> Any:
    if isinstance(said, str):
        return said
    kind, value = next(iter(said.items()))
    if kind == "fault":
        return CellFault(value)
    return datetime.fromisoformat(value).date() if kind == "day" else value
