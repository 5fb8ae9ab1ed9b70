"""From the stage to the books: compare set-wise, write only the differences, number the revision.

Works inside the caller's one transaction. Old versions of rows are closed first, so that the unique index on
what holds now is never broken, then the new versions are added. What the books are made to be comes from the
stage when a package is published, and from the books themselves when a revision is undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from app.imports.models import data_columns, key_columns, table_of
from app.imports.report import SheetCounts

_COUNTED = text(
    "SELECT count(*) FILTER (WHERE held IS NULL), count(*) FILTER (WHERE wanted IS NOT NULL AND held IS NOT NULL), "
    "count(*) FILTER (WHERE wanted IS NULL) FROM stage_differences WHERE sheet = :sheet"
)


class RowsLost(RuntimeError):
    """What was written is not what was compared: a fault of ours, and nothing of it may be published."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a sheet shall hold: a relation with the sheet's data columns, each key once.

    `number` is its column that tells rows apart; `whole`: what is not in it shall no longer hold.
    """

    sheet: str
    relation: str
    number: str
    whole: bool


def staged(sheet: str, *, whole: bool) -> Wanted:
    """What was copied to the stage."""
    return Wanted(sheet, f"stage_{sheet}", "row_no", whole)


def held(sheet: str, revision: int) -> Wanted:
    """What the books held at a revision."""
    at = f"since_revision <= {revision:d} AND (until_revision IS NULL OR until_revision > {revision:d})"
    return Wanted(sheet, f"(SELECT * FROM {table_of(sheet)} WHERE {at})", "id", True)


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
    """Number a new state of the books; the caller holds the lock of the tenant's imports."""
    number = current_revision(connection) + 1
    connection.execute(
        text(
            "INSERT INTO revisions (number, kind, import_id, undoes, as_of, published_by) "
            "VALUES (:number, :kind, :import_id, :undoes, :as_of, :by)"
        ),
        {"number": number, "kind": kind, "import_id": import_id, "undoes": undoes, "as_of": as_of, "by": by},
    )
    return number


def steps(connection: Connection) -> dict[int, int | None]:
    """Every revision, and the one that it undoes, if it does."""
    return {row.number: row.undoes for row in connection.execute(text("SELECT number, undoes FROM revisions"))}


def in_effect(steps: dict[int, int | None]) -> Iterator[int]:
    """Revisions that the newest state consists of, newest first; `steps` is number → what it undoes, if it does.

    An undo that was undone brings back what it had taken.
    """
    number = max(steps, default=0)
    while number > 0:
        yield number
        undoes = steps[number]
        number = number - 1 if undoes is None else undoes - 1


def compare(connection: Connection, wanted: Wanted) -> SheetCounts:
    """How the wanted rows differ from what holds now; each difference is noted for `write`.

    Where the books hold nothing yet, or nothing would be left as it is, every wanted row is new or changed.
    """
    sheet, books = wanted.sheet, table_of(wanted.sheet)
    rows = int(connection.execute(text(f"SELECT count(*) FROM {wanted.relation} s")).scalar_one())
    if not connection.execute(text(f"SELECT EXISTS (SELECT FROM {books} WHERE until_revision IS NULL)")).scalar():
        return SheetCounts(rows=rows, added=rows)
    connection.execute(
        text(
            f"INSERT INTO stage_differences (sheet, wanted, held) SELECT :sheet, s.{wanted.number}, t.id "
            f"FROM {wanted.relation} s {'FULL' if wanted.whole else 'LEFT'} JOIN "
            f"(SELECT * FROM {books} WHERE until_revision IS NULL) t ON {same_key(sheet)} "
            f"WHERE t.id IS NULL OR s.{wanted.number} IS NULL OR {differs(sheet)}"
        ),
        {"sheet": sheet},
    )
    return counted(connection, sheet, rows)


def counted(connection: Connection, sheet: str, rows: int) -> SheetCounts:
    """The differences that were noted of a sheet of which `rows` are wanted."""
    added, changed, withdrawn = (int(number) for number in connection.execute(_COUNTED, {"sheet": sheet}).one())
    return SheetCounts(rows, added, changed, withdrawn, rows - added - changed)


def are_once(connection: Connection, wanted: Wanted, counts: SheetCounts) -> bool:
    """Whether no key of the wanted rows is there twice, as far as their comparison with the books can tell.

    Each row that holds has at most one fellow then, and the new ones, which are few, are looked at by themselves.
    """
    books, keys = table_of(wanted.sheet), ", ".join(f"s.{name}" for name in key_columns(wanted.sheet))
    held = connection.execute(text(f"SELECT count(*) FROM {books} WHERE until_revision IS NULL")).scalar_one()
    if counts.rows - counts.added != held - counts.withdrawn:
        return False
    return not connection.execute(
        text(
            f"SELECT EXISTS (SELECT FROM {wanted.relation} s JOIN stage_differences d ON d.sheet = :sheet "
            f"AND d.wanted = s.{wanted.number} AND d.held IS NULL GROUP BY {keys} HAVING count(*) > 1)"
        ),
        {"sheet": wanted.sheet},
    ).scalar_one()


def arrived(connection: Connection, sheet: str, rows: int) -> SheetCounts:
    """The counts of a sheet whose `rows` were copied straight into books that held nothing of it."""
    held = connection.execute(text(f"SELECT count(*) FROM {table_of(sheet)} WHERE until_revision IS NULL")).scalar_one()
    if held != rows:
        raise RowsLost(f"{sheet}: {rows} rows read, {held} arrived")
    return SheetCounts(rows, added=rows)


def write(connection: Connection, wanted: Wanted, counts: SheetCounts, revision: int) -> None:
    """Make the wanted rows hold from `revision` on; `counts` is what `compare` said of them."""
    sheet, books, values = wanted.sheet, table_of(wanted.sheet), {"revision": revision, "sheet": wanted.sheet}
    if counts.changed or counts.withdrawn:
        closed = connection.execute(
            text(
                f"UPDATE {books} t SET until_revision = :revision FROM stage_differences d "
                "WHERE d.sheet = :sheet AND d.held = t.id"
            ),
            values,
        ).rowcount
        if closed != counts.changed + counts.withdrawn:
            raise RowsLost(f"{sheet}: {closed} rows closed, {counts.changed} changed and {counts.withdrawn} withdrawn")
    if counts.added or counts.changed:
        columns = ", ".join(data_columns(sheet))
        # Past states are found by number: a row closed just now was held until this revision, and is wanted again.
        noted = f" JOIN stage_differences d ON d.sheet = :sheet AND d.wanted = s.{wanted.number}"
        written = connection.execute(
            text(
                f"INSERT INTO {books} ({columns}, since_revision) "
                f"SELECT {columns}, :revision FROM {wanted.relation} s{noted if counts.unchanged else ''}"
            ),
            values,
        ).rowcount
        if written != counts.added + counts.changed:
            raise RowsLost(f"{sheet}: {written} rows written, {counts.added} added and {counts.changed} changed")


def same_key(sheet: str) -> str:
    """SQL: row t of the books and wanted row s have one key."""
    return " AND ".join(f"t.{name} = s.{name}" for name in key_columns(sheet))


def differs(sheet: str) -> str:
    """SQL: t and s, which have one key, differ in something else."""
    names = [name for name in data_columns(sheet) if name not in key_columns(sheet)]
    mine = ", ".join(f"s.{name}" for name in names)
    theirs = ", ".join(f"t.{name}" for name in names)
    return f"({mine}) IS DISTINCT FROM ({theirs})"
