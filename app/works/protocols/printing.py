"""A protocol on paper: its text, defects, signatures with the hash, and who changed what when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.core.clock import local, now
from app.core.language import gettext as _
from app.core.language import language
from app.gateways import pdf
from app.office.letterhead import letterhead
from app.office.queries import profile
from app.works import queries as sites
from app.works.access import Place
from app.works.protocols.queries import Protocol
from app.works.protocols.rules import readable_hash

TEMPLATE = Path(__file__).resolve().parent / "print" / "protocol.typ"
MOST_EVENTS = 200


def paper(place: Place, found: Protocol) -> bytes:
    """A4 pages. Raises `CannotPrint`."""
    said = found.hash or found.fingerprint
    data = {
        "office": letterhead(profile()),
        "lang": language(),
        "page": _("Strona"),
        "of": _("z"),
        "title": found.title,
        "lead": place.name,
        "draft": "" if found.is_complete else _state(found),
        "facts": [
            [_("Data"), f"{found.dated_on:%d.%m.%Y}" if found.dated_on else ""],
            [_("Sporządził(a)"), found.author],
            [_("Wydrukowano"), f"{local(now()):%d.%m.%Y, %H:%M}"],
        ],
        "sections": [[f"{one.place}. {one.title}", one.body or "–"] for one in found.sections],
        "defects_title": _("Usterki"),
        "defects_heads": [_("Co"), _("Kto usuwa"), _("Termin"), _("Stan")],
        "defects": [
            [one.what, one.responsible, f"{one.due_on:%d.%m.%Y}", _("usunięta") if one.mended_at else _("do usunięcia")]
            for one in found.defects
        ],
        "files_title": _("Załączniki"),
        "files": [f"{one.name} (SHA-256: {one.sha256[:16]}…)" for one in found.attached],
        "signs_title": _("Podpisy"),
        "signs_heads": [_("Kto"), _("Jako"), _("Odpowiedź"), _("Kiedy")],
        "signs": _signatures(found),
        "hash_title": _("Odcisk podpisanej treści (SHA-256)") if found.hash else _("Odcisk treści (SHA-256)"),
        "hash": readable_hash(said),
        "history_title": _("Historia"),
        "history": _history(place, found),
        "small": _(
            "Podpis to potwierdzenie hasłem w portalu treści o podanym odcisku. Zmiana choćby jednej litery zmienia "
            "odcisk i unieważnia podpisy."
        ),
    }
    return pdf.render(TEMPLATE, data)


def _state(found: Protocol) -> str:
    return _("Do podpisu – nie wszyscy podpisali") if found.is_frozen else _("Projekt – protokół jest w pracy")


def _signatures(found: Protocol) -> list[list[str]]:
    rows = []
    for party, said in found.answers if found.is_frozen else []:
        who = f"{party['name']}{', ' + party['firm'] if party['firm'] else ''}"
        answer = said.verdict_label + (f": {said.reason}" if said.reason else "") if said else _("jeszcze bez podpisu")
        rows.append([who, party["duty"], answer, f"{local(said.at):%d.%m.%Y, %H:%M}" if said else ""])
    for one in found.voided:
        answer = _("%(verdict)s – nieważne po zmianie treści", verdict=one.verdict_label)
        rows.append([one.name, one.duty, answer, f"{local(one.at):%d.%m.%Y, %H:%M}"])
    return rows


def _history(place: Place, found: Protocol) -> list[list[Any]]:
    events = sites.history(place, f"document:{found.public_id}", MOST_EVENTS)
    return [[f"{local(one.at):%d.%m.%Y, %H:%M}", one.author, f"{one.words}: {one.label}"] for one in reversed(events)]
