"""Sample data: loaded by the ordinary import, known by their codes, taken away in one transaction."""

from __future__ import annotations

from io import BytesIO

from sqlalchemy import Connection, select, text

from app.accounts.commands.leaving import close
from app.accounts.models import Account
from app.core import audit, events
from app.core.actor import Actor, Can
from app.core.clock import today
from app.core.errors import Conflict, NotThere
from app.core.language import gettext as _
from app.imports import commands as imports
from app.imports import hindrances, locks, publishing, staging
from app.imports.hindrances import Hindrance
from app.imports.models import BOOKS, Import, table_of
from app.imports.publishing import Wanted
from app.onboarding.setup.example import MARK
from app.onboarding.setup.workbook import SAMPLE_NAME, workbook
from tenants.db import db

CHANNEL = "sample"
#: The column of each sheet's table by which a row of the sample is known.
MARKED = {
    "buildings": "code",
    "units": "code",
    "people": "code",
    "occupancies": "unit_code",
    "components": "code",
    "charges": "unit_code",
    "ledger": "unit_code",
    "meters": "unit_code",
    "readings": "serial",
    "settlements": "unit_code",
    "allowances": "unit_code",
}
_NOW = "until_revision IS NULL"
# The sheets that all others lead to, and the short ones: this is asked before every package.
_ROOTS = " OR ".join(
    f"EXISTS (SELECT FROM {table_of(sheet)} WHERE {_NOW} AND starts_with(code, '{MARK}'))"
    for sheet in ("buildings", "units", "people")
)


def load(actor: Actor) -> Import:
    """Queue the import of the sample. Raises `NotThere`, `Conflict` where the books hold something already."""
    _only_importers(actor)
    connection = db.session.connection()
    if _held(connection, ours=True) or _held(connection, ours=False):
        raise Conflict(_("W portalu są już dane. Przykładowe można wczytać tylko do pustego portalu."))
    content = BytesIO(workbook(today(), addresses=False))
    key = f"sample:{publishing.current_revision(connection)}"  # a double click is one import
    return imports.receive(actor, content, SAMPLE_NAME, channel=CHANNEL, idempotency_key=key)


def is_there(actor: Actor) -> bool:
    """Whether the books hold rows of the sample."""
    _only_importers(actor)
    return _held(db.session.connection(), ours=True)


def remove(actor: Actor) -> int:
    """Take the sample out of the books, and close accounts of its people. Returns how many were closed.

    Where nothing but the sample is held its import is undone; else a revision of its own keeps all but the sample.
    Raises `NotThere`, `Conflict` when there is none, or rows of other imports belong to its units.
    """
    _only_importers(actor)
    connection = db.session.connection()
    locks.wait_for_turn(connection)
    if not _held(connection, ours=True):
        raise Conflict(_("W portalu nie ma danych przykładowych."))
    if not _held(connection, ours=False):
        effective = list(publishing.in_effect(publishing.steps(connection)))
        imports.undo(actor, min(effective))
        if _held(connection, ours=True):  # what was before was the sample as well
            _withdraw(actor, connection)
    else:
        _withdraw(actor, connection)
    return _close_accounts(actor)


def _withdraw(actor: Actor, connection: Connection) -> None:
    """Publish a revision that holds all but the sample."""
    wanted = [
        Wanted(sheet, f"(SELECT * FROM {table_of(sheet)} WHERE {_NOW} AND NOT {_is_ours(sheet)})", "id", True)
        for sheet in BOOKS
    ]
    counts = {each.sheet: publishing.compare(connection, each) for each in wanted}
    newest = publishing.current_revision(connection)
    number = publishing.add_revision(
        connection,
        kind="publish",
        import_id=None,
        undoes=None,
        as_of=publishing.as_of(connection, newest),
        by=actor.login,
    )
    for each in wanted:
        publishing.write(connection, each, counts[each.sheet], number)
    staging.clear(connection)
    audit.record(actor, "sample.removed", str(number), revision=number)
    events.happened("imports.undone", revision=number)


def _close_accounts(actor: Actor) -> int:
    held = select(Account).where(Account.person_code.startswith(MARK), Account.status != "closed").order_by(Account.id)
    found = list(db.session.scalars(held))
    for account in found:
        close(actor, account, _("Usunięto dane przykładowe"))
    return len(found)


def _is_ours(sheet: str) -> str:
    return f"starts_with({MARKED[sheet]}, '{MARK}')"


def _held(connection: Connection, *, ours: bool) -> bool:
    """Whether the books hold a row that is of the sample, or one that is not."""
    some = " OR ".join(
        f"EXISTS (SELECT FROM {table_of(sheet)} WHERE {_NOW} AND {'' if ours else 'NOT '}{_is_ours(sheet)})"
        for sheet in BOOKS
    )
    return bool(connection.execute(text(f"SELECT {some}")).scalar_one())


def _stands_in_the_way(connection: Connection) -> bool:
    return bool(connection.execute(text(f"SELECT {_ROOTS}")).scalar_one())


hindrances.register(Hindrance("sample-present", CHANNEL, "setup/_sample_first.html", _stands_in_the_way))


def _only_importers(actor: Actor) -> None:
    if not actor.may(Can.RUN_IMPORTS):
        raise NotThere("")
