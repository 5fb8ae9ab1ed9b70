"""What happens to all letters of one cause at once: their beginning, a pause, going on, another hour."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import text

from tenants.db import db

_BEGIN = text(
    "INSERT INTO outbox_causes (cause, context, important) VALUES (:cause, CAST(:context AS jsonb), :important) "
    "ON CONFLICT DO NOTHING"
)
_PAUSE = (
    text("UPDATE outbox_causes SET paused_at = now() WHERE cause = :cause AND paused_at IS NULL"),
    text("UPDATE outbox_items SET live = false WHERE cause = :cause AND state = 'queued' AND channel <> 'letter'"),
)
_RESUME = (
    text("UPDATE outbox_causes SET paused_at = NULL WHERE cause = :cause"),
    text(
        "UPDATE outbox_items SET live = true, "
        "run_after = CASE WHEN deferrals = 0 THEN least(run_after, now()) ELSE run_after END "
        "WHERE cause = :cause AND state = 'queued' AND channel <> 'letter'"
    ),
)
_LATER = text(
    "UPDATE outbox_items SET run_after = :moment WHERE cause = :cause AND state = 'queued' AND channel = :channel "
    "AND run_after < :moment"
)
_UNDECIDED = text(
    "SELECT count(*) FILTER (WHERE state = 'sending'), count(*) FROM outbox_items WHERE cause = :cause AND live"
)


def begin(cause: str, shared: dict[str, Any], *, important: bool = False) -> None:
    """Freeze what all letters of a cause have in common; a second call changes nothing."""
    db.session.execute(_BEGIN, {"cause": cause, "context": json.dumps(shared), "important": important})


def pause(cause: str) -> int:
    """Stop the letters of a cause where they are. Returns how many wait now.

    The few that are being sent at this moment leave nevertheless.
    """
    db.session.execute(_PAUSE[0], {"cause": cause})
    return int(db.session.execute(_PAUSE[1], {"cause": cause}).rowcount)  # type: ignore[attr-defined]


def resume(cause: str) -> int:
    """Let the letters of a cause go on, at once unless a server has put them off; the caller wakes the outbox
    (`commands.wake`). Returns how many wait."""
    db.session.execute(_RESUME[0], {"cause": cause})
    return int(db.session.execute(_RESUME[1], {"cause": cause}).rowcount)  # type: ignore[attr-defined]


def postpone(cause: str, channel: str, moment: datetime) -> int:
    """Have none of a cause's waiting letters of a channel leave before `moment`; returns how many that put off.

    One that is being sent at this moment leaves, or is put off by its server to a time of its own.
    """
    found = db.session.execute(_LATER, {"cause": cause, "channel": channel, "moment": moment})
    return int(found.rowcount)  # type: ignore[attr-defined]


def under_way(cause: str) -> tuple[int, int]:
    """How many letters of a cause are being sent at this moment, and how many those and the ones that wait are."""
    sending, all_of_them = db.session.execute(_UNDECIDED, {"cause": cause}).one()
    return sending, all_of_them
