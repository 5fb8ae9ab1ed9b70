"""Imports: take a package in, run it, answer it, undo it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

from app.core import audit, jobs
from app.core.actor import Actor, Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.gateways import files
from app.imports import hindrances, undoing
from app.imports.answers import approve, ask_undo, cancel, reject
from app.imports.hindrances import Hindrance
from app.imports.models import Import
from app.imports.profiles.choosing import choose
from app.imports.report import Report
from app.imports.running import ANALYZE_JOB, fail, run
from tenants.db import db

__all__ = [
    "ANALYZE_JOB", "MODES", "approve", "ask_undo", "begin", "cancel", "fail", "hindrance", "receive", "reject", "run",
    "undo",
]  # fmt: skip
MODES = ("snapshot", "increment")


def receive(
    actor: Actor,
    source: BinaryIO,
    file_name: str,
    *,
    mode: str = "snapshot",
    dry_run: bool = False,
    channel: str = "page",
    idempotency_key: str | None = None,
    profile: str | None = None,
    sheet: str | None = None,
) -> Import:
    """Store a package and queue it for a worker. The same idempotency key gives the first import again.

    `profile` and `sheet` say how it is to be read: see `profiles.choosing`.
    """
    _only_importers(actor)
    if mode not in MODES:
        raise Refused(_("Nieznany tryb importu: %(mode)s.", mode=mode), field="mode")
    if idempotency_key:
        known = db.session.query(Import).filter_by(idempotency_key=idempotency_key).one_or_none()
        if known is not None:
            return known
    choice = choose(profile, sheet)
    public_id = new_public_id()
    stored = files.files().put(files.key("imports", public_id), source)
    if stored.size == 0:
        files.files().delete(stored.key)
        raise Refused(_("Plik jest pusty. Wybierz plik z danymi."), field="file")
    taken = _add(actor, public_id, file_name, stored.size, stored.sha256, stored.key, mode, dry_run, channel)
    taken.profile, taken.mapping = choice.profile, choice.mapping
    taken.idempotency_key = idempotency_key
    db.session.flush()
    jobs.enqueue("imports.run", public_id, {"public_id": public_id})
    audit.record(
        actor, "import.received", public_id,
        file=taken.file_name, size=stored.size, mode=mode, profile=choice.profile,
    )  # fmt: skip
    return taken


def hindrance(actor: Actor) -> Hindrance | None:
    """What is in the way of packages now, for those who import them."""
    _only_importers(actor)
    return hindrances.found(db.session.connection())


def begin(
    actor: Actor, path: Path, *, mode: str, dry_run: bool, profile: str | None = None, sheet: str | None = None
) -> Import:
    """Note a package that the command line reads from where it lies."""
    choice = choose(profile, sheet)
    size, digest = _measure(path)
    begun = _add(actor, new_public_id(), path.name, size, digest, None, mode, dry_run, "cli")
    begun.profile, begun.mapping = choice.profile, choice.mapping
    db.session.flush()
    return begun


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
            if file is not path:
                digest.update(f"\n{file.name}\n".encode("utf-8", "surrogateescape"))
            with file.open("rb") as source:
                while block := source.read(1 << 20):
                    digest.update(block)
                    size += len(block)
    return size, digest.digest()


def undo(actor: Actor, revision: int) -> Report:
    """Return to the state before `revision`, at once: what later ones changed is taken back too. Raises `NotThere`."""
    _only_importers(actor)
    return undoing.undo(actor, revision)


def _only_importers(actor: Actor) -> None:
    if not actor.may(Can.RUN_IMPORTS):
        raise NotThere(_("Nie ma takiej strony."))
