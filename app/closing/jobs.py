"""The workers' steps of a closing: the archive, and the deletion when the time of grace is over."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import structlog
from sqlalchemy import select, text

from app.billing import ending
from app.closing import rules
from app.closing.models import Closing
from app.core import audit, work
from app.core.actor import system
from app.core.clock import now
from app.core.errors import Conflict, Refused
from app.core.jobs import Again, job
from app.gateways.files import BLOCK, files
from app.onboarding.commands import delete_manager, export_manager
from app.operators.queries import registry
from tenants.context import bind
from tenants.db import db
from tenants.registry import Tenant

ARCHIVE, NIGHT, SUBSCRIPTION = "closing.archive", "closing.night", "closing.subscription"
NAME = "archive.zip"
ACTOR = system("closing")
_RUNNING = text("SELECT count(*) FROM jobs WHERE state = 'running' AND lease_until > now()")
log = structlog.get_logger("osiedle.closing")


def folder(public_id: str) -> str:
    """Where the archive of a closing lies in the storage: below no tenant, so that it outlives this one."""
    return f"closings/{public_id}"


def _given_up(closing: str, error: str) -> None:
    found = _closing(closing)
    if found is not None and found.state == "asked":
        found.error = error[:500]


@job(ARCHIVE, platform=True, parked=_given_up)
def archive(closing: str) -> Again | None:
    """Make the archive of a manager that is being closed, once nothing runs there any more."""
    found = _closing(closing)
    if found is None or found.state != "asked":
        return None
    tenant = registry().by_id(found.tenant_id)
    if tenant is None or not tenant.suspended:
        found.error = "not suspended"
        return None
    slug = found.slug
    work.commit()
    if busy(tenant):
        return Again(rules.BUSY_SECONDS)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / NAME
        manifest = export_manager(ACTOR, slug, path)
        size, sha256 = path.stat().st_size, _sha256(path)
        with path.open("rb") as file:
            files().fill(folder(closing), NAME, iter(lambda: file.read(BLOCK), b""))
    found = _closing(closing)
    if found is None or found.state != "asked":  # taken back meanwhile
        files().clear(folder(closing))
        return None
    found.state, found.archived_at, found.error = "archived", now(), None
    found.sha256, found.size, found.rows = sha256, size, manifest.rows
    audit.record(ACTOR, "closing.archived", slug, sha256=sha256, rows=manifest.rows)
    return None


@job(SUBSCRIPTION, platform=True)
def subscription(closing: str) -> None:
    """Have Stripe charge a manager no more once it was decided that it goes, or again when that was taken back.

    While Stripe does not answer it is asked again later; the closing itself waits for nothing.
    """
    found = _closing(closing)
    if found is None or registry().by_id(found.tenant_id) is None:
        return
    state, tenant_id = found.state, found.tenant_id
    work.commit()
    if state == "confirmed":
        ending.stop_renewing(ACTOR, tenant_id, closing)
    elif state == "taken_back":
        ending.renew(ACTOR, tenant_id, closing)


@job(NIGHT, platform=True)
def night() -> Again | None:
    """Delete managers whose time of grace is over, and archives that nobody keeps any longer."""
    waits = False
    due = db.session.scalars(select(Closing).where(Closing.state == "confirmed", Closing.delete_after <= now())).all()
    for public_id in [closing.public_id for closing in due]:
        waits = not delete(public_id) or waits
        work.commit()
    old = db.session.scalars(
        select(Closing).where(
            Closing.state == "deleted", Closing.ended_at < now() - rules.ARCHIVE_KEPT, Closing.sha256.is_not(None)
        )
    ).all()
    for closing in old:
        files().clear(folder(closing.public_id))
        closing.sha256 = None
        audit.record(ACTOR, "closing.archive_deleted", closing.slug)
    return Again(rules.BUSY_SECONDS) if waits else None


def delete(public_id: str) -> bool:
    """Delete the manager of a confirmed closing whose time is over; False when it must wait for what runs there.

    Safe to run again wherever it was killed. An archive that is not there any more as it was confirmed keeps the
    manager from being deleted.
    """
    closing = _closing(public_id)
    if closing is None or closing.state != "confirmed" or closing.delete_after is None or closing.delete_after > now():
        return True
    slug, schema, tenant_id, sha256 = closing.slug, closing.schema, closing.tenant_id, closing.sha256
    tenant = registry().by_id(tenant_id)
    if tenant is not None:
        if _kept(public_id) != sha256:
            closing.error = "archive missing or changed"
            log.error("archive of a closing is missing or changed", tenant=slug)
            return True
        work.commit()
        if busy(tenant):
            return False
        try:
            delete_manager(ACTOR, slug, slug)
        except Conflict as conflict:
            _hindered(public_id, conflict.message)
            return False
        except Refused as refusal:
            log.error("manager was not deleted", tenant=slug, why=refusal.message)
            return True
    files().clear(schema)
    found = _closing(public_id)
    if found is not None:
        found.state, found.ended_at, found.ended_by, found.error = "deleted", now(), ACTOR.login, None
    return True


def _hindered(public_id: str, why: str) -> None:
    """Tell operators what the deletion waits for."""
    work.rollback()
    found = _closing(public_id)
    if found is not None:
        found.error = why[:500]


def busy(tenant: Tenant) -> bool:
    """Whether a worker is at something of this manager's: one that began before it was suspended."""
    with bind(tenant):
        return bool(db.session.scalar(_RUNNING))


def _closing(public_id: str) -> Closing | None:
    return db.session.scalars(select(Closing).where(Closing.public_id == public_id).with_for_update()).one_or_none()


def _kept(public_id: str) -> str | None:
    """The hash of the archive as it lies in the storage now, or None."""
    digest = hashlib.sha256()
    try:
        with files().below(folder(public_id), NAME) as file:
            for block in iter(lambda: file.read(BLOCK), b""):
                digest.update(block)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
