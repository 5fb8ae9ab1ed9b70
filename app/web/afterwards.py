"""What a page does once its own transaction is over: pages are read in a snapshot and change nothing.

For small notes, such as that somebody has opened a letter. One that fails is logged, and the page stands.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask import g

from app.core import work

log = structlog.get_logger("osiedle.web")


def do(note: Callable[[], None]) -> None:
    """Have this done after the answer was made, with the tenant still bound, in a transaction of its own."""
    g.setdefault("afterwards", []).append(note)


def done() -> None:
    """Do what the page asked for."""
    for note in g.pop("afterwards", []):
        try:
            note()
            work.commit()
        except Exception:
            work.rollback()
            log.warning("a note of a page was lost", exc_info=True)
