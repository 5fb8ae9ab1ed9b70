"""Who may write the books now: imports of one tenant wait for each other, those of different tenants do not.

The locks end with the transaction, and so with the process that holds them.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from tenants.bound import current

TURN = 4217  # namespace of the locks by which imports of one tenant wait for each other


def wait_for_turn(connection: Connection) -> None:
    """Wait until no other import or undo of the bound tenant is writing; then others wait for us."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:space, :tenant)"), {"space": TURN, "tenant": current().id})


def try_turn(connection: Connection) -> bool:
    """Take the turn if nobody has it."""
    return bool(
        connection.execute(
            text("SELECT pg_try_advisory_xact_lock(:space, :tenant)"), {"space": TURN, "tenant": current().id}
        ).scalar()
    )


def hold_running(connection: Connection, import_id: int) -> None:
    """Show that the process that runs this import is alive."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _key(import_id)})


def is_gone(connection: Connection, import_id: int) -> bool:
    """Whether nobody runs this import any more."""
    return bool(connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _key(import_id)}).scalar())


def _key(import_id: int) -> int:
    return (current().id << 32) | (import_id & 0xFFFFFFFF)
