"""The log of who opened and downloaded documents."""

from __future__ import annotations

from contextlib import suppress
from typing import cast

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from app.core.actor import Actor
from app.documents.queries import VersionFile
from tenants.db import db

_NOTE = text(
    "INSERT INTO document_fetches (document_id, version_id, account_id, side, act) SELECT :document, :version, "
    "coalesce(CAST(:account AS bigint), (SELECT id FROM accounts WHERE login = :watcher)), :side, :act "
    "WHERE :act = 'downloaded' OR NOT EXISTS (SELECT FROM document_fetches WHERE version_id = :version "
    "AND account_id = :account AND act = 'opened')"
)


def note(actor: Actor | None, file: VersionFile, act: str) -> None:
    """Note that somebody `opened` (once each) or `downloaded` a version; None is a visitor who has not logged in.

    In a transaction of its own, because pages that are only read commit nothing. Staff who see with a resident's
    eyes are noted as themselves, so that nothing counts as seen by the resident.
    """
    watcher = actor.watcher if actor else None
    values = {
        "document": file.document_id,
        "version": file.id,
        "account": actor.account_id if actor and not watcher else None,
        "watcher": watcher,
        "side": "public" if actor is None else "resident" if actor.is_resident and not watcher else "staff",
        "act": act,
    }
    with suppress(DBAPIError), cast(Engine, db.session.get_bind()).begin() as connection:
        connection.execute(_NOTE, values)
