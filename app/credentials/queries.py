"""Reading start credentials: what was handed out to whom, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from app.accounts.commands.managing import managed
from app.accounts.models import Account
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import NotThere
from app.core.paging import Page
from app.credentials import rules
from app.credentials.models import CredentialBatch, CredentialIssue
from app.credentials.recipients import Recipient, of_account
from app.estate import scope
from app.outbox import tracking
from app.outbox.tracking import Sent
from tenants.db import db

PAGE = 50
_BATCH_SCOPE = (
    "(CAST(:scope AS text[]) IS NULL OR (jsonb_typeof(scope) = 'array' AND scope <@ to_jsonb(CAST(:scope AS text[]))))"
)
_COUNTS = text("SELECT p.state, p.way, count(*) FROM credential_batch_people p WHERE p.batch_id = :batch GROUP BY 1, 2")
_SENT = text(
    "SELECT o.channel, count(*) FILTER (WHERE o.state = 'sent') AS sent, "
    "count(*) FILTER (WHERE o.state IN ('queued', 'sending')) AS waiting, "
    "count(*) FILTER (WHERE o.state IN ('failed', 'skipped', 'held', 'bounced')) AS lost "
    "FROM credential_issues i JOIN outbox_items o ON o.cause = 'credentials:' || i.public_id "
    "WHERE i.batch_id = :batch GROUP BY 1 ORDER BY 1"
)
_NAME = "coalesce(q.company, nullif(concat_ws(' ', q.first_name, q.last_name), ''), p.person_code)"
_MISSED = text(
    f"SELECT p.person_code, {_NAME} AS name, p.place, coalesce(p.reason, o.reason) AS reason, o.channel, "
    "a.public_id AS account, count(*) OVER () AS total FROM credential_batch_people p "
    "LEFT JOIN people q ON q.code = p.person_code AND q.until_revision IS NULL "
    "LEFT JOIN credential_issues i ON i.id = p.issue_id LEFT JOIN accounts a ON a.id = i.account_id "
    "LEFT JOIN outbox_items o ON o.cause = 'credentials:' || i.public_id "
    "AND o.state IN ('failed', 'skipped', 'held', 'bounced') "
    "WHERE p.batch_id = :batch AND (p.state = 'unreachable' OR o.id IS NOT NULL) "
    "ORDER BY p.position, o.channel LIMIT :size OFFSET :skip"
)


@dataclass(frozen=True, slots=True)
class Issue:
    """Credentials that were handed out to an account; `paper` says that there is a letter to print."""

    public_id: str
    way: str
    at: datetime
    issued_by: str
    expires_at: datetime
    ended: bool
    expired: bool
    paper: bool
    printed_at: datetime | None
    letters: tuple[Sent, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """An account as the page of its credentials shows it."""

    public_id: str
    login: str
    name: str
    person_code: str | None
    status: str
    opened: bool
    recipient: Recipient
    offers: tuple[rules.Offer, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Channel:
    """The letters of a batch on one channel."""

    name: str
    sent: int
    waiting: int
    lost: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is. `by_way` counts people; `parts` are files of letters."""

    public_id: str
    label: str
    way: str
    state: str
    created_at: datetime
    created_by: str
    people: int
    waiting: int
    unreachable: int
    by_way: dict[str, int]
    channels: tuple[Channel, ...]
    parts: tuple[dict[str, Any], ...]
    letters_until: datetime | None
    wiped: bool
    error: str | None

    @property
    def busy(self) -> bool:
        """Whether the page has something to wait for."""
        return self.state in ("running", "printing") or any(channel.waiting for channel in self.channels)


@dataclass(frozen=True, slots=True)
class Missed:
    """Somebody who was not reached, and why; `account` is a public id where there is one."""

    code: str
    name: str
    place: str
    channel: str | None
    reason: str
    account: str | None


def standing(actor: Actor, public_id: str) -> Standing:
    """An account with the ways to hand out its credentials and what was handed out. Raises `NotThere`, `Refused`."""
    account = managed(actor, public_id)
    recipient = of_account(account)
    rows = db.session.scalars(
        select(CredentialIssue)
        .where(CredentialIssue.account_id == account.id)
        .order_by(CredentialIssue.id.desc())
        .limit(20)
    ).all()
    letters = tracking.of_causes([row.cause for row in rows])
    return Standing(
        account.public_id,
        account.login,
        recipient.name,
        account.person_code,
        account.status,
        account.password_hash is not None and account.start_password_until is None,
        recipient,
        tuple(rules.offers(recipient.reach)),
        tuple(_issue(row, letters[row.cause]) for row in rows),
    )


def batches(actor: Actor, number: int = 1) -> Page[Progress]:
    """Batches, newest first; of staff limited to buildings those within them. Raises `NotThere`."""
    _check(actor)
    visible = text(_BATCH_SCOPE).bindparams(**scope.values(actor))
    rows = list(
        db.session.scalars(
            select(CredentialBatch)
            .where(visible)
            .order_by(CredentialBatch.id.desc())
            .limit(PAGE + 1)
            .offset((number - 1) * PAGE)
        )
    )
    total = (number - 1) * PAGE + len(rows)
    return Page([_progress(row) for row in rows[:PAGE]], number, PAGE, total)


def batch(actor: Actor, public_id: str) -> Progress:
    """One batch. Raises `NotThere`."""
    return _progress(batch_row(actor, public_id))


def missed(actor: Actor, public_id: str, number: int = 1) -> Page[Missed]:
    """Who was not reached by a batch, in the order of the estate. Raises `NotThere`."""
    row = batch_row(actor, public_id)
    window = {"batch": row.id, "size": PAGE, "skip": (number - 1) * PAGE}
    rows = db.session.execute(_MISSED, window).all()
    found = [Missed(r.person_code, r.name, r.place, r.channel, rules.told(r.reason), r.account) for r in rows]
    return Page(found, number, PAGE, rows[0].total if rows else 0)


def batch_row(actor: Actor, public_id: str) -> CredentialBatch:
    """The row of a batch. Raises `NotThere`."""
    _check(actor)
    visible = text(_BATCH_SCOPE).bindparams(**scope.values(actor))
    row: CredentialBatch | None = None
    if "\0" not in public_id:
        row = db.session.scalars(
            select(CredentialBatch).where(CredentialBatch.public_id == public_id, visible)
        ).one_or_none()
    if row is None:
        raise NotThere("")
    return row


def issue_row(actor: Actor, public_id: str) -> tuple[CredentialIssue, Account]:
    """The row of an issue and its account, which must be the actor's business. Raises `NotThere`, `Refused`."""
    _check(actor)
    row: CredentialIssue | None = None
    if "\0" not in public_id:
        row = db.session.scalars(select(CredentialIssue).where(CredentialIssue.public_id == public_id)).one_or_none()
    account = db.session.get(Account, row.account_id) if row else None
    if row is None or account is None:
        raise NotThere("")
    return row, managed(actor, account.public_id)


def _issue(row: CredentialIssue, letters: list[Sent]) -> Issue:
    return Issue(
        row.public_id,
        row.way,
        row.at,
        row.issued_by,
        row.expires_at,
        row.ended_at is not None,
        row.expires_at <= now(),
        row.sealed is not None,
        row.printed_at,
        tuple(letters),
    )


def _progress(row: CredentialBatch) -> Progress:
    counts = db.session.execute(_COUNTS, {"batch": row.id}).all()
    by_state: dict[str, int] = {}
    by_way: dict[str, int] = {}
    for state, way, count in counts:
        by_state[state] = by_state.get(state, 0) + count
        if state == "issued" and way:
            by_way[way] = count
    channels = tuple(Channel(*found) for found in db.session.execute(_SENT, {"batch": row.id}))
    return Progress(
        row.public_id,
        row.label,
        row.way,
        row.state,
        row.created_at,
        row.created_by,
        sum(by_state.values()),
        by_state.get("waiting", 0),
        by_state.get("unreachable", 0),
        by_way,
        channels,
        tuple(row.parts),
        row.letters_until,
        row.wiped_at is not None,
        row.error,
    )


def _check(actor: Actor) -> None:
    if not actor.may(Can.MANAGE_ACCOUNTS):
        raise NotThere("")
