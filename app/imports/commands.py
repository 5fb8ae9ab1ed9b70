"""Imports: take a package in, run it, undo it.

A run is one transaction from the first staged row to the new revision; whoever is killed in it leaves nothing,
and running again gives what an undisturbed run would have given. Imports of one tenant wait for each other.
"""

from __future__ import annotations

import hashlib
import time
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import psycopg
from sqlalchemy import Connection, text

from app.core import audit, jobs, work
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.gateways import files
from app.imports import publishing
from app.imports.checking import Checks, Control
from app.imports.models import BOOKS, OPEN_STATUSES, Import
from app.imports.reading.stream import Package, SheetStream, open_package
from app.imports.report import Report, SheetCounts, add_error
from tenants.bound import current
from tenants.db import db

MODES = ("snapshot", "increment")
PROGRESS_SECONDS = 1.0
LOCK = 4217  # namespace of the advisory locks by which imports of one tenant wait for each other


def receive(
    actor: Actor,
    source: BinaryIO,
    file_name: str,
    *,
    mode: str = "snapshot",
    dry_run: bool = False,
    channel: str = "page",
    idempotency_key: str | None = None,
) -> Import:
    """Store a package and queue it for a worker. The same idempotency key gives the first import again."""
    if mode not in MODES:
        raise Refused(_("Nieznany tryb importu: %(mode)s.", mode=mode), field="mode")
    if idempotency_key:
        known = db.session.query(Import).filter_by(idempotency_key=idempotency_key).one_or_none()
        if known is not None:
            return known
    public_id = new_public_id()
    stored = files.files().put(files.key("imports", public_id), source)
    if stored.size == 0:
        files.files().delete(stored.key)
        raise Refused(_("Plik jest pusty. Proszę wybrać plik z danymi."), field="file")
    taken = _add(actor, public_id, file_name, stored.size, stored.sha256, stored.key, mode, dry_run, channel)
    taken.idempotency_key = idempotency_key
    db.session.flush()
    jobs.enqueue("imports.run", public_id, {"public_id": public_id})
    audit.record(actor, "import.received", public_id, file=taken.file_name, size=stored.size, mode=mode)
    return taken


def begin(actor: Actor, path: Path, *, mode: str, dry_run: bool) -> Import:
    """Note a package that the command line reads from where it lies."""
    size, digest = _measure(path)
    return _add(actor, new_public_id(), path.name, size, digest, None, mode, dry_run, "cli")


def _add(
    actor: Actor, public_id: str, file_name: str, size: int, sha256: bytes, key: str | None,
    mode: str, dry_run: bool, channel: str,
) -> Import:  # fmt: skip
    taken = Import(
        public_id=public_id, file_name=Path(file_name).name[:200] or "plik", size=size, sha256=sha256,
        storage_key=key, mode=mode, dry_run=dry_run, source=channel, created_by=actor.login,
    )  # fmt: skip
    db.session.add(taken)
    db.session.flush()
    return taken


def _measure(path: Path) -> tuple[int, bytes]:
    digest, size = hashlib.sha256(), 0
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            with file.open("rb") as source:
                while block := source.read(1 << 20):
                    digest.update(block)
                    size += len(block)
    return size, digest.digest()


@dataclass(frozen=True, slots=True)
class _Order:
    """What a run must know of its import row once the transaction is its own."""

    id: int
    public_id: str
    mode: str
    dry_run: bool
    created_by: str
    as_of: datetime

    @property
    def snapshot(self) -> bool:
        return self.mode == "snapshot"


class _GiveUp(Exception):
    """Leave the transaction: nothing of it may stay."""


def run(public_id: str, path: Path | None = None) -> Report:
    """Read, check, compare and publish one import; the caller has bound its tenant for bulk work.

    `path` is where the command line found the package; without it the stored file is read. Ends its own units
    of work. An import that is finished already is not run again. Raises `NotThere`.
    """
    found = db.session.query(Import).filter_by(public_id=public_id).one_or_none()
    if found is None:
        raise NotThere(_("Nie ma takiego importu."))
    if found.status not in OPEN_STATUSES:
        return Report(public_id, found.status, found.revision)
    found.status, found.started_at = "running", now()
    order = _Order(found.id, public_id, found.mode, found.dry_run, found.created_by, found.created_at)
    name, key = found.file_name, found.storage_key
    work.commit()
    report = Report(public_id, "refused")
    place = nullcontext(path) if path is not None else files.files().local_path(key or "")
    try:
        with place as where, open_package(where, name=name, progress=_Progress(order.id)) as package:
            _transact(order, package, report)
        work.commit()
    except _GiveUp:
        work.rollback()
        _conclude(order, report)
        work.commit()
    except FileNotFoundError:
        work.rollback()
        raise
    return report


def _transact(order: _Order, package: Package, report: Report) -> None:
    connection = db.session.connection()
    connection.execute(text("SELECT pg_advisory_xact_lock(:space, :tenant)"), {"space": LOCK, "tenant": current().id})
    status = connection.execute(text("SELECT status FROM imports WHERE id = :id"), {"id": order.id}).scalar_one()
    if status != "running":
        report.status = status
        return
    controls = _stage(connection, package)
    report.findings = package.findings
    checks = Checks(connection, package.files, order.snapshot)
    for finding in checks.run(controls):
        add_error(report.findings, finding)
    _totals(connection, package, report)
    for sheet in BOOKS:
        if sheet in package.files:
            report.sheets[sheet] = SheetCounts(rows=package.files[sheet].rows)
    report.revision = publishing.current_revision(connection) or None
    if report.findings.error_count:
        raise _GiveUp
    _publish(connection, order, package, report)


def _publish(connection: Connection, order: _Order, package: Package, report: Report) -> None:
    for sheet in report.sheets:
        rows = package.files[sheet].rows
        report.sheets[sheet] = publishing.compare(connection, sheet, rows, order.snapshot)
    report.as_of = order.as_of
    if order.dry_run:
        report.status = "checked"
        raise _GiveUp
    if not any(counts.differs for counts in report.sheets.values()):
        report.status = "unchanged"
        report.as_of = publishing.as_of(connection, report.revision)
        raise _GiveUp
    report.revision = publishing.add_revision(
        connection, kind="publish", import_id=order.id, undoes=None, as_of=order.as_of, by=order.created_by
    )
    for sheet, counts in report.sheets.items():
        publishing.write(connection, sheet, counts, report.revision)
    report.status = "published"
    _conclude(order, report)


def _conclude(order: _Order, report: Report) -> None:
    """Write the outcome, in the transaction that publishes, or alone when nothing was published."""
    row = db.session.get_one(Import, order.id)
    row.status, row.revision, row.report = report.status, report.revision, report.as_dict()
    row.progress, row.finished_at = None, now()
    audit.record(
        Actor(kind="system", login=order.created_by), f"import.{report.status}", order.public_id, revision=report.revision
    )


def _stage(connection: Connection, package: Package) -> list[Control]:
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, psycopg.Connection)
    connection.execute(text("TRUNCATE " + ", ".join(f"stage_{sheet}" for sheet in BOOKS)))
    controls: list[Control] = []
    for sheet in package.sheets():
        if sheet.name == "control":
            controls = _controls(sheet)
            continue
        with raw.cursor() as cursor:
            statement = f"COPY stage_{sheet.name} ({', '.join(sheet.fields)}) FROM STDIN"
            with cursor.copy(statement.encode()) as copy:
                for block in sheet.blocks:
                    copy.write(block)
    return controls


def _controls(sheet: SheetStream) -> list[Control]:
    found = []
    for line in b"".join(sheet.blocks).decode().splitlines():
        cells: dict[str, Any] = dict(zip(sheet.fields, line.split("\t"), strict=True))
        values = {name: None if cell == "\\N" else cell for name, cell in cells.items()}
        if values["sheet"] is not None:
            found.append(
                Control(
                    int(values["row_no"] or 0),
                    values["sheet"],
                    int(values["rows"]) if values["rows"] else None,
                    int(values["sum"]) if values["sum"] else None,
                )
            )
    return found


def _totals(connection: Connection, package: Package, report: Report) -> None:
    if "ledger" in package.files:
        statement = text("SELECT coalesce(sum(debit), 0)::bigint, coalesce(sum(credit), 0)::bigint FROM stage_ledger")
        report.debit, report.credit = connection.execute(statement).one()


class _Progress:
    """Tells the import's row, beside the running transaction, how far the reading is."""

    def __init__(self, import_id: int) -> None:
        self._id = import_id
        self._rows: dict[str, int] = {}
        self._told = 0.0

    def __call__(self, sheet: str, rows: int) -> None:
        self._rows[sheet] = rows
        if time.monotonic() - self._told < PROGRESS_SECONDS:
            return
        self._told = time.monotonic()
        with db.engine.begin() as connection:
            connection.execute(
                text("UPDATE imports SET progress = jsonb_build_object('rows', CAST(:rows AS int), 'sheet', CAST(:sheet AS text)) WHERE id = :id"),
                {"id": self._id, "rows": sum(self._rows.values()), "sheet": sheet},
            )


def fail(public_id: str, reason: str) -> None:
    """Note that an import could not be run for a reason that is ours."""
    row = db.session.query(Import).filter_by(public_id=public_id).one_or_none()
    if row is not None and row.status in OPEN_STATUSES:
        row.status, row.finished_at, row.progress = "failed", now(), None
        row.report = Report(public_id, "failed").as_dict() | {"reason": reason}


def undo(actor: Actor, revision: int) -> Report:
    """Return to the state before `revision`: what later ones changed is taken back too. Raises `Refused`.

    History is kept: undoing is a revision of its own, and can be undone.
    """
    connection = db.session.connection()
    connection.execute(text("SELECT pg_advisory_xact_lock(:space, :tenant)"), {"space": LOCK, "tenant": current().id})
    newest = publishing.current_revision(connection)
    if not 1 <= revision <= newest:
        raise NotThere(_("Nie ma rewizji %(number)s.", number=revision))
    before = publishing.as_of(connection, revision - 1)
    number = publishing.add_revision(
        connection, kind="undo", import_id=None, undoes=revision, as_of=before, by=actor.login
    )
    sheets = publishing.restore(connection, revision - 1, number)
    audit.record(actor, "import.undone", str(revision), revision=number)
    return Report("", "published", number, before, sheets)
