"""Telling residents that the books say something new of their units."""

from __future__ import annotations

from sqlalchemy import text

from app.accounts.queries.settling import settling
from app.core import events, jobs
from app.core.actor import system
from app.core.clock import today
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.notifications import kinds, queries
from app.notifications.commands import tell_many
from app.notifications.kinds import Kind
from app.outbox import letters
from tenants.db import db

BALANCE = "balance"
JOB = "finances.tell_published"
kinds.register(
    Kind(
        BALANCE,
        _l("Saldo i naliczenia"),
        _l("Nowe naliczenia i wpłaty Twojego lokalu. Zwykle kilka razy w miesiącu."),
        default=(),
        order=10,
    )
)
letters.register(letters.Kind("books_published", _l("Nowe dane o rozliczeniach Twojego lokalu"), topic=BALANCE))
_CHANGED = text(
    "SELECT DISTINCT unit_code FROM ledger_entries WHERE since_revision = :revision OR until_revision = :revision"
)
_REVISION = text("SELECT as_of FROM revisions WHERE number = :revision AND kind = 'publish'")


@events.on("imports.published")
def published(revision: int) -> None:
    """Have everybody told of a new revision who wants it, once it is committed."""
    jobs.enqueue(JOB, str(revision), {"revision": revision}, lane="bulk")


def tell_published(revision: int) -> int:
    """Tell who wants it and settles for a unit whose entries the revision changed; returns how many letters are new.

    Once for a revision and account, however often this runs.
    """
    who = system("notifications")
    found = db.session.execute(_REVISION, {"revision": revision}).one_or_none()
    wanting = queries.any_wants(who, BALANCE) if found is not None else []
    if found is None or not wanting:
        return 0
    units = list(db.session.execute(_CHANGED, {"revision": revision}).scalars())
    told = settling(who, wanting, units, today()) if units else []
    context = {"as_of": found.as_of.isoformat(), "link": external("/payments")}
    return tell_many(BALANCE, f"books:{revision}", told, "books_published", context)
