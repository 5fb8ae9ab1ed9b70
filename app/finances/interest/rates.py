"""The statutory rates: one dated table of the platform, kept by operators, read by every manager's pages."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from app.core import audit
from app.core.actor import Actor
from app.core.clock import now, today
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.finances.interest.reckoning import Rate
from app.finances.models import StatutoryRate
from tenants.db import PLATFORM, db

KEPT_SECONDS = 60.0
FIRST, LONGEST_SOURCE, HIGHEST = date(1989, 1, 1), 200, Decimal(100)
AHEAD = timedelta(days=366)
#: The reference rate of the National Bank is decided every month: a table without a newer rate for so long is doubtful.
STALE_DAYS = 90
_PERCENT = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,2})?")
_SPACES = re.compile(r"[\s\u00a0\u202f]")
_kept: list[tuple[float, tuple[Rate, ...]]] = []


@dataclass(frozen=True, slots=True)
class KeptRate:
    """A row of the table as operators see it."""

    from_on: date
    percent: Decimal
    source: str
    changed_by: str
    changed_at: datetime
    checked_on: date | None


def rates() -> tuple[Rate, ...]:
    """All known rates in order of days, at most a minute old; read from the platform whichever tenant is bound."""
    if _kept and time.monotonic() - _kept[0][0] < KEPT_SECONDS:
        return _kept[0][1]
    columns = StatutoryRate.from_on, StatutoryRate.percent, StatutoryRate.checked_on
    statement = select(*columns).order_by(StatutoryRate.from_on)
    with db.engines[PLATFORM].connect() as connection:
        found = tuple(Rate(*row) for row in connection.execute(statement))
    _kept[:] = [(time.monotonic(), found)]
    return found


def doubtful_since(known: Sequence[Rate], day: date) -> date | None:
    """The day of the newest rate in force, if that, and the last time that anybody looked for a newer one, is so long
    ago that one may be missing from the table.

    Nobody knows the rates to come: what is reckoned goes on with the newest one, and has to be told as such.
    """
    newest = max((rate for rate in known if rate.from_on <= day), key=lambda rate: rate.from_on, default=None)
    if newest is None or (day - max(newest.from_on, newest.checked_on or newest.from_on)).days <= STALE_DAYS:
        return None
    return newest.from_on


def forget() -> None:
    """Forget what is remembered of the table in this process."""
    _kept.clear()


def table(actor: Actor) -> list[KeptRate]:
    """The whole table, newest first. Operators only; raises `NotThere`."""
    _only_operators(actor)
    columns = [getattr(StatutoryRate, name) for name in KeptRate.__dataclass_fields__]
    rows = db.session.execute(select(*columns).order_by(StatutoryRate.from_on.desc()))
    return [KeptRate(*row) for row in rows]


def add(actor: Actor, from_on: str, percent: str, source: str) -> date:
    """A new rate from a day on. Raises `Refused` with its field, `Conflict` when the day has one, `NotThere`."""
    _only_operators(actor)
    day, rate, said = _checked_day(from_on), _checked_percent(percent), _checked_source(source)
    if db.session.get(StatutoryRate, day, with_for_update=True) is not None:
        raise Conflict(_("Stawka od tego dnia już jest w tabeli. Popraw ją niżej."), field="from_on")
    db.session.add(StatutoryRate(from_on=day, percent=rate, source=said, changed_by=actor.login, changed_at=now()))
    db.session.flush()
    audit.record(actor, "rate.added", day.isoformat(), after={"percent": str(rate), "source": said})
    forget()
    return day


def correct(actor: Actor, from_on: str, percent: str, source: str) -> None:
    """Set the rate and source of a day that has one. Raises `Refused` with its field, `NotThere`."""
    _only_operators(actor)
    row = _row(from_on)
    rate, said = _checked_percent(percent), _checked_source(source)
    before = {"percent": str(row.percent), "source": row.source}
    after = {"percent": str(rate), "source": said}
    if (row.percent, row.source) != (rate, said):
        row.percent, row.source, row.changed_by, row.changed_at = rate, said, actor.login, now()
        db.session.flush()
        audit.record(actor, "rate.corrected", row.from_on.isoformat(), before=before, after=after)
    forget()


def withdraw(actor: Actor, from_on: str) -> None:
    """Take out a row that was written by mistake; the rate before it holds on. Raises `NotThere`."""
    _only_operators(actor)
    row = _row(from_on)
    before = {"percent": str(row.percent), "source": row.source}
    db.session.delete(row)
    db.session.flush()
    audit.record(actor, "rate.withdrawn", row.from_on.isoformat(), before=before)
    forget()


def confirm(actor: Actor) -> None:
    """Say that the newest rate in force still holds today. Raises `NotThere` where there is none."""
    _only_operators(actor)
    statement = select(StatutoryRate.from_on).where(StatutoryRate.from_on <= today())
    day = db.session.scalar(statement.order_by(StatutoryRate.from_on.desc()).limit(1))
    row = _row(str(day))
    row.checked_on = today()
    db.session.flush()
    audit.record(actor, "rate.confirmed", row.from_on.isoformat(), percent=str(row.percent))
    forget()


def _row(from_on: str) -> StatutoryRate:
    try:
        day = date.fromisoformat(from_on)
    except ValueError:
        raise NotThere("") from None
    row = db.session.get(StatutoryRate, day, with_for_update=True)
    if row is None:
        raise NotThere("")
    return row


def _only_operators(actor: Actor) -> None:
    if actor.kind not in ("operator", "system"):
        raise NotThere("")


def _checked_day(typed: str) -> date:
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        raise Refused(_("Podaj datę, od której stawka obowiązuje."), field="from_on") from None
    if not FIRST <= day <= today() + AHEAD:
        raise Refused(_("Data może być najwyżej rok naprzód i nie wcześniejsza niż rok 1989."), field="from_on")
    return day


def _checked_percent(typed: str) -> Decimal:
    plain = _SPACES.sub("", typed).removesuffix("%")
    if not (plain.isascii() and _PERCENT.fullmatch(plain)):
        raise Refused(_("Podaj stawkę w procentach, na przykład 9,50."), field="percent")
    rate = Decimal(plain.replace(",", "."))
    if rate > HIGHEST:
        raise Refused(_("Stawka nie może być większa niż 100 procent."), field="percent")
    return rate.quantize(Decimal("0.01"))


def _checked_source(typed: str) -> str:
    source = " ".join(typed.split())
    if not source:
        raise Refused(_("Podaj, gdzie stawkę ogłoszono."), field="source")
    if len(source) > LONGEST_SOURCE or not source.isprintable():
        raise Refused(_("Ten tekst może mieć najwyżej %(most)d znaków.", most=LONGEST_SOURCE), field="source")
    return source
