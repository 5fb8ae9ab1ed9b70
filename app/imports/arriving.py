"""Packages that programs hand over: an idempotency key names a delivery, and a delivery is one import."""

from __future__ import annotations

import hashlib
from typing import Any, BinaryIO

from sqlalchemy import text

from app.api.rules import checked_key
from app.core.actor import Actor
from app.core.errors import Refused
from app.core.language import gettext as _
from app.imports import commands
from app.imports.models import Import
from tenants.bound import current
from tenants.db import db

MAX_MB = 256


def arrive(
    actor: Actor, source: BinaryIO, file_name: str, *, key: str | None, mode: str, channel: str, **more: Any
) -> Import:
    """Take a package in once for its key: the same file again gives the import that there is.

    `more` goes to `commands.receive`. Raises `Refused` for another file or mode under a key that was used, and
    what `commands.receive` raises.
    """
    if key is None:
        return commands.receive(actor, source, file_name, mode=mode, channel=channel, **more)
    checked_key(key)
    _one_at_a_time(key)
    known = db.session.query(Import).filter_by(idempotency_key=key).one_or_none()
    if known is None:
        return commands.receive(actor, source, file_name, mode=mode, channel=channel, idempotency_key=key, **more)
    same = known.sha256 == _digest(source) and known.mode == mode and known.dry_run == more.get("dry_run", False)
    same = same and (more.get("profile") or known.profile or "-") == (known.profile or "-")
    if not same:
        raise Refused(
            _("Tego klucza (Idempotency-Key) użyto już z innym plikiem lub trybem. Podaj nowy klucz."),
            field="Idempotency-Key",
        )
    return known


def _one_at_a_time(key: str) -> None:
    """Let two deliveries under one key come one after the other, so that the second finds the first."""
    mixed = hashlib.sha256(f"{current().id}:import:{key}".encode()).digest()
    number = int.from_bytes(mixed[:8], "big", signed=True)
    db.session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def _digest(source: BinaryIO) -> bytes:
    digest = hashlib.sha256()
    while block := source.read(1 << 20):
        digest.update(block)
    source.seek(0)
    return digest.digest()
