"""What a letter of a mailout looks like on paper, with what can be printed of its attachments behind it.

PDF and pictures can; what cannot, such as a DOCX, the letter names as waiting in the portal.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdfium2
from babel.dates import format_date

from app.core.clock import today
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import language
from app.core.links import external
from app.gateways import pdf
from app.office.letterhead import letterhead
from app.office.queries import profile
from app.outbox.attaching import CannotAttach
from app.outbox.attaching import paper as paper_of
from app.outbox.paper import Paper
from app.outbox.rules import filled

TEMPLATE = Path(__file__).resolve().parent / "print" / "letter.typ"


def letters(found: list[Paper], duplex: bool = True) -> bytes:
    """One PDF of letters, each on a sheet of its own, and behind each its attachments that are PDF or pictures.

    Raises `CannotPrint`.
    """
    if not any(letter.context.get("attachments") for letter in found):
        return pdf.render_apart(TEMPLATE, _data([(letter, [], []) for letter in found], duplex))
    whole = pypdfium2.PdfDocument.new()
    try:
        for letter in found:
            parts = [(one["name"], _made(one)) for one in letter.context.get("attachments", ())]
            enclosed = [name for name, made in parts if made]
            elsewhere = [name for name, made in parts if not made]
            _add(whole, pdf.render(TEMPLATE, _data([(letter, enclosed, elsewhere)], duplex)), duplex)
            for made in (made for _name, made in parts if made):
                _add(whole, made, duplex)
        out = io.BytesIO()
        whole.save(out)
        return out.getvalue()
    finally:
        whole.close()


def one(
    subject: str, body: str, name: str, postal: tuple[str, ...], enclosed: list[str], elsewhere: Sequence[str] = ()
) -> bytes:
    """A single letter, to be looked at; `elsewhere` is what waits in the portal."""
    sheet = Paper(0, "", "", name, "\n".join(postal), language(), "mailout", {"subject": subject, "body_text": body})
    return pdf.render(TEMPLATE, _data([(sheet, enclosed, list(elsewhere))], False))


def _made(attachment: dict[str, Any]) -> bytes | None:
    try:
        return paper_of(attachment)
    except (CannotAttach, Refused):
        return None


def _add(whole: pypdfium2.PdfDocument, made: bytes, duplex: bool) -> None:
    with pypdfium2.PdfDocument(made) as part:
        whole.import_pages(part)
    if duplex and len(whole) % 2:
        whole.new_page(595, 842)


def _data(found: list[tuple[Paper, list[str], list[str]]], duplex: bool) -> dict[str, Any]:
    office = profile()
    return {
        "office": letterhead(office),
        "lang": language(),
        "title": _("List"),
        "dated": format_date(today(), "d MMMM y", locale=language()),
        "signature": office.signature or office.name,
        "enclosed": _("Załączniki:"),
        "elsewhere": _("Do pobrania w portalu %(portal)s:", portal=external("/").rstrip("/")),
        "duplex": duplex,
        "letters": [_letter(letter, enclosed, elsewhere) for letter, enclosed, elsewhere in found],
    }


def _letter(letter: Paper, enclosed: list[str], elsewhere: list[str]) -> dict[str, Any]:
    fields = letter.context.get("fields") or {}
    body = filled(letter.context.get("body_text", ""), fields)
    return {
        "address": [letter.name or "", *letter.address.split("\n")],
        "subject": filled(letter.context.get("subject", ""), fields),
        "body": [part for part in re.split(r"\n[ \t]*\n+", body) if part.strip()],
        "enclosed": enclosed,
        "elsewhere": elsewhere,
    }
