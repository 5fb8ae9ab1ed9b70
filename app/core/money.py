"""Money is a whole number of grosze (int). No float ever touches it."""

from __future__ import annotations

import re

NBSP = "\u00a0"
MINUS = "\u2212"
_TYPED = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,2}))?")


def plain(grosze: int) -> str:
    """`123456` → `1234.56`, for reports and interfaces."""
    sign = "-" if grosze < 0 else ""
    return f"{sign}{abs(grosze) // 100}.{abs(grosze) % 100:02d}"


def amount(grosze: int) -> str:
    """`-123456` → `−1 234,56` with no-break spaces, for tables in Polish and Ukrainian."""
    whole = f"{abs(grosze) // 100:,}".replace(",", NBSP)
    return f"{MINUS if grosze < 0 else ''}{whole},{abs(grosze) % 100:02d}"


def money(grosze: int) -> str:
    """`123456` → `1 234,56 zł`."""
    return f"{amount(grosze)}{NBSP}zł"


def typed(text: str | None) -> int | None:
    """An amount in złoty as people type it, `1 234,56 zł` → 123456; None for what is none. It is never negative."""
    found = _TYPED.fullmatch(re.sub(r"\s|zł$", "", (text or "")[:40].strip().lower()))
    return None if found is None else int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
