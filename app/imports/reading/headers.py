"""Which column of a file is which column of ours."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.imports.reading.columns import Column
from app.imports.reading.findings import Notes
from app.imports.reading.makers import Maker, by_side, maker, one_amount, two_amounts
from app.imports.reading.mapping import POSITION, Amount, SheetMap
from app.imports.reading.sheets import Sheet
from app.imports.reading.values import fold

OTHER_SIDE = {"debit": "credit", "credit": "debit"}


@dataclass(frozen=True)
class Header:
    """The matched header of one sheet of one file.

    `at`: our column → index in the row; `written`: our column → header as the file writes it;
    `ignored`: headers that mean nothing to us; `made`: what of our columns is not simply one of the file's.
    """

    at: Mapping[str, int]
    written: Mapping[str, str]
    ignored: tuple[str, ...]
    made: tuple[Maker, ...] = ()


def known_headers(sheet: Sheet) -> dict[str, str]:
    """Folded header → our column, over every name that the sheet's columns are known by."""
    known: dict[str, str] = {}
    for column in sheet.columns:
        for name in column.aliases:
            known.setdefault(fold(name), column.name)
    # Names of the contract win over what is merely met in practice.
    for column in sheet.columns:
        known[fold(column.polish)] = known[fold(column.name)] = column.name
    return known


def familiarity(cells: Sequence[str], sheet: Sheet, said: SheetMap | None) -> int:
    """How many different columns of `sheet` the header `cells` name."""
    known = known_headers(sheet) | {fold(name): f"\0{name}" for name in (said.sources if said else ())}
    return len({known[word] for word in map(fold, cells) if word in known})


def match(
    cells: Sequence[str], sheet: Sheet, said: SheetMap | None, notes: Notes, *, called: str, row: int
) -> Header | None:
    """The header in row number `row` of the sheet that the file names `called`.

    Faults are told to `notes`; None if the sheet cannot be read with this header.
    """
    matching = _Matching([cell.strip() for cell in cells], sheet, notes, {"sheet": called, "row": row})
    if said is not None:
        matching.take_mapped(said)
    matching.take_known()
    return matching.header()


class _Matching:
    """One header while its columns are being told apart."""

    def __init__(self, cells: Sequence[str], sheet: Sheet, notes: Notes, place: dict[str, Any]) -> None:
        self.cells = cells
        self.sheet = sheet
        self.notes = notes
        self.place = place
        self.at: dict[str, int] = {}
        self.written: dict[str, str] = {}
        self.made: list[Maker] = []
        self.used: set[int] = set()
        self.settled: set[str] = set()
        self.unfound: set[str] = set()
        self.amount: Amount | None = None
        self.sound = True

    def take_mapped(self, said: SheetMap) -> None:
        """Our columns of which the manager has said what they are made of."""
        by_name = {column.name: column for column in self.sheet.columns}
        sides = []
        for name, recipe in said.columns.items():
            self.settled.add(name)
            sources = [self._find(source) for source in recipe.sources]
            found = [source for source in sources if source is not None]
            if len(found) < len(sources):
                self.unfound.add(name)
            if recipe.way == "skip" or name in self.unfound:
                continue
            self.written[name] = " + ".join(map(self._shown, found)) or by_name[name].polish
            if recipe.way == "sides":
                sides.append(by_side(by_name[name], recipe))
            elif recipe.way == "column" and not (recipe.part or recipe.words or recipe.negate):
                self.at[name] = found[0]
            else:
                self.made.append(maker(by_name[name], recipe, found))
        self.amount = said.amount
        if said.amount is not None and said.amount.way != "two":
            self._take_amount(said.amount)
        self.made += sides

    def _take_amount(self, amount: Amount) -> None:
        found = [self._find(source) for source in amount.sources]
        self.settled |= {"debit", "credit"}
        if None in found:
            self.unfound |= {"debit", "credit"}
        else:
            self.made.append(one_amount(amount, [source for source in found if source is not None]))
            self.written["debit"] = self.written["credit"] = self._shown(found[0] or 0)

    def _find(self, source: str) -> int | None:
        """Where the column that the mapping calls `source` is; None, and an error, if it is not there."""
        if POSITION.fullmatch(source):
            index = int(source[1:]) - 1
            at = index if index < len(self.cells) else None
        else:
            at = next((index for index, cell in enumerate(self.cells) if fold(cell) == fold(source)), None)
        if at is None:
            self.sound = False
            self.notes.error("mapped-column-missing", column=source, value=source, **self.place)
        else:
            self.used.add(at)
        return at

    def _shown(self, index: int) -> str:
        return self.cells[index] or f"#{index + 1}"

    def take_known(self) -> None:
        """Whatever else is known by its header."""
        known = {word: ours for word, ours in known_headers(self.sheet).items() if ours not in self.settled}
        self.ignored: list[str] = []
        for index, theirs in enumerate(self.cells):
            ours = known.get(fold(theirs))
            if index in self.used or not theirs:
                continue
            if ours is None:
                self.ignored.append(theirs)
            elif ours in self.at:
                self.sound = False
                first = {"first": self.written[ours]}
                self.notes.error("column-twice", params=first, column=theirs, value=theirs, **self.place)
            else:
                self.at[ours], self.written[ours] = index, theirs
        for theirs in self.ignored:
            self.notes.warning("column-unknown", column=theirs, **self.place)

    def header(self) -> Header | None:
        """What was found, if the sheet can be read with it."""
        held = set(self.at) | {name for each in self.made for name in each.columns}
        if not held:
            if self.sound:
                found = ", ".join(word for word in self.cells if word)
                self.notes.error(
                    "header-missing", params={"columns": _named(self.sheet.columns)}, value=found, **self.place
                )
            return None
        polish = _is_polish(self.sheet, self.written)
        for column in missing(self.sheet, held | self.unfound):
            self.sound = False
            lacking = column[0].polish if polish else column[0].name
            code = "column-missing" if len(column) == 1 else "column-missing-any"
            self.notes.error(code, params={"columns": _named(column)}, column=lacking, **self.place)
        if self.amount is not None and self.amount.way == "two":
            self._two_sides(self.amount)
        return Header(self.at, self.written, tuple(self.ignored), tuple(self.made)) if self.sound else None

    def _two_sides(self, amount: Amount) -> None:
        """Columns of debit and credit that mean each other, or hold minus amounts of the other side."""
        if amount.swapped:
            self.at = {OTHER_SIDE.get(name, name): at for name, at in self.at.items()}
            self.written = {OTHER_SIDE.get(name, name): word for name, word in self.written.items()}
        if amount.storno:
            self.made.insert(0, two_amounts(self.at.get("debit"), self.at.get("credit")))


def missing(sheet: Sheet, at: Collection[str]) -> list[tuple[Column, ...]]:
    """Groups of columns of which at least one must be there and none is."""
    by_name = {column.name: column for column in sheet.columns}
    groups: list[tuple[Column, ...]] = [(column,) for column in sheet.columns if column.required]
    groups += [tuple(by_name[name] for name in group) for group in sheet.any_of]
    return [group for group in groups if not any(column.name in at for column in group)]


def _named(columns: Sequence[Column]) -> str:
    return ", ".join(f"{column.polish} ({column.name})" for column in columns)


def _is_polish(sheet: Sheet, written: Mapping[str, str]) -> bool:
    english = {fold(column.name) for column in sheet.columns}
    return sum(fold(word) not in english for word in written.values()) * 2 >= len(written)
