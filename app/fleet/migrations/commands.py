"""What operators do about migrations: have a worker begin, or go on."""

from __future__ import annotations

from collections.abc import Sequence

from app.core import audit, jobs
from app.core.actor import Actor
from app.core.errors import Conflict, Refused
from app.core.language import gettext as _
from app.fleet.migrations import queries
from app.fleet.migrations.jobs import MIGRATE


def go_on(actor: Actor, canaries: Sequence[str] = ()) -> None:
    """Have every manager that is behind brought to the newest revision, those that failed as well.

    `canaries` are subdomains; these go first, and when one fails nobody follows. Raises `NotThere`, `Refused` for
    a subdomain that nobody has, and `Conflict` when nothing is left or a run goes on already.
    """
    found = queries.overview(actor, MIGRATE)
    if found.ready == found.total:
        raise Conflict(_("Wszyscy zarządcy mają już najnowszą wersję bazy."))
    if found.running or found.ordered:
        raise Conflict(_("Aktualizacja już trwa. Poczekaj, aż się skończy."))
    strangers = queries.strangers(canaries)
    if strangers:
        raise Refused(_("Nie ma zarządcy o subdomenie „%(slug)s”.", slug=strangers[0]), field="canaries")
    jobs.enqueue(MIGRATE, "all", {"by": actor.login, "canaries": list(canaries)})
    behind = found.total - found.ready
    audit.record(actor, "fleet.migration_ordered", found.head, behind=behind, canaries=", ".join(canaries))
