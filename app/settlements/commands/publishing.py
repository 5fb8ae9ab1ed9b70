"""A run is published as a whole, and withdrawn as a whole; residents are told once."""

from __future__ import annotations

from sqlalchemy import text

from app.core import audit, jobs
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Refused
from app.core.language import gettext as _
from app.settlements import rules
from app.settlements.commands.holding import held
from app.settlements.models import SettlementRun
from tenants.db import db

TELL = "settlements.tell_run"
# Units that another published run of the same medium settles for a day of this period as well.
_TWICE = text(
    "SELECT u.unit_code, r.title FROM settlement_run_units u JOIN settlement_runs r ON r.id = u.run_id "
    "WHERE r.state = 'published' AND r.medium = :medium AND r.id <> :run AND r.id IS DISTINCT FROM :replaces "
    "AND r.from_on <= :last AND r.to_on >= :first AND u.unit_code IN "
    "(SELECT m.unit_code FROM settlement_run_units m WHERE m.run_id = :run) ORDER BY u.unit_code LIMIT 1"
)


def publish(actor: Actor, public_id: str, version: int | None) -> bool:
    """Let residents see a run; returns whether it is new. The run that it replaces is seen as replaced from now on.

    Published before it stays as it is, so a double click is one. Raises `Refused`, `Conflict`, `NotThere`.
    """
    run = held(actor, public_id, None)
    if run.state == rules.PUBLISHED:
        return False
    run = held(actor, public_id, version)
    if run.state != rules.DRAFT:
        raise Refused(_("Tego rozliczenia nie można już opublikować."))
    _ready(run)
    db.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('settlements.publish'), hashtext(current_schema()))")
    )
    values = {
        "run": run.id, "replaces": run.replaces_id, "medium": run.medium, "first": run.from_on, "last": run.to_on,
    }  # fmt: skip
    twice = db.session.execute(_TWICE, values).first()
    if twice is not None:
        raise Refused(
            _(
                "Lokal %(code)s jest już rozliczony za ten okres w rozliczeniu „%(title)s”. "
                "Wycofaj je albo przygotuj jego poprawioną wersję.",
                code=twice.unit_code,
                title=twice.title,
            )
        )
    old = db.session.get(SettlementRun, run.replaces_id, with_for_update=True) if run.replaces_id else None
    if old is not None and old.state == rules.PUBLISHED:
        old.state, old.ended_by, old.ended_at, old.version = rules.REPLACED, actor.login, now(), old.version + 1
        audit.record(actor, "settlement.replaced", f"settlement:{old.public_id}", after={"by": run.public_id})
    run.state, run.published_by, run.published_at, run.version = rules.PUBLISHED, actor.login, now(), run.version + 1
    db.session.flush()
    audit.record(
        actor, "settlement.published", f"settlement:{public_id}",
        before={"state": rules.DRAFT}, after={"state": rules.PUBLISHED, "units": run.totals["units"]},
    )  # fmt: skip
    jobs.enqueue(TELL, run.public_id, {"run": run.public_id}, lane="bulk")
    return True


def withdraw(actor: Actor, public_id: str, version: int | None, reason: str) -> None:
    """Take a published run back, with a word that residents read; it stays on the record. Raises as `publish`."""
    run = held(actor, public_id, version)
    if run.state != rules.PUBLISHED:
        raise Refused(_("To rozliczenie nie jest opublikowane."))
    said = rules.words(reason, "reason", rules.NOTE_LENGTH)
    run.state, run.ended_by, run.ended_at, run.reason = rules.WITHDRAWN, actor.login, now(), said
    run.version += 1
    audit.record(
        actor, "settlement.withdrawn", f"settlement:{public_id}",
        before={"state": rules.PUBLISHED}, after={"state": rules.WITHDRAWN, "reason": said},
    )  # fmt: skip


def _ready(run: SettlementRun) -> None:
    totals = run.totals or {}
    if not totals.get("units"):
        raise Refused(_("W tych budynkach nie ma żadnego lokalu do rozliczenia."))
    if not run.pots:
        raise Refused(_("Dodaj koszty, które mają być rozliczone."))
    if not totals.get("agrees"):
        raise Refused(_("Suma lokali nie zgadza się z kosztem. Przelicz rozliczenie jeszcze raz."))
