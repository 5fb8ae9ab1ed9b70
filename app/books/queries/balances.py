"""Balances of all units on a day, and what of them is overdue, by age.

Credits pay the oldest dues first (art. 451 § 3 k.c.), whatever settlement account they were booked on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, text

from app.books.queries import only_staff
from app.books.queries.units import label
from app.core.actor import Actor
from app.core.paging import Page
from app.estate import scope
from app.finances.rules import ACCOUNTS
from tenants.db import db

PAGE_SIZE = 100
_PLACE = (
    "LEFT JOIN units u ON u.code = x.unit_code AND u.until_revision IS NULL "
    "LEFT JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL"
)
_HOLDER = (
    "(SELECT string_agg(coalesce(p.company, nullif(concat_ws(' ', p.last_name, p.first_name), ''), p.code), ', ' "
    "ORDER BY o.role <> 'owner', o.from_on) FROM occupancies o JOIN people p ON p.code = o.person_code "
    "AND p.until_revision IS NULL WHERE o.unit_code = x.unit_code AND o.until_revision IS NULL "
    "AND o.from_on <= :day AND (o.to_on IS NULL OR o.to_on >= :day)) AS holders"
)
_BOOKED = (
    f"FROM ledger_entries WHERE until_revision IS NULL AND booked_on <= :day AND {scope.units('unit_code')} "
    "AND (CAST(:building AS text) IS NULL OR unit_code IN "
    "(SELECT code FROM units WHERE until_revision IS NULL AND building_code = :building))"
)
_ADDRESS = "ext.polish_key(coalesce(street, '')), length(building), building, length(number), number, unit_code"
_BALANCES = (
    "WITH x AS (SELECT unit_code, sum(debit - credit)::bigint AS balance, "
    + ", ".join(
        f"coalesce(sum(debit - credit) FILTER (WHERE account = '{account}'), 0)::bigint AS {account}"
        for account in ACCOUNTS
    )
    + f" {_BOOKED} GROUP BY unit_code)"
)
# Only of units that owe are the single dues looked at: one in six.
_OVERDUE = (
    f"WITH owing AS MATERIALIZED (SELECT unit_code, sum(credit) AS paid {_BOOKED} GROUP BY unit_code "
    "HAVING sum(debit - credit) > 0), "
    "dues AS (SELECT e.unit_code, coalesce(e.due_on, e.booked_on) AS due, e.debit, o.paid, sum(e.debit) OVER "
    "(PARTITION BY e.unit_code ORDER BY coalesce(e.due_on, e.booked_on), e.entry) AS upto "
    "FROM owing o JOIN ledger_entries e ON e.unit_code = o.unit_code "
    "WHERE e.until_revision IS NULL AND e.booked_on <= :day AND e.debit > 0), "
    "unpaid AS (SELECT unit_code, CAST(:day AS date) - due AS age, due, least(debit, upto - paid) AS grosze "
    "FROM dues WHERE upto > paid), "
    "x AS (SELECT unit_code, sum(grosze)::bigint AS balance, "
    "coalesce(sum(grosze) FILTER (WHERE age <= 0), 0)::bigint AS waits, "
    "coalesce(sum(grosze) FILTER (WHERE age BETWEEN 1 AND 30), 0)::bigint AS month, "
    "coalesce(sum(grosze) FILTER (WHERE age BETWEEN 31 AND 90), 0)::bigint AS quarter, "
    "coalesce(sum(grosze) FILTER (WHERE age BETWEEN 91 AND 180), 0)::bigint AS half, "
    "coalesce(sum(grosze) FILTER (WHERE age BETWEEN 181 AND 365), 0)::bigint AS year, "
    "coalesce(sum(grosze) FILTER (WHERE age > 365), 0)::bigint AS older, "
    "min(due) FILTER (WHERE age > 0) AS oldest FROM unpaid GROUP BY unit_code)"
)
AGES = ("month", "quarter", "half", "year", "older")
_LATE = "x.balance - x.waits >= greatest(:least, 1) AND (CAST(:age AS text) IS NULL OR " + (
    " OR ".join(f"(:age = '{age}' AND x.{age} > 0)" for age in AGES) + ")"
)


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """A unit's balance on a day in grosze, in all and by settlement account."""

    unit_code: str
    label: str
    holders: str | None
    balance: int
    accounts: dict[str, int]


@dataclass(frozen=True, slots=True)
class BalanceSums:
    """Units with entries, what those that owe owe, what the others have overpaid, in grosze."""

    units: int
    owed: int
    overpaid: int

    @property
    def balance(self) -> int:
        return self.owed - self.overpaid


@dataclass(frozen=True, slots=True)
class DebtLine:
    """A unit with dues that are late: `late` of the `balance` in grosze, by age in days, and the oldest day due."""

    unit_code: str
    label: str
    holders: str | None
    balance: int
    waits: int
    ages: dict[str, int]
    oldest: date

    @property
    def late(self) -> int:
        return self.balance - self.waits


@dataclass(frozen=True, slots=True)
class DebtSums:
    """All that were found: units, and what is late in grosze, by age."""

    units: int
    late: int
    ages: dict[str, int]


def balances(actor: Actor, day: date, building: str | None, number: int) -> tuple[Page[BalanceLine], BalanceSums]:
    """One page of balances by address, and the sums of all. What is booked later than `day` is left out."""
    only_staff(actor)
    window = {"size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE}
    rows = _balance_rows(_values(actor, day, building) | window, " LIMIT :size OFFSET :skip")
    sums = BalanceSums(rows[0].units, rows[0].owed, rows[0].overpaid) if rows else BalanceSums(0, 0, 0)
    return Page(_balance_lines(rows, day), number, PAGE_SIZE, sums.units), sums


def all_balances(actor: Actor, day: date, building: str | None) -> list[BalanceLine]:
    """All balances by address."""
    only_staff(actor)
    return _balance_lines(_balance_rows(_values(actor, day, building), ""), day)


def debts(
    actor: Actor, day: date, building: str | None, age: str | None, least: int, number: int
) -> tuple[Page[DebtLine], DebtSums]:
    """One page of units with at least `least` grosze late on a day, the highest first; `age` is one of `AGES`."""
    only_staff(actor)
    window = {"age": age, "least": least, "size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE}
    rows = _debt_rows(_values(actor, day, building) | window, " LIMIT :size OFFSET :skip")
    ages = {name: getattr(rows[0], f"all_{name}") if rows else 0 for name in AGES}
    sums = DebtSums(rows[0].units, rows[0].all_late, ages) if rows else DebtSums(0, 0, ages)
    return Page(_debt_lines(rows, day), number, PAGE_SIZE, sums.units), sums


def all_debts(actor: Actor, day: date, building: str | None, age: str | None, least: int) -> list[DebtLine]:
    """All units with at least `least` grosze late, the highest first."""
    only_staff(actor)
    return _debt_lines(_debt_rows(_values(actor, day, building) | {"age": age, "least": least}, ""), day)


def _balance_rows(values: dict[str, Any], window: str) -> Sequence[Row[Any]]:
    return db.session.execute(
        text(
            f"{_BALANCES} SELECT * FROM (SELECT x.*, b.street, b.number AS building, u.number, "
            "count(*) OVER () AS units, (sum(greatest(balance, 0)) OVER ())::bigint AS owed, "
            f"(-sum(least(balance, 0)) OVER ())::bigint AS overpaid FROM x {_PLACE}) AS x ORDER BY {_ADDRESS}{window}"
        ),
        values,
    ).all()


def _balance_lines(rows: Sequence[Row[Any]], day: date) -> list[BalanceLine]:
    held = _holders([row.unit_code for row in rows], day)
    return [
        BalanceLine(
            row.unit_code, _label(row), held.get(row.unit_code), row.balance,
            {name: getattr(row, name) for name in ACCOUNTS},
        )
        for row in rows
    ]  # fmt: skip


def _debt_rows(values: dict[str, Any], window: str) -> Sequence[Row[Any]]:
    sums = ", ".join(f"(sum(x.{name}) OVER ())::bigint AS all_{name}" for name in AGES)
    return db.session.execute(
        text(
            f"{_OVERDUE} SELECT x.*, b.street, b.number AS building, u.number, count(*) OVER () AS units, "
            f"(sum(x.balance - x.waits) OVER ())::bigint AS all_late, {sums} FROM x {_PLACE} WHERE {_LATE} "
            f"ORDER BY x.balance - x.waits DESC, x.unit_code{window}"
        ),
        values,
    ).all()


def _debt_lines(rows: Sequence[Row[Any]], day: date) -> list[DebtLine]:
    held = _holders([row.unit_code for row in rows], day)
    return [
        DebtLine(
            row.unit_code, _label(row), held.get(row.unit_code), row.balance, row.waits,
            {name: getattr(row, name) for name in AGES}, row.oldest,
        )
        for row in rows
    ]  # fmt: skip


def _holders(codes: list[str], day: date) -> dict[str, str]:
    statement = text(f"SELECT x.unit_code, {_HOLDER} FROM unnest(CAST(:codes AS text[])) AS x(unit_code)")
    return {code: names for code, names in db.session.execute(statement, {"codes": codes, "day": day}) if names}


def _label(row: Row[Any]) -> str:
    return label(row.street, row.building, row.number, row.unit_code)


def _values(actor: Actor, day: date, building: str | None) -> dict[str, Any]:
    return {"day": day, "building": building, **scope.values(actor)}
