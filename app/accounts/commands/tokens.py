"""Links that have not been used: taking their power away."""

from __future__ import annotations

from sqlalchemy import text

from tenants.db import db

_VOID = text(
    "UPDATE account_tokens SET used_at = now() WHERE account_id = :account AND used_at IS NULL "
    "AND (CAST(:purpose AS text) IS NULL OR purpose = :purpose) "
    # the way to object to a new e-mail address outlives whatever its new owner does
    "AND (value IS NULL OR NOT starts_with(value, 'undo:'))"
)


def void_tokens(account_id: int, purpose: str | None = None) -> None:
    """No unused link of the account works any more: those of one purpose, or all."""
    db.session.execute(_VOID, {"account": account_id, "purpose": purpose})
