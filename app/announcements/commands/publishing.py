"""When announcements appear, and how they are taken back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from app.announcements import markup, rules
from app.announcements.commands.writing import locked
from app.announcements.models import Announcement
from app.announcements.queries import board, listing
from app.attachments import contents
from app.audience import membership
from app.audience import queries as audiences
from app.audience.rules import audience
from app.core import audit, jobs
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.guard import subjects
from app.guard.checking import look
from app.guard.commands import Consent, decide
from app.mailouts import commands as mailouts
from app.notifications import pacing
from app.outbox.commands import withdraw as take_back
from app.outbox.letters import MAILOUTS
from tenants.db import db

_GOES_ON = text(
    "SELECT EXISTS (SELECT FROM mailouts WHERE public_id = :mailout AND (state IN ('waiting', 'scheduled', 'paused') "
    "OR EXISTS (SELECT FROM outbox_items WHERE cause = 'mailout:' || :mailout AND state = 'queued')))"
)
APPEAR, TELL = "announcements.appear", "announcements.tell"
subjects.register("announcement", _l("Ogłoszenie"), "/admin/announcements/{}")


def publish(
    actor: Actor, public_id: str, *, at: datetime | None = None, version: int | None = None, consent: Consent
) -> str:
    """Let an announcement appear now, or `at` a moment in the future (UTC); returns its new state.

    What is published already stays so: a second click does nothing. Raises `Refused` with the field, also for an
    audience of none; `guard.commands.Held` until the findings of the guard were seen; `Conflict`, also while a file is
    not read yet; `NotThere`.
    """
    row = locked(actor, public_id)
    if row.state == "published":
        return row.state
    if row.state == "withdrawn":
        raise Conflict(_("To ogłoszenie wycofano. Utwórz nowe na jego podstawie."))
    if version is not None and version != row.version:
        raise Conflict(_("Ktoś inny zmienił tymczasem to ogłoszenie. Sprawdź je jeszcze raz."))
    starts = rules.check_schedule(at, now()) if at is not None else now()
    rules.check_times(row.importance, starts, row.ends_at, row.expires_at)
    _check_reach(actor, row)
    _look_through(actor, row, {**words_of(row), **words_in_files(row)}, consent)
    _release(row)
    row.published_by, row.publisher = actor.name or actor.login, actor.account_id
    if at is None:
        _appear(actor, row)
        return row.state
    row.state, row.publish_at = "scheduled", starts
    row.version += 1
    jobs.enqueue(APPEAR, public_id, {"public_id": public_id}, after=(starts - now()).total_seconds())
    audit.record(actor, "announcement.scheduled", f"announcement:{public_id}", title=row.title, at=starts.isoformat())
    return row.state


def unschedule(actor: Actor, public_id: str) -> None:
    """Make a scheduled announcement a draft again. Raises `NotThere`, `Conflict` when it has appeared meanwhile."""
    row = locked(actor, public_id)
    if row.state != "scheduled":
        raise Conflict(_("To ogłoszenie nie czeka na publikację."))
    row.state, row.publish_at = "draft", None
    row.version += 1
    audit.record(actor, "announcement.unscheduled", f"announcement:{public_id}", title=row.title)


def withdraw(actor: Actor, public_id: str) -> None:
    """Take back what was published: residents see it no longer, and notices that wait are not sent.

    Again changes nothing. Raises `NotThere`, `Conflict` for a draft.
    """
    row = locked(actor, public_id)
    if row.state == "withdrawn":
        return
    if row.state != "published":
        raise Conflict(_("Wycofać można tylko opublikowane ogłoszenie."))
    row.state, row.withdrawn_at = "withdrawn", now()
    row.version += 1
    take_back(rules.cause(public_id))
    pacing.take_back(rules.cause(public_id))
    if row.mailout and db.session.scalar(_GOES_ON, {"mailout": row.mailout}):
        mailouts.cancel(actor, row.mailout)
    elif row.mailout:
        take_back(f"mailout:{row.mailout}")  # nobody is sent after it by other channels
    audit.record(actor, "announcement.withdrawn", f"announcement:{public_id}", title=row.title)
    board.forget()


def appear(actor: Actor, public_id: str) -> float | None:
    """Let a scheduled announcement appear if it is time; returns in how many seconds to look again, None for never."""
    row = listing.row(actor, public_id, locked=True)
    if row.state != "scheduled" or row.publish_at is None:
        return None
    wait = (row.publish_at - now()).total_seconds()
    if wait > 0:
        return wait
    _appear(actor, row)
    return None


def release(actor: Actor, public_id: str, consent: Consent) -> int:
    """Let residents see the files that were added to a published announcement; returns how many that are.

    Raises `guard.commands.Held` until the findings in them were seen, `Conflict` while one is not read yet, `NotThere`.
    """
    row = locked(actor, public_id)
    fresh = [file for file in listing.file_rows(row.id) if file.waits]
    if row.state != "published" or not fresh:
        return 0
    _look_through(actor, row, words_in_files(row, waiting=True), consent)
    _release(row)
    row.version += 1
    row.changed_at = now()
    audit.record(actor, "announcement.files_released", f"announcement:{public_id}", files=[one.name for one in fresh])
    board.forget()
    return len(fresh)


def guard(actor: Actor, row: Announcement, consent: Consent) -> None:
    """Have the words of what residents see already looked at. Raises `guard.commands.Held` until a person has decided.

    Files that come to it later wait, and are looked at when they are released.
    """
    _look_through(actor, row, words_of(row), consent)


def words_in_files(row: Announcement, *, waiting: bool = False) -> dict[str, str]:
    """What stands in the attachments, or in those that still wait. Raises `Conflict` while one is not read yet."""
    files = [file for file in listing.file_rows(row.id) if file.waits or not waiting]
    found = contents.words_of([file.file_id for file in files])
    return {_("Plik „%(name)s”", name=file.name): found[file.file_id] for file in files if file.file_id in found}


def _look_through(actor: Actor, row: Announcement, said: dict[str, str], consent: Consent) -> None:
    decide(actor, rules.cause(row.public_id), look(actor, said), consent)


def _release(row: Announcement) -> None:
    for file in listing.file_rows(row.id):
        file.waits = False


def words_of(row: Announcement) -> dict[str, str]:
    """All that residents would read, by the labels of its fields."""
    said = {_("Tytuł"): row.title, _("Treść"): markup.unmasked(row.body)}
    for code, name in (("en", _("Po angielsku")), ("uk", _("Po ukraińsku"))):
        if code in row.translations:
            said[name] = f"{row.translations[code]['title']}\n\n{markup.unmasked(row.translations[code]['body'])}"
    shown = "\n".join(f"{file.name} {file.words}" for file in listing.file_rows(row.id))
    return said | ({_("Pliki"): shown} if shown else {})


def _appear(actor: Actor, row: Announcement) -> None:
    moment = now()
    row.state, row.published_at, row.changed_at = "published", moment, moment
    row.version += 1
    audit.record(
        actor,
        "announcement.published",
        f"announcement:{row.public_id}",
        title=row.title,
        audience=row.audience,
        importance=row.importance,
    )
    board.forget()
    jobs.enqueue(TELL, row.public_id, {"public_id": row.public_id}, lane="bulk")


def _check_reach(actor: Actor, row: Announcement) -> None:
    chosen = audience(row.audience)
    if not audiences.reach(actor, chosen, MAILOUTS).people and not membership.count(chosen):
        raise Refused(_("W tej grupie nie ma nikogo."), field="audience")
