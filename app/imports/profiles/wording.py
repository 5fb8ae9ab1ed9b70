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


def column_label(column: Column) -> str:
    """What people call one of our columns; the names of the package are Polish, with underscores for spaces."""
    return column.polish.replace("_", " ")


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
        parts.append(column_label(columns[bad.place[1]]))
    return ", ".join(parts)
