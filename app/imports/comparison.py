"""What an import would do to the books, in figures that a person can judge before anybody sees it.

Counted from the differences that `publishing.compare` noted, so that it costs what has changed and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from app.core.money import plain
from app.imports.models import key_columns, table_of
from app.imports.report import SheetCounts
from app.imports.staging import Ways

NAMED = 10  # of what vanishes, and of the units whose balance changes most
#: Sheets whose rows people know by their code.
KNOWN_BY_CODE = ("buildings", "units", "people", "components", "meters")
_SIDES = {"ledger": ("debit", "credit"), "charges": ("amount",)}


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over the published rows of a sheet before the import and after it, in grosze."""

    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before

    def as_dict(self) -> dict[str, str]:
        return {"before": plain(self.before), "after": plain(self.after), "change": plain(self.change)}


@dataclass(frozen=True, slots=True)
class BalanceChange:
    """A unit whose balance would be another; grosze, positive is owed."""

    unit: str
    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before

    def as_dict(self) -> dict[str, str]:
        return {"unit": self.unit, "before": plain(self.before), "after": plain(self.after),
                "change": plain(self.change)}  # fmt: skip


@dataclass(slots=True)
class Comparison:
    """`published` rows by sheet as they are now; `sums`: sheet → column → sum; `withdrawn`: the first codes of what
    vanishes; `balances`: the ten largest changes; `balances_changed`: units whose balance changes at all."""

    published: dict[str, int] = field(default_factory=dict)
    sums: dict[str, dict[str, Sum]] = field(default_factory=dict)
    withdrawn: dict[str, list[str]] = field(default_factory=dict)
    balances: list[BalanceChange] = field(default_factory=list)
    balances_changed: int = 0

    @property
    def balance_change(self) -> int:
        """How the sum of all balances changes, in grosze."""
        sides = self.sums.get("ledger")
        return sides["debit"].change - sides["credit"].change if sides else 0

    def as_dict(self) -> dict[str, Any]:
        """As the report keeps it; money as text with two decimals."""
        return {
            "sums": {
                sheet: {side: one.as_dict() for side, one in sides.items()} for sheet, sides in self.sums.items()
            },
            "withdrawn": self.withdrawn,
            "balances_changed": self.balances_changed,
            "balances": [each.as_dict() for each in self.balances],
        }


def compared(connection: Connection, counts: Mapping[str, SheetCounts], by: Ways) -> Comparison:
    """The figures of a package whose sheets have been compared; `counts` is what came of it."""
    found = Comparison()
    for sheet, count in counts.items():
        if not count.differs:
            continue
        found.published[sheet] = 0 if sheet in by.straight else _published(connection, sheet)
        if sheet in _SIDES:
            found.sums[sheet] = _sums(connection, sheet, _coming(sheet, by, empty=not found.published[sheet]))
        if count.withdrawn and sheet in KNOWN_BY_CODE:
            found.withdrawn[sheet] = _withdrawn(connection, sheet)
    if "ledger" in found.sums:
        coming = _coming("ledger", by, empty=not found.published["ledger"])
        found.balances_changed, found.balances = _balances(connection, coming)
    return found


def _published(connection: Connection, sheet: str) -> int:
    return int(
        connection.execute(text(f"SELECT count(*) FROM {table_of(sheet)} WHERE until_revision IS NULL")).scalar_one()
    )


def _coming(sheet: str, by: Ways, *, empty: bool) -> str:
    """What would be added to the books; where they are empty nothing was noted, for everything is new."""
    noted = f" JOIN stage_differences d ON d.sheet = '{sheet}' AND d.wanted = s.row_no"
    return f"{by.relation(sheet)} s{'' if empty else noted}"


def _going(sheet: str) -> str:
    return f"{table_of(sheet)} t JOIN stage_differences d ON d.sheet = '{sheet}' AND d.held = t.id"


def _sums(connection: Connection, sheet: str, arriving: str) -> dict[str, Sum]:
    sides = _SIDES[sheet]

    def summed(alias: str, source: str) -> list[int]:
        wanted = ", ".join(f"coalesce(sum({alias}.{side}), 0)::bigint" for side in sides)
        return list(connection.execute(text(f"SELECT {wanted} FROM {source}")).one())

    coming, going = summed("s", arriving), summed("t", _going(sheet))
    # Already there, in books that held nothing of it: whatever holds now is what comes.
    there = arriving.startswith("(")
    before = [0] * len(sides) if there else summed("t", f"{table_of(sheet)} t WHERE t.until_revision IS NULL")
    return {
        side: Sum(was, was + more - less) for side, was, more, less in zip(sides, before, coming, going, strict=True)
    }


def _withdrawn(connection: Connection, sheet: str) -> list[str]:
    key = key_columns(sheet)[0]
    statement = text(f"SELECT t.{key} FROM {_going(sheet)} WHERE d.wanted IS NULL ORDER BY t.{key} LIMIT {NAMED}")
    return list(connection.execute(statement).scalars())


def _balances(connection: Connection, arriving: str) -> tuple[int, list[BalanceChange]]:
    """How many balances change, and the ten that change most."""
    rows = connection.execute(
        text(
            "SELECT unit_code, sum(amount)::bigint AS change, count(*) OVER () AS total FROM ("
            f"SELECT s.unit_code, s.debit - s.credit AS amount FROM {arriving} "
            f"UNION ALL SELECT t.unit_code, t.credit - t.debit FROM {_going('ledger')}) AS moved "
            "GROUP BY unit_code HAVING sum(amount) <> 0 "
            f"ORDER BY abs(sum(amount)) DESC, unit_code LIMIT {NAMED}"
        )
    ).all()
    before = {
        row.unit_code: row.balance
        for row in connection.execute(
            text(
                "SELECT unit_code, sum(debit - credit)::bigint AS balance FROM ledger_entries "
                "WHERE until_revision IS NULL AND unit_code = ANY(:codes) GROUP BY unit_code"
            ),
            {"codes": [row.unit_code for row in rows]},
        )
    }
    if arriving.startswith("("):
        before = {}
    changes = [
        BalanceChange(row.unit_code, before.get(row.unit_code, 0), before.get(row.unit_code, 0) + row.change)
        for row in rows
    ]
    return (rows[0].total if rows else 0), changes
