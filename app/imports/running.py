"""One run of an import: read, check, compare, publish.

A run is one transaction from the first staged row to the new revision; whoever is killed in it leaves nothing,
and running again gives what an undisturbed run would have given. Imports of one tenant wait for each other.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, text

from app.core import audit, events, jobs, work
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.gateways import files
from app.imports import locks, publishing, repeats, staging
from app.imports.checking import Checks
from app.imports.models import BOOKS, OPEN_STATUSES, Import
from app.imports.progress import Progress
from app.imports.reading.stream import Package, open_package
from app.imports.report import Report, SheetCounts, add_error
from tenants.db import db

ANALYZE_JOB = "imports.analyze"
MANY_ROWS = 2000  # changed in the books: fewer do not turn a plan


@dataclass(frozen=True, slots=True)
class _Order:
    """What a run must know of its import row once the transaction is its own."""

    id: int
    public_id: str
    dry_run: bool
    created_by: str
    as_of: datetime
    mode: str
    stored: bool
    name: str
    sha256: bytes

    @property
    def snapshot(self) -> bool:
        return self.mode == "snapshot"


def run(public_id: str, path: Path | None = None) -> Report:
    """Read, check, compare and publish one import; the caller has bound its tenant for bulk work.

    `path` is where the command line found the package; without it the stored file is read. Ends its own units
    of work. An import that is finished already is not run again. Raises `NotThere`, `FileNotFoundError`.
    """
    found = db.session.query(Import).filter_by(public_id=public_id).one_or_none()
    if found is None:
        raise NotThere(_("Nie ma takiego importu."))
    if found.status not in OPEN_STATUSES:
        return Report(public_id, found.status, found.revision)
    found.status, found.started_at = "running", now()
    key = found.storage_key
    order = _Order(
        found.id, public_id, found.dry_run, found.created_by, found.created_at, found.mode, key is not None,
        found.file_name, found.sha256,
    )  # fmt: skip
    work.commit()
    report = _without_reading(order)
    if report is not None:
        return report
    place = nullcontext(path) if path is not None else files.files().local_path(key or "")
    try:
        with place as where, open_package(where, name=order.name, progress=Progress(order.id)) as package:
            report = _transact(order, package)
            work.commit()
    except BaseException:
        work.rollback()
        raise
    return report


def _without_reading(order: _Order) -> Report | None:
    """The outcome of an import that somebody else has ended, or whose very bytes the books stand at."""
    connection = db.session.connection()
    try:
        report = _take_turn(connection, order)
        if report is None and not order.dry_run:
            report = repeats.repeated(
                connection, public_id=order.public_id, sha256=order.sha256, name=order.name, mode=order.mode
            )
            if report is not None:
                report.as_of = publishing.as_of(connection, report.revision)
                _conclude(order, report, None)
        if report is not None:
            work.commit()
    except BaseException:
        work.rollback()
        raise
    return report


def _take_turn(connection: Connection, order: _Order) -> Report | None:
    """Wait until no other import of the manager is being written; the outcome, if this one has ended meanwhile."""
    if not order.stored:
        locks.hold_running(connection, order.id)
    locks.wait_for_turn(connection)
    status, revision = connection.execute(
        text("SELECT status, revision FROM imports WHERE id = :id"), {"id": order.id}
    ).one()
    return None if status == "running" else Report(order.public_id, status, revision)


def _transact(order: _Order, package: Package) -> Report:
    """Everything from the first staged row to the outcome; nothing of it is seen before the commit."""
    connection = db.session.connection()
    ended = _take_turn(connection, order)
    if ended is not None:
        return ended
    bury_interrupted(connection, order.id)
    newest = publishing.current_revision(connection)
    report = Report(order.public_id, "refused", newest or None)
    savepoint = connection.begin_nested()
    staged = staging.fill(connection, package)
    report.findings = package.findings
    report.totals = staging.totals(connection) if "ledger" in package.files else None
    report.sheets = {sheet: SheetCounts(package.files[sheet].rows) for sheet in BOOKS if sheet in package.files}
    checks = Checks(connection, package.files, snapshot=order.snapshot)
    known = not report.findings.error_count and _holds_already(connection, order, staged.content)
    check = checks.controls if known else checks.run
    for finding in check(staged.controls, report.totals):
        add_error(report.findings, finding)
    if not report.findings.error_count:
        _compare_and_publish(connection, order, report, known=known)
    if report.status == "published":
        savepoint.commit()
    else:
        savepoint.rollback()
    staging.clear(connection)
    _conclude(order, report, staged.content)
    return report


def _holds_already(connection: Connection, order: _Order, content: bytes) -> bool:
    """Whether the books are as an import of the same rows left them: then there is nothing to compare."""
    return bool(
        connection.execute(
            text(
                "SELECT EXISTS (SELECT FROM imports WHERE content = :content AND status IN ('published', 'unchanged') "
                "AND revision = (SELECT max(number) FROM revisions) AND mode IN ('snapshot', :mode))"
            ),
            {"content": content, "mode": order.mode},
        ).scalar_one()
    )


def _compare_and_publish(connection: Connection, order: _Order, report: Report, *, known: bool) -> None:
    wanted = {sheet: publishing.staged(sheet, whole=order.snapshot) for sheet in report.sheets}
    for sheet, read in report.sheets.items():
        if known:
            report.sheets[sheet] = SheetCounts(read.rows, unchanged=read.rows)
        else:
            report.sheets[sheet] = publishing.compare(connection, wanted[sheet])
    report.as_of = order.as_of
    if order.dry_run:
        report.status = "checked"
    elif not any(counts.differs for counts in report.sheets.values()):
        report.status = "unchanged"
        report.as_of = publishing.as_of(connection, report.revision)
    else:
        report.status = "published"
        report.revision = publishing.add_revision(
            connection, kind="publish", import_id=order.id, undoes=None, as_of=order.as_of, by=order.created_by
        )
        for sheet in wanted:
            publishing.write(connection, wanted[sheet], report.sheets[sheet], report.revision)


def _conclude(order: _Order, report: Report, content: bytes | None) -> None:
    row = db.session.get_one(Import, order.id)
    row.status, row.revision, row.report = report.status, report.revision, report.kept()
    row.content, row.reader, row.progress, row.finished_at = content, repeats.reader(), None, now()
    by = Actor(kind="system", login=order.created_by)
    audit.record(by, f"import.{report.status}", order.public_id, revision=report.revision)
    if report.status == "published":
        events.happened("imports.published", revision=report.revision)
        if sum(counts.added + counts.changed + counts.withdrawn for counts in report.sheets.values()) >= MANY_ROWS:
            jobs.enqueue(ANALYZE_JOB, "books", lane="urgent")


def fail(public_id: str, reason: str) -> None:
    """Note that an import could not be run for a reason that is ours, not the package's."""
    row = db.session.query(Import).filter_by(public_id=public_id).one_or_none()
    if row is not None and row.status in OPEN_STATUSES:
        row.status, row.finished_at, row.progress = "failed", now(), None
        row.report = Report(public_id, "failed").as_dict() | {"reason": reason}


def bury_interrupted(connection: Connection, but: int) -> None:
    """Mark imports of the command line whose process is gone: no job of theirs will run them again."""
    for import_id, public_id in connection.execute(
        text("SELECT id, public_id FROM imports WHERE status = 'running' AND storage_key IS NULL AND id <> :but "
             "AND started_at < now() - interval '1 minute'"), {"but": but},
    ).all():  # fmt: skip
        if locks.is_gone(connection, import_id):
            fail(public_id, "the process was ended before it was done")
