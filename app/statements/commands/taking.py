"""Taking bank files in: kept as they came, read aside, written in one transaction.

A run that is killed leaves nothing; running again, or taking the same file again, changes nothing more.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import BinaryIO

from app.core import audit, events, jobs
from app.core.actor import Actor, Can, system
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.finances.commands import pending
from app.gateways import files
from app.statements.commands.crediting import decide, link_reversals
from app.statements.commands.storing import store
from app.statements.directory import directory, wait_for_turn
from app.statements.models import BankBooking, BankFile
from app.statements.reading.bookings import Content, Unreadable
from app.statements.reading.encodings import NAMES
from app.statements.reading.files import FORMATS
from app.statements.reading.opening import opened
from app.statements.report import Report
from tenants.db import db

READ_JOB, REMATCH_JOB = "statements.read", "statements.rematch"


def receive(
    actor: Actor,
    source: BinaryIO,
    file_name: str,
    *,
    form: str = "auto",
    encoding: str | None = None,
    channel: str = "page",
    queue: bool = True,
) -> BankFile:
    """Keep a file and, unless the caller runs it, queue it for a worker. Raises `Refused`, `NotThere`."""
    if not actor.may(Can.MATCH_PAYMENTS):
        raise NotThere(_("Nie ma takiej strony."))
    if form not in FORMATS:
        raise Refused(_("Wybierz format z listy."), field="form")
    if encoding is not None and encoding not in NAMES:
        raise Refused(_("Wybierz kodowanie z listy."), field="encoding")
    public_id = new_public_id()
    stored = files.files().put(files.key("statements", public_id), source)
    if stored.size == 0:
        files.files().delete(stored.key)
        raise Refused(_("Plik jest pusty. Wybierz plik pobrany z banku."), field="file")
    name = Path(file_name.replace("\0", "").replace("\\", "/")).name[:200] or "plik"
    taken = BankFile(
        public_id=public_id, file_name=name, size=stored.size, sha256=stored.sha256, storage_key=stored.key,
        form=form, encoding=encoding, source=channel, created_by=actor.login,
    )  # fmt: skip
    db.session.add(taken)
    db.session.flush()
    if queue:
        jobs.enqueue(READ_JOB, public_id, {"public_id": public_id}, lane="urgent")
    audit.record(actor, "statement.received", public_id, file=name, size=stored.size)
    return taken


def run(public_id: str) -> Report:
    """Read one kept file and write down what it tells; one that is done already is not read again.

    The caller commits. Raises `NotThere`, `FileNotFoundError`.
    """
    wait_for_turn()
    file = db.session.query(BankFile).filter_by(public_id=public_id).with_for_update().one_or_none()
    if file is None:
        raise NotThere(_("Nie ma takiego pliku."))
    report = Report(public_id, file.status)
    if file.status != "queued":
        return report
    try:
        with files.files().local_path(file.storage_key) as path:
            contents = opened(path, name=file.file_name, said=file.form, encoding=file.encoding)
    except Unreadable as error:
        report.refuse(error.code, error.line, error.params)
    else:
        _take(file, contents, report)
    file.status = "refused" if report.status == "refused" else "done"
    file.report, file.finished_at = report.kept(), now()
    db.session.flush()
    by = Actor(kind="system", login=file.created_by)
    audit.record(by, "statement.refused" if file.status == "refused" else "statement.taken", public_id)
    return report


def _take(file: BankFile, contents: list[Content], report: Report) -> None:
    known = directory()
    added: list[BankBooking] = []
    touched: dict[int, BankBooking] = {}
    read = 0
    for content in contents:
        report.take(content)
        stored = store(file, content, known)
        added += stored.added
        read += len(stored.told)
        touched |= {row.id: row for row in stored.told}
    decide(touched.values(), known)
    link_reversals()
    pending.settle()
    states = Counter(row.state for row in added)
    report.bookings = {"read": read, "new": len(added), "known": read - len(added)}
    report.bookings |= {name: states[name] for name in ("credited", "queued", "held", "other", "returned", "reversal")}
    report.status = "published" if added else "unchanged"


def rematch() -> int:
    """Try again what waits for a person, after the books or what is known of payers changed; returns how many went."""
    wait_for_turn()
    rows = list(db.session.query(BankBooking).filter(BankBooking.state == "queued", BankBooking.decided_by.is_(None)))
    if rows:
        decide(rows, directory())
        pending.settle()
    return sum(row.state == "credited" for row in rows)


def forget_bytes(file: BankFile) -> None:
    """Remove what `receive` kept, where nothing else of the file is kept either."""
    files.files().delete(file.storage_key)


def fail(public_id: str, reason: str) -> None:
    """Note that a file could not be read for a reason that is ours."""
    file = db.session.query(BankFile).filter_by(public_id=public_id).one_or_none()
    if file is not None and file.status == "queued":
        file.status, file.finished_at = "failed", now()
        file.report = Report(public_id, "failed").kept() | {"reason": reason}
        audit.record(system("statements"), "statement.failed", public_id)


@events.on("imports.published")
def published(revision: int) -> None:
    """New units and accounts may tell whose the waiting money is."""
    if db.session.query(BankBooking.id).filter(BankBooking.state == "queued").first() is not None:
        jobs.enqueue(REMATCH_JOB, "queue")
