"""Back to the state before a revision."""

from __future__ import annotations

from app.core import audit, events
from app.core.actor import Actor
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.imports import locks, publishing, staging
from app.imports.models import BOOKS
from app.imports.report import Report
from tenants.db import db


def undo(actor: Actor, revision: int) -> Report:
    """Return to the state before `revision`: what later ones changed is taken back too.

    History is kept: undoing is a revision of its own and can be undone. When the books are in that state
    already nothing is written and the report says `unchanged`. The caller has judged the actor. Raises `NotThere`.
    """
    connection = db.session.connection()
    locks.wait_for_turn(connection)
    newest = publishing.current_revision(connection)
    if not 1 <= revision <= newest:
        raise NotThere(_("Nie ma wersji %(number)s.", number=revision))
    wanted = [publishing.held(sheet, revision - 1) for sheet in BOOKS]
    sheets = {each.sheet: publishing.compare(connection, each) for each in wanted}
    if not any(counts.differs for counts in sheets.values()):
        return Report(None, "unchanged", newest, publishing.as_of(connection, newest), sheets)
    before = publishing.as_of(connection, revision - 1)
    number = publishing.add_revision(
        connection, kind="undo", import_id=None, undoes=revision, as_of=before, by=actor.login
    )
    for each in wanted:
        publishing.write(connection, each, sheets[each.sheet], number)
    staging.clear(connection)
    audit.record(actor, "import.undone", str(revision), revision=number)
    events.happened("imports.undone", revision=number)
    return Report(None, "published", number, before, sheets)
