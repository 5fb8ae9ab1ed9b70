"""Reads of mailouts: what one would say before, what became of it after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, TextClause, func, select, text, true

from app.audience import recipients
from app.audience.rules import Audience, audience
from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.paging import Page
from app.estate import scope
from app.mailouts import rules
from app.mailouts.models import Mailout
from app.office.queries import profile
from app.outbox import queries as outbox
from app.outbox.queries import Counts, Problem
from app.outbox.rules import filled
from tenants.db import db

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Sent:
    """A mailout and what became of it."""

    public_id: str
    subject: str
    body: str
    audience: Audience
    created_by: str
    created_at: datetime
    counts: Counts


@dataclass(frozen=True, slots=True)
class Preview:
    """A mailout as one recipient would read it."""

    subject: str
    body: str
    recipient: str | None


def preview(actor: Actor, subject: str, body: str, audience: Audience, recipient_key: str | None = None) -> Preview:
    """The text for one recipient of an audience: the one named, or the first by name."""
    _may(actor, Can.SEND_MAILOUTS)
    row = db.session.execute(
        text(
            f"SELECT r.name, r.context -> 'fields' FROM ({recipients.SELECT}) AS r "
            "WHERE CAST(:key AS text) IS NULL OR r.recipient_key = :key "
            "ORDER BY ext.polish_key(r.name), r.recipient_key LIMIT 1"
        ),
        {
            **recipients.values(audience.within(actor.buildings), locale=profile().locale, personal=True),
            "key": recipient_key,
        },
    ).first()
    if row is None:
        return Preview(subject, body, None)
    return Preview(filled(subject, row[1]), filled(body, row[1]), row[0])


def mailouts(actor: Actor, number: int = 1) -> Page[Sent]:
    """All mailouts, newest first; staff limited to some buildings see those that went nowhere else."""
    _may(actor, Can.SEE_MAILOUTS)
    total = db.session.execute(select(func.count()).select_from(Mailout).where(_mine(actor))).scalar_one()
    rows = db.session.execute(
        select(Mailout).where(_mine(actor)).order_by(Mailout.created_at.desc(), Mailout.id.desc())
        .limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    ).scalars().all()  # fmt: skip
    counted = outbox.counts(actor, [rules.cause(row.public_id) for row in rows])
    return Page([_sent(row, counted[rules.cause(row.public_id)]) for row in rows], number, PAGE_SIZE, total)


def mailout(actor: Actor, public_id: str) -> Sent:
    """One mailout with its counts as they are now. Raises `NotThere`."""
    _may(actor, Can.SEE_MAILOUTS)
    row = db.session.execute(select(Mailout).where(Mailout.public_id == public_id, _mine(actor))).scalar_one_or_none()
    if row is None:
        raise NotThere(_("Nie ma takiej wysyłki."))
    return _sent(row, outbox.counts(actor, [rules.cause(public_id)])[rules.cause(public_id)])


def problems(actor: Actor, public_id: str, number: int = 1) -> Page[Problem]:
    """Whom a mailout did not reach, and why. Raises `NotThere`."""
    mailout(actor, public_id)
    return outbox.problems(actor, rules.cause(public_id), number)


def _mine(actor: Actor) -> ColumnElement[bool] | TextClause:
    """Of the table of mailouts: all whose audience lies in the actor's buildings."""
    if actor.buildings is None:
        return true()
    return text(
        "NOT jsonb_exists(audience, 'all') "
        "AND NOT EXISTS (SELECT FROM jsonb_array_elements(coalesce(audience -> 'staircases', '[]')) AS s "
        "WHERE NOT s ->> 'building' = ANY(CAST(:scope AS text[]))) "
        "AND NOT EXISTS (SELECT FROM estates e WHERE jsonb_exists(audience -> 'estates', e.public_id) "
        "AND NOT e.buildings <@ to_jsonb(CAST(:scope AS text[]))) "
        "AND coalesce(audience -> 'buildings', '[]') <@ to_jsonb(CAST(:scope AS text[])) "
        f"AND coalesce(audience -> 'units', '[]') <@ (SELECT coalesce(jsonb_agg(code), '[]') FROM ({scope.UNITS}) AS x)"
    ).bindparams(**scope.values(actor))


def _sent(row: Mailout, counts: Counts) -> Sent:
    chosen = audience(row.audience)
    return Sent(row.public_id, row.subject, row.body, chosen, row.created_by, row.created_at, counts)


def _may(actor: Actor, right: Can) -> None:
    if not actor.may(right):
        raise NotThere(_("Nie ma takiej strony."))
