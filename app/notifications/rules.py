"""Policy of notifications: what a manager may set, and what follows for somebody's choice."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from app.core.clock import WARSAW, local
from app.notifications.kinds import CHANNELS, EMAIL, SMS, Kind
from app.office import settings


@settings.group("notifications")
@dataclass(frozen=True, slots=True)
class NotificationRules:
    """What the manager set: whether SMS is offered, the kinds nobody may decline, and for a kind its default channels.

    A kind that `defaults` does not name keeps its own. The kinds in `daily` wait for one letter a day, at `hour`
    (Europe/Warsaw), until somebody chooses otherwise.
    """

    sms: bool = False
    forced: tuple[str, ...] = ()
    defaults: dict[str, Any] = field(default_factory=dict)
    daily: tuple[str, ...] = ()
    hour: int = 17


@dataclass(frozen=True, slots=True)
class Standing:
    """A kind on a channel at one manager: whether it is offered, cannot be changed, and is on for who never chose."""

    offered: bool
    fixed: bool
    default: bool

    def wanted(self, choice: bool | None) -> bool:
        """Whether it is sent to somebody who chose so; None never chose."""
        if not self.offered:
            return False
        return self.default if self.fixed or choice is None else choice


def channels(kind: Kind, rules: NotificationRules) -> tuple[str, ...]:
    """The channels on which this manager offers a kind. SMS costs money, so the manager switches it on."""
    return tuple(one for one in CHANNELS if one in kind.channels and (one != SMS or rules.sms))


def is_fixed(kind: Kind, rules: NotificationRules) -> bool:
    """Whether nobody may change this kind."""
    return kind.mandatory or kind.name in rules.forced


def may_wait(kind: Kind, rules: NotificationRules) -> bool:
    """Whether people may choose to get a kind once a day. What cannot be declined is told at once."""
    return kind.paced and EMAIL in kind.channels and not is_fixed(kind, rules)


def next_letter(moment: datetime, hour: int) -> datetime:
    """When the daily letter leaves that what happens at `moment` belongs to: the next full `hour` in Poland, in UTC."""
    here = local(moment)
    due = datetime.combine(here.date(), time(hour), WARSAW)
    if due <= here:
        due = datetime.combine(here.date() + timedelta(days=1), time(hour), WARSAW)
    return due.astimezone(UTC)


def standing(kind: Kind, channel: str, rules: NotificationRules) -> Standing:
    """How a kind stands on a channel. What cannot be declined is always sent by e-mail."""
    fixed = is_fixed(kind, rules)
    default = kind.default if kind.mandatory else tuple(rules.defaults.get(kind.name, kind.default))
    return Standing(channel in channels(kind, rules), fixed, channel in default or (fixed and channel == EMAIL))
