"""Bank files at the doors of the books."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from app.core import intake, work
from app.core.actor import Actor
from app.core.errors import Refused
from app.core.language import gettext as _
from app.statements.commands import taking
from app.statements.reading.files import FORMATS
from app.statements.reading.opening import is_bank_file

# The exchange package comes in these, and no bank file does.
_NEVER = (".xlsx", ".xlsm", ".xls", ".ods", ".csv")


def recognises(path: Path, name: str) -> bool:
    return not name.lower().endswith(_NEVER) and is_bank_file(path, name)


def run(actor: Actor, path: Path, form: str, dry_run: bool) -> dict[str, Any]:
    """Read the file at `path` now; with `dry_run` nothing is kept. Raises `Refused`."""
    if not path.is_file():
        raise Refused(_("Wskaż plik z banku, nie folder."))
    try:
        with path.open("rb") as source:
            kept = taking.receive(actor, source, path.name, form=form, channel="cli", queue=False)
        report = taking.run(kept.public_id)
        if dry_run:
            report.status = "checked" if report.status in ("published", "unchanged") else report.status
            taking.forget_bytes(kept)
            work.rollback()
        else:
            work.commit()
    except BaseException:
        work.rollback()
        raise
    return report.as_dict()


def take(actor: Actor, source: BinaryIO, name: str) -> str:
    """Queue a file for the workers; returns its public id."""
    return str(taking.receive(actor, source, name, channel="folder").public_id)


intake.register(intake.Reader("statements", FORMATS[1:], recognises, run, take))
