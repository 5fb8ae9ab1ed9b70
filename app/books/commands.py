"""What staff do with the books: they take them away as files, and that is written down."""

from __future__ import annotations

from app.core import audit
from app.core.actor import Actor


def note_taken(actor: Actor, what: str, kind: str, asked: dict[str, str]) -> None:
    """Write down who took which list of the books away as a file, and by what they had chosen it."""
    audit.record(actor, "books.exported", what, file=kind, **{name: value for name, value in asked.items() if value})
