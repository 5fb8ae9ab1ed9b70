"""Files as managers' programs make them: other headers, other tabs, amounts with a sign."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

HEADER = ("Lp", "Lokal nr", "Typ", "Data ksiegowania", "Kwota", "Opis 1", "Opis 2")
ROWS = (
    ("1", "L1", "BO", "2026-01-01", "100,50", "Bilans", "otwarcia"),
    ("2", "L1", "N", "2026-11-01", "1 234,56", "Czynsz", "listopad"),
    ("3", "L1", "W", "2026-11-05", "-1 100,00", "Wpłata", ""),
    ("4", "L2", "N", "2026-11-01", "12,00", "Czynsz", "listopad"),
)
#: What makes the ledger of the package out of it.
LEDGER: dict[str, Any] = {
    "tabs": ["program"],
    "columns": {
        "entry": {"column": "Lp"},
        "unit": {"column": "Lokal nr"},
        "kind": {"column": "Typ", "words": {"BO": "bilans_otwarcia", "N": "naliczenie", "W": "wpłata"}},
        "date": {"column": "Data ksiegowania"},
        "title": {"join": ["Opis 1", "Opis 2"], "with": ", "},
        "account": {"constant": "opłaty"},
    },
    "amount": {"way": "signed", "column": "Kwota", "plus": "debit"},
}


def lines(rows: Sequence[Sequence[str]], separator: str = ";") -> bytes:
    return "".join(separator.join(row) + "\r\n" for row in rows).encode("cp1250")


def ledger_csv() -> bytes:
    return lines((HEADER, *ROWS))


def workbook(tabs: dict[str, Sequence[Sequence[Any]]]) -> bytes:
    """An XLSX of these tabs."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name, rows in tabs.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()
