"""Words and arithmetic of the ledger, without a database."""

from __future__ import annotations

from app.core.language import lazy_gettext as _l

KINDS = {
    "opening": _l("Bilans otwarcia"),
    "charge": _l("Naliczenie"),
    "payment": _l("Wpłata"),
    "interest": _l("Odsetki"),
    "settlement": _l("Rozliczenie"),
    "allowance": _l("Dodatek mieszkaniowy"),
    "correction": _l("Korekta"),
}
ACCOUNTS = {
    "rent": _l("Opłaty za lokal"),
    "water": _l("Woda"),
    "heat": _l("Centralne ogrzewanie"),
    "repairs": _l("Fundusz remontowy"),
    "interest": _l("Odsetki"),
}


def account_number(digits: str | None) -> str | None:
    """A 26-digit account (NRB) in the groups in which it is read aloud: 2, then six times 4."""
    if not digits:
        return None
    return " ".join([digits[:2], *(digits[start : start + 4] for start in range(2, len(digits), 4))])
