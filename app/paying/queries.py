"""Reads of online payments: a resident's own, and all of them for those who match payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.paging import Page
from app.paying import rules
from tenants.db import db

PAGE_SIZE = 50
MINE = 20
MOST_ROWS = 20_000
TWIN_DAYS = 5  # a transfer over a long weekend
SHOWN = {
    "all": "TRUE",
    "open": "o.state IN ('intended', 'created', 'processing')",
    "paid": "o.state = 'paid'",
    "refunded": "(o.state = 'refunded' OR o.refunded > 0 OR EXISTS (SELECT FROM online_refunds r "
    "WHERE r.payment_id = o.id))",
    "failed": "o.state IN ('failed', 'expired') OR o.failure = 'mismatch'",
    "disputed": "o.dispute IS NOT NULL",
}


@dataclass(frozen=True, slots=True)
class Payment:
    """One online payment; amounts in grosze. `credit` is what became of its credit: `pending`, `booked`, `withdrawn`,
    None for none; `entry` the number of the entry that stands for it. `returning`: a return is under way. `dispute` is
    `open`, `waiting`, `won`, `lost` or None; `left` may still be given back. `twin`: a bank told of the same sum for
    the same unit in these days, without naming this payment, and neither is in the books yet."""

    public_id: str
    reference: str
    unit: str
    amount: int
    fee: int
    refunded: int
    state: str
    failure: str | None
    method: str | None
    created_at: datetime
    paid_at: datetime | None
    closes_at: datetime
    has_page: bool
    credit: str | None
    entry: str | None
    returning: bool
    who: str | None
    dispute: str | None
    dispute_due: datetime | None
    left: int
    twin: bool

    @property
    def total(self) -> int:
        return self.amount + self.fee

    @property
    def open(self) -> bool:
        return self.state in ("intended", "created", "processing")

    @property
    def returnable(self) -> bool:
        """Whether staff can give anything of it back now."""
        return self.state == "paid" and self.left > 0 and self.dispute not in rules.DISPUTED


@dataclass(frozen=True, slots=True)
class Return:
    """That a payment was given back, or `amount` grosze of it. Reason, failure and who asked are for staff only."""

    amount: int
    reason: str
    state: str
    failure: str | None
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None


_COLUMNS = (
    "o.public_id, o.reference, o.unit_code, o.amount, o.fee, o.refunded, o.state, o.failure, o.method, o.created_at, "
    "o.paid_at, o.closes_at, o.session_url IS NOT NULL, p.state, p.entry, EXISTS (SELECT FROM online_refunds r "
    "WHERE r.payment_id = o.id AND r.state IN ('asked', 'sent')), a.login, o.dispute, o.dispute_due, "
    "(SELECT greatest(0, o.amount + o.fee - greatest(o.refunded + coalesce(sum(r.amount) FILTER "
    "(WHERE r.state = 'asked'), 0), coalesce(sum(r.amount), 0)))::bigint FROM online_refunds r "
    "WHERE r.payment_id = o.id AND r.state <> 'failed'), "
    "(p.state = 'pending' AND EXISTS (SELECT FROM pending_payments t WHERE t.state = 'pending' "
    "AND t.source <> 'online' AND t.unit_code = o.unit_code AND t.amount = p.amount "
    f"AND t.paid_on BETWEEN p.paid_on - {TWIN_DAYS} AND p.paid_on + {TWIN_DAYS})) IS TRUE"
)
_RETURNS = text(
    "SELECT r.amount, r.reason, r.state, r.failure, r.asked_by, r.asked_at, r.finished_at FROM online_refunds r "
    "JOIN online_payments o ON o.id = r.payment_id WHERE o.public_id = :id ORDER BY r.id"
)
_TO_SEE_TO = text(
    "SELECT (SELECT count(*) FROM online_payments WHERE dispute = 'open'), (SELECT count(*) FROM online_refunds r "
    "WHERE r.state = 'failed' AND r.finished_at > now() - interval '14 days' AND NOT EXISTS (SELECT FROM "
    "online_refunds l WHERE l.payment_id = r.payment_id AND l.id > r.id))"
)
_FROM = (
    "FROM online_payments o LEFT JOIN pending_payments p ON p.source = 'online' AND p.source_ref = o.public_id "
    "LEFT JOIN accounts a ON a.id = o.account_id"
)


def mine(actor: Actor, unit: str) -> list[Payment]:
    """The newest payments that the actor began for a unit; those never sent to a bank only while they are open."""
    statement = text(
        f"SELECT {_COLUMNS} {_FROM} WHERE o.account_id = :account AND o.unit_code = :unit "
        f"AND (o.state <> 'intended' OR o.closes_at > now()) ORDER BY o.id DESC LIMIT {MINE}"
    )
    return [Payment(*row) for row in db.session.execute(statement, {"account": actor.account_id, "unit": unit})]


def in_a_bank(actor: Actor, unit: HeldUnit) -> int:
    """How much of the unit's online payments banks are working on, in grosze, whoever began them."""
    if not unit.sight.balance:
        raise NotThere(_("Nie ma takiego lokalu."))
    statement = text(
        "SELECT coalesce(sum(amount), 0)::bigint FROM online_payments "
        "WHERE unit_code = :unit AND state = 'processing' AND failure IS NULL"
    )
    return int(db.session.execute(statement, {"unit": unit.code}).scalar_one())


def own(actor: Actor, public_id: str) -> Payment:
    """A payment that the actor began. Raises `NotThere`."""
    return _one("o.account_id = :account", public_id, {"account": actor.account_id})


def listing(actor: Actor, page: int, *, show: str = "all", wanted: str = "") -> Page[Payment]:
    """All payments, newest first; `show` is a key of `SHOWN`, `wanted` a unit, a reference or a login."""
    _may(actor)
    where, values = _where(show, wanted)
    total = db.session.execute(text(f"SELECT count(*) {_FROM} WHERE {where}"), values).scalar_one()
    statement = text(f"SELECT {_COLUMNS} {_FROM} WHERE {where} ORDER BY o.id DESC LIMIT :size OFFSET :skip")
    rows = db.session.execute(statement, {**values, "size": PAGE_SIZE, "skip": (page - 1) * PAGE_SIZE})
    return Page([Payment(*row) for row in rows], page, PAGE_SIZE, total)


def paid(actor: Actor, first: date, last: date) -> list[Payment]:
    """What was paid on these days (Europe/Warsaw), oldest first: for the manager's accounting."""
    _may(actor)
    statement = text(
        f"SELECT {_COLUMNS} {_FROM} WHERE o.paid_at IS NOT NULL "
        "AND (o.paid_at AT TIME ZONE 'Europe/Warsaw')::date BETWEEN :first AND :last "
        f"ORDER BY o.paid_at, o.id LIMIT {MOST_ROWS}"
    )
    return [Payment(*row) for row in db.session.execute(statement, {"first": first, "last": last})]


def one(actor: Actor, public_id: str) -> tuple[Payment, list[Return]]:
    """A payment and what was given back of it. Raises `NotThere`."""
    _may(actor)
    found = _one("TRUE", public_id, {})
    return found, _returns(found)


def own_returns(actor: Actor, public_id: str) -> list[Return]:
    """What went back, or is on its way back, of a payment that the actor began; oldest first. Raises `NotThere`."""
    return [one for one in _returns(own(actor, public_id)) if one.state != "failed"]


def to_be_seen_to(actor: Actor) -> tuple[int, int]:
    """How many disputes wait for the manager's answer, and how many returns failed lately and were not tried again."""
    if not actor.may(Can.MATCH_PAYMENTS):
        return 0, 0
    disputes, failed = db.session.execute(_TO_SEE_TO).one()
    return disputes, failed


def _returns(found: Payment) -> list[Return]:
    return [Return(*row) for row in db.session.execute(_RETURNS, {"id": found.public_id})]


def _one(condition: str, public_id: str, values: dict[str, Any]) -> Payment:
    statement = text(f"SELECT {_COLUMNS} {_FROM} WHERE o.public_id = :id AND {condition}")
    row = db.session.execute(statement, {**values, "id": public_id.replace("\0", "")}).one_or_none()
    if row is None:
        raise NotThere(_("Nie ma takiej płatności."))
    return Payment(*row)


def _where(show: str, wanted: str) -> tuple[str, dict[str, Any]]:
    condition = f"({SHOWN.get(show, 'TRUE')})"
    plain = wanted.replace("\0", "").strip()[:100]
    if not plain:
        return condition, {}
    found = "(upper(o.unit_code) = upper(:wanted) OR o.reference = upper(:wanted) OR upper(a.login) = upper(:wanted))"
    return f"{condition} AND {found}", {"wanted": plain}


def _may(actor: Actor) -> None:
    if not actor.may(Can.MATCH_PAYMENTS):
        raise NotThere(_("Nie ma takiej strony."))
