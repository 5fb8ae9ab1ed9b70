"""What became of letters after they were written, each thing once: the lines of the register of deliveries."""

from __future__ import annotations

import hashlib

from sqlalchemy import text

from tenants.db import db


def proof(message_id: str, kind: str, whom: str, note: str, content: str) -> str:
    """The SQL expression of an event's `proof`, of expressions for its parts; `proven` is the same in Python."""
    parts = f"{message_id}, {kind}::text, coalesce({whom}, '-'), coalesce({note}::text, '-')"
    return f"sha256(convert_to(concat_ws(E'\\n', {parts}, coalesce(encode({content}::bytea, 'hex'), '-')), 'UTF8'))"


def proven(message_id: str, kind: str, whom: str | None, note: str | None, content: bytes | None) -> bytes:
    """The `proof` that an event has if nobody changed what it says."""
    parts = (
        message_id,
        kind,
        "-" if whom is None else whom,
        "-" if note is None else note,
        "-" if content is None else content.hex(),
    )
    return hashlib.sha256("\n".join(parts).encode()).digest()


_NOTE = text(
    "INSERT INTO delivery_events (item_id, kind, whom, note, proof) SELECT i.id, :kind, i.address, :note, "
    + proof("i.message_id", "CAST(:kind AS text)", "i.address", "CAST(:note AS text)", "NULL").replace("::", "\\:\\:")
    + " FROM outbox_items i WHERE i.id = ANY(:items)"
)


def note(kind: str, items: list[int], said: str | None = None) -> None:
    """Write that this happened to these rows of the outbox, for the bound tenant."""
    if items:
        db.session.execute(_NOTE, {"kind": kind, "note": said, "items": items})
