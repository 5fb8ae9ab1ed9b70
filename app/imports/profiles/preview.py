"""What a mapping makes of the first rows of the manager's own file. Pure: reads what was looked at before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.money import amount
from app.imports.profiles.wording import allowed_words
from app.imports.reading.columns import NULL, CellFault, Column
from app.imports.reading.findings import Notes, Refused
from app.imports.reading.headers import known_headers
from app.imports.reading.limits import Limits
from app.imports.reading.looking import Looked, Tab
from app.imports.reading.mapping import Plan
from app.imports.reading.rows import SheetReading, blank
from app.imports.reading.sentences import message
from app.imports.reading.sheets import ACCOUNTS, BASES, COMPONENT_KINDS, KINDS, MEDIA, ROLES, Sheet
from app.imports.reading.values import fold

SHOWN_FINDINGS = 50
#: The package's English words → its Polish ones.
MEANINGS = {
    meaning: word.replace("_", " ")
    for words in (KINDS, ACCOUNTS, ROLES, BASES, COMPONENT_KINDS, MEDIA)
    for word, meaning in words.items()
    if word != meaning
}


@dataclass(frozen=True)
class Heading:
    """A column of the file: `source` is how a mapping calls it, `letter` how a spreadsheet does."""

    source: str
    letter: str
    name: str


@dataclass
class Preview:
    """A sheet as it would be read.

    `rows`: number in the file and our columns as people write them; `columns` our columns that the file fills;
    `errors` and `warnings` as sentences.
    """

    sheet: Sheet
    tab: Tab | None = None
    columns: list[Column] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def preview(sheet: Sheet, tabs: list[Tab], plan: Plan) -> Preview:
    """The first rows of the tab that holds `sheet`, read by `plan`."""
    tab = holder(sheet, tabs, plan)
    shown = Preview(sheet, tab)
    if tab is None:
        return shown
    notes = Notes(SHOWN_FINDINGS)
    reading = SheetReading(Looked(sheet, tab), Limits(), plan, notes)
    blocks: list[bytes] = []
    try:
        if reading.begin() and reading.header is not None:
            filled = set(reading.header.at) | {name for each in reading.header.made for name in each.columns}
            shown.columns = [column for column in sheet.columns if column.name in filled]
            reading.run(lambda block, _rows: blocks.append(block))
    except Refused as refused:
        refused.sheet = refused.sheet or tab.called
        notes.refusal(refused)
    shown.rows = [_row(line, sheet, shown.columns) for block in blocks for line in block.decode().splitlines()]
    for note in notes.taken():
        said = message(note["code"], note["params"], {**note, "sheet": None})
        (shown.errors if note["level"] == "error" else shown.warnings).append(said)
    return shown


def holder(sheet: Sheet, tabs: list[Tab], plan: Plan) -> Tab | None:
    """The tab that holds `sheet`, if any."""
    return next((tab for tab in tabs if any(held.name == sheet.name for held in plan.held_by(tab.called))), None)


def headings(tab: Tab | None, header: int | None) -> list[Heading]:
    """The columns of `tab` whose header is in row number `header`: 0 for none, None for the first that is not blank."""
    if tab is None:
        return []
    row = _header_row(tab, header)
    width = max((len(each) for each in tab.rows), default=0)
    names = ["" if header == 0 else _shown(row[at] if at < len(row) else "").strip() for at in range(width)]
    folded = [fold(name) for name in names]
    return [
        Heading(name if folded[at] and folded.index(folded[at]) == at else f"#{at + 1}", letter(at), name)
        for at, name in enumerate(names)
    ]


def _header_row(tab: Tab, header: int | None) -> list[Any]:
    first = (header or 1) - 1
    return next((row for row in tab.rows[first:] if not blank(row)), [])


def automatic(sheet: Sheet, found: list[Heading]) -> dict[str, Heading]:
    """Our column → the heading by which it is found when nothing else is said."""
    known = known_headers(sheet)
    by_column: dict[str, Heading] = {}
    for heading in found:
        column = known.get(fold(heading.name))
        if column:
            by_column.setdefault(column, heading)
    return by_column


def letter(index: int) -> str:
    """A for 0, AA for 26."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def raw_rows(tab: Tab, count: int) -> list[tuple[int, list[str]]]:
    """The first rows as they lie in the file, with their numbers."""
    width = max((len(row) for row in tab.rows[:count]), default=0)
    return [
        (number, [_shown(cell) for cell in row] + [""] * (width - len(row)))
        for number, row in enumerate(tab.rows[:count], 1)
    ]


def _shown(cell: Any) -> str:
    if isinstance(cell, CellFault):
        return "#!"
    if isinstance(cell, float):
        return f"{cell:.15g}".replace(".", ",")
    return str(cell)


def _row(line: str, sheet: Sheet, columns: list[Column]) -> tuple[int, list[str]]:
    number, *cells = line.split("\t")
    by_name: Mapping[str, str] = dict(zip((column.name for column in sheet.columns), cells, strict=True))
    return int(number), [_written(by_name[column.name], column) for column in columns]


def _written(cell: str, column: Column) -> str:
    """A cell of COPY text as people write it."""
    if cell == NULL:
        return ""
    if column.kind.money:
        return amount(int(cell))
    if allowed_words(column):
        return MEANINGS.get(cell, cell)
    if column.kind.truths:
        return {"t": "tak", "f": "nie"}[cell]
    pieces = cell.split("\\\\")
    return "\\".join(piece.replace("\\t", " ").replace("\\n", " ").replace("\\r", " ") for piece in pieces)
