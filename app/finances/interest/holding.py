"""Holding interest back on a document (wstrzymanie odsetek), and taking that back."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.core import audit
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.estate import queries as estate
from app.finances.models import InterestHold
from tenants.db import db

LONGEST_REASON = 300
FIRST, LAST = date(2000, 1, 1), date(2100, 1, 1)
_DUE = text(
    "SELECT true FROM ledger_entries WHERE entry = :entry AND unit_code = :unit AND debit > 0 "
    "AND until_revision IS NULL"
)


def hold(actor: Actor, unit_code: str, entry: str, reason: str, until: str) -> None:
    """Reckon no interest on a due (the number of its entry) up to the day `until`, or for good when it is empty.

    What stood for the document before is replaced. Raises `Refused` with its field, `NotThere`, `Conflict`.
    """
    _allowed(actor, unit_code)
    if "\0" in entry or not db.session.scalar(_DUE, {"entry": entry, "unit": unit_code}):
        raise Refused(_("Wybierz dokument z listy."), field="entry")
    said, day = _checked_reason(reason), _checked_until(until)
    before = _replaced(actor, entry)
    after = {"reason": said, "until": day.isoformat() if day else None}
    db.session.add(
        InterestHold(
            public_id=new_public_id(), unit_code=unit_code, entry=entry, reason=said, until_on=day, held_by=actor.login
        )
    )
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Conflict(_("Ktoś właśnie wstrzymał odsetki od tego dokumentu. Odśwież stronę.")) from error
    audit.record(actor, "interest.held", unit_code, entry=entry, before=before, after=after)


def withdraw(actor: Actor, public_id: str) -> str:
    """Reckon as if there had been no hold; returns the unit's code. Raises `NotThere`."""
    statement = select(InterestHold).where(InterestHold.public_id == public_id, InterestHold.withdrawn_at.is_(None))
    found = db.session.scalars(statement.with_for_update()).one_or_none()
    if found is None:
        raise NotThere("")
    _allowed(actor, found.unit_code)
    _end(actor, found)
    audit.record(actor, "interest.hold_withdrawn", found.unit_code, entry=found.entry, before=_told(found))
    return found.unit_code


def _allowed(actor: Actor, unit_code: str) -> None:
    if not actor.may(Can.HOLD_INTEREST) or not estate.known_units(actor, [unit_code]):
        raise NotThere("")


def _replaced(actor: Actor, entry: str) -> dict[str, str | None] | None:
    statement = select(InterestHold).where(InterestHold.entry == entry, InterestHold.withdrawn_at.is_(None))
    found = db.session.scalars(statement.with_for_update()).one_or_none()
    if found is None:
        return None
    _end(actor, found)
    db.session.flush()
    return _told(found)


def _end(actor: Actor, found: InterestHold) -> None:
    found.withdrawn_by, found.withdrawn_at = actor.login, now()


def _told(found: InterestHold) -> dict[str, str | None]:
    return {"reason": found.reason, "until": found.until_on.isoformat() if found.until_on else None}


def _checked_reason(typed: str) -> str:
    reason = " ".join(typed.split())
    if not reason:
        raise Refused(_("Podaj powód; zobaczy go mieszkaniec."), field="reason")
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        raise Refused(_("Powód może mieć najwyżej %(most)d znaków.", most=LONGEST_REASON), field="reason")
    return reason


def _checked_until(typed: str) -> date | None:
    plain = typed.strip()
    if not plain:
        return None
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            day = datetime.strptime(plain, pattern).date()  # noqa: DTZ007 - a day, no moment
        except ValueError:
            continue
        if FIRST <= day < LAST:
            return day
    raise Refused(_("Podaj dzień, na przykład 31.08.2026, albo zostaw pole puste."), field="until")
