"""Obroty to take away: CSV and XLSX of the same columns, and the statement (wyciąg) as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.accounts.holdings import HeldUnit
from app.core import spreadsheets
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
    """As Polish spreadsheets open it by a double click: see `core.spreadsheets`."""
    return spreadsheets.as_csv(_headers(), map(_row, taken.entries))


def as_xlsx(taken: Taken) -> bytes:
    """One sheet of the same columns."""
    return spreadsheets.as_xlsx(_("Obroty"), _headers(), map(_row, taken.entries))


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


def _row(entry: Entry) -> list[spreadsheets.Value]:
    """Dates, grosze and texts in the order of the headers."""
    return [
        entry.date, entry.due, entry.kind_label, entry.account_label, entry.title, entry.document, entry.period,
        entry.debit, entry.credit, entry.balance_after,
    ]  # fmt: skip


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
