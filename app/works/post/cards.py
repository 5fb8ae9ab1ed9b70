"""Data of a site that go with a letter (wizytówka): to whom invoices are made out, where the site is, how to get there.

They are kept in the letter as they were when it was sent. As a file they are a vCard (RFC 6350).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.core.errors import Refused
from app.core.language import gettext as _
from app.works.access import Place
from app.works.models import WorksSite
from app.works.post.rules import CARDS, checked_cards
from tenants.db import db

VCARD = "text/vcard; charset=utf-8"
FILE_NAME = "budowa.vcf"


def cards(place: Place, names: list[str]) -> list[dict[str, Any]]:
    """The cards that were chosen, as a letter keeps them. Raises `Refused` on `cards` for one without data."""
    chosen = checked_cards(names)
    if not chosen:
        return []
    site = db.session.get_one(WorksSite, place.id)
    found = []
    for name in chosen:
        lines = _LINES[name](site)
        if not lines:
            raise Refused(
                _("Tych danych nikt jeszcze nie wpisał: %(card)s. Uzupełnij je w „moje dane”.", card=CARDS[name]),
                field="cards",
            )
        found.append(
            {
                "name": name,
                "title": str(CARDS[name]),
                "lines": [list(line) for line in lines],
                "value": _VALUES[name](site),
            }
        )
    return found


def available(place: Place) -> list[str]:
    """The cards for which there are data."""
    site = db.session.get_one(WorksSite, place.id)
    return [name for name in CARDS if _LINES[name](site)]


def _invoice(site: WorksSite) -> list[tuple[str, str]]:
    return _filled(
        (_("Nabywca"), site.invoice_name),
        (_("NIP"), site.invoice_nip),
        (_("Adres"), site.invoice_address),
        (_("Faktury na adres e-mail"), site.invoice_email),
    )


def _address(site: WorksSite) -> list[tuple[str, str]]:
    where = _VALUES["address"](site)
    return _filled((_("Budowa"), site.name), (_("Adres"), where)) if where else []


def _directions(site: WorksSite) -> list[tuple[str, str]]:
    return _filled((_("Dojazd"), site.directions))


_LINES = {"invoice": _invoice, "address": _address, "directions": _directions}
#: What of a card has a place of its own in a vCard.
_VALUES: dict[str, Callable[[WorksSite], str]] = {
    "invoice": lambda site: site.invoice_email,
    "address": lambda site: ", ".join(part for part in (site.street, f"{site.postcode} {site.city}".strip()) if part),
    "directions": lambda _site: "",
}


def _filled(*lines: tuple[str, str]) -> list[tuple[str, str]]:
    return [(term, value) for term, value in lines if value]


def as_text(kept: list[dict[str, Any]]) -> str:
    """Cards as they stand in a plain letter."""
    blocks = []
    for card in kept:
        lines = [f"[{card['title']}]", *(f"{term}: {value}" for term, value in card["lines"])]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def vcard(name: str, kept: list[dict[str, Any]]) -> bytes:
    """Cards as one vCard 4.0 with CRLF line ends, lines folded at 75 octets."""
    notes = as_text(kept)
    lines = ["BEGIN:VCARD", "VERSION:4.0", "KIND:location", f"FN:{_escaped(name)}"]
    for card in kept:
        value = str(card.get("value") or "")
        if value and card["name"] == "address":
            lines.append(f'ADR;LABEL="{_quoted(value)}":;;;;;;')
        if value and card["name"] == "invoice":
            lines.append(f"EMAIL:{_escaped(value)}")
    lines += [f"NOTE:{_escaped(notes)}", "END:VCARD"]
    return "".join(_folded(line) for line in lines).encode()


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r", "").replace("\n", "\\n")


def _quoted(value: str) -> str:
    return value.replace('"', "'").replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    pieces, piece = [], ""
    for sign in line:
        if len((piece + sign).encode()) > 74:
            pieces.append(piece)
            piece = ""
        piece += sign
    return "\r\n ".join([*pieces, piece]) + "\r\n"
