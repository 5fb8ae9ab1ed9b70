"""Words for what profiles speak of: sheets, columns, parts of a cell, faults of a mapping."""

from __future__ import annotations

from typing import Any

from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.imports.reading.columns import Column
from app.imports.reading.findings import Doubtful, Unreadable
from app.imports.reading.mapping import BadMapping
from app.imports.reading.sheets import NAMES, SHEETS

SHEET_LABELS: dict[str, Any] = {
    "buildings": _l("Budynki"),
    "units": _l("Lokale"),
    "people": _l("Osoby"),
    "occupancies": _l("Dysponenci"),
    "components": _l("Składniki opłat"),
    "charges": _l("Naliczenia"),
    "ledger": _l("Obroty"),
    "meters": _l("Liczniki"),
    "readings": _l("Odczyty"),
    "settlements": _l("Rozliczenia mediów"),
    "allowances": _l("Dodatki mieszkaniowe"),
    "control": _l("Kontrola"),
}
PART_LABELS: dict[str, Any] = {
    "first-word": _l("pierwszy wyraz"),
    "after-first-word": _l("wszystko po pierwszym wyrazie"),
    "last-word": _l("ostatni wyraz"),
    "before-last-word": _l("wszystko przed ostatnim wyrazem"),
    "street": _l("z adresu: ulica"),
    "house-number": _l("z adresu: numer domu i lokalu"),
    "postcode": _l("z adresu: kod pocztowy"),
    "city": _l("z adresu: miejscowość"),
    "before": _l("to, co przed znakiem"),
    "after": _l("to, co po znaku"),
}


#: Sheet and column whose name in the package says too little beside a list.
COLUMN_LABELS: dict[tuple[str, str], Any] = {
    ("buildings", "code"): _l("kod budynku"),
    ("units", "code"): _l("kod lokalu"),
    ("units", "building"): _l("kod budynku"),
    ("units", "number"): _l("numer lokalu"),
    ("units", "area_m2"): _l("powierzchnia w m²"),
    ("units", "account"): _l("rachunek do wpłat (26 cyfr)"),
    ("people", "code"): _l("kod osoby"),
    ("people", "number"): _l("numer domu i lokalu"),
    ("people", "member"): _l("członek spółdzielni"),
    ("occupancies", "unit"): _l("kod lokalu"),
    ("occupancies", "person"): _l("kod osoby"),
    ("components", "code"): _l("kod składnika"),
    ("charges", "unit"): _l("kod lokalu"),
    ("charges", "component"): _l("kod składnika"),
    ("ledger", "entry"): _l("numer zapisu"),
    ("ledger", "unit"): _l("kod lokalu"),
    ("ledger", "kind"): _l("rodzaj zapisu"),
    ("ledger", "account"): _l("konto rozliczeniowe"),
    ("ledger", "date"): _l("data księgowania"),
    ("ledger", "due"): _l("termin płatności"),
    ("ledger", "period"): _l("okres (miesiąc)"),
    ("ledger", "debit"): _l("Wn (lokal ma zapłacić)"),
    ("ledger", "credit"): _l("Ma (lokal zapłacił)"),
    ("meters", "serial"): _l("numer licznika"),
    ("meters", "unit"): _l("kod lokalu"),
    ("readings", "serial"): _l("numer licznika"),
    ("readings", "date"): _l("data odczytu"),
    ("readings", "value"): _l("stan licznika"),
    ("settlements", "number"): _l("numer rozliczenia"),
    ("settlements", "unit"): _l("kod lokalu"),
    ("allowances", "decision"): _l("numer decyzji"),
    ("allowances", "unit"): _l("kod lokalu"),
    ("allowances", "person"): _l("kod osoby"),
    ("allowances", "monthly"): _l("kwota miesięcznie"),
}


def column_label(sheet: str, column: Column) -> str:
    """What people call a column of ours; its name in the package is Polish, with underscores for spaces."""
    return str(COLUMN_LABELS.get((sheet, column.name)) or column.polish.replace("_", " "))


def allowed_words(column: Column) -> str:
    """The words that a cell of the column may hold, if they are few."""
    try:
        column.kind.parse("?")
    except Unreadable as fault:
        return str(fault.params.get("allowed", ""))
    except Doubtful:
        return ""
    return ""


def said_of(bad: BadMapping) -> str:
    """What is wrong with a mapping, and where."""
    sentences = {
        "version": _("Ten profil pochodzi z nowszej wersji portalu i nie da się go wczytać."),
        "no-such-sheet": _("Nie ma arkusza o nazwie „%(word)s”.", word=bad.word),
        "no-such-column": _("Ten arkusz nie ma kolumny „%(word)s”.", word=bad.word),
        "no-such-part": _("Nie ma takiej części komórki: „%(word)s”.", word=bad.word),
        "header": _("Numer wiersza z nagłówkami musi być liczbą od 0 do 1000."),
        "sign": _("Podaj znak, który dzieli komórkę."),
        "way": _("Wybierz jeden sposób, w jaki powstaje ta kolumna."),
        "amount-elsewhere": _("Sposób zapisu kwot można podać tylko dla obrotów."),
        "empty": _("Uzupełnij brakującą wartość."),
        "too-many": _("Jest tu za dużo pozycji: %(word)s.", word=bad.word),
        "unknown": _("Nie wiadomo, co znaczy „%(word)s”.", word=bad.word),
    }
    said = sentences.get(bad.code) or _("Tej wartości nie da się odczytać. Tekst może mieć najwyżej 200 znaków.")
    where = _place(bad)
    return f"{where}: {said}" if where else said


def _place(bad: BadMapping) -> str:
    if not bad.place or bad.place[0] not in NAMES:
        return ""
    sheet = bad.place[0]
    parts = [str(SHEET_LABELS[sheet])]
    columns = {column.name: column for column in SHEETS[sheet].columns}
    if len(bad.place) > 1 and bad.place[1] in columns:
        parts.append(column_label(sheet, columns[bad.place[1]]))
    return ", ".join(parts)
