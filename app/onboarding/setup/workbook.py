"""The sample as a workbook (XLSX) in the exchange format: Polish names of sheets and columns, one tab each."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import xlsxwriter

from app.onboarding.setup.example import HEADERS, sheets

FILE_NAME = "osiedle-wzor.xlsx"
SAMPLE_NAME = "dane-przykladowe.xlsx"


def workbook(today: date, *, addresses: bool) -> bytes:
    """The file. Texts are texts, also those that look like numbers; dates are dates, amounts have two decimals."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd"})
        exact, text = book.add_format({"num_format": "0.00#"}), book.add_format({"num_format": "@"})
        for name, rows in sheets(today, addresses=addresses).items():
            tab = book.add_worksheet(name)
            headers = HEADERS[name].split()
            tab.freeze_panes(1, 0)
            tab.write_row(0, 0, headers, bold)
            for column, header in enumerate(headers):
                tab.set_column(column, column, max(12, len(header) + 3))
            for number, row in enumerate(rows, 1):
                for column, value in enumerate(row):
                    if isinstance(value, date):
                        tab.write_datetime(number, column, value, day)
                    elif isinstance(value, int):
                        tab.write_number(number, column, value)
                    elif isinstance(value, Decimal):
                        tab.write_number(number, column, value, exact)
                    elif value:
                        tab.write_string(number, column, value, text)
    return out.getvalue()
