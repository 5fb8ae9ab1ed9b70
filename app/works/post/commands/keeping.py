"""Writing a letter down: its row, its readers, its files as documents, its words for searching."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert, text

from app.attachments.commands import keep
from app.attachments.owners import owner
from app.attachments.rules import Checked
from app.core.clock import today
from app.core.public_ids import new_public_id
from app.documents import searching
from app.works.access import Author, Place
from app.works.filing.commands import Sheet, file_away
from app.works.post.models import WorksAddressee, WorksLetter, WorksLetterFile, WorksThread
from app.works.post.rules import GUESS, folder_for, title_of, week_of
from tenants.db import db

owner("works_post", "SELECT file_id FROM works_letter_files")
_SEARCH = text(
    "UPDATE works_letters SET search = setweight(to_tsvector('simple', :subject), 'A') "
    "|| setweight(to_tsvector('simple', :people), 'B') || setweight(to_tsvector('simple', :body), 'C') WHERE id = :id"
)


@dataclass(frozen=True, slots=True)
class Written:
    """A letter whose parts have been checked: `people` are (account id, name), `outside` (name, address)."""

    body: str
    people: tuple[tuple[int, str], ...] = ()
    outside: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[Checked, str], ...] = field(default=(), repr=False)
    cards: tuple[dict[str, Any], ...] = ()
    due_on: date | None = None
    quoted: str | None = None
    left_out: tuple[dict[str, str], ...] = ()


def add(
    place: Place,
    thread: WorksThread,
    written: Written,
    author: Author,
    *,
    form_key: str = "",
    from_address: str | None = None,
    channel: str = "portal",
    state: str = "sent",
) -> WorksLetter:
    """Add a letter to a thread. Attachments of one that is held are kept, and filed when somebody says whose it is."""
    letter = WorksLetter(
        site_id=place.id,
        thread_id=thread.id,
        state=state,
        channel=channel,
        author=author.name[:200],
        firm=place.firm if author == place.author else "",
        account_id=author.account_id,
        from_address=from_address,
        body=written.body,
        quoted=written.quoted,
        cards=list(written.cards),
        left_out=list(written.left_out),
        due_on=written.due_on,
        form_key=form_key.replace("\0", "")[:64] or None,
    )
    db.session.add(letter)
    db.session.flush()
    address(letter, written.people, written.outside)
    readers = sorted({one for one, _name in written.people} | ({author.account_id} if author.account_id else set()))
    for file, folder in written.files:
        _attach(place, letter, file, folder, author, readers, filed=state == "sent")
    index(thread, letter, written)
    return letter


def address(letter: WorksLetter, people: Sequence[tuple[int, str]], outside: Sequence[tuple[str, str]]) -> None:
    """Write down to whom a letter went."""
    rows: list[dict[str, Any]] = [
        {"letter_id": letter.id, "account_id": account, "address": None, "name": name[:200]} for account, name in people
    ]
    rows += [{"letter_id": letter.id, "account_id": None, "address": at, "name": name[:200]} for name, at in outside]
    if rows:
        db.session.execute(insert(WorksAddressee), rows)


def file_as(place: Place, letter: WorksLetter, file: Checked, folder: str, author: Author, readers: list[int]) -> int:
    """File an attachment in its folder; returns the id of the document that it is from now on."""
    where = folder_for(file.name, file.content_type) if folder == GUESS else folder
    day = today()
    sheet = Sheet(
        folder=where,
        title=title_of(file.name),
        dated_on=day,
        week_on=week_of(day) if where == "photos" else None,
        readers=readers,
    )
    return file_away(place, sheet, [file], author=author).id


def _attach(
    place: Place, letter: WorksLetter, file: Checked, folder: str, author: Author, readers: list[int], *, filed: bool
) -> None:
    kept = keep(file)
    row = WorksLetterFile(
        public_id=new_public_id(), letter_id=letter.id, file_id=kept.id, name=file.name, size=kept.size,
        content_type=kept.content_type,
        document_id=file_as(place, letter, file, folder, author, readers) if filed else None,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()


def index(thread: WorksThread, letter: WorksLetter, written: Written) -> None:
    """Have a letter found by its words: by its subject, its people, its files, its text."""
    people = [letter.author, letter.firm, letter.from_address or ""]
    people += [name for _account, name in written.people] + [f"{name} {at}" for name, at in written.outside]
    people += [file.name for file, _folder in written.files]
    said = [written.body, *(f"{card['title']} {card['lines']}" for card in written.cards)]
    values = {"subject": thread.subject, "people": " ".join(people), "body": " ".join(said)}
    db.session.execute(_SEARCH, {name: searching.words(words) for name, words in values.items()} | {"id": letter.id})
