"""Proofs of delivery on paper: one delivery with everything that became of it, or all of one mailing in a table."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.core import audit
from app.core.actor import Actor
from app.core.clock import local, now
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.language import language
from app.deliveries import queries, sealing
from app.deliveries.queries import Delivery, Wanted
from app.deliveries.rules import CHANNELS, EVENTS, STATES
from app.gateways import pdf
from app.office.letterhead import letterhead
from app.office.queries import profile
from app.outbox.rules import told
from tenants.db import db

ONE = Path(__file__).resolve().parent / "print" / "delivery.typ"
MANY = Path(__file__).resolve().parent / "print" / "mailing.typ"
MOST_ROWS = 20_000
_TOTALS = text(
    "SELECT count(*) AS all_of_them, count(*) FILTER (WHERE state = 'sent') AS sent, "
    "count(*) FILTER (WHERE state = 'bounced') AS bounced, "
    "count(*) FILTER (WHERE state IN ('failed', 'held')) AS failed, "
    "count(*) FILTER (WHERE state IN ('queued', 'sending')) AS waiting, "
    "count(*) FILTER (WHERE state = 'skipped') AS skipped, count(*) FILTER (WHERE opened_at IS NOT NULL) AS opened, "
    "count(*) FILTER (WHERE confirmed_at IS NOT NULL) AS confirmed, count(DISTINCT recipient_key) AS people "
    "FROM outbox_items WHERE cause = :cause"
)


def of_delivery(actor: Actor, public_id: str) -> bytes:
    """The proof of one delivery; what is new is sealed first. Raises `NotThere`."""
    found = queries.delivery(actor, public_id)
    _sealed()
    events = queries.story(actor, found)
    paper = pdf.render(
        ONE,
        _common()
        | {
            "title": _("Potwierdzenie doręczenia"),
            "lead": found.subject,
            "facts": _facts(found),
            "heads": [_("Kiedy"), _("Zdarzenie"), _("Adres i odpowiedź serwera"), _("Nr pieczęci")],
            "rows": [
                [
                    _second(event.at),
                    str(EVENTS[event.kind]),
                    "\n".join(part for part in (event.whom, told(event.note)) if part) or "–",
                    str(event.sequence) if event.seal else _("jeszcze bez pieczęci"),
                ]
                for event in events
            ],
            "empty": _("Wiadomość czeka w kolejce; nic się jeszcze z nią nie wydarzyło."),
            "seals": [f"{event.sequence}: {event.seal}" for event in events if event.seal],
            "seals_title": _("Pełne pieczęcie"),
        },
    )
    audit.record(actor, "delivery.proof_printed", f"delivery:{public_id}")
    return paper


def of_mailing(actor: Actor, cause: str) -> bytes:
    """The proof of all deliveries of one cause, by person. Raises `NotThere` when it has none for the actor."""
    first = queries.deliveries(actor, Wanted(cause=cause))
    if not first.rows:
        raise NotThere(_("Nie ma takiej wysyłki."))
    _sealed()
    rows = [*queries.of_cause(actor, cause, MOST_ROWS)]
    totals = db.session.execute(_TOTALS, {"cause": cause}).one() if actor.buildings is None else None
    paper = pdf.render_apart(
        MANY,
        _common()
        | {
            "title": _("Zestawienie doręczeń"),
            "lead": first.rows[0].subject,
            "facts": [
                [_("Wysyłka"), cause],
                [_("Liczba wiadomości"), str(len(rows))],
                *([[label, str(value)] for label, value in _sums(totals)] if totals else []),
            ],
            "heads": [_("Odbiorca"), _("Sposób i adres"), _("Stan"), _("Kiedy"), _("Numer wiadomości")],
            "rows": [
                [
                    row.name or row.recipient_key.partition(":")[2],
                    f"{CHANNELS[row.channel]}\n{row.address or '–'}",
                    _state(row),
                    _second(row.confirmed_at or row.opened_at or row.bounced_at or row.sent_at or row.created_at),
                    row.public_id,
                ]
                for row in rows
            ],
        },
    )
    audit.record(actor, "delivery.proof_printed", cause, lines=len(rows))
    return paper


def _common() -> dict[str, Any]:
    standing = sealing.standing()
    return {
        "office": letterhead(profile()),
        "lang": language(),
        "page": _("Strona"),
        "of": _("z"),
        "made": _("Sporządzono %(when)s z rejestru doręczeń portalu.", when=_second(now())),
        "standing": (
            _("Rejestr ma %(count)d zapieczętowanych zdarzeń i nie był zmieniany.", count=standing.sequence)
            if standing.whole
            else _("Uwaga: pieczęcie rejestru nie zgadzają się z tym, co pamięta platforma.")
        ),
        "small": _(
            "Każde zdarzenie jest połączone skrótem SHA-256 z poprzednim. Zmiana, usunięcie albo dopisanie zdarzenia "
            "po zapieczętowaniu wychodzi na jaw przy sprawdzeniu rejestru. Przyjęcie wiadomości przez serwer pocztowy "
            "nie oznacza, że odbiorca ją przeczytał; świadczy o tym dopiero zdarzenie z portalu."
        ),
    }


def _facts(found: Delivery) -> list[list[str]]:
    named = (
        (_("Odbiorca"), found.name),
        (_("Sposób"), str(CHANNELS[found.channel])),
        (_("Adres"), (found.address or "").replace("\n", ", ")),
        (_("Stan"), _state(found)),
        (_("Zapisano"), _second(found.created_at)),
        (_("Wysłano"), _second(found.sent_at)),
        (_("Odpowiedź serwera"), found.answer or ""),
        (_("Przeczytano w portalu"), _second(found.opened_at)),
        (_("Potwierdzono odbiór"), _second(found.confirmed_at)),
        (_("Numer wiadomości"), found.public_id),
        ("Message-ID", found.message_id if found.channel == "email" else ""),
        (_("Skrót treści (SHA-256)"), found.digest.hex() if found.digest else ""),
    )
    return [[label, value] for label, value in named if value]


def _sums(totals: Any) -> list[tuple[str, int]]:
    return [
        (_("Odbiorców"), totals.people),
        (_("Czeka na wysłanie"), totals.waiting),
        (_("Wysłano"), totals.sent),
        (_("Przeczytano w portalu"), totals.opened),
        (_("Potwierdzono odbiór"), totals.confirmed),
        (_("Wróciło"), totals.bounced),
        (_("Nie wysłano"), totals.failed),
        (_("Pominięto"), totals.skipped),
    ]


def _state(found: Delivery) -> str:
    return f"{STATES[found.shown]}: {found.reason}" if found.reason else str(STATES[found.shown])


def _second(moment: datetime | None) -> str:
    return f"{local(moment):%d.%m.%Y, %H:%M:%S}" if moment else ""


def _sealed() -> None:
    try:
        sealing.seal()
    except sealing.Tampered:
        return  # the paper says so
