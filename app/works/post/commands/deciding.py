"""Letters of unknown senders: who manages the site lets them into their thread, or drops them."""

from __future__ import annotations

from sqlalchemy import delete, select, text

from app.attachments.queries import content
from app.attachments.rules import Checked
from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere
from app.works import log
from app.works.access import Author, Place
from app.works.post import mails, rules
from app.works.post.commands.arriving import answered_to
from app.works.post.commands.keeping import Written, address, file_as, index
from app.works.post.models import WorksLetter, WorksLetterFile, WorksThread
from app.works.post.queries import reading
from app.works.rules import Right
from tenants.db import db

# The letter that was answered is not kept: the newest of the thread that was sent is what its sender has seen.
_ABOUT = text("SELECT max(id) FROM works_letters WHERE thread_id = :thread AND state = 'sent' AND id < :letter")


def accept(actor: Actor, place: Place, letter_id: str) -> None:
    """Let a held letter into its thread, files and all; it was somebody outside who wrote. Raises `NotThere`."""
    letter, thread = _held(place, letter_id)
    about = db.session.execute(_ABOUT, {"thread": thread.id, "letter": letter.id}).scalar()
    to = answered_to(about or 0, place.id, letter.from_address or "", None)
    letter.state = "sent"
    thread.last_at = now()
    address(letter, to.people, to.outside)
    author = Author(letter.author)
    readers = sorted(account for account, _name in to.people)
    files = []
    for row in db.session.scalars(select(WorksLetterFile).where(WorksLetterFile.letter_id == letter.id)):
        file = Checked(row.name, row.content_type, content(row.file_id))
        row.document_id = file_as(place, letter, file, rules.GUESS, author, readers)
        files.append((file, rules.GUESS))
    db.session.flush()
    index(thread, letter, Written(letter.body, to.people, to.outside, tuple(files)))
    log.note(place.id, author, "letter.came", f"letter:{letter.public_id}")
    audit.record(actor, "works.letter_accepted", place.name, letter=letter.public_id, sender=letter.from_address)
    mails.deliver(place.public_id, place.name, thread, letter)


def drop(actor: Actor, place: Place, letter_id: str) -> None:
    """Put a held letter away for good; its files go. Raises `NotThere`."""
    letter, _thread = _held(place, letter_id)
    letter.state = "dropped"
    db.session.execute(delete(WorksLetterFile).where(WorksLetterFile.letter_id == letter.id))
    audit.record(actor, "works.letter_dropped", place.name, letter=letter.public_id, sender=letter.from_address)


def _held(place: Place, letter_id: str) -> tuple[WorksLetter, WorksThread]:
    place.need(Right.MANAGE)
    found = reading.letter(place, letter_id)
    thread = db.session.execute(
        select(WorksThread).where(WorksThread.id == found.thread_id).with_for_update()
    ).scalar_one()
    letter = db.session.get_one(WorksLetter, found.id, populate_existing=True)
    if letter.state != "held":
        raise NotThere("")
    return letter, thread
