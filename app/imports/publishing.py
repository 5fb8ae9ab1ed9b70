"""From the stage to the books: compare set-wise, write only the differences, number the revision.

Works inside the caller's one transaction. Old versions of rows are closed first, so that the unique index on
what holds now is never broken, then the new versions are added.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from app.imports.checking import key_fields, table
from app.imports.models import BOOKS, data_columns
from app.imports.report import SheetCounts


def current_revision(connection: Connection) -> int:
    """The number of the newest revision; 0 before the first."""
    return int(connection.execute(text("SELECT coalesce(max(number), 0) FROM revisions")).scalar_one())


def as_of(connection: Connection, revision: int | None) -> datetime | None:
    """The time that a revision speaks of; None for the empty books before the first."""
    return connection.execute(
        text("SELECT as_of FROM revisions WHERE number = :number"), {"number": revision}
    ).scalar_one_or_none()


def add_revision(
    connection: Connection, *, kind: str, import_id: int | None, undoes: int | None, as_of: datetime | None, by: str
) -> int:
    number = current_revision(connection) + 1
    connection.execute(
        text(
            "INSERT INTO revisions (number, kind, import_id, undoes, as_of, published_by) "
            "VALUES (:number, :kind, :import_id, :undoes, :as_of, :by)"
        ),
        {"number": number, "kind": kind, "import_id": import_id, "undoes": undoes, "as_of": as_of, "by": by},
    )
    return number


def compare(connection: Connection, sheet: str, rows: int, snapshot: bool) -> SheetCounts:
    """How the staged sheet differs from what is published."""
    if not connection.execute(text(f"SELECT EXISTS (SELECT FROM {table(sheet)} WHERE until_revision IS NULL)")).scalar():
        return SheetCounts(rows=rows, added=rows)
    row = connection.execute(
        text(
            f"SELECT count(*) FILTER (WHERE t.id IS NULL), "
            f"count(*) FILTER (WHERE t.id IS NOT NULL AND s.row_no IS NOT NULL AND {_differs(sheet)}), "
            f"count(*) FILTER (WHERE s.row_no IS NULL) "
            f"FROM stage_{sheet} s FULL JOIN (SELECT * FROM {table(sheet)} WHERE until_revision IS NULL) t "
            f"ON {_same_key(sheet)}"
        )
    ).one()
    added, changed, missing = int(row[0]), int(row[1]), int(row[2])
    return SheetCounts(
        rows=rows,
        added=added,
        changed=changed,
        withdrawn=missing if snapshot else 0,
        unchanged=rows - added - changed,
    )


def write(connection: Connection, sheet: str, counts: SheetCounts, revision: int) -> None:
    """Make the staged sheet hold from `revision` on."""
    books, stage = table(sheet), f"stage_{sheet}"
    values = {"revision": revision}
    if counts.changed:
        connection.execute(
            text(
                f"UPDATE {books} t SET until_revision = :revision FROM {stage} s "
                f"WHERE t.until_revision IS NULL AND {_same_key(sheet)} AND {_differs(sheet)}"
            ),
            values,
        )
    if counts.withdrawn:
        connection.execute(
            text(
                f"UPDATE {books} t SET until_revision = :revision WHERE t.until_revision IS NULL "
                f"AND NOT EXISTS (SELECT FROM {stage} s WHERE {_same_key(sheet)})"
            ),
            values,
        )
    if counts.added or counts.changed:
        columns = ", ".join(data_columns(sheet))
        only_new = (
            f" WHERE NOT EXISTS (SELECT FROM {books} t WHERE t.until_revision IS NULL AND {_same_key(sheet)})"
            if counts.unchanged
            else ""
        )
        connection.execute(
            text(
                f"INSERT INTO {books} ({columns}, since_revision) "
                f"SELECT {columns}, :revision FROM {stage} s{only_new} ORDER BY s.row_no"
            ),
            values,
        )


def restore(connection: Connection, target: int, revision: int) -> dict[str, SheetCounts]:
    """Make the books as they were at revision `target`, as revision `revision`."""
    found: dict[str, SheetCounts] = {}
    for sheet in BOOKS:
        columns = ", ".join(data_columns(sheet))
        values = {"target": target, "revision": revision}
        closed = connection.execute(
            text(
                f"UPDATE {table(sheet)} SET until_revision = :revision "
                "WHERE until_revision IS NULL AND since_revision > :target"
            ),
            values,
        ).rowcount
        opened = connection.execute(
            text(
                f"INSERT INTO {table(sheet)} ({columns}, since_revision) SELECT {columns}, :revision "
                f"FROM {table(sheet)} WHERE since_revision <= :target AND until_revision > :target "
                "AND until_revision < :revision ORDER BY id"
            ),
            values,
        ).rowcount
        found[sheet] = SheetCounts(added=opened, withdrawn=closed)
    return found


def _same_key(sheet: str) -> str:
    return " AND ".join(f"t.{name} = s.{name}" for name in key_fields(sheet))


def _differs(sheet: str) -> str:
    names = [name for name in data_columns(sheet) if name not in key_fields(sheet)]
    mine = ", ".join(f"s.{name}" for name in names)
    theirs = ", ".join(f"t.{name}" for name in names)
    return f"({mine}) IS DISTINCT FROM ({theirs})"
