"""Checks of whole sheets on the stage: doubled keys, references to nothing, control totals.

What is read row by row is right by then; these compare rows with each other and with the published books.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from app.core.language import gettext as _
from app.core.money import plain
from app.imports.models import BOOKS
from app.imports.reading.findings import Finding, cut
from app.imports.reading.sheets import SHEETS
from app.imports.reading.stream import SheetFile

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
    Reference("ledger", "unit_code", "units"),
)


@dataclass(frozen=True, slots=True)
class Control:
    """One line of the control sheet. `total` in grosze."""

    row: int
    sheet: str
    rows: int | None
    total: int | None


def table(sheet: str) -> str:
    return str(BOOKS[sheet].__tablename__)  # type: ignore[attr-defined]


def key_fields(sheet: str) -> tuple[str, ...]:
    """Our columns that make the key of a sheet."""
    return tuple(column.field for column in SHEETS[sheet].columns if column.key)


class Checks:
    """All set-wise checks of one package; `files` says how the package calls its sheets and columns."""

    def __init__(self, connection: Connection, files: Mapping[str, SheetFile], snapshot: bool) -> None:
        self.connection = connection
        self.files = files
        self.snapshot = snapshot

    def run(self, controls: list[Control]) -> Iterator[Finding]:
        """Every fault, in the order of the sheets."""
        for sheet in BOOKS:
            if sheet in self.files:
                yield from self._doubled(sheet)
        for reference in REFERENCES:
            yield from self._dangling(reference) if reference.sheet in self.files else self._orphaned(reference)
        for control in controls:
            yield from self._control(control)

    def _doubled(self, sheet: str) -> Iterator[Finding]:
        keys = ", ".join(key_fields(sheet))
        present = " AND ".join(f"{name} IS NOT NULL" for name in key_fields(sheet))
        doubled = (
            f"SELECT {keys}, min(row_no) AS first FROM stage_{sheet} WHERE {present} "
            f"GROUP BY {keys} HAVING count(*) > 1"
        )
        statement = text(
            f"SELECT s.row_no, {', '.join('s.' + name for name in key_fields(sheet))}, d.first "
            f"FROM stage_{sheet} s JOIN ({doubled}) d USING ({keys}) WHERE s.row_no > d.first "
            f"ORDER BY s.row_no LIMIT {KEPT}"
        )
        for row in self.connection.execute(statement):
            value = " / ".join(str(part) for part in row[1:-1])
            yield self._finding(
                sheet, row[0], key_fields(sheet)[0], value, "doubled-key",
                _("„%(value)s” było już w wierszu %(row)s. Każdy wiersz musi mieć inny klucz; proszę usunąć albo "
                  "poprawić powtórzenie.", value=value, row=row[-1]),
            )  # fmt: skip

    def _targets(self, target: str) -> str:
        """The codes that will hold after this import."""
        staged = f"SELECT code FROM stage_{target}"
        published = f"SELECT code FROM {table(target)} WHERE until_revision IS NULL"
        if target not in self.files:
            return published
        return staged if self.snapshot else f"{staged} UNION ALL {published}"

    def _dangling(self, reference: Reference) -> Iterator[Finding]:
        statement = text(
            f"SELECT s.row_no, s.{reference.field} FROM stage_{reference.sheet} s "
            f"WHERE s.{reference.field} IS NOT NULL AND s.{reference.field} NOT IN "
            f"(SELECT code FROM ({self._targets(reference.target)}) t WHERE code IS NOT NULL) "
            f"ORDER BY s.row_no LIMIT {KEPT}"
        )
        for row_no, value in self.connection.execute(statement):
            yield self._finding(
                reference.sheet, row_no, reference.field, value, "no-such-reference",
                _("„%(value)s” nie występuje w arkuszu „%(target)s”. Proszę dopisać tam brakujący wiersz albo "
                  "poprawić kod.", value=value, target=self._called(reference.target)),
            )  # fmt: skip

    def _orphaned(self, reference: Reference) -> Iterator[Finding]:
        """Published rows of a sheet that the package lacks, whose target the package would withdraw."""
        if not self.snapshot or reference.target not in self.files:
            return
        statement = text(
            f"SELECT t.{reference.field}, count(*) FROM {table(reference.sheet)} t "
            f"WHERE t.until_revision IS NULL AND t.{reference.field} NOT IN "
            f"(SELECT code FROM stage_{reference.target} WHERE code IS NOT NULL) "
            f"GROUP BY 1 ORDER BY 1 LIMIT {KEPT}"
        )
        for value, count in self.connection.execute(statement):
            yield Finding(
                self._called(reference.target), None, self._column(reference.target, "code"), cut(value),
                "still-referenced",
                _("W paczce nie ma „%(value)s”, a odwołują się do niego opublikowane wiersze arkusza „%(sheet)s” "
                  "(%(count)s). Proszę dołączyć ten arkusz do paczki albo przywrócić brakujący wiersz.",
                  value=value, sheet=SHEETS[reference.sheet].polish, count=count),
            )  # fmt: skip

    def _control(self, control: Control) -> Iterator[Finding]:
        if control.sheet not in self.files:
            if control.sheet in BOOKS and control.rows:
                yield self._control_finding(control, "sheet", control.sheet, _("Tego arkusza nie ma w paczce."))
            return
        rows = self.files[control.sheet].rows
        if control.rows is not None and control.rows != rows:
            yield self._control_finding(
                control, "rows", str(control.rows),
                _("Kontrola podaje %(control)s wierszy, a w arkuszu „%(sheet)s” jest ich %(rows)s. Paczka jest "
                  "niepełna albo kontrola nieaktualna.",
                  control=control.rows, sheet=self._called(control.sheet), rows=rows),
            )  # fmt: skip
        if control.total is not None and control.sheet == "ledger":
            total = self.connection.execute(
                text("SELECT coalesce(sum(debit - credit), 0)::bigint FROM stage_ledger")
            ).scalar_one()
            if total != control.total:
                yield self._control_finding(
                    control, "sum", plain(control.total),
                    _("Kontrola podaje sumę %(control)s, a Wn minus Ma w arkuszu „%(sheet)s” daje %(total)s; różnica "
                      "wynosi %(difference)s.", control=plain(control.total), sheet=self._called("ledger"),
                      total=plain(total), difference=plain(total - control.total)),
                )  # fmt: skip

    def _control_finding(self, control: Control, column: str, value: str, message: str) -> Finding:
        return Finding(self._called("control"), control.row, self._column("control", column), value, "control", message)

    def _finding(self, sheet: str, row: int, field: str, value: str, code: str, message: str) -> Finding:
        return Finding(self._called(sheet), row, self._column(sheet, field), cut(value), code, message)

    def _called(self, sheet: str) -> str:
        return self.files[sheet].called if sheet in self.files else SHEETS[sheet].polish

    def _column(self, sheet: str, field: str) -> str:
        name = next(column.name for column in SHEETS[sheet].columns if column.field == field)
        return self.files[sheet].headers.get(name, name) if sheet in self.files else name
