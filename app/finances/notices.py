"""Telling residents that the books say something new of their units."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from app.accounts.queries.settling import settling
from app.accounts.queries.titles import HELD_SINCE
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

BALANCE, PAYMENTS = "balance", "payments"
NEWEST = timedelta(days=62)  # a payment of longer ago is history that came with a first import
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
kinds.register(
    Kind(
        PAYMENTS,
        _l("Zaksięgowane wpłaty"),
        _l("Twoja wpłata jest już w rozliczeniu lokalu. Kwoty nie podajemy w wiadomości."),
        default=(),
        order=12,
    )
)
letters.register(letters.Kind("payment_booked", _l("Zaksięgowaliśmy Twoją wpłatę"), topic=PAYMENTS))
letters.register(letters.Kind("books_published", _l("Nowe dane o rozliczeniach Twojego lokalu"), topic=BALANCE))
_CHANGED = text(
    "SELECT DISTINCT unit_code FROM ledger_entries WHERE since_revision = :revision OR until_revision = :revision"
)
# New is a payment whose entry the books never had before; made while those who hold the unit now held it.
_PAID = text(
    "SELECT DISTINCT a.unit_code FROM ledger_entries a WHERE a.since_revision = :revision AND a.kind = 'payment' "
    "AND a.credit > 0 AND NOT EXISTS (SELECT FROM ledger_entries b WHERE b.entry = a.entry "
    "AND b.since_revision < :revision) "
    f"AND a.booked_on >= greatest(coalesce({HELD_SINCE}, '-infinity'), CAST(:newest AS date))"
)
_REVISION = text("SELECT as_of FROM revisions WHERE number = :revision AND kind = 'publish'")


@events.on("imports.published")
def published(revision: int) -> None:
    """Have everybody told of a new revision who wants it, once it is committed."""
    jobs.enqueue(JOB, str(revision), {"revision": revision}, lane="bulk")


def tell_published(revision: int) -> int:
    """Tell who wants it and settles for a unit whose entries the revision changed, and of payments that it booked;
    returns how many letters are new. Once for a revision and account, however often this runs.
    """
    found = db.session.execute(_REVISION, {"revision": revision}).one_or_none()
    return _tell_changed(revision, found) + (_tell_booked(revision) if found else 0)


def _tell_booked(revision: int) -> int:
    who, day = system("notifications"), today()
    wanting = queries.any_wants(who, PAYMENTS)
    values = {"revision": revision, "today": day, "newest": day - NEWEST}
    units = list(db.session.execute(_PAID, values).scalars()) if wanting else []
    told = settling(who, wanting, units, day) if units else []
    link = external("/payments/entries")
    return tell_many(PAYMENTS, f"booked:{revision}", told, "payment_booked", {"link": link})


def _tell_changed(revision: int, found: Any) -> int:
    who = system("notifications")
    wanting = queries.any_wants(who, BALANCE) if found is not None else []
    if found is None or not wanting:
        return 0
    units = list(db.session.execute(_CHANGED, {"revision": revision}).scalars())
    told = settling(who, wanting, units, today()) if units else []
    context = {"as_of": found.as_of.isoformat(), "link": external("/payments")}
    return tell_many(BALANCE, f"books:{revision}", told, "books_published", context)
