"""Letters of a mailout on paper: made in parts by building and staircase, downloaded, posted."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.jobs import enqueue
from app.core.language import gettext as _
from app.gateways import files as storage
from app.mailouts import paper, queries, rules
from app.mailouts.commands.writing import locked
from app.mailouts.models import Mailout, MailoutPrint
from app.outbox import paper as outbox
from app.outbox.paper import Paper
from tenants.db import db

PRINT = "mailouts.print"
PART = 200
FOLDER = "mailouts"
_AT_WORK = text(
    "SELECT EXISTS (SELECT FROM jobs WHERE name = :name AND key = :key AND state IN ('waiting', 'running'))"
)


@dataclass(frozen=True, slots=True)
class Print:
    """One PDF of letters. `first` and `last` say whose letters begin and end it."""

    public_id: str
    number: int
    letters: int
    first: str
    last: str
    posted_at: datetime | None


def start(actor: Actor, public_id: str) -> None:
    """Ask for the letters that nobody has printed yet. Raises `Refused` when there is none."""
    row = locked(actor, public_id)
    if not _unprinted(row):
        raise Refused(_("Nie ma listów do druku."))
    enqueue(PRINT, public_id, {"public_id": public_id}, lane="bulk")


def print_part(public_id: str) -> bool:
    """Make and store the next letters of a mailout. True while there are more.

    A file that was stored without its row, because the process died between the two, is written over.
    """
    row = db.session.execute(
        select(Mailout).where(Mailout.public_id == public_id).with_for_update()
    ).scalar_one_or_none()
    letters = _unprinted(row) if row else []
    if row is None or not letters:
        return False
    part = letters[:PART]
    number = len(_prints(row)) + 1
    place = storage.key(FOLDER, f"{public_id}-{number}")
    storage.files().put(place, io.BytesIO(paper.letters(part)))
    db.session.add(
        MailoutPrint(
            mailout_id=row.id,
            number=number,
            key=place,
            items=[letter.id for letter in part],
            first=_told(part[0]),
            last=_told(part[-1]),
        )
    )
    return len(letters) > PART


def part_pdf(actor: Actor, public_id: str, print_id: str) -> bytes:
    """The letters of one part. Raises `NotThere`."""
    row = queries.mailout_row(actor, public_id)
    part = _part(row, print_id)
    try:
        with storage.files().local_path(part.key) as path:
            made = path.read_bytes()
    except FileNotFoundError:
        raise NotThere(_("Tych listów już nie ma.")) from None
    audit.record(actor, "mailout.letters_downloaded", f"mailout:{public_id}", part=part.number, letters=len(part.items))
    return made


def posted(actor: Actor, public_id: str, print_id: str) -> int:
    """The letters of a part have been handed to the post, or put into the boxes. Returns how many. Twice is once."""
    row = locked(actor, public_id)
    part = _part(row, print_id)
    if part.posted_at is not None:
        return 0
    part.posted_at, part.posted_by = now(), actor.name or actor.login
    count = outbox.posted(part.items, part.posted_by)
    audit.record(actor, "mailout.letters_posted", f"mailout:{public_id}", part=part.number, letters=count)
    return count


def prints(actor: Actor, public_id: str) -> tuple[list[Print], int]:
    """The parts of a mailout, and how many letters are in none yet. Raises `NotThere`."""
    row = queries.mailout_row(actor, public_id)
    found = [
        Print(part.public_id, part.number, len(part.items), part.first, part.last, part.posted_at)
        for part in _prints(row)
    ]
    return found, len(_unprinted(row))


def busy(actor: Actor, public_id: str) -> bool:
    """Whether letters of a mailout are being printed into a PDF right now. Raises `NotThere`."""
    row = queries.mailout_row(actor, public_id)
    found = text(
        "SELECT EXISTS (SELECT FROM jobs WHERE name = :name AND key = :key AND state IN ('waiting', 'running'))"
    )
    return bool(db.session.scalar(found, {"name": PRINT, "key": row.public_id}))


def _prints(row: Mailout) -> list[MailoutPrint]:
    wanted = select(MailoutPrint).where(MailoutPrint.mailout_id == row.id).order_by(MailoutPrint.number)
    return list(db.session.execute(wanted).scalars())


def _unprinted(row: Mailout) -> list[Paper]:
    taken = {item for part in _prints(row) for item in part.items}
    found = [letter for letter in outbox.waiting(rules.cause(row.public_id)) if letter.id not in taken]
    return sorted(found, key=lambda letter: (letter.context.get("place") or [], letter.name or "", letter.id))


def _part(row: Mailout, print_id: str) -> MailoutPrint:
    wanted = select(MailoutPrint).where(MailoutPrint.mailout_id == row.id, MailoutPrint.public_id == print_id)
    part: MailoutPrint | None = db.session.execute(wanted).scalar_one_or_none()
    if part is None:
        raise NotThere(_("Tych listów już nie ma."))
    return part


def _told(letter: Paper) -> str:
    return f"{letter.name or ''}, {letter.address.partition(chr(10))[0]}"
