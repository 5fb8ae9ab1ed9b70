"""Reads of mailouts: what they are, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, TextClause, func, select, text, true

from app.audience.rules import Audience, audience
from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.paging import Page
from app.estate import scope
from app.mailouts import rules
from app.mailouts.models import Mailout, MailoutFile, MailoutTemplate
from app.mailouts.rules import SENDING, Channels
from app.outbox import brake
from app.outbox import queries as outbox
from app.outbox.queries import Counts, Problem
from tenants.db import db

PAGE_SIZE = 25
CHANNELS = ("email", "sms", "letter")
STATES = ("queued", "sent", "opened", "confirmed", "bounced", "failed", "skipped", "held")
_PROGRESS = text(
    "SELECT channel, CASE WHEN state = 'sending' THEN 'queued' "
    "WHEN state = 'sent' AND confirmed_at IS NOT NULL THEN 'confirmed' "
    "WHEN state = 'sent' AND opened_at IS NOT NULL THEN 'opened' ELSE state END AS stage, count(*) "
    "FROM outbox_items WHERE cause = :cause GROUP BY 1, 2"
)

_PAPER = text(
    "SELECT cause, count(*) FROM outbox_items WHERE cause = ANY(:causes) AND channel = 'letter' AND state = 'queued' "
    "GROUP BY cause"
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A mailout and what became of it. `state` is of `app.mailouts.models.Mailout`."""

    public_id: str
    subject: str
    body: str
    audience: Audience
    created_by: str
    created_at: datetime
    counts: Counts
    state: str
    channels: Channels
    sms_text: str
    important: bool
    run_at: datetime | None
    attachments: list[dict[str, Any]]
    recipients: int
    skip_missing: bool
    launched_by: str | None
    approved_by: str | None
    ended_by: str | None
    ended_at: datetime | None
    mine: bool
    paper: int

    @property
    def waiting(self) -> int:
        """Letters that wait for a server; those that wait for the printer are `paper`."""
        return max(0, self.counts.waiting - self.paper)

    @property
    def stage(self) -> str:
        """The state as people see it: `done` when nothing of it waits any more but for the printer."""
        return "done" if self.state == SENDING and not self.waiting else self.state

    @property
    def papers(self) -> list[str]:
        """The papers of one's own, by the keys of `rules.PAPERS`."""
        return [item["paper"] for item in self.attachments if item.get("paper") in rules.PAPERS]

    @property
    def files(self) -> list[tuple[int, str]]:
        """(place, name) of the files that all get."""
        return [(at, item["name"]) for at, item in enumerate(self.attachments) if "file" in item]


@dataclass(frozen=True, slots=True)
class Template:
    """A text for mailouts that come again."""

    public_id: str
    name: str
    subject: str
    body: str
    sms_text: str
    changed_by: str
    changed_at: datetime


def mailouts(actor: Actor, number: int = 1) -> Page[Sent]:
    """All mailouts, newest first; staff limited to some buildings see those that went nowhere else."""
    _may(actor, Can.SEE_MAILOUTS)
    total = db.session.execute(select(func.count()).select_from(Mailout).where(mine(actor))).scalar_one()
    rows = db.session.execute(
        select(Mailout).where(mine(actor)).order_by(Mailout.created_at.desc(), Mailout.id.desc())
        .limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    ).scalars().all()  # fmt: skip
    return Page(_all_sent(actor, list(rows)), number, PAGE_SIZE, total)


def mailout(actor: Actor, public_id: str) -> Sent:
    """One mailout with its counts as they are now. Raises `NotThere`."""
    return _all_sent(actor, [mailout_row(actor, public_id)])[0]


def mailout_row(actor: Actor, public_id: str) -> Mailout:
    """The row of one mailout, for features of this package. Raises `NotThere`."""
    _may(actor, Can.SEE_MAILOUTS)
    wanted = select(Mailout).where(Mailout.public_id == public_id.replace("\0", ""), mine(actor))
    row: Mailout | None = db.session.execute(wanted).scalar_one_or_none()
    if row is None:
        raise NotThere(_("Nie ma takiej wysyłki."))
    return row


def progress(actor: Actor, public_id: str) -> dict[str, Mapping[str, int]]:
    """Channel → state → letters, for the channels that the mailout has. Raises `NotThere`."""
    row = mailout_row(actor, public_id)
    found: dict[str, dict[str, int]] = {}
    for channel, stage, count in db.session.execute(_PROGRESS, {"cause": rules.cause(row.public_id)}):
        found.setdefault(channel, dict.fromkeys(STATES, 0))[stage] = count
    return {channel: found[channel] for channel in CHANNELS if channel in found}


def put_off(actor: Actor, public_id: str) -> int:
    """How many messages wait for another day because a trial lets no more out today. Raises `NotThere`."""
    return brake.waiting(rules.cause(mailout_row(actor, public_id).public_id))


def problems(actor: Actor, public_id: str, number: int = 1) -> Page[Problem]:
    """Whom a mailout did not reach, and why. Raises `NotThere`."""
    mailout_row(actor, public_id)
    return outbox.problems(actor, rules.cause(public_id), number)


def unit_files(actor: Actor, public_id: str) -> list[tuple[str, str]]:
    """(unit, name of the file) of the files that are matched to units. Raises `NotThere`."""
    row = mailout_row(actor, public_id)
    found = select(MailoutFile.unit_code, MailoutFile.name).where(MailoutFile.mailout_id == row.id)
    return [(code, name) for code, name in db.session.execute(found.order_by(MailoutFile.unit_code))]


def templates(actor: Actor) -> list[Template]:
    """All templates, by name."""
    _may(actor, Can.SEND_MAILOUTS)
    rows = db.session.execute(select(MailoutTemplate)).scalars()
    return sorted(map(_template, rows), key=lambda one: one.name.casefold())


def template(actor: Actor, public_id: str) -> Template:
    """One template. Raises `NotThere`."""
    _may(actor, Can.SEND_MAILOUTS)
    wanted = select(MailoutTemplate).where(MailoutTemplate.public_id == public_id.replace("\0", ""))
    row = db.session.execute(wanted).scalar_one_or_none()
    if row is None:
        raise NotThere(_("Nie ma takiego szablonu."))
    return _template(row)


def mine(actor: Actor) -> ColumnElement[bool] | TextClause:
    """Of the table of mailouts: all whose audience lies in the actor's buildings."""
    if actor.buildings is None:
        return true()
    return text(
        "NOT jsonb_exists(audience, 'all') "
        "AND NOT EXISTS (SELECT FROM jsonb_array_elements(coalesce(audience -> 'staircases', '[]')) AS s "
        "WHERE NOT s ->> 'building' = ANY(CAST(:scope AS text[]))) "
        # Where an estate that was dissolved has been, nobody knows any more.
        "AND NOT EXISTS (SELECT FROM jsonb_array_elements_text(coalesce(audience -> 'estates', '[]')) AS x (id) "
        "WHERE NOT EXISTS (SELECT FROM estates e WHERE e.public_id = x.id "
        "AND e.buildings <@ to_jsonb(CAST(:scope AS text[])))) "
        "AND coalesce(audience -> 'buildings', '[]') <@ to_jsonb(CAST(:scope AS text[])) "
        f"AND coalesce(audience -> 'units', '[]') <@ (SELECT coalesce(jsonb_agg(code), '[]') FROM ({scope.UNITS}) AS x)"
    ).bindparams(**scope.values(actor))


def _template(row: MailoutTemplate) -> Template:
    return Template(row.public_id, row.name, row.subject, row.body, row.sms_text, row.changed_by, row.changed_at)


def _all_sent(actor: Actor, rows: list[Mailout]) -> list[Sent]:
    causes = [rules.cause(row.public_id) for row in rows]
    counted, paper = outbox.counts(actor, causes), dict[str, int]()
    for cause, count in db.session.execute(_PAPER, {"causes": causes}):
        paper[cause] = count
    return [_sent(actor, row, counted[cause], paper.get(cause, 0)) for row, cause in zip(rows, causes, strict=True)]


def _sent(actor: Actor, row: Mailout, counts: Counts, paper: int) -> Sent:
    return Sent(
        row.public_id,
        row.subject,
        row.body,
        audience(row.audience or {"all": True}),
        row.created_by,
        row.created_at,
        counts,
        row.state,
        Channels.of(row.channels),
        row.sms_text,
        row.important,
        row.run_at,
        row.attachments,
        row.recipients,
        row.skip_missing,
        row.launched_by,
        row.approved_by,
        row.ended_by,
        row.ended_at,
        paper=paper,
        mine=actor.account_id is not None and actor.account_id in (row.author, row.launcher),
    )


def _may(actor: Actor, right: Can) -> None:
    if not actor.may(right):
        raise NotThere(_("Nie ma takiej strony."))
