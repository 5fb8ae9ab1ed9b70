"""Packages that were dropped into a manager's folder: taken one at a time, put away with their report.

Killed at any instruction, what follows finds a file either where it was dropped or under the name of its delivery;
that name is the idempotency key, so a delivery is one import whoever looks at it again.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Any, BinaryIO

import structlog
from sqlalchemy import text

from app.core import audit, intake, jobs, work
from app.core.actor import system
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.runtime import settings
from app.gateways import watched
from app.gateways.watched import Dropped, Folder, Foreign, StillWritten, Taken
from app.imports.arriving import MAX_MB, arrive
from app.imports.models import Import
from app.imports.report import Report, in_words
from tenants.bound import current
from tenants.db import db

WATCH_JOB = "imports.watch"
PACKAGES = (".zip", ".xlsx", ".xls", ".ods", ".csv", ".txt")
INCREMENT = re.compile(r"\.increment(?=\.[^.]+$)", re.IGNORECASE)  # not a part of what a single file calls its sheet
SOON = 3.0  # seconds until a delivery that is being read is looked at again
GOOD = ("published", "unchanged", "checked")
HANDED_ON = "import.handed_on"
_GIVEN = text(
    "SELECT detail->>'id' FROM audit_entries WHERE at > now() - interval '2 days' AND action = :action "
    "AND subject = :claim LIMIT 1"
)
log = structlog.get_logger("osiedle.watched")
_ACTOR = system("folder")


def look() -> bool:
    """Go through the bound manager's folder once; True when a delivery is on its way and wants another look.

    Ends its own units of work.
    """
    root = settings().imports_dir
    if root is None:
        return False
    with watched.opened(root, current().slug) as folder:
        if folder is None:
            return False
        on_its_way = [_continue(folder, taken) for taken in folder.taken()]
        if any(on_its_way):
            return True
        return _take_next(folder)


def ask_if_waiting(*, also_taken: bool) -> bool:
    """Ask for a look if something waits in the bound manager's folder; `also_taken`: if something was left over."""
    root, slug = settings().imports_dir, current().slug
    if root is None:
        return False
    quiet = settings().imports_quiet
    waits = _served() and watched.waiting(root, slug, time.time(), quiet)
    if not waits and not (also_taken and watched.left_over(root, slug)):
        return False
    jobs.enqueue(WATCH_JOB, "folder")
    return True


def _served() -> bool:
    return current().standing == "good"


def _take_next(folder: Folder) -> bool:
    """Take the oldest file that nobody writes any more: a later snapshot must not be overtaken by an earlier one.

    Nothing while nobody pays for the portal: then it lies until somebody does.
    """
    if not _served():
        return False
    for dropped in folder.dropped():
        if not watched.may_take(dropped, time.time(), settings().imports_quiet):
            continue
        taken = _taken(folder, dropped)
        if taken is not None and _continue(folder, taken):
            return True
    return False


def _taken(folder: Folder, dropped: Dropped) -> Taken | None:
    try:
        return folder.take(dropped)
    except FileNotFoundError:
        return None  # its owner took it back, or somebody else was faster


def _continue(folder: Folder, taken: Taken) -> bool:
    """Bring one delivery as far as it goes now; True while it is being read."""
    known = db.session.query(Import).filter_by(idempotency_key=_key(taken)).one_or_none()
    if known is None:
        known = _receive(folder, taken)
    if known is None:
        return False
    status, report = known.status, known.report
    work.commit()
    if status in ("queued", "running"):
        return True
    if status != "waiting":  # somebody's answer is waited for, and the file with it
        told = {name: value for name, value in in_words(report or {}).items() if name != "reason"}
        place = watched.DONE if status in GOOD else watched.REFUSED
        folder.put_away(taken, place, told or Report(known.public_id, status).as_dict())
        log.info("put away", file=taken.name, status=status)
    return False


def _receive(folder: Folder, taken: Taken) -> Import | None:
    """Note a delivery as an import; None when it was refused at the door, or is not to be read yet."""
    try:
        with folder.read(taken) as source:
            _only_so_large(os.fstat(source.fileno()).st_size)
            reader = intake.reader_for(Path(f"/dev/fd/{source.fileno()}"), taken.file_name)
            if reader is not None:
                _hand_on(folder, taken, source, reader)
                return None
            _only_packages(taken)
            name, marks = INCREMENT.subn("", taken.file_name)
            mode = "increment" if marks else "snapshot"
            made = arrive(_ACTOR, source, name, key=_key(taken), mode=mode, channel="folder")
        work.commit()
        return made
    except StillWritten:
        work.rollback()
        return None
    except Foreign:
        _turn_away(folder, taken, "foreign-file", _("To nie jest zwykły plik. Wgraj sam plik, bez dowiązań."))
    except Refused as refusal:
        _turn_away(folder, taken, "not-taken", refusal.message)
    return None


def _hand_on(folder: Folder, taken: Taken, source: BinaryIO, reader: intake.Reader) -> None:
    """Give a file that is no package, such as a bank's, to whoever reads it. Its outcome stands on their page."""
    given = db.session.execute(_GIVEN, {"action": HANDED_ON, "claim": taken.claim}).scalar()
    if given is None:
        given = reader.take(_ACTOR, source, taken.file_name)
        audit.record(_ACTOR, HANDED_ON, taken.claim, file=taken.file_name, id=given)
    work.commit()
    folder.put_away(taken, watched.DONE, {"id": given, "status": "queued", "reader": reader.name})


def _only_packages(taken: Taken) -> None:
    if not taken.file_name.lower().endswith(PACKAGES):
        raise Refused(_("To nie jest paczka z danymi. Wgraj plik ZIP, XLSX, XLS, ODS albo CSV."))


def _only_so_large(size: int) -> None:
    if size > MAX_MB * 1024 * 1024:
        raise Refused(_("Plik jest za duży: najwyżej %(most)d MB.", most=MAX_MB))


def _turn_away(folder: Folder, taken: Taken, code: str, message: str) -> None:
    work.rollback()
    finding: dict[str, Any] = {"sheet": None, "row": None, "column": None, "value": None, "code": code}
    report = Report(None, "refused").as_dict()
    report |= {"errors": [finding | {"message": message}], "error_count": 1}
    folder.put_away(taken, watched.REFUSED, report)
    audit.record(_ACTOR, "import.turned_away", taken.file_name, reason=code)
    work.commit()


def _key(taken: Taken) -> str:
    return f"folder:{taken.claim}"
