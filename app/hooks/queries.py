"""Addresses that hear of events, and the log of what they were told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.paging import Page
from app.hooks import rules
from app.hooks.models import Webhook, WebhookAttempt, WebhookDelivery
from tenants.db import db

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Line:
    """An address as the manager sees it; `waits` is how many events it has not got yet."""

    public_id: str
    name: str
    url: str
    events: tuple[str, ...]
    state: str
    reason: str | None
    failing_since: datetime | None
    retry_at: datetime | None
    former_until: datetime | None
    delivered_at: datetime | None
    created_at: datetime
    created_by: str
    waits: int

    @property
    def shown(self) -> str:
        """`active`, `failing`, `paused` or `disabled`."""
        return "failing" if self.state == "active" and self.failing_since else self.state


@dataclass(frozen=True, slots=True)
class Try:
    """One try: a status, or a problem in words."""

    at: datetime
    status: int | None
    problem: str | None
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Told:
    """An event and the tries to tell it, newest first. `body` is what was sent."""

    event_id: str
    event: str
    label: str
    body: str
    state: str
    created_at: datetime
    run_after: datetime
    tries: tuple[Try, ...]


def webhooks(actor: Actor) -> list[Line]:
    """Every address, the oldest first. Raises `NotThere`."""
    _may(actor)
    return [_line(row, waits) for row, waits in db.session.execute(_lines().order_by(Webhook.id))]


def webhook(actor: Actor, public_id: str) -> Line:
    """One address. Raises `NotThere`."""
    _may(actor)
    found = db.session.execute(_lines().where(Webhook.public_id == public_id.replace("\0", ""))).one_or_none()
    if found is None:
        raise NotThere("")
    return _line(*found)


def disabled(actor: Actor) -> list[str]:
    """Names of the addresses that we gave up; none for who may not configure the portal."""
    if not actor.may(Can.CONFIGURE):
        return []
    return list(db.session.scalars(select(Webhook.name).where(Webhook.state == "disabled").order_by(Webhook.id)))


def told(actor: Actor, public_id: str, number: int) -> Page[Told]:
    """What an address was told, newest first. Raises `NotThere`."""
    _may(actor)
    mine = select(WebhookDelivery).join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
    mine = mine.where(Webhook.public_id == public_id.replace("\0", ""))
    total = db.session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    window = mine.order_by(WebhookDelivery.id.desc()).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    rows = list(db.session.scalars(window))
    tries: dict[int, list[Try]] = {}
    asked = select(WebhookAttempt).where(WebhookAttempt.delivery_id.in_([row.id for row in rows]))
    for one in db.session.scalars(asked.order_by(WebhookAttempt.id.desc())):
        problem = str(rules.PROBLEMS.get(one.problem, one.problem)) if one.problem else None
        tries.setdefault(one.delivery_id, []).append(Try(one.at, one.status, problem, one.milliseconds))
    lines = [
        Told(
            row.event_id, row.event, str(rules.LABELS.get(row.event, row.event)), row.body, row.state, row.created_at,
            row.run_after, tuple(tries.get(row.id, ())),
        )
        for row in rows
    ]  # fmt: skip
    return Page(lines, number, PAGE_SIZE, total)


def _lines():  # type: ignore[no-untyped-def]
    waits = (
        select(func.count())
        .where(WebhookDelivery.webhook_id == Webhook.id, WebhookDelivery.state == "waiting")
        .scalar_subquery()
    )
    return select(Webhook, waits)


def _line(row: Webhook, waits: int) -> Line:
    return Line(
        row.public_id, row.name, row.url, tuple(row.events), row.state, row.reason, row.failing_since, row.retry_at,
        row.former_until, row.delivered_at, row.created_at, row.created_by, waits,
    )  # fmt: skip


def _may(actor: Actor) -> None:
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")
