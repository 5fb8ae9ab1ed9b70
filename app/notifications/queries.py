"""Reads of notifications: what one account wants, and the same for sets of accounts in SQL."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select, text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.notifications import kinds, rules
from app.notifications.kinds import DAILY, EMAIL, SMS, Kind
from app.notifications.models import NotificationChoice
from app.notifications.pacing import PACED
from app.notifications.rules import NotificationRules
from app.notifications.standing import OPTED_OUT, WANTS, set_values, standing
from app.office import settings
from tenants.db import db

_ONE = text(
    f"SELECT c.wanted, {OPTED_OUT} FROM accounts a LEFT JOIN notification_choices c "
    "ON c.account_id = a.id AND c.kind = :kind AND c.channel = :channel WHERE a.id = :account"
)
_PACED = text(f"SELECT {PACED} FROM accounts a WHERE a.id = :account")
_OPTOUTS = text(
    "SELECT o.topic FROM mail_optouts o JOIN accounts a ON o.address = lower(a.email::text) WHERE a.id = :account"
)
_WANTING = {
    channel: text(
        "SELECT a.id FROM accounts a WHERE a.role = 'resident' AND a.status = 'active' "
        f"AND a.{column} <> '' AND {WANTS}"
    )
    for channel, column in ((EMAIL, "email"), (SMS, "phone"))
}
_ADDRESSES = text("SELECT nullif(email, '') AS email, nullif(phone, '') AS phone FROM accounts WHERE id = :account")


@dataclass(frozen=True, slots=True)
class Cell:
    """A kind on a channel for one account: whether it may be changed, and whether it is on."""

    channel: str
    fixed: bool
    wanted: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A kind as its owner sees it, with a cell for each channel that is offered; `fixed` if nothing can change.

    `daily` says that its e-mail waits for the letter of the day, `may_wait` that this can be chosen.
    """

    kind: Kind
    fixed: bool
    cells: tuple[Cell, ...]
    may_wait: bool = False
    daily: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything an account may be told of, and the addresses to which it goes (None: not given)."""

    rows: tuple[Row, ...]
    channels: tuple[str, ...]
    email: str | None
    phone: str | None
    hour: int  # when the letter of the day leaves


def wants(_actor: Actor, account_id: int, kind: str, channel: str) -> bool:
    """Whether an account wants a kind on a channel: the one place to ask. Raises `KeyError` for an unknown kind.

    Wanting is not having an address. Who declined by the link in a letter does not want it by e-mail.
    """
    stands = standing(kind, channel)
    found = db.session.execute(_ONE, {"account": account_id, "kind": kind, "channel": channel}).first()
    if found is None:
        return False
    choice, opted_out = found
    return stands.wanted(choice) and (stands.fixed or channel != EMAIL or not opted_out)


def is_paced(_actor: Actor, account_id: int, cause: str) -> bool:
    """Whether an account was told of an event in the letter of the day, or will be."""
    return bool(db.session.execute(_PACED, {"account": account_id, "cause": cause}).scalar())


def any_wants(_actor: Actor, kind: str) -> list[int]:
    """Ids of the active residents who want a kind on any channel and have an address for it, opted out or not."""
    found: set[int] = set()
    for channel in kinds.kind(kind).channels:
        if standing(kind, channel).offered:
            found.update(db.session.execute(_WANTING[channel], set_values(kind, channel)).scalars())
    return sorted(found)


def overview(actor: Actor) -> Overview:
    """What the actor may be told of and chose."""
    values = {"account": actor.account_id}
    mine = select(NotificationChoice).where(NotificationChoice.account_id == actor.account_id)
    chosen = {(row.kind, row.channel): row.wanted for row in db.session.scalars(mine)}
    opted_out = set(db.session.execute(_OPTOUTS, values).scalars())
    at = settings.fresh(NotificationRules)
    email, phone = db.session.execute(_ADDRESSES, values).one()
    rows = tuple(_row(kind, at, chosen, opted_out) for kind in kinds.kinds() if kind.concerns(actor))
    offered = tuple(one for one in kinds.CHANNELS if any(cell.channel == one for row in rows for cell in row.cells))
    return Overview(rows, offered, email, phone, at.hour)


def may_choose(actor: Actor) -> bool:
    """Whether there is anything that somebody may choose to be told of or not."""
    return any(kind.concerns(actor) for kind in kinds.kinds() if not kind.mandatory)


def _row(kind: Kind, at: NotificationRules, chosen: dict[tuple[str, str], bool], opted_out: set[str]) -> Row:
    cells = []
    for channel in rules.channels(kind, at):
        stands = rules.standing(kind, channel, at)
        wanted = stands.wanted(chosen.get((kind.name, channel)))
        if channel == EMAIL and not stands.fixed and kind.name in opted_out:
            wanted = False
        cells.append(Cell(channel, stands.fixed, wanted))
    may_wait = rules.may_wait(kind, at)
    daily = may_wait and chosen.get((kind.name, DAILY), kind.name in at.daily)
    return Row(kind, rules.is_fixed(kind, at), tuple(cells), may_wait, daily)


@dataclass(frozen=True, slots=True)
class Line:
    """A kind as the manager sets it: whether nobody may decline it, and the channels that are on by default."""

    kind: Kind
    forced: bool
    default: tuple[str, ...]
    daily: bool


def lines(actor: Actor) -> list[Line]:
    """The manager's rules for each kind that it may set. Raises `NotThere` without the right."""
    at = _rules(actor)
    return [
        Line(
            kind,
            kind.name in at.forced,
            tuple(one for one in kind.channels if rules.standing(kind, one, replace(at, sms=True)).default),
            kind.name in at.daily,
        )
        for kind in kinds.kinds()
        if not kind.mandatory
    ]


def daily_hour(actor: Actor) -> int:
    """The hour at which the letter of the day leaves. Raises `NotThere` without the right."""
    return _rules(actor).hour


def sms_offered(actor: Actor) -> bool:
    """Whether the manager offers SMS. Raises `NotThere` without the right."""
    return _rules(actor).sms


def _rules(actor: Actor) -> NotificationRules:
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")
    return settings.fresh(NotificationRules)
