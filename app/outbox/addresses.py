"""E-mail addresses from which letters come back: counted, given up, and mended by a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.core.public_ids import new_public_id
from app.outbox.rules import BOUNCES_DAYS, MOST_BOUNCES
from tenants.db import db

CAME_BACK = f"""INSERT INTO address_flags AS f (public_id, address, bounces, code, reason, dead_at)
VALUES (%(public_id)s, lower(%(address)s), 1, %(code)s, %(reason)s, CASE WHEN %(fatal)s THEN now() END)
ON CONFLICT (address) DO UPDATE SET
  bounces = CASE WHEN f.last_at > now() - interval '{BOUNCES_DAYS} days' AND f.mended_at IS NULL THEN f.bounces + 1
    ELSE 1 END,
  code = EXCLUDED.code, reason = EXCLUDED.reason, last_at = now(), mended_at = NULL, mended_by = NULL,
  dead_at = CASE WHEN f.dead_at IS NOT NULL THEN f.dead_at
    WHEN %(fatal)s OR (f.mended_at IS NULL AND f.bounces + 1 >= {MOST_BOUNCES}
      AND f.last_at > now() - interval '{BOUNCES_DAYS} days') THEN now() END
RETURNING dead_at IS NOT NULL"""
_MEND = text(
    "UPDATE address_flags SET dead_at = NULL, bounces = 0, mended_at = now(), mended_by = :by "
    "WHERE public_id = :flag AND dead_at IS NOT NULL RETURNING address"
)
_FLAGS = text(
    "SELECT public_id, address, bounces, code, reason, last_at, dead_at, mended_at, mended_by FROM address_flags "
    "WHERE address = ANY(:addresses)"
)


@dataclass(frozen=True, slots=True)
class Flag:
    """What came back from an address; `dead_at` since when nothing but what its person asks for is sent there."""

    public_id: str
    address: str
    bounces: int
    code: str | None
    reason: str
    last_at: datetime
    dead_at: datetime | None
    mended_at: datetime | None
    mended_by: str | None


def came_back(address: str, reason: str, code: str | None, *, fatal: bool) -> bool:
    """Note that a letter to an address came back. Returns whether it is given up now."""
    values = {"public_id": new_public_id(), "address": address, "reason": reason, "code": code, "fatal": fatal}
    return bool(db.session.connection().exec_driver_sql(CAME_BACK, values).scalar())


def mend(flag: str, by: str) -> str | None:
    """Take up an address again, on somebody's word; returns it, None when it was not given up."""
    found = db.session.execute(_MEND, {"flag": flag.replace("\0", ""), "by": by}).scalar()
    return None if found is None else str(found)


def flags(addresses: list[str]) -> dict[str, Flag]:
    """What is known of these addresses, by address in lower case."""
    rows = db.session.execute(_FLAGS, {"addresses": [address.lower() for address in addresses]})
    return {row.address: Flag(*row) for row in rows}
