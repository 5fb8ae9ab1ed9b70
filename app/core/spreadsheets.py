"""Tables to take away, as Polish spreadsheets open them by a double click. No cell can be a formula.

Values: `int` is grosze, `Decimal` a quantity, `date` a day, `str` a text, None an empty cell.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

import xlsxwriter

Value = date | int | Decimal | str | None
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
LONGEST_CELL = 32_000  # what a cell of XLSX holds, less the mark
#: With these a spreadsheet takes a cell for a formula; a full-width form counts as well.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def safe(text: str) -> str:
    """The text as a cell that no spreadsheet calculates: an apostrophe before what looks like a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def as_csv(headers: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """UTF-8 with a mark, `;`, decimal comma, ISO dates, CRLF."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(headers)
    for row in rows:
        writer.writerow([_plain(value) for value in row])
    return out.getvalue().encode("utf-8-sig", "replace")


def as_xlsx(title: str, headers: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """One sheet: amounts and quantities are numbers, dates are dates, texts are neither formulas nor links."""
    out = io.BytesIO()
    options = {
        "constant_memory": True, "in_memory": False, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(title[:31])
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd.mm.yyyy"})
        amount = book.add_format({"num_format": "#,##0.00"})
        sheet.freeze_panes(1, 0)
        for column, header in enumerate(headers):
            sheet.set_column(column, column, max(12, min(40, len(header) + 4)))
        sheet.write_row(0, 0, headers, bold)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                elif isinstance(value, int):
                    sheet.write_number(number, column, Decimal(value).scaleb(-2), amount)
                elif isinstance(value, Decimal):
                    sheet.write_number(number, column, value)
                elif value:
                    sheet.write_string(number, column, safe(value)[:LONGEST_CELL])
    return out.getvalue()


def _plain(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return f"{'-' if value < 0 else ''}{abs(value) // 100},{abs(value) % 100:02d}"
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    return safe(value)
