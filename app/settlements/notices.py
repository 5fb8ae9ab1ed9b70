"""Telling residents that what they used has been settled (rozliczenie mediów)."""

from __future__ import annotations

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
from app.outbox import letters
from tenants.db import db

KIND, LETTER, JOB = "settlements", "settlement", "settlements.tell_settled"
kinds.register(
    kinds.Kind(
        KIND,
        _l("Rozliczenia mediów"),
        _l("Nowe rozliczenie wody, ogrzewania lub innych mediów Twojego lokalu."),
        order=15,
    )
)
letters.register(letters.Kind(LETTER, _l("Nowe rozliczenie mediów Twojego lokalu"), topic=KIND))
# New is a settlement whose number the books never had before; of a period that those who hold the unit now were there.
_SETTLED = text(
    "SELECT DISTINCT a.unit_code FROM media_settlements a WHERE a.since_revision = :revision AND NOT EXISTS ("
    "SELECT FROM media_settlements b WHERE b.number = a.number AND b.since_revision < :revision) "
    "AND NOT EXISTS (SELECT FROM settlement_run_units u JOIN settlement_runs r ON r.id = u.run_id "
    "WHERE u.unit_code = a.unit_code AND r.state = 'published' AND r.medium = a.medium "
    "AND r.from_on = a.from_on AND r.to_on = a.to_on) "
    f"AND a.to_on >= greatest(coalesce({HELD_SINCE}, '-infinity'), CAST(:recent AS date))"
)
_RUN_UNITS = text(
    "SELECT a.unit_code FROM settlement_run_units a JOIN settlement_runs r ON r.id = a.run_id "
    f"WHERE r.public_id = :run AND r.state = 'published' AND r.to_on >= coalesce({HELD_SINCE}, '-infinity')"
)


@events.on("imports.published")
def published(revision: int) -> None:
    """Have everybody told of new settlements who wants it, once they are committed."""
    jobs.enqueue(JOB, str(revision), {"revision": revision}, lane="bulk")


def tell_settled(revision: int) -> int:
    """Tell who wants it and settles for a unit with a new settlement of about the last year; returns how many letters
    are new. Once for a revision and account, however often this runs."""
    who, day = system("notifications"), today()
    wanting = queries.any_wants(who, KIND)
    if not wanting:
        return 0
    values = {"revision": revision, "today": day, "recent": day.replace(year=day.year - 1, day=1)}
    units = list(db.session.execute(_SETTLED, values).scalars())
    told = settling(who, wanting, units, day) if units else []
    return tell_many(KIND, f"settled:{revision}", told, LETTER, {"link": external("/media/settlements")})


def tell_run(run: str) -> int:
    """Tell who wants it and settles for a unit of a published run; returns how many letters are new. Once for a run
    and account, however often this runs; of one that was withdrawn meanwhile nobody is told."""
    who, day = system("notifications"), today()
    wanting = queries.any_wants(who, KIND)
    if not wanting:
        return 0
    units = list(db.session.execute(_RUN_UNITS, {"run": run, "today": day}).scalars())
    told = settling(who, wanting, units, day) if units else []
    return tell_many(KIND, f"settlement-run:{run}", told, LETTER, {"link": external("/media/settlements")})
