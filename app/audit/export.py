"""The log as a table for a spreadsheet. No cell can be a formula, whatever people typed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator

import xlsxwriter

from app.audit.queries import Entry
from app.audit.wording import action_label, actor_kind_label
from app.core.clock import local
from app.core.language import gettext as _

#: With these a spreadsheet takes a cell for a formula; a full-width form counts as well.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LONGEST_CELL = 32_000  # what a cell of XLSX holds, less the mark


def safe(value: str) -> str:
    """The text as a cell that no spreadsheet calculates: an apostrophe before what looks like a formula."""
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value


def as_csv(entries: Iterable[Entry]) -> tuple[bytes, int]:
    """UTF-8 with a mark, semicolons: what a Polish spreadsheet opens by itself. The file and its number of lines."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    written = 0
    for row in _rows(entries):
        written += 1
        writer.writerow([safe(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig", "replace"), written - 1  # the first is the head


def as_xlsx(entries: Iterable[Entry]) -> tuple[bytes, int]:
    """One sheet of plain texts. The file and its number of lines."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": False}) as book:
        sheet = book.add_worksheet(_("Dziennik"))
        count = 0
        for count, row in enumerate(_rows(entries)):
            for column, cell in enumerate(row):
                sheet.write_string(count, column, safe(cell)[:LONGEST_CELL])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 0, 20)
        sheet.set_column(1, 7, 26)
    return out.getvalue(), count


def _rows(entries: Iterable[Entry]) -> Iterator[list[str]]:
    yield [
        _("Numer"),
        _("Kiedy"),
        _("Rodzaj osoby"),
        _("Kto"),
        _("Co zrobiono"),
        _("Rodzaj zdarzenia"),
        _("Czego dotyczy"),
        _("Adres sieciowy"),
        _("Szczegóły"),
    ]
    for one in entries:
        yield [
            str(one.id),
            f"{local(one.at):%Y-%m-%d %H:%M:%S}",
            actor_kind_label(one.actor_kind),
            one.actor,
            action_label(one.action),
            one.action,
            one.subject,
            one.address or "",
            json.dumps(one.detail, ensure_ascii=False, sort_keys=True) if one.detail else "",
        ]


KINDS: dict[str, Callable[[Iterable[Entry]], tuple[bytes, int]]] = {"csv": as_csv, "xlsx": as_xlsx}
