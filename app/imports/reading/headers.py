"""Which column of a file is which column of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.imports.reading.columns import Column
from app.imports.reading.findings import Notes
from app.imports.reading.sheets import NAMES, SHEETS, Sheet
from app.imports.reading.values import fold

#: Sheet → header in the file → name of our column, English or Polish. What a manager has set once.
HeaderMap = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Header:
    """The matched header of one sheet of one file.

    `at`: our column → index in the row; `written`: our column → header as the file writes it;
    `ignored`: headers that mean nothing to us.
    """

    at: Mapping[str, int]
    written: Mapping[str, str]
    ignored: tuple[str, ...]


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


def own_headers(sheet: Sheet, mapping: HeaderMap | None) -> dict[str, str]:
    """Folded header → our column, as the manager's mapping of `sheet` says.

    Raises ValueError if the mapping names a column that the sheet does not have.
    """
    known = known_headers(sheet)
    own: dict[str, str] = {}
    for theirs, ours in ((mapping or {}).get(sheet.name) or {}).items():
        column = known.get(fold(ours))
        if column is None:
            raise ValueError(f"sheet {sheet.name!r} has no column {ours!r}")
        own[fold(theirs)] = column
    return own


def check_mapping(mapping: HeaderMap | None) -> None:
    """Raises ValueError if `mapping` names a sheet or a column that does not exist."""
    for name in mapping or {}:
        if name not in NAMES:
            raise ValueError(f"no sheet {name!r}")
        if name in SHEETS:
            own_headers(SHEETS[name], mapping)


def familiarity(cells: Sequence[str], sheet: Sheet, mapping: HeaderMap | None) -> int:
    """How many different columns of `sheet` the header `cells` name."""
    known = known_headers(sheet) | own_headers(sheet, mapping)
    return len({known[word] for word in map(fold, cells) if word in known})


def match(
    cells: Sequence[str], sheet: Sheet, mapping: HeaderMap | None, notes: Notes, *, called: str, row: int
) -> Header | None:
    """The header in row number `row` of the sheet that the file names `called`.

    Faults are told to `notes`; None if the sheet cannot be read with this header.
    """
    own = own_headers(sheet, mapping)
    known = {word: ours for word, ours in known_headers(sheet).items() if ours not in own.values()} | own
    at: dict[str, int] = {}
    written: dict[str, str] = {}
    ignored: list[str] = []
    sound = True
    for index, cell in enumerate(cells):
        theirs = cell.strip()
        ours = known.get(fold(theirs))
        if ours is None:
            if theirs:
                ignored.append(theirs)
        elif ours in at:
            sound = False
            first = {"first": written[ours]}
            notes.error("column-twice", params=first, sheet=called, row=row, column=theirs, value=theirs)
        else:
            at[ours], written[ours] = index, theirs
    for theirs in ignored:
        notes.warning("column-unknown", sheet=called, row=row, column=theirs)
    if not at:
        found = ", ".join(word.strip() for word in cells if word.strip())
        notes.error("header-missing", params={"columns": _named(sheet.columns)}, sheet=called, row=row, value=found)
        return None
    polish = _is_polish(sheet, written)
    for column in missing(sheet, at):
        sound = False
        lacking = column[0].polish if polish else column[0].name
        code = "column-missing" if len(column) == 1 else "column-missing-any"
        notes.error(code, params={"columns": _named(column)}, sheet=called, row=row, column=lacking)
    return Header(at, written, tuple(ignored)) if sound else None


def missing(sheet: Sheet, at: Mapping[str, int]) -> list[tuple[Column, ...]]:
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
