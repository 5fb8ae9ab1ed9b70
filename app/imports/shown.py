"""Since when a revision is shown: the moment at which its import ends, not that at which it began.

A large import is one transaction of minutes, and PostgreSQL's `now()` is the time of its beginning; residents ask
what the portal showed at the end of a day.
"""

from __future__ import annotations

from sqlalchemy import text

from app.core import events
from tenants.db import db


@events.on("imports.published")
@events.on("imports.undone")
def ends(revision: int) -> None:
    """Note the moment, in the last steps of the transaction that made the revision."""
    db.session.execute(
        text("UPDATE revisions SET published_at = clock_timestamp() WHERE number = :number"), {"number": revision}
    )
