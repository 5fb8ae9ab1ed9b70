"""Readings as they are told: by residents in a window, by staff for others. Each is a row, the newest counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.attachments.owners import owner
from app.core import audit
from app.core.actor import Actor
from app.core.clock import today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.meters import plausibility
from app.meters.plausibility import Doubt
from app.meters.queries import history
from app.meters.queries.history import Known
from app.meters.queries.windows import Window
from app.meters.rules import OPEN
from app.meters.usage import Reading
from tenants.bound import current
from tenants.db import db

MOST_METERS, MOST_WORDS = 60, 500
owner("meters", "SELECT photo_id FROM reported_readings")
# One after the other for a unit; and nobody tells while a file of readings is published or taken back.
_TURN = text(
    "SELECT pg_advisory_xact_lock_shared(hashtextextended(:files, 13)), "
    "pg_advisory_xact_lock(hashtextextended(:key, 11))"
)
_AGAIN = text("SELECT public_id, unit_code, by_login FROM reading_receipts WHERE form_key = :form_key")
_RECEIPT = text(
    "INSERT INTO reading_receipts (public_id, form_key, window_id, unit_code, account_id, by_login) "
    "VALUES (:public_id, :form_key, :window, :unit, :account, :by) RETURNING id"
)
_OVERTAKE = text(
    "UPDATE reported_readings SET live = false WHERE live AND serial = :serial "
    "AND (window_id = :window OR (read_on = :read_on AND state <> 'rejected')) RETURNING id"
)
_TELL = text(
    "INSERT INTO reported_readings (public_id, receipt_id, window_id, batch_id, serial, unit_code, medium, read_on, "
    "value, source, doubts, explanation, photo_id, state) VALUES (:public_id, :receipt, :window, :batch, :serial, "
    ":unit, :medium, :read_on, :value, :source, :doubts, :explanation, :photo, :state) RETURNING id"
)
_REPLACED = text("UPDATE reported_readings SET replaced_by = :by WHERE id = ANY(:ids)")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed for a meter: the value as it stands in the field, `sure` in spite of a question, and the stored
    file of a photograph."""

    serial: str
    value: str
    sure: bool = False
    words: str = ""
    photo: int | None = None


@dataclass(slots=True)
class Unclear(Exception):
    """What stands between a form and its receipt: `errors` by serial (and `day`), `questions` still to be answered."""

    errors: dict[str, str] = field(default_factory=dict)
    questions: dict[str, Doubt] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A reading about to be written; ids of what it belongs to, where there is such."""

    serial: str
    unit_code: str
    medium: str
    read_on: date
    value: Decimal
    source: str
    state: str
    doubts: tuple[str, ...] = ()
    explanation: str = ""
    window: int | None = None
    receipt: int | None = None
    batch: int | None = None
    photo: int | None = None


def tell(
    actor: Actor,
    window: Window | None,
    unit_code: str,
    day: date,
    typed: Sequence[Typed],
    form_key: str,
    *,
    source: str = "portal",
) -> str:
    """Tell what a unit's meters show at the end of a day; returns the public id of the receipt.

    The caller has seen to it that the unit is the actor's business and that the window reaches it. The same form
    again gives the same receipt. Raises `NotThere` for a meter that is not the unit's, `Refused` when the window is
    not open, `Unclear` with all that is wrong or asked about.
    """
    db.session.execute(_TURN, {"key": f"{current().id}:{unit_code}", "files": f"readings:{current().id}"})
    form_key = form_key.replace("\0", "")[:60] or new_public_id()
    again = db.session.execute(_AGAIN, {"form_key": form_key}).one_or_none()
    if again is not None:
        if (again.unit_code, again.by_login) != (unit_code, actor.login):
            raise NotThere("")
        return str(again.public_id)
    if window is not None and window.state != OPEN and source == "portal":
        raise Refused(_("To okno odczytów jest już zamknięte."))
    known = {one.serial: one for one in history.known(unit_code, window)}
    rows = _looked_at(known, typed, day, window)
    receipt, public_id = _receipt(actor, window, unit_code, form_key)
    for one, medium, value, doubts in rows:
        state = "doubtful" if doubts and source == "portal" else "accepted"
        write(
            Row(
                one.serial, unit_code, medium, day, value, source, state, doubts,
                one.words.replace("\0", "").strip()[:MOST_WORDS], window.id if window else None, receipt, None,
                one.photo,
            )
        )  # fmt: skip
    said = {one.serial: f"{value:f}" for one, _medium, value, _doubts in rows}
    audit.record(actor, "meters.readings_told", unit_code, after={"day": day.isoformat(), "source": source, **said})
    return public_id


def write(row: Row) -> int:
    """Write a reading and let it overtake what it corrects; returns its id."""
    values: dict[str, Any] = {"serial": row.serial, "window": row.window, "read_on": row.read_on}
    overtaken = list(db.session.execute(_OVERTAKE, values).scalars())
    values |= {
        "public_id": new_public_id(), "receipt": row.receipt, "batch": row.batch, "unit": row.unit_code,
        "medium": row.medium, "value": row.value, "source": row.source, "doubts": list(row.doubts),
        "explanation": row.explanation, "photo": row.photo, "state": row.state,
    }  # fmt: skip
    written = int(db.session.execute(_TELL, values).scalar_one())
    if overtaken:
        db.session.execute(_REPLACED, {"by": written, "ids": overtaken})
    return written


Looked = tuple[Typed, str, Decimal, tuple[str, ...]]


def _looked_at(known: dict[str, Known], typed: Sequence[Typed], day: date, window: Window | None) -> list[Looked]:
    """The rows that were filled in, with their medium, value and doubts that were answered. Raises `Unclear`."""
    if len(typed) > MOST_METERS or any(one.serial not in known for one in typed):
        raise NotThere("")
    unclear, rows = Unclear(), list[Looked]()
    for one in typed:
        if not one.value.strip():
            continue
        try:
            rows.append(_one(known[one.serial], one, day, window, unclear))
        except Refused as refusal:
            unclear.errors["day" if refusal.field == "day" else one.serial] = refusal.message
    if not rows and not unclear.errors:
        unclear.errors[typed[0].serial if typed else "day"] = _("Wpisz stan co najmniej jednego licznika.")
    if unclear.errors or unclear.questions:
        raise unclear
    return rows


def _one(known: Known, one: Typed, day: date, window: Window | None, unclear: Unclear) -> Looked:
    value = plausibility.value(one.value)
    allowed = (window.reads_from, window.reads_to) if window else None
    plausibility.check_day(day, today(), known.last.day if known.last else None, allowed, "day")
    if window is not None and window.photo == "required" and one.photo is None:
        raise Refused(_("Dodaj zdjęcie tego licznika."))
    if len(one.words) > MOST_WORDS:
        raise Refused(_("Wyjaśnienie jest za długie: najwyżej %(max)d znaków.", max=MOST_WORDS))
    doubts = plausibility.doubts(known.medium, Reading(day, value), known.steps, known.last)
    if doubts and not one.sure:
        unclear.questions[one.serial] = doubts[0]
    return one, known.medium, value, tuple(doubt.code for doubt in doubts)


def _receipt(actor: Actor, window: Window | None, unit_code: str, form_key: str) -> tuple[int, str]:
    public_id = new_public_id()
    values = {
        "public_id": public_id,
        "form_key": form_key,
        "window": window.id if window else None,
        "unit": unit_code,
        "account": actor.account_id,
        "by": actor.login,
    }
    return int(db.session.execute(_RECEIPT, values).scalar_one()), public_id
