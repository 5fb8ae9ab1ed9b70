"""A run as a table to take away, and the file of figures that a reading company hands over."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

from app.core import spreadsheets
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.money import amount
from app.settlements.queries.runs import Run, RunUnit
from app.settlements.workings import plain

MOST_ROWS, MOST_BYTES = 20_000, 3 << 20
# Names of columns as people and programs write them → those of `commands.set_unit`.
COLUMNS = {
    "unit": "unit", "lokal": "unit", "kod lokalu": "unit", "consumption": "use", "zużycie": "use", "zuzycie": "use",
    "use": "use", "coefficient": "coefficient", "współczynnik": "coefficient", "wspolczynnik": "coefficient",
    "advances": "advances", "zaliczki": "advances",
}  # fmt: skip


def headers(run: Run) -> list[str]:
    return [
        _("Lokal"), _("Budynek"), _("Powierzchnia (m²)"), _("Osoby"), _("Zużycie odczytane"), _("Współczynnik"),
        _("Zużycie rozliczone (%(sign)s)", sign=run.sign), _("Ryczałt"), _("Część stała i inne"), _("Część zmienna"),
        _("Koszt"), _("Zaliczki"), _("Wynik"), _("Uwagi"),
    ]  # fmt: skip


def rows(units: Iterable[RunUnit]) -> list[list[spreadsheets.Value]]:
    """Quantities as decimals, amounts as grosze, in the order of the headers."""
    return [
        [
            one.unit_code, one.building_code, one.area, Decimal(one.persons), one.use, one.coefficient,
            one.counted.normalize(), one.lump_label if one.by_norm else "", one.fixed, one.variable, one.cost,
            one.advances, one.balance, ", ".join(one.flag_labels),
        ]
        for one in units
    ]  # fmt: skip


def printed(given: Iterable[list[spreadsheets.Value]]) -> list[list[str]]:
    """The same rows as words, for paper."""
    return [[_said(value) for value in row] for row in given]


def _said(value: spreadsheets.Value) -> str:
    if isinstance(value, int):
        return amount(value)
    return "" if value is None else plain(value) if isinstance(value, Decimal) else str(value)


def uploaded(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV: UTF-8 or windows-1250, `;`, `,` or tab; a column of units and at least one other known one.

    Raises `Refused` on `file`.
    """
    if not content or len(content) > MOST_BYTES or b"\0" in content:
        raise Refused(_("Wybierz plik CSV, najwyżej 3 MB."), field="file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1250", "replace")
    first = text.split("\n", 1)[0]
    mark = max(";,\t", key=first.count)
    try:
        read = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error:
        raise Refused(_("Tego pliku nie da się przeczytać jako CSV."), field="file") from None
    names = [COLUMNS.get(name.strip().lower(), "") for name in read[0]] if read else []
    if "unit" not in names or not {"use", "coefficient", "advances"} & set(names):
        raise Refused(
            _("Pierwszy wiersz musi mieć kolumnę „lokal” i jedną z: „zużycie”, „współczynnik”, „zaliczki”."),
            field="file",
        )
    if len(read) - 1 > MOST_ROWS:
        raise Refused(_("Plik może mieć najwyżej %(most)d wierszy.", most=MOST_ROWS), field="file")
    return [
        {name: cell.strip() for name, cell in zip(names, row, strict=False) if name}
        for row in read[1:]
        if any(cell.strip() for cell in row)
    ]
