"""The paper twin of an announcement: a page of A4 for the notice board, with a code that leads to the portal."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import segno
from babel.dates import format_date
from PIL import Image

from app.announcements import markup, rules
from app.announcements.models import Announcement
from app.announcements.queries.listing import StaffFile
from app.attachments.queries import content
from app.core.clock import local, today
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.language import use
from app.core.links import external
from app.gateways import pdf
from app.office.letterhead import letterhead
from app.office.queries import profile

TEMPLATE = Path(__file__).parent / "print" / "notice.typ"
MOST_PICTURES = 4
WIDTH = 1600  # pixels: 170 mm at 240 dpi
# So many signs still stand on a page in letters of this size (pt), to be read from some steps away.
SIZES = ((220, 20.0), (600, 16.0), (1_600, 13.5))
SMALLEST = 11.0


def page(row: Announcement, files: list[StaffFile]) -> bytes:
    """The PDF in Polish, for the board of a staircase. Raises `CannotPrint`."""
    pictures = [file for file in files if file.role == "picture"]
    link = external(f"/news/{row.public_id}")
    with use("pl"):
        found = [_block(block) for block in markup.blocks(row.body)]
        follow = markup.beside(row.body, len(pictures))
        found += [{"kind": "picture", "runs": [], "number": number} for number in follow]
        moment = row.published_at or row.publish_at
        day = local(moment).date() if moment else today()
        data = {
            "office": letterhead(profile()),
            "lang": "pl",
            "title": row.title,
            "kicker": _kicker(row),
            "ends": _ends(row),
            "day": format_date(day, "d MMMM y", locale="pl"),
            "blocks": found,
            "pictures": _pictures(pictures),
            "size": _size(row.body),
            "link": link,
            "code": segno.make(link, error="m").svg_inline(border=0),
            "words": {
                "scan": _("To ogłoszenie w portalu mieszkańca"),
                "scan_alt": _("Kod QR z adresem ogłoszenia"),
                "sign": _("Podpis i data wywieszenia"),
            },
        }
    return pdf.render(TEMPLATE, data)


def _kicker(row: Announcement) -> str:
    return str(rules.IMPORTANCE[row.importance]) if row.importance != rules.ORDINARY else _("Ogłoszenie")


def _ends(row: Announcement) -> str:
    if row.importance != rules.FAILURE or row.ends_at is None:
        return ""
    shown = local(row.ends_at)
    day = format_date(shown.date(), "d MMMM y", locale="pl")
    return _("Przewidywany koniec: %(day)s, godz. %(hour)s", day=day, hour=f"{shown:%H:%M}")


def _block(block: dict[str, Any]) -> dict[str, Any]:
    return {"depth": 0, "mark": "", "number": 0, "cells": []} | block


def _size(body: str) -> float:
    return next((size for most, size in SIZES if len(body) <= most), SMALLEST)


def _pictures(files: list[StaffFile]) -> list[dict[str, Any]]:
    """The first pictures as paper takes them; of one that is gone only its words stay."""
    made = []
    for place, file in enumerate(files):
        drawn = _drawn(file.file_id) if place < MOST_PICTURES else None
        made.append({"bytes": list(drawn or b""), "words": file.words or file.name})
    return made


def _drawn(file_id: int) -> bytes | None:
    try:
        with Image.open(BytesIO(content(file_id)), formats=("JPEG", "PNG", "WEBP")) as source:
            source.thumbnail((WIDTH, WIDTH))
            made = BytesIO()
            source.convert("RGB").save(made, "JPEG", quality=85)
            return made.getvalue()
    except (NotThere, OSError, ValueError):
        return None
