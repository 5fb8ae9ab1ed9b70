"""Field :86: of MT940: who paid and for what, in the dialect of each bank.

Structured text has sub-fields, each a sign and two digits; mBank writes labels; SWIFT has `/KEY/`. Sub-fields used
by Polish banks: 20–25 title, 26/27 title (Pekao `^`, Raiffeisen `>`) or account and name (BPH, Nest `<`), 27–29 name,
30/31 the other side's bank and account, 32/33 name, 38 account, 62/63 rest of the name (Pekao), 63 virtual id (PKO).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.core.checksums import is_nrb, nrb
from app.statements.reading.bookings import account_number, numbers_in, tidy

_FIRST = re.compile(r"([~<^?>+])\d\d")
_KNOWN = r"(00|10|11|2\d|3[0-8]|5[0-2]|6[0-6])"
_LABELS = re.compile(
    r"(?:^|[;\s])\s*(ID IPH|Z RACH\.?|NA RACH\.?|OD|DLA|TYT\.|TNR|DATA STEMPLA|REF\. KLIENTA|ID UZUP\.|OKRES):\s"
)
_KEYS = re.compile(r"/(REMI|NAME|ORDP|BENM|IBAN|ACC|ISDT|EREF|TYPE|CNTP|ADDR|BIC|OCMT|CHGS|SUBCODE)/")
_IPH = re.compile(r"\b(?:ID )?IPH:?\s*(?:[A-Z]{2})?\s*(\d[\d ]{2,25}\d)")
_SWRK = re.compile(r"\bSWRK:?(?:\s*NR:?)?\s*(?:[A-Z]{2})?\s*(\d[\d ]{2,31}\d)", re.IGNORECASE)
_WIDTH, _NAME_WIDTH = 27, 35
_LONG_TITLES = "^>"


@dataclass(frozen=True, slots=True)
class Details:
    """What :86: says; empty where it does not. Meanings as in `Booking`."""

    title: str = ""
    name: str = ""
    payer: str | None = None
    target: str | None = None
    mass_id: str | None = None
    tnr: str | None = None
    text: str = ""


def details(lines: list[str]) -> Details:
    """Read one :86:, given as its lines without line ends."""
    raw = "".join(lines)
    opened = _FIRST.search(raw[:14])
    if opened:
        return _structured(raw, opened[1])
    text = _rewrapped(lines)
    if _KEYS.search(text) and not _LABELS.search(text):
        return _keyed(text)
    return _labelled(text)


def mass_number(text: str) -> tuple[str | None, str | None]:
    """(virtual account, mass-payment id) that a text names as such."""
    found = _IPH.search(text) or _SWRK.search(text)
    digits = found[1].replace(" ", "") if found else ""
    if is_nrb(digits):
        return digits, None
    return None, digits or None


def _structured(raw: str, sign: str) -> Details:
    parts: dict[str, list[str]] = {}
    pieces = re.split(re.escape(sign) + _KNOWN, raw)
    for code, value in zip(pieces[1::2], pieces[2::2], strict=True):
        value = value if value.strip("\u02d9\u00ff\xa0 ") else ""
        if value:
            parts.setdefault(code, []).append(value)
    title = _joined(parts, ("20", "21", "22", "23", "24", "25", *(("26", "27") if sign in _LONG_TITLES else ())))
    name = _joined(parts, ("32", "33", *(("62", "63") if sign == "^" else ())))
    if not name and sign not in _LONG_TITLES:
        name = _joined(parts, ("27", "28", "29"), _NAME_WIDTH)
    target, mass_id = mass_number(raw)
    if sign == "~" and not target and not mass_id:
        digits = re.sub(r"\D", "", "".join(parts.get("63", [])))
        target, mass_id = (digits, None) if is_nrb(digits) else (None, digits if len(digits) >= 4 else None)
    return Details(title, name, _other_side(parts, sign), target, mass_id, None, tidy(raw))


def _joined(parts: dict[str, list[str]], codes: tuple[str, ...], width: int = _WIDTH) -> str:
    """Sub-fields as one text. A full one may end within a word; a shorter one lost the space at its end."""
    out = ""
    for code in codes:
        for value in parts.get(code, ()):
            out += value if len(value) >= width else f"{value} "
    return tidy(out)


def _other_side(parts: dict[str, list[str]], sign: str) -> str | None:
    whole = account_number("".join(parts.get("38", [])))
    if whole:
        return whole
    bank = re.sub(r"\D", "", "".join(parts.get("30", [])))
    rest = re.sub(r"\s", "", "".join(parts.get("31", [])))
    if len(bank) == 8 and re.fullmatch(r"[0-9]{16}", rest):
        return nrb(bank + rest)
    if rest:
        return account_number(rest)
    return account_number("".join(parts.get("26", []))) if sign == "<" else None


def _rewrapped(lines: list[str]) -> str:
    """Lines that were broken between words as one; where the space at the end was lost it is put back."""
    out = ""
    for line in lines:
        out += line if line.endswith(" ") or len(line) >= 65 else f"{line} "
    return tidy(out)


def _labelled(text: str) -> Details:
    pieces = _LABELS.split(f"{text} ")
    found: dict[str, str] = {}
    for label, value in zip(pieces[1::2], pieces[2::2], strict=True):
        found.setdefault(label.rstrip("."), value.strip().rstrip(";").strip())
    target, mass_id = mass_number(text)
    side = re.match(r"[A-Z]{0,2}[\d ]+", found.get("Z RACH", "") or found.get("NA RACH", ""))
    tnr = re.match(r"[\d. ]+", found.get("TNR", ""))
    if not found:
        others = numbers_in(text)
        return Details(text, "", others[0] if len(others) == 1 else None, target, mass_id, None, text)
    return Details(
        found.get("TYT", "") or pieces[0].strip().rstrip(";"),
        found.get("OD", "") or found.get("DLA", ""),
        account_number(side[0]) if side else None,
        target,
        mass_id,
        tnr[0].replace(" ", "") if tnr else None,
        text,
    )


def _keyed(text: str) -> Details:
    pieces = _KEYS.split(text)
    found: dict[str, str] = {}
    for key, value in zip(pieces[1::2], pieces[2::2], strict=True):
        found.setdefault(key, value.strip().strip("/").strip())
    target, mass_id = mass_number(text)
    return Details(
        found.get("REMI", ""), found.get("NAME", "") or found.get("CNTP", ""),
        account_number(found.get("IBAN") or found.get("ACC")), target, mass_id, None, text,
    )  # fmt: skip
