"""One run of an import: read, check, compare, publish.

A run is one transaction from the first staged row to the new revision; whoever is killed in it leaves nothing,
and running again gives what an undisturbed run would have given. Imports of one tenant wait for each other.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from app.core import audit, events, jobs, work
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.gateways import files
from app.imports import consent, hindrances, locks, publishing, repeats, sifting, staging, stopping
from app.imports.checking import Checks
from app.imports.comparison import compared
from app.imports.consent import Limits
from app.imports.folders import packed
from app.imports.models import BOOKS, OPEN_STATUSES, Import
from app.imports.progress import Cancelled, Progress
from app.imports.reading.stream import Package, open_package
from app.imports.report import Report, SheetCounts, add_error
from app.imports.sifting import Unfit
from app.imports.staging import Staged, Ways
from app.office import settings
from tenants.db import db

ANALYZE_JOB = "imports.analyze"
MANY_ROWS = 2000  # changed in the books: fewer do not turn a plan
_FELLOW = text(
    "SELECT i.size, sum((sheet.value ->> 'rows')::bigint)::bigint AS rows FROM imports i, "
    "LATERAL jsonb_each(i.report -> 'sheets') AS sheet WHERE i.id = (SELECT max(id) FROM imports "
    "WHERE status IN ('published', 'unchanged') AND mode = :mode) GROUP BY i.size"
)


@dataclass(frozen=True, slots=True)
class _Order:
    """What a run must know of its import row once the transaction is its own.

    `waited` for a person's yes already; `approved_for` is the revision on which somebody said it.
    """

    id: int
    public_id: str
    dry_run: bool
    created_by: str
    as_of: datetime
    mode: str
    key: str | None
    name: str
    size: int
    sha256: bytes
    waited: bool
    approved_for: int | None
    mapping: dict[str, Any] | None
    channel: str

    @property
    def snapshot(self) -> bool:
        return self.mode == "snapshot"


def _order(row: Import) -> _Order:
    before = row.report or {}
    return _Order(
        row.id, row.public_id, row.dry_run, row.created_by, row.created_at, row.mode, row.storage_key, row.file_name,
        row.size, row.sha256, before.get("status") == "waiting",
        (before.get("revision") or 0) if row.approved_by else None, row.mapping, row.source,
    )  # fmt: skip


def run(public_id: str, path: Path | None = None) -> Report:
    """Read, check, compare and publish one import; the caller has bound its tenant for bulk work.

    `path` is where the command line found the package; without it the stored file is read. Ends its own units
    of work. An import that is finished already is not run again. Raises `NotThere`, `FileNotFoundError`.
    """
    found = db.session.query(Import).filter_by(public_id=public_id).with_for_update(key_share=True).one_or_none()
    if found is None:
        raise NotThere(_("Nie ma takiego importu."))
    if found.status not in OPEN_STATUSES:
        return Report(public_id, found.status, found.revision)
    found.status, found.started_at = "running", now()
    order = _order(found)
    work.commit()
    try:
        report = _without_reading(order)
        return report if report is not None else _with_reading(order, path)
    except Cancelled:
        return _cancelled(order)


def _with_reading(order: _Order, path: Path | None) -> Report:
    try:
        return _read(order, path, short=True)
    except Unfit:
        return _read(order, path, short=False)


def _read(order: _Order, path: Path | None, *, short: bool) -> Report:
    progress = Progress(order.id, _expected(order))
    place = nullcontext(path) if path is not None else files.files().local_path(order.key or "")
    try:
        with (
            place as where,
            open_package(where, name=order.name, mapping=order.mapping, progress=progress) as package,
        ):  # fmt: skip
            with stopping.stoppable(db.session.connection(), order.id, package.halt):
                report = _transact(order, package, progress, short=short)
            if report.status == "waiting" and order.key is None:
                _keep(order, where)
            work.commit()
    except BaseException:
        work.rollback()
        raise
    return report


def _without_reading(order: _Order) -> Report | None:
    """The outcome of an import that somebody else has ended, or whose very bytes the books stand at."""
    connection = db.session.connection()
    try:
        with stopping.stoppable(connection, order.id):
            report = _take_turn(connection, order)
        if report is None and not order.dry_run:
            report = repeats.repeated(
                connection, public_id=order.public_id, sha256=order.sha256, name=order.name, mode=order.mode,
                mapping=order.mapping,
            )  # fmt: skip
            if report is not None:
                report.as_of = publishing.as_of(connection, report.revision)
                _conclude(order, report, None)
        if report is not None:
            work.commit()
    except BaseException:
        work.rollback()
        raise
    return report


def _expected(order: _Order) -> int | None:
    """How many rows the package is likely to have: as many as its last fellow, by their sizes."""
    found = db.session.execute(_FELLOW, {"mode": order.mode}).first()
    rows = round(found.rows * order.size / found.size) if found and found.size else 0
    return rows or None


def _keep(order: _Order, path: Path) -> None:
    """Store a package of the command line that must wait, so that it can be read again once somebody agrees."""
    with packed(path) as source:
        stored = files.files().put(files.key("imports", order.public_id), source)
    db.session.get_one(Import, order.id).storage_key = stored.key


def _take_turn(connection: Connection, order: _Order) -> Report | None:
    """Wait until no other import of the manager is being written; the outcome, if this one has ended meanwhile.

    Raises `Cancelled`.
    """
    if order.key is None:
        locks.hold_running(connection, order.id)
    locks.wait_for_turn(connection)
    status, revision, called_off = connection.execute(
        text("SELECT status, revision, cancel_asked_at IS NOT NULL FROM imports WHERE id = :id"), {"id": order.id}
    ).one()
    if status == "running" and called_off:
        raise Cancelled
    return None if status == "running" else Report(order.public_id, status, revision)


def _transact(order: _Order, package: Package, progress: Progress, *, short: bool) -> Report:
    """Everything from the first copied row to the outcome; nothing of it is seen before the commit. Raises `Unfit`."""
    connection = db.session.connection()
    ended = _take_turn(connection, order)
    if ended is not None:
        return ended
    bury_interrupted(connection, order.id)
    newest = publishing.current_revision(connection)
    report = Report(order.public_id, "refused", newest or None)
    hindrance = hindrances.found(connection, order.channel)
    if hindrance is not None:
        add_error(report.findings, hindrances.finding(hindrance))
        _conclude(order, report, None)
        return report
    savepoint = connection.begin_nested()
    by = Ways()
    if short:
        by = staging.ways(connection, newest + 1, let_in=_is_let_in(order, newest), snapshot=order.snapshot)
    staged = staging.fill(connection, package, by)
    if package.findings.error_count and by.short:
        raise Unfit
    progress.stage("checking")
    known, noted = _check(connection, order, report, package, staged, by)
    if report.findings.error_count and by.short:
        raise Unfit
    if not report.findings.error_count:
        progress.stage("comparing")
        _compare(connection, order, report, by, noted, known=known)
        if report.status == "published":
            progress.stage("writing")
            _publish(connection, order, report, by)
            # The last moment at which calling it off is in time.
            progress.stage("writing")
    if report.status == "published":
        savepoint.commit()
    else:
        savepoint.rollback()
    staging.clear(connection)
    _conclude(order, report, staged.content)
    return report


def _is_let_in(order: _Order, newest: int) -> bool:
    """Whether the package will be published whatever it changes, if it is sound."""
    waits = settings.fresh(Limits).any or order.waited
    return not order.dry_run and (not waits or order.approved_for == newest)


def _check(
    connection: Connection, order: _Order, report: Report, package: Package, staged: Staged, by: Ways
) -> tuple[bool, dict[str, SheetCounts]]:
    """Fill in what the package holds and what is wrong with it.

    Whether the books hold just that already; if not, how the sheets compare that could be compared before the check.
    """
    report.findings = package.findings
    report.totals = staging.totals(connection, by) if "ledger" in package.files else None
    report.sheets = {sheet: SheetCounts(package.files[sheet].rows) for sheet in BOOKS if sheet in package.files}
    sound = not report.findings.error_count
    arrived = any(report.sheets[sheet].rows for sheet in by.straight if sheet in report.sheets)
    known = sound and not arrived and _holds_already(connection, order, staged.content)
    noted: dict[str, SheetCounts] = {}
    if sound and not known and order.snapshot:
        for sheet, read in report.sheets.items():
            if sheet in by.known:
                noted[sheet] = sifting.compare(connection, by.known[sheet], read.rows)
            elif sheet not in by.straight:
                noted[sheet] = publishing.compare(connection, publishing.staged(sheet, whole=True))
    # Where nothing stays as it was, nothing has been checked before.
    told = {sheet: counts for sheet, counts in noted.items() if counts.unchanged}
    checks = Checks(connection, package.files, by, snapshot=order.snapshot, compared=told)
    check = checks.controls if known else checks.run
    for finding in check(staged.controls, report.totals):
        add_error(report.findings, finding)
    return known, noted


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


def _compare(
    connection: Connection, order: _Order, report: Report, by: Ways, noted: dict[str, SheetCounts], *, known: bool
) -> None:
    """Fill in how the package differs from the books, and decide what is to become of it."""
    for sheet, read in report.sheets.items():
        if known:
            report.sheets[sheet] = SheetCounts(read.rows, unchanged=read.rows)
        elif sheet in noted:
            report.sheets[sheet] = noted[sheet]
        elif sheet in by.straight:
            report.sheets[sheet] = publishing.arrived(connection, sheet, read.rows)
        else:
            report.sheets[sheet] = publishing.compare(connection, publishing.staged(sheet, whole=order.snapshot))
    report.as_of = order.as_of
    differs = any(counts.differs for counts in report.sheets.values())
    if differs:
        comparison = compared(connection, report.sheets, by)
        report.comparison = comparison.as_dict()
        report.beyond = [asdict(each) for each in consent.beyond(settings.fresh(Limits), report.sheets, comparison)]
    if order.dry_run:
        report.status = "checked"
    elif not differs:
        report.status = "unchanged"
        report.as_of = publishing.as_of(connection, report.revision)
    elif (report.beyond or order.waited) and order.approved_for != (report.revision or 0):
        # A yes holds for the books that it was said on: what was published since may have changed what it means.
        report.status = "waiting"
    else:
        report.status = "published"


def _publish(connection: Connection, order: _Order, report: Report, by: Ways) -> None:
    report.revision = publishing.add_revision(
        connection, kind="publish", import_id=order.id, undoes=None, as_of=order.as_of, by=order.created_by
    )
    for sheet, counts in report.sheets.items():
        if sheet not in by.straight:
            publishing.write(connection, publishing.staged(sheet, whole=order.snapshot), counts, report.revision)


def _conclude(order: _Order, report: Report, content: bytes | None) -> None:
    row = db.session.get_one(Import, order.id)
    row.status, row.revision, row.report = report.status, report.revision, report.kept()
    row.content, row.reader, row.progress, row.finished_at = content, repeats.reader(), None, now()
    by = Actor(kind="system", login=order.created_by)
    audit.record(by, f"import.{report.status}", order.public_id, revision=report.revision)
    if report.status == "waiting":
        row.approved_by = row.approved_at = row.finished_at = None
        events.happened("imports.waiting", public_id=order.public_id)
    elif report.status == "published":
        events.happened("imports.published", revision=report.revision)
        if sum(counts.added + counts.changed + counts.withdrawn for counts in report.sheets.values()) >= MANY_ROWS:
            jobs.enqueue(ANALYZE_JOB, "books", lane="urgent")


def _cancelled(order: _Order) -> Report:
    """The outcome of an import that was called off while it ran: what it had done is gone with its transaction."""
    row = db.session.query(Import).filter_by(id=order.id).with_for_update(key_share=True).one()
    if row.status == "running":
        row.status, row.progress, row.finished_at = "cancelled", None, now()
        audit.record(Actor(kind="system", login=order.created_by), "import.cancelled", order.public_id)
    report = Report(order.public_id, row.status, row.revision)
    work.commit()
    # What it had staged is seen by nobody, and yet takes room.
    connection = db.session.connection()
    if locks.try_turn(connection):
        staging.clear_if_free(connection)
    work.commit()
    return report


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
