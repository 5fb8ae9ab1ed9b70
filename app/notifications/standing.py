"""How a kind stands at the bound manager, and the same as SQL for whole sets of accounts."""

from __future__ import annotations

from typing import Any

from app.notifications import kinds, rules
from app.notifications.kinds import EMAIL
from app.notifications.rules import NotificationRules, Standing
from app.office import settings

# Whether account `a` wants a kind on a channel, as an expression with the parameters of `set_values`.
WANTS = (
    "(CASE WHEN CAST(:fixed AS boolean) THEN CAST(:standard AS boolean) ELSE coalesce("
    "(SELECT c.wanted FROM notification_choices c "
    "WHERE c.account_id = a.id AND c.kind = :kind AND c.channel = :channel), CAST(:standard AS boolean)) END)"
)
# Whether the e-mail of the kind waits for the one of the day, likewise.
DAILY = (
    "(CAST(:paced AS boolean) AND coalesce((SELECT c.wanted FROM notification_choices c "
    "WHERE c.account_id = a.id AND c.kind = :kind AND c.channel = 'daily'), CAST(:daily AS boolean)))"
)
# Whether its address declined the kind by the link of a letter.
OPTED_OUT = "EXISTS (SELECT FROM mail_optouts o WHERE o.topic = :kind AND o.address = lower(a.email::text))"


def standing(kind: str, channel: str) -> Standing:
    """How a kind stands on a channel at the bound manager. Raises `KeyError` for an unknown kind."""
    return rules.standing(kinds.kind(kind), channel, settings.read(NotificationRules))


def set_values(kind: str, channel: str) -> dict[str, Any]:
    """The parameters of `WANTS` and `DAILY`."""
    stands, at = standing(kind, channel), settings.read(NotificationRules)
    return {
        "kind": kind,
        "channel": channel,
        "fixed": stands.fixed or not stands.offered,
        "standard": stands.wanted(None),
        "paced": channel == EMAIL and rules.may_wait(kinds.kind(kind), at),
        "daily": kind in at.daily,
    }
