"""What an electronic invoice says: the XML of the state's system (KSeF, logical structure FA, Ministry of Finance).

Only what the form asks for is read, by local names, so that FA(2) and FA(3) read alike. A file with a DOCTYPE is
refused before anything in it is looked at: no entity is ever expanded.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError, XMLParser

LARGEST = 2 << 20
_SUM = re.compile(r"^\d{1,10}(\.\d{1,2})?$", re.ASCII)
_DECLARES = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_NET = tuple(f"P_13_{n}" for n in (1, 2, 3, 4, 5, "6_1", "6_2", "6_3", 7, 8, 9, 10, 11))
_VAT = tuple(f"P_14_{n}" for n in (1, 2, 3, 4, 5))


def fields(content: bytes) -> dict[str, str]:
    """Values for the fields of the form, as somebody would type them; empty for a file that is no such invoice."""
    root = _root(content)
    if root is None or _name(root) != "Faktura":
        return {}
    if _text(root, "Fa", "KodWaluty") not in ("", "PLN"):
        return {}
    found = {
        "seller": _text(root, "Podmiot1", "DaneIdentyfikacyjne", "Nazwa"),
        "nip": _text(root, "Podmiot1", "DaneIdentyfikacyjne", "NIP"),
        "number": _text(root, "Fa", "P_2"),
        "issued_on": _text(root, "Fa", "P_1"),
        "gross": _sum(root, ("P_15",)),
        "net": _sum(root, _NET),
        "vat": _sum(root, _VAT),
        "due_on": _text(root, "Fa", "Platnosc", "TerminPlatnosci", "Termin"),
        "account": _text(root, "Fa", "Platnosc", "RachunekBankowy", "NrRB"),
    }
    return {name: value for name, value in found.items() if value}


def _root(content: bytes) -> Element | None:
    try:
        plain = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if len(content) > LARGEST or _DECLARES.search(content) or "\0" in plain:
        return None
    parser = XMLParser()
    try:
        parser.feed(plain.encode())
        return parser.close()  # type: ignore[no-any-return]
    except (ParseError, ValueError, LookupError):
        return None


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _child(element: Element | None, name: str) -> Element | None:
    return next((one for one in element if _name(one) == name), None) if element is not None else None


def _text(root: Element, *path: str) -> str:
    element: Element | None = root
    for name in path:
        element = _child(element, name)
    return " ".join((element.text or "").split())[:300] if element is not None else ""


def _sum(root: Element, names: tuple[str, ...]) -> str:
    """The sum of these elements in złoty with a comma; nothing where none is there or one is no plain sum."""
    values = [value for name in names if (value := _text(root, "Fa", name))]
    if not values or not all(_SUM.match(value) for value in values):
        return ""
    grosze = sum(int(whole) * 100 + int(f"{rest}00"[:2]) for whole, _dot, rest in (v.partition(".") for v in values))
    return f"{grosze // 100},{grosze % 100:02d}"
