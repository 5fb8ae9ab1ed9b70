"""Checks of whole sheets on the stage: doubled keys, references to nothing, control totals.

What is read row by row is right by then; these compare rows with each other and with the published books.
A sheet that could not be read to its end is left out: what it lacks would make thousands of others look wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from app.core.money import plain
from app.imports import publishing
from app.imports.models import BOOKS, key_columns, table_of
from app.imports.reading.findings import Finding, cut
from app.imports.reading.sentences import message
from app.imports.reading.sheets import NAMES, SHEETS
from app.imports.reading.stream import SheetFile
from app.imports.report import SheetCounts, Totals
from app.imports.staging import Control, Ways

KEPT = 1000


@dataclass(frozen=True, slots=True)
class Reference:
    """A column of one sheet that must name a row of another."""

    sheet: str
    field: str
    target: str


REFERENCES = (
    Reference("units", "building_code", "buildings"),
    Reference("occupancies", "unit_code", "units"),
    Reference("occupancies", "person_code", "people"),
    Reference("charges", "unit_code", "units"),
    Reference("charges", "component_code", "components"),
    Reference("ledger", "unit_code", "units"),
    Reference("meters", "unit_code", "units"),
    Reference("readings", "serial", "meters"),
    Reference("settlements", "unit_code", "units"),
    Reference("allowances", "unit_code", "units"),
    Reference("allowances", "person_code", "people"),
)


class Checks:
    """All set-wise checks of one package; `files` says how the package calls its sheets and columns, `by` where
    their rows are.

    Of sheets that have been `compared` only what differs is looked at: the rest has been checked when it was
    published, and holds as long as what it refers to does.
    """

    def __init__(
        self, connection: Connection, files: Mapping[str, SheetFile], by: Ways, *, snapshot: bool,
        compared: Mapping[str, SheetCounts] | None = None,
    ) -> None:  # fmt: skip
        self.by = by
        self.compared = compared or {}
        self.connection = connection
        self.files = files
        self.snapshot = snapshot
        self.broken = {name for name, file in files.items() if not file.whole}

    def run(self, controls: list[Control], totals: Totals | None) -> Iterator[Finding]:
        """Every fault, in the order of the sheets; at most 1000 of each kind and sheet."""
        for sheet in BOOKS:
            # In the books a key cannot be twice: an index sees to it. Of what is known `sifting` has seen to it.
            if sheet in self.files and sheet not in self.by.straight and not self._is_once(sheet):
                yield from self._doubled(sheet)
        for reference in REFERENCES:
            if reference.target in self.broken:
                continue
            yield from self._dangling(reference) if reference.sheet in self.files else self._orphaned(reference)
        yield from self.controls(controls, totals)

    def controls(self, controls: list[Control], totals: Totals | None) -> Iterator[Finding]:
        """Control totals that do not agree with the package."""
        for control in controls:
            yield from self._control(control, totals)

    def _is_once(self, sheet: str) -> bool:
        counts = self.compared.get(sheet)
        if sheet in self.by.known:
            return True
        return counts is not None and publishing.are_once(self.connection, publishing.staged(sheet, whole=True), counts)

    def _doubled(self, sheet: str) -> Iterator[Finding]:
        names = key_columns(sheet)
        keys = ", ".join(names)
        present = " AND ".join(f"{name} IS NOT NULL" for name in names)
        # The first pass only counts: in a sound package it is the only one.
        distinct = f"SELECT {keys} FROM stage_{sheet} WHERE {present} GROUP BY {keys} HAVING count(*) > 1"
        if not self.connection.execute(text(f"SELECT EXISTS ({distinct})")).scalar_one():
            return
        statement = text(
            f"SELECT * FROM (SELECT row_no, {keys}, min(row_no) OVER (PARTITION BY {keys}) AS first "
            f"FROM stage_{sheet} WHERE {present}) s WHERE row_no > first ORDER BY row_no LIMIT {KEPT}"
        )
        for row in self.connection.execute(statement):
            value = " / ".join(str(part) for part in row[1:-1])
            yield self._finding("doubled-key", sheet, row[0], names[0], value, first=row[-1])

    def _targets(self, target: str) -> str:
        """The codes that will hold after this import."""
        key = key_columns(target)[0]
        in_package = f"SELECT {key} FROM stage_{target} WHERE {key} IS NOT NULL"
        published = f"SELECT {key} FROM {table_of(target)} WHERE until_revision IS NULL"
        if target not in self.files:
            return published
        return in_package if self.snapshot else f"{in_package} UNION ALL {published}"

    def _dangling(self, reference: Reference) -> Iterator[Finding]:
        rows = f"{self.by.whole(reference.sheet)} s"
        if reference.sheet in self.compared and self._stays(reference.target):
            rows = (
                f"{self.by.relation(reference.sheet)} s "
                f"JOIN stage_differences d ON d.sheet = '{reference.sheet}' AND d.wanted = s.row_no"
            )
        statement = text(
            f"SELECT s.row_no, s.{reference.field} FROM {rows} "
            f"WHERE s.{reference.field} IS NOT NULL AND s.{reference.field} NOT IN ({self._targets(reference.target)}) "
            f"ORDER BY s.row_no LIMIT {KEPT}"
        )
        for row, value in self.connection.execute(statement):
            called = self._called(reference.target)
            yield self._finding("no-such-reference", reference.sheet, row, reference.field, value, target=called)

    def _stays(self, target: str) -> bool:
        """Whether every code of a sheet that held goes on to hold."""
        if not self.snapshot or target not in self.files:
            return True
        counts = self.compared.get(target)
        return counts is not None and not counts.withdrawn

    def _orphaned(self, reference: Reference) -> Iterator[Finding]:
        """Published rows of a sheet that the package lacks, whose target the package would withdraw."""
        if not self.snapshot or reference.target not in self.files:
            return
        statement = text(
            f"SELECT t.{reference.field}, count(*) FROM {table_of(reference.sheet)} t "
            f"WHERE t.until_revision IS NULL AND t.{reference.field} NOT IN ({self._targets(reference.target)}) "
            f"GROUP BY 1 ORDER BY 1 LIMIT {KEPT}"
        )
        other = SHEETS[reference.sheet].polish
        for value, count in self.connection.execute(statement):
            key = key_columns(reference.target)[0]
            yield self._finding("still-referenced", reference.target, None, key, value, other=other, count=count)

    def _control(self, control: Control, totals: Totals | None) -> Iterator[Finding]:
        if control.sheet in self.broken:
            return
        file = self.files.get(control.sheet)
        if file is None:
            if control.sheet in BOOKS and (control.rows or control.total):
                yield self._at_control("control-sheet", control, "sheet", NAMES[control.sheet])
            return
        place: dict[str, Any] = {"target": file.called}
        if control.rows is not None and control.rows != file.rows:
            yield self._at_control("control-rows", control, "rows", str(control.rows), rows=file.rows, **place)
        if control.total is not None:
            total = self._sum(control.sheet, totals)
            if total is not None and total != control.total:
                difference = plain(total - control.total)
                yield self._at_control(
                    "control-sum", control, "sum", plain(control.total),
                    total=plain(total), difference=difference, **place,
                )  # fmt: skip

    def _sum(self, sheet: str, totals: Totals | None) -> int | None:
        """What the control sheet speaks of, in grosze: debits minus credits, or amounts; None for other sheets."""
        if sheet == "ledger" and totals is not None:
            return totals.debit - totals.credit
        if sheet == "charges":
            statement = text(f"SELECT coalesce(sum(amount), 0) FROM {self.by.whole(sheet)} AS s")
            return int(self.connection.execute(statement).scalar_one())
        return None

    def _at_control(self, code: str, control: Control, field: str, value: str, **params: Any) -> Finding:
        return self._finding(code, "control", control.row, field, value, **params)

    def _finding(self, code: str, sheet: str, row: int | None, field: str, value: object, **params: Any) -> Finding:
        shown = cut(value)
        place = {"sheet": self._called(sheet), "row": row, "column": self._column(sheet, field), "value": shown}
        said = message(code, params, place)
        return Finding(**place, code=code, message=said, params=params)  # type: ignore[arg-type]

    def _called(self, sheet: str) -> str:
        return self.files[sheet].called if sheet in self.files else SHEETS[sheet].polish

    def _column(self, sheet: str, field: str) -> str:
        column = next(column for column in SHEETS[sheet].columns if column.field == field)
        written = self.files[sheet].headers if sheet in self.files else {}
        return written.get(column.name, column.polish)
