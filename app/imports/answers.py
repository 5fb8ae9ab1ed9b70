"""What people say to an import that waits, runs or is published: yes, no, stop, take it back."""

from __future__ import annotations

from app.core import audit, jobs
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.imports import locks, publishing, undoing
from app.imports.models import OPEN_STATUSES, Import
from tenants.db import db

UNDO_JOB = "imports.undo"


def approve(actor: Actor, public_id: str, seen: int) -> bool:
    """Let a waiting import in. `seen` is the revision of the books that its preview was made on (0: empty books).

    True: it is on its way. False: the books have moved on since, so it is only checked again, and waits again with
    a new preview. Raises `NotThere`, `Conflict` when somebody has answered before.
    """
    row = _waiting(actor, public_id)
    newest = publishing.current_revision(db.session.connection())
    fresh = seen == newest == ((row.report or {}).get("revision") or 0)
    row.status, row.progress = "queued", None
    if fresh:
        row.approved_by, row.approved_at = actor.login, now()
    jobs.enqueue("imports.run", public_id, {"public_id": public_id})
    audit.record(actor, "import.approved" if fresh else "import.recheck_asked", public_id, revision=newest)
    return fresh


def reject(actor: Actor, public_id: str) -> None:
    """Turn a waiting import away: nothing of it is published. Raises `NotThere`, `Conflict`."""
    row = _waiting(actor, public_id)
    row.status, row.finished_at = "rejected", now()
    audit.record(actor, "import.rejected", public_id)


def cancel(actor: Actor, public_id: str) -> None:
    """Stop an import that has not been published: at once, even in the middle of a statement
    (see `stopping`).

    Raises `NotThere`, `Conflict` when it has ended.
    """
    row = _locked(actor, public_id)
    if row.status not in OPEN_STATUSES:
        raise Conflict(_("Ten import już się zakończył, więc nie ma czego przerywać."))
    if row.status == "queued":
        row.status, row.finished_at = "cancelled", now()
        audit.record(actor, "import.cancelled", public_id)
    elif row.cancel_asked_at is None:
        row.cancel_asked_at = now()
        audit.record(actor, "import.cancel_asked", public_id)


def ask_undo(actor: Actor, public_id: str, seen: int) -> None:
    """Have the worker return the books to the state before an import. `seen` is the newest revision that the asker
    knew of: what was published after it is never taken back unseen.

    Raises `NotThere`, `Refused` when it is not in effect, `Conflict` when the books have moved on.
    """
    row = _locked(actor, public_id)
    connection = db.session.connection()
    if row.status != "published" or row.revision not in set(publishing.in_effect(publishing.steps(connection))):
        raise Refused(_("Tego importu nie można cofnąć: nie jest opublikowany albo został już cofnięty."))
    if seen != publishing.current_revision(connection):
        raise Conflict(
            _("Od otwarcia tej strony opublikowano nowsze dane. Sprawdź jeszcze raz, co zostanie cofnięte.")
        )
    row.progress = {"undo": "asked", "by": actor.login, "seen": seen}
    jobs.enqueue(UNDO_JOB, public_id, {"public_id": public_id})
    audit.record(actor, "import.undo_asked", public_id, revision=row.revision)


def undo_asked(public_id: str) -> None:
    """Do what `ask_undo` asked for, unless it is done or the books have moved on; the import's page then says so."""
    row = db.session.query(Import).filter_by(public_id=public_id).one_or_none()
    asked = (row.progress or {}) if row is not None else {}
    if row is None or row.revision is None or asked.get("undo") != "asked":
        return
    connection = db.session.connection()
    locks.wait_for_turn(connection)
    if publishing.current_revision(connection) != asked["seen"]:
        row.progress = asked | {"undo": "stale"}
        return
    undoing.undo(Actor(kind="system", login=asked["by"]), row.revision)
    row.progress = None


def undo_failed(public_id: str) -> None:
    """Note that an undo could not be done for a reason that is ours."""
    row = db.session.query(Import).filter_by(public_id=public_id).one_or_none()
    if row is not None and (row.progress or {}).get("undo") == "asked":
        row.progress = {**(row.progress or {}), "undo": "failed"}


def _waiting(actor: Actor, public_id: str) -> Import:
    row = _locked(actor, public_id)
    if row.status != "waiting":
        raise Conflict(_("Ktoś już zdecydował o tej paczce. Sprawdź, co się z nią stało."))
    return row


def _locked(actor: Actor, public_id: str) -> Import:
    """The import, and nobody else decides of it until the transaction ends."""
    if not actor.may(Can.RUN_IMPORTS):
        raise NotThere(_("Nie ma takiego importu."))
    # A run that writes its revision refers to this row for as long as it lasts, which must not keep people waiting.
    row = db.session.query(Import).filter_by(public_id=public_id).with_for_update(key_share=True).one_or_none()
    if row is None:
        raise NotThere(_("Nie ma takiego importu."))
    return row
