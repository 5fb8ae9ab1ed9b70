"""What became of single letters: for features that show it to those who may see the letters' subject."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from tenants.db import db

_STATES = text(
    "SELECT cause, channel, state, reason, address, sent_at, attempts FROM outbox_items WHERE cause = ANY(:causes) "
    "ORDER BY channel, id"
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter on one channel: `reason` as its row has it, `address` an e-mail or a number in E.164."""

    channel: str
    state: str
    reason: str | None
    address: str | None
    sent_at: datetime | None
    attempts: int


def of_causes(causes: list[str]) -> dict[str, list[Sent]]:
    """The letters of each cause. The caller has made sure that the causes are its reader's business."""
    found: dict[str, list[Sent]] = {cause: [] for cause in causes}
    for row in db.session.execute(_STATES, {"causes": causes}):
        found[row.cause].append(Sent(row.channel, row.state, row.reason, row.address, row.sent_at, row.attempts))
    return found
