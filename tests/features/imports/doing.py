"""Imports as the tests do them: packages in, reports and states of the books out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.core import work
from app.core.actor import system
from app.imports import commands
from app.imports.models import BOOKS, data_columns, table_of
from tenants.context import Mode, bind
from tenants.db import db

ACTOR = system("tests")
State = dict[str, list[tuple[Any, ...]]]


def publish(app: Any, tenant: Any, path: Path, *, mode: str = "snapshot", dry_run: bool = False) -> dict[str, Any]:
    """Run an import as the command line does; returns the report."""
    with app.app_context(), bind(tenant, Mode.BULK):
        public_id = commands.begin(ACTOR, path, mode=mode, dry_run=dry_run).public_id
        work.commit()
        return commands.run(public_id, path).as_dict()


def take_back(app: Any, tenant: Any, revision: int) -> dict[str, Any]:
    with app.app_context(), bind(tenant, Mode.BULK):
        report = commands.undo(ACTOR, revision).as_dict()
        work.commit()
        return report


def query(app: Any, tenant: Any, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with app.app_context(), bind(tenant):
        return [tuple(row) for row in db.session.execute(text(statement), values)]


def scalar(app: Any, tenant: Any, statement: str, **values: Any) -> Any:
    return query(app, tenant, statement, **values)[0][0]


def change(app: Any, tenant: Any, statement: str, **values: Any) -> None:
    with app.app_context(), bind(tenant):
        db.session.execute(text(statement), values)
        db.session.commit()


def books(app: Any, tenant: Any, revision: int | None = None) -> State:
    """Every sheet's rows, as they hold now or held at a revision, in order."""
    at = "until_revision IS NULL"
    if revision is not None:
        at = f"since_revision <= {revision} AND (until_revision IS NULL OR until_revision > {revision})"
    return {
        sheet: query(
            app, tenant, f"SELECT {', '.join(data_columns(sheet))} FROM {table_of(sheet)} WHERE {at} ORDER BY 1, 2"
        )
        for sheet in BOOKS
    }


def fingerprint(app: Any, tenant: Any) -> tuple[Any, ...]:
    """Changes when any version of any row of the books is written or touched."""
    parts = " UNION ALL ".join(
        f"SELECT '{sheet}', count(*), md5(string_agg(ctid::text || xmin::text || xmax::text, ',' ORDER BY ctid)) "
        f"FROM {table_of(sheet)}"
        for sheet in BOOKS
    )
    return tuple(query(app, tenant, f"{parts} UNION ALL SELECT 'revisions', count(*), '' FROM revisions"))


def imports(app: Any, tenant: Any) -> list[tuple[Any, ...]]:
    """(status, revision) of every import, oldest first."""
    return query(app, tenant, "SELECT status, revision FROM imports ORDER BY id")
