"""Words of the estate."""

from __future__ import annotations

from app.core.language import lazy_gettext as _l

TITLE_ROLES = {
    "owner": _l("właściciel"),
    "co-owner": _l("współwłaściciel"),
    "tenant": _l("najemca"),
    "proxy": _l("pełnomocnik"),
}
