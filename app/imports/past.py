"""What the books said before: of one unit or person, which revisions changed something, and what.

Values are as the package wrote them, under the names of its columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.paging import Page
from app.estate import scope
from app.estate.rules import TITLE_ROLES
from app.finances.rules import ACCOUNTS, KINDS
from app.imports.models import data_columns, key_columns, table_of
from app.imports.reading.sheets import SHEETS
from app.meters.rules import METERS, SETTLED
from tenants.db import db

PAGE_SIZE = 25
MOST = 400  # changed rows of a revision that a page lists
#: Sheets that speak of a unit or of a person, and the column that names it.
SUBJECTS = {
    "unit": {
        "units": "code", "occupancies": "unit_code", "charges": "unit_code", "ledger": "unit_code",
        "meters": "unit_code", "settlements": "unit_code", "allowances": "unit_code",
    },
    "person": {"people": "code", "occupancies": "person_code", "allowances": "person_code"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """A revision that changed something of the subject; `sheets` is sheet → rows that came or went."""

    number: int
    kind: str
    undoes: int | None
    published_at: datetime
    published_by: str
    file_name: str | None
    import_id: str | None
    sheets: dict[str, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of a sheet before and after a revision: `was` or `now` is empty where there was none.

    `fields`: name of the column in the package → (before, after), of all columns for rows that came or went, of those
    that differ for the others.
    """

    sheet: str
    key: str
    what: str
    fields: tuple[tuple[str, str, str], ...]


def steps(actor: Actor, subject: str, code: str, number: int) -> Page[Step]:
    """Revisions that changed something of a unit or a person, newest first; `subject` is a key of `SUBJECTS`."""
    _only_staff(actor)
    touched = " UNION ALL ".join(
        f"SELECT {end}_revision AS number, '{sheet}' AS sheet, id FROM {table_of(sheet)} "
        f"WHERE {column} = :code AND {end}_revision IS NOT NULL AND {_in_scope(sheet)}"
        for sheet, column in SUBJECTS[subject].items()
        for end in ("since", "until")
    )
    rows = db.session.execute(
        text(
            "SELECT r.number, r.kind, r.undoes, r.published_at, r.published_by, i.file_name, i.public_id, t.sheets, "
            f"count(*) OVER () AS total FROM (SELECT number, jsonb_object_agg(sheet, rows) AS sheets FROM "
            f"(SELECT number, sheet, count(*) AS rows FROM ({touched}) AS ends GROUP BY number, sheet) AS s "
            "GROUP BY number) AS t JOIN revisions r ON r.number = t.number LEFT JOIN imports i ON i.id = r.import_id "
            "ORDER BY r.number DESC LIMIT :size OFFSET :skip"
        ),
        {"code": code, "size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE, **scope.values(actor)},
    ).all()
    return Page([Step(*row[:8]) for row in rows], number, PAGE_SIZE, rows[0].total if rows else 0)


def differences(actor: Actor, subject: str, code: str, revision: int) -> list[Difference]:
    """What a revision changed of a unit or a person, sheet by sheet, at most `MOST` rows of each."""
    _only_staff(actor)
    return [
        one
        for sheet, column in SUBJECTS[subject].items()
        for one in _of_sheet(sheet, column, {"code": code, "revision": revision, **scope.values(actor)})
    ]


def _in_scope(sheet: str) -> str:
    """A condition: the row is of a unit that is the actor's business; somebody may hold others elsewhere."""
    return scope.units("unit_code") if "unit_code" in data_columns(sheet) else "true"


def _of_sheet(sheet: str, column: str, values: dict[str, Any]) -> list[Difference]:
    names = data_columns(sheet)
    sides: dict[str, dict[tuple[Any, ...], Any]] = {}
    for side, end in (("was", "until"), ("now", "since")):
        statement = text(
            f"SELECT {', '.join(names)} FROM {table_of(sheet)} WHERE {column} = :code AND {end}_revision = :revision "
            f"AND {_in_scope(sheet)} ORDER BY {', '.join(key_columns(sheet))} LIMIT {MOST}"
        )
        rows = db.session.execute(statement, values).mappings()
        sides[side] = {tuple(row[name] for name in key_columns(sheet)): row for row in rows}
    keys = dict.fromkeys([*sides["was"], *sides["now"]])
    return [_difference(sheet, key, sides["was"].get(key), sides["now"].get(key)) for key in keys]


#: Words of the books that stand for something, by sheet and column of our tables.
WORDS: dict[tuple[str, str], Mapping[str, Any]] = {
    ("ledger", "kind"): KINDS,
    ("ledger", "account"): ACCOUNTS,
    ("occupancies", "role"): TITLE_ROLES,
    ("meters", "medium"): METERS,
    ("settlements", "medium"): SETTLED,
}


def _difference(sheet: str, key: tuple[Any, ...], was: Any, now: Any) -> Difference:
    what = "added" if was is None else "withdrawn" if now is None else "changed"
    fields = []
    for column in SHEETS[sheet].columns:
        words = WORDS.get((sheet, column.field), {})
        before, after = (
            str(words.get(row[column.field], "")) or _shown(row[column.field], column.kind.money) if row else ""
            for row in (was, now)
        )
        if column.key or before == after:
            continue
        fields.append((column.polish.replace("_", " ").capitalize(), before, after))
    return Difference(sheet, " · ".join(_shown(part, money=False) for part in key), what, tuple(fields))


def _shown(value: Any, money: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("tak") if value else _("nie")
    if money:
        return f"{'-' if value < 0 else ''}{abs(value) // 100},{abs(value) % 100:02d}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}".replace(".", ",")
    return str(value)


def _only_staff(actor: Actor) -> None:
    if not actor.may(Can.SEE_RESIDENTS):
        raise NotThere("")
