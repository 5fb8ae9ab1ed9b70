"""Words of meters."""

from __future__ import annotations

from datetime import date

from app.core.language import lazy_gettext as _l

METERS = {
    "cold_water": _l("wodomierz zimnej wody"),
    "hot_water": _l("wodomierz ciepłej wody"),
    "heat": _l("ciepłomierz lub podzielnik"),
    "electricity": _l("licznik energii elektrycznej"),
    "gas": _l("gazomierz"),
}
SETTLED = {
    "cold_water": _l("zimna woda"),
    "hot_water": _l("ciepła woda"),
    "heat": _l("centralne ogrzewanie"),
    "electricity": _l("energia elektryczna"),
    "gas": _l("gaz"),
}
SIGNS = {"cold_water": "m³", "hot_water": "m³", "heat": "GJ", "electricity": "kWh", "gas": "m³"}
MEDIA_ORDER = tuple(METERS)
SOURCES = {
    "portal": _l("podany w portalu"),
    "phone": _l("podany telefonicznie"),
    "office": _l("wpisany w administracji"),
    "file": _l("z pliku administracji"),
}
# How the same stand in the column `source` of files.
FILE_COLUMNS = ("numer", "data", "stan", "źródło", "lokal")  # as the sheet `readings` names them
FILE_SOURCES = {"portal": "portal", "phone": "telefon", "office": "biuro", "file": "plik"}
BEFORE, OPEN, CLOSED, CANCELLED = "before", "open", "closed", "cancelled"
WINDOW_STATES = {
    OPEN: _l("otwarte"),
    BEFORE: _l("jeszcze przed terminem"),
    CLOSED: _l("zamknięte"),
    CANCELLED: _l("odwołane"),
}
PHOTOS = {
    "none": _l("bez zdjęć"),
    "optional": _l("zdjęcie licznika nieobowiązkowe"),
    "required": _l("zdjęcie licznika obowiązkowe"),
}
RECEIVED, MISSING, DOUBTFUL = "received", "missing", "doubtful"
UNIT_STATES = {
    MISSING: _l("brakuje odczytu"),
    DOUBTFUL: _l("do sprawdzenia"),
    RECEIVED: _l("podane"),
}

BATCH_STATES = {
    "checked": _l("czeka na publikację"),
    "published": _l("opublikowany"),
    "discarded": _l("odrzucony"),
    "withdrawn": _l("wycofany"),
}


def window_state(opens_on: date, closes_on: date, today: date, *, closed: bool, cancelled: bool) -> str:
    """How a window of readings stands on a day; it is open on both its first and its last day."""
    if cancelled:
        return CANCELLED
    if closed or today > closes_on:
        return CLOSED
    return BEFORE if today < opens_on else OPEN
