"""Obroty to take away: CSV and XLSX of the same columns, and the statement (wyciąg) as PDF."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from app.accounts.holdings import HeldUnit
from app.core.clock import local
from app.core.language import gettext as _
from app.core.language import language
from app.core.money import amount, money
from app.finances.queries import Entry, Sums
from app.gateways import pdf
from app.office.letterhead import letterhead
from app.office.queries import profile

STATEMENT = Path(__file__).parent / "print" / "entries.typ"
FEW = 500  # more rows are printed in a process of their own, whose memory is gone afterwards
#: What makes a spreadsheet take a text for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken away: a unit's entries of a period, oldest first, its sums, and the age of the books."""

    unit: HeldUnit
    says: str
    narrowed: str
    sums: Sums
    entries: Sequence[Entry]
    as_of: datetime


def as_csv(taken: Taken) -> bytes:
    """As Polish spreadsheets open it by a double click: UTF-8 with BOM, `;`, decimal comma, ISO dates, CRLF.

    A text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_headers())
    for entry in taken.entries:
        writer.writerow([_cell(value) for value in _row(entry)])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(taken: Taken) -> bytes:
    """One sheet: amounts are numbers with two decimals, dates are dates, texts are never formulas or links."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(_("Obroty"))
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd.mm.yyyy"})
        sum_ = book.add_format({"num_format": "#,##0.00"})
        sheet.write_row(0, 0, _headers(), bold)
        for number, entry in enumerate(taken.entries, 1):
            for column, value in enumerate(_row(entry)):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                elif isinstance(value, int):
                    sheet.write_number(number, column, Decimal(value).scaleb(-2), sum_)
                elif value:
                    sheet.write_string(number, column, value)
        sheet.freeze_panes(1, 0)
        for column, width in enumerate((12, 12, 20, 20, 44, 22, 10, 14, 14, 18)):
            sheet.set_column(column, column, width)
    return out.getvalue()


def as_pdf(taken: Taken) -> bytes:
    """The statement (wyciąg z konta lokalu): sums, then every entry with the balance after it."""
    sums = taken.sums
    data = {
        "office": letterhead(profile()),
        "lang": language(),
        "page": _("Strona"),
        "of": _("z"),
        "title": _("Wyciąg z konta lokalu"),
        "facts": [
            [_("Lokal"), f"{taken.unit.address_line} ({taken.unit.code})"],
            [_("Okres"), taken.says],
            *([[_("Zakres"), taken.narrowed]] if taken.narrowed else []),
            [_("Stan na"), f"{local(taken.as_of):%d.%m.%Y, %H:%M}"],
        ],
        "sums": [
            [_("Saldo na początek"), money(sums.whole.opening)],
            [_("Naliczono"), money(sums.whole.debit)],
            [_("Wpłacono"), money(sums.whole.credit)],
            [_("Saldo na koniec"), money(sums.whole.closing)],
        ],
        "headers": [_("Data"), _("Operacja"), _("Do zapłaty"), _("Wpłacono"), _("Saldo")],
        "rows": [_printed(entry) for entry in taken.entries],
        "note": _(
            "Saldo dodatnie to zaległość, ujemne – nadpłata. Wyciąg pokazuje księgi zarządcy z podanego dnia; "
            "nie jest potwierdzeniem salda."
        ),
        "nothing": _("W tym okresie nic nie zaksięgowano."),
    }
    return (pdf.render_apart if len(taken.entries) > FEW else pdf.render)(STATEMENT, data)


def _headers() -> list[str]:
    return [
        _("Data"), _("Termin"), _("Rodzaj operacji"), _("Konto"), _("Tytuł"), _("Dokument"), _("Okres"),
        _("Do zapłaty"), _("Wpłacono"), _("Saldo po operacji"),
    ]  # fmt: skip


def _row(entry: Entry) -> list[date | int | str | None]:
    """Dates, grosze and texts in the order of the headers."""
    return [
        entry.date, entry.due, entry.kind_label, entry.account_label, entry.title, entry.document, entry.period,
        entry.debit, entry.credit, entry.balance_after,
    ]  # fmt: skip


def _cell(value: date | int | str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return f"{'-' if value < 0 else ''}{abs(value) // 100},{abs(value) % 100:02d}"
    return f"'{value}" if value.startswith(_FORMULA) else value


def _printed(entry: Entry) -> dict[str, Any]:
    more = [entry.kind_label, entry.account_label]
    more += [_("za %(period)s", period=entry.month)] if entry.month else []
    more += [entry.document] if entry.document else []
    return {
        "date": f"{entry.date:%d.%m.%Y}",
        "what": entry.title or entry.kind_label,
        "more": " · ".join(dict.fromkeys(more)),
        "debit": amount(entry.debit) if entry.debit else "",
        "credit": amount(entry.credit) if entry.credit else "",
        "after": amount(entry.balance_after),
    }
