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
