"""The rows of background work: claiming, keeping, settling. One vocabulary for tenants' and the platform's.

A claim is an UPDATE that only one process can win. The attempt is the fencing number: whoever lost the lease
cannot write the outcome of a later attempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

LEASE_SECONDS = 45
DIED = "its process died"


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that this process works on.

    `failures` counts how often in a row it failed in the way that it did last; `died` tells that its last try
    ended with its process.
    """

    id: int
    attempt: int
    name: str
    lane: str
    args: dict[str, Any]
    failures: int
    died: bool


def claim(connection: Connection, table: str, job_id: int) -> Claim | None:
    """Take the row, if it is due and nobody holds it."""
    row = connection.execute(
        text(
            f"UPDATE {table} SET state = 'running', again = false, attempt = attempt + 1, "
            "failures = CASE WHEN state = 'waiting' THEN failures WHEN error = :died THEN failures + 1 ELSE 1 END, "
            "error = CASE WHEN state = 'waiting' THEN error ELSE :died END, "
            f"lease_until = now() + interval '{LEASE_SECONDS} seconds' "
            "WHERE id = :id AND (state = 'waiting' AND run_after <= now() + interval '1 second' "
            "OR state = 'running' AND lease_until < now()) "
            "RETURNING id, attempt, name, lane, args, failures, error IS NOT DISTINCT FROM :died"
        ),
        {"id": job_id, "died": DIED},
    ).first()
    return Claim(*row) if row else None


def keep(connection: Connection, table: str, claim: Claim) -> bool:
    """Extend the lease; False when somebody else holds the row by now."""
    return bool(
        connection.execute(
            text(
                f"UPDATE {table} SET lease_until = now() + interval '{LEASE_SECONDS} seconds' "
                "WHERE id = :id AND attempt = :attempt AND state = 'running'"
            ),
            {"id": claim.id, "attempt": claim.attempt},
        ).rowcount
    )


def finish(connection: Connection, table: str, claim: Claim) -> bool:
    """Done, unless somebody asked again meanwhile; True when the row must run once more."""
    row = connection.execute(
        text(
            f"UPDATE {table} SET state = CASE WHEN again THEN 'waiting' ELSE 'done' END, lease_until = NULL, "
            "error = NULL, failures = 0, run_after = now(), finished_at = CASE WHEN again THEN NULL ELSE now() END "
            "WHERE id = :id AND attempt = :attempt AND state = 'running' RETURNING state"
        ),
        {"id": claim.id, "attempt": claim.attempt},
    ).first()
    return bool(row and row[0] == "waiting")


def postpone(connection: Connection, table: str, claim: Claim, seconds: float, error: str | None) -> bool:
    """Back to waiting: another turn, or (with an `error`) another try after a neighbour did not answer.

    True when it is due at once: because it wanted to, or because somebody asked again while it ran.
    """
    row = connection.execute(
        text(
            f"UPDATE {table} SET state = 'waiting', again = false, lease_until = NULL, error = :error, "
            "failures = CASE WHEN CAST(:error AS text) IS NULL THEN 0 WHEN error = :died THEN 1 "
            "ELSE failures + 1 END, run_after = now() + CASE WHEN again AND CAST(:error AS text) IS NULL THEN 0 "
            "ELSE :seconds END * interval '1 second' "
            "WHERE id = :id AND attempt = :attempt AND state = 'running' RETURNING run_after <= now()"
        ),
        {"id": claim.id, "attempt": claim.attempt, "seconds": seconds, "error": error and error[:2000], "died": DIED},
    ).first()
    return bool(row and row[0])


def park(connection: Connection, table: str, claim: Claim, error: str) -> bool:
    """Failed for good: visible, and no longer tried; True when somebody asked again meanwhile and it runs once more."""
    row = connection.execute(
        text(
            f"UPDATE {table} SET state = CASE WHEN again THEN 'waiting' ELSE 'failed' END, again = false, "
            "lease_until = NULL, error = :error, failures = 0, run_after = now(), "
            "finished_at = CASE WHEN again THEN NULL ELSE now() END "
            "WHERE id = :id AND attempt = :attempt AND state = 'running' RETURNING state"
        ),
        {"id": claim.id, "attempt": claim.attempt, "error": error[:2000]},
    ).first()
    return bool(row and row[0] == "waiting")


_DUE = (
    "SELECT id, attempt, name, lane FROM {table} WHERE state = 'waiting' AND run_after <= now() "
    "OR state = 'running' AND lease_until < now() ORDER BY run_after LIMIT 500"
)


def due(connection: Connection, table: str) -> list[tuple[int, int, str, str]]:
    """Rows that somebody should be working on and perhaps nobody is: (id, attempt, name, lane)."""
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(text(_DUE.format(table=table)))]


def forget_done(connection: Connection, table: str, days: int = 7) -> int:
    """Delete rows that were done long ago."""
    result = connection.execute(
        text(f"DELETE FROM {table} WHERE state = 'done' AND finished_at < now() - :days * interval '1 day'"),
        {"days": days},
    )
    return int(result.rowcount)
