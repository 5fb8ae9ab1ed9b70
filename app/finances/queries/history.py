"""What the portal showed of a unit on a past day, and every difference to what it shows now.

A revision of the books is what residents see from the moment of its publication until the next one, undos
included; entries of any of them are found by since and until which revision each version held.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.core.clock import WARSAW
from app.finances.discretion import LEDGER, reader
from app.finances.queries.proof import Source, source_of
from app.finances.rules import Worded
from tenants.db import db

MOST = 300  # differences that a page lists; its sums are of all
_FIRST = text("SELECT published_at FROM revisions ORDER BY number LIMIT 1")
_IN_FORCE = text(
    "SELECT number, kind, undoes, as_of, published_at FROM revisions WHERE published_at < :ends "
    "ORDER BY number DESC LIMIT 1"
)
_MINE = f"{LEDGER} AS l WHERE unit_code = :unit"
_FIELDS = ("kind", "account", "booked_on", "due_on", "period", "debit", "credit", "document", "title")
_SHOWN = ("booked_on", "kind", "account", "title", "document", "period", "debit", "credit")
# Two selects, because each of them has its index.
_DIFFERENCES = (
    f"WITH now AS (SELECT * FROM {_MINE} AND until_revision IS NULL), "
    "was AS (SELECT * FROM now WHERE since_revision <= :revision UNION ALL "
    f"SELECT * FROM {_MINE} AND since_revision <= :revision AND until_revision > :revision), "
    "differs AS (SELECT coalesce(n.entry, w.entry) AS entry, "
    "CASE WHEN w.id IS NULL THEN 'added' WHEN n.id IS NULL THEN 'withdrawn' ELSE 'changed' END AS what, "
    "least(w.booked_on, n.booked_on) >= coalesce(CAST(:since AS date), '-infinity') AS own, "
    "coalesce(w.debit - w.credit, 0) AS was, coalesce(n.debit - n.credit, 0) AS now, "
    "coalesce(n.since_revision, w.until_revision) AS by, "
    + ", ".join(f"{side}.{name} AS {side}_{name}" for side in "wn" for name in _SHOWN)
    + " FROM was w FULL JOIN now n ON n.entry = w.entry "
    "WHERE w.id IS NULL OR n.id IS NULL OR (w.id <> n.id AND "
    f"({', '.join(f'w.{name}' for name in _FIELDS)}) IS DISTINCT FROM ({', '.join(f'n.{name}' for name in _FIELDS)})))"
)
_SUMS = text(
    f"{_DIFFERENCES} SELECT (SELECT coalesce(sum(debit - credit), 0)::bigint FROM was), "
    "(SELECT coalesce(sum(debit - credit), 0)::bigint FROM now), what, own, count(*), sum(now - was)::bigint "
    "FROM (SELECT 1) AS one LEFT JOIN differs ON true GROUP BY what, own"
)
_LISTED = text(
    f"{_DIFFERENCES} SELECT d.what, d.was, d.now, "
    + ", ".join(f"d.{side}_{name}" for side in "wn" for name in _SHOWN)
    + ", r.number, r.kind, r.undoes, r.as_of, r.published_at FROM differs d LEFT JOIN revisions r ON r.number = d.by "
    "WHERE d.own ORDER BY d.by, coalesce(d.n_booked_on, d.w_booked_on), d.entry LIMIT :most"
)
_STEPS = text(
    "SELECT r.number, r.kind, r.undoes, r.as_of, r.published_at, sum(s.grosze)::bigint FROM ("
    f"SELECT since_revision AS at, debit - credit AS grosze FROM {_MINE} AND until_revision IS NULL "
    "AND since_revision > :revision "
    f"UNION ALL SELECT since_revision, debit - credit FROM {_MINE} AND until_revision > :revision "
    "AND since_revision > :revision "
    f"UNION ALL SELECT until_revision, credit - debit FROM {_MINE} AND until_revision > :revision"
    ") AS s JOIN revisions r ON r.number = s.at "
    "GROUP BY r.number, r.kind, r.undoes, r.as_of, r.published_at HAVING sum(s.grosze) <> 0 ORDER BY r.number"
)


@dataclass(frozen=True, slots=True)
class Version(Worded):
    """An entry as it stood in some revision, amounts in grosze."""

    date: date
    kind: str
    account: str
    title: str | None
    document: str | None
    period: str | None
    debit: int
    credit: int


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that differs: `added` has no `old`, `withdrawn` no `new`, `changed` both. `was` and `now` are what it
    counts in the balances, in grosze; `source` is the revision that made it so."""

    what: str
    was: int
    now: int
    old: Version | None
    new: Version | None
    source: Source | None

    @property
    def shown(self) -> Version:
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def difference(self) -> int:
        return self.now - self.was

    @property
    def altered(self) -> list[str]:
        """Names of the fields of `Version` beside the amounts in which the two differ."""
        if self.old is None or self.new is None:
            return []
        names = ("date", "kind_label", "account_label", "title", "document", "month")
        return [name for name in names if getattr(self.old, name) != getattr(self.new, name)]


@dataclass(frozen=True, slots=True)
class Step:
    """A revision that moved the balance, by how many grosze, and to what."""

    source: Source
    grosze: int
    balance: int


@dataclass(frozen=True, slots=True)
class Sum:
    """How many entries differ in one way, and what they come to in grosze."""

    count: int = 0
    grosze: int = 0


@dataclass(frozen=True, slots=True)
class Then:
    """What the portal showed at the end of a day, and the way from there to now; balances in grosze.

    was + added + withdrawn + changed + earlier = now. `earlier` are entries from before the unit's holders, which
    are only counted. `changes` are at most `MOST`.
    """

    source: Source
    was: int
    now: int
    added: Sum
    withdrawn: Sum
    changed: Sum
    earlier: Sum
    changes: list[Change]
    steps: list[Step]

    @property
    def listed_all(self) -> bool:
        return len(self.changes) == self.added.count + self.withdrawn.count + self.changed.count


def first_shown(_actor: Actor) -> datetime | None:
    """When the portal first showed books at all; None before that."""
    return db.session.execute(_FIRST).scalar_one_or_none()


def then(actor: Actor, unit: HeldUnit, day: date) -> Then | None:
    """What was shown at the end of a day (Europe/Warsaw) that is not before the holders' own time; None when there
    were no books to show yet."""
    row = db.session.execute(_IN_FORCE, {"ends": _end_of(day)}).one_or_none()
    source = source_of(*row) if row is not None else None
    if source is None:
        return None
    values = {**reader(actor, unit), "revision": source.revision, "since": unit.since}
    sums = db.session.execute(_SUMS, values).all()
    was, now = sums[0][:2]
    own = {what: Sum(count, grosze) for _was, _now, what, mine, count, grosze in sums if what and mine}
    earlier = [(count, grosze) for _was, _now, what, mine, count, grosze in sums if what and not mine]
    return Then(
        source=source,
        was=was,
        now=now,
        added=own.get("added", Sum()),
        withdrawn=own.get("withdrawn", Sum()),
        changed=own.get("changed", Sum()),
        earlier=Sum(sum(count for count, _ in earlier), sum(grosze for _, grosze in earlier)),
        changes=[_change(list(each)) for each in db.session.execute(_LISTED, {**values, "most": MOST})],
        steps=_steps(values, was),
    )


def _steps(values: dict[str, object], was: int) -> list[Step]:
    found, balance = [], was
    for row in db.session.execute(_STEPS, values):
        source = source_of(*row[:5])
        assert source is not None
        balance += row[5]
        found.append(Step(source, row[5], balance))
    return found


def _change(row: list[object]) -> Change:
    size = len(_SHOWN)
    what, was, now = row[:3]
    old, new = (Version(*part) if part[0] is not None else None for part in (row[3 : 3 + size], row[3 + size :][:size]))  # type: ignore[arg-type]
    return Change(str(what), int(was), int(now), old, new, source_of(*row[3 + 2 * size :]))  # type: ignore[arg-type,call-overload]


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), WARSAW)
