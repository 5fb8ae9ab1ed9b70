"""What operators do about migrations: have a worker begin, or go on."""

from __future__ import annotations

from app.core import audit, jobs
from app.core.actor import Actor
from app.core.errors import Conflict
from app.core.language import gettext as _
from app.fleet.migrations import queries
from app.fleet.migrations.jobs import MIGRATE


def go_on(actor: Actor) -> None:
    """Have every manager that is behind brought to the newest revision, those that failed as well.

    Raises `NotThere`, and `Conflict` when nothing is left or a run goes on already.
    """
    found = queries.overview(actor, MIGRATE)
    if found.ready == found.total:
        raise Conflict(_("Wszyscy zarządcy mają już najnowszą wersję bazy."))
    if found.running or found.ordered:
        raise Conflict(_("Aktualizacja już trwa. Poczekaj, aż się skończy."))
    jobs.enqueue(MIGRATE, "all", {"by": actor.login})
    audit.record(actor, "fleet.migration_ordered", found.head, behind=found.total - found.ready)
