"""The chain of a tenant's audit log.

A line whose transaction ended late is sealed later in the sequence. What is found out: a sealed line that was altered
or removed, a chain that was shortened or calculated anew, a line put in with a time before the last seals.
"""

from __future__ import annotations

from app.audit.models import AuditHead, AuditSeal
from app.core.actor import Actor, Can
from app.core.chains import Chain, Lines, Standing
from app.core.chains import Tampered as Tampered
from app.core.errors import NotThere

FIELDS = ("id", "at", "actor_kind", "actor", "action", "subject", "detail", "address")
_UNSEALED = "NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry_id = e.id)"
_LAST = "(SELECT sealed_at FROM audit_seals ORDER BY sequence DESC LIMIT 1) - interval '1 day'"
CHAIN = Chain(
    Lines(
        "the audit log",
        FIELDS,
        "e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS at, e.actor_kind, e.actor, "
        "e.action, e.subject, e.detail::text AS detail, e.address",
        "audit_entries e",
        # No transaction of ours lasts a day: what was not sealed by then did not exist then.
        fresh=f"{_UNSEALED} AND e.at >= coalesce({_LAST}, '-infinity')",
        misplaced=f"{_UNSEALED} AND e.at < {_LAST}",
    ),
    seals=AuditSeal, column="entry_id", heads=AuditHead, lock=13,
)  # fmt: skip
waits, seal, verify = CHAIN.waits, CHAIN.seal, CHAIN.verify


def standing(actor: Actor) -> Standing:
    """The state of the seals, for the page of the log. Raises `NotThere`."""
    if not actor.may(Can.SEE_AUDIT):
        raise NotThere("")
    return CHAIN.standing()
