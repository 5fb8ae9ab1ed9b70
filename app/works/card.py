"""The card of a site, to be printed, sent and pinned up: invoice data, address, directions, members."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.core.actor import Actor
from app.core.clock import today
from app.core.language import gettext as _
from app.core.language import language
from app.gateways import pdf
from app.office.letterhead import letterhead
from app.office.queries import profile
from app.works import queries
from app.works.access import Place
from app.works.models import WorksSite

TEMPLATE = Path(__file__).resolve().parent / "print" / "card.typ"


def address_line(site: WorksSite) -> str:
    """Where the site is, in one line."""
    return ", ".join(part for part in (site.street, f"{site.postcode} {site.city}".strip()) if part)


def facts(site: WorksSite) -> list[tuple[str, list[tuple[str, str]], str]]:
    """What the card says, part by part: title, (term, value) where known, and a text of several lines."""
    invoice = [
        (_("Nabywca"), site.invoice_name),
        (_("NIP"), site.invoice_nip),
        (_("Adres nabywcy"), site.invoice_address),
        (_("E-mail do faktur"), site.invoice_email),
    ]
    where = [
        (_("Adres"), address_line(site)),
        (_("Początek prac"), f"{site.starts_on:%d.%m.%Y}" if site.starts_on else ""),
        (_("Planowany koniec prac"), f"{site.ends_on:%d.%m.%Y}" if site.ends_on else ""),
    ]
    parts = [
        (_("Dane do faktur"), invoice, ""),
        (_("Budowa"), where, site.about),
        (_("Dojazd na budowę"), [], site.directions),
    ]
    known = [(title, [pair for pair in pairs if pair[1]], words) for title, pairs, words in parts]
    return [part for part in known if part[1] or part[2]]


def plain(site: WorksSite) -> str:
    """The card as text, for a letter."""
    blocks = [
        "\n".join([title, *(f"{term}: {value}" for term, value in pairs), *([words] if words else [])])
        for title, pairs, words in facts(site)
    ]
    return "\n\n".join([site.name, *blocks])


def paper(actor: Actor, place: Place) -> bytes:
    """The card as PDF, with the members on it."""
    site = queries.site(actor, place)
    people = [(one.duty_label, ", ".join(part for part in (one.name, one.firm) if part))
              for one in queries.members(actor, place)]  # fmt: skip
    parts: list[dict[str, Any]] = [
        {"title": title, "facts": pairs, "text": words} for title, pairs, words in facts(site)
    ]
    if people:
        parts.append({"title": _("Uczestnicy"), "facts": people, "text": ""})
    data = {
        "office": letterhead(profile()),
        "lang": language(),
        "page": _("Strona"),
        "of": _("z"),
        "title": site.name,
        "lead": _("Stan na %(day)s", day=f"{today():%d.%m.%Y}"),
        "parts": parts,
    }
    return pdf.render(TEMPLATE, data)
