"""Words of meters."""

from __future__ import annotations

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
FILE_SOURCES = {"portal": "portal", "phone": "telefon", "office": "biuro", "file": "plik"}
