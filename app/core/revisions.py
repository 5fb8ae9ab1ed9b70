"""Rows of the manager's books: what each held, since and until which revision."""

from __future__ import annotations

from sqlalchemy import BigInteger, Identity, Integer
from sqlalchemy.orm import Mapped, mapped_column

# Rows of the books are closed, never edited or deleted; PostgreSQL holds the tenant's role to it.
APPEND_ONLY = {
    "grants": [
        "REVOKE UPDATE, DELETE ON {table} FROM {role}",
        "GRANT UPDATE (until_revision) ON {table} TO {role}",
    ]
}


class Revisioned:
    """A version of a row: it holds from `since_revision` on, and until `until_revision` if that is set."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    since_revision: Mapped[int] = mapped_column(Integer)
    until_revision: Mapped[int | None] = mapped_column(Integer)
