"""What comes by mail to the address of a letter: into its thread if its sender is known there, aside if not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, select, text

from app.attachments.checking import checked
from app.attachments.rules import DOCUMENTS, Checked
from app.core import audit
from app.core.actor import OUTSIDE_SQL, system
from app.core.clock import now
from app.core.errors import Refused
from app.core.language import gettext as _
from app.mailroom import reading, routes
from app.mailroom.folding import folded
from app.mailroom.routes import Arrival
from app.mailroom.rules import distrusted
from app.works import log
from app.works.access import Author, Place
from app.works.post import mails, rules
from app.works.post.commands.keeping import Written, add
from app.works.post.models import WorksThread
from tenants.db import db

UNVERIFIED = "unverified"
About = Row[Any]
#: Who wrote, and their firm; None for somebody who is not known in the thread.
Known = Callable[[Arrival, About], tuple[Author, str] | None]
_LETTER = text(
    "SELECT l.id, l.public_id, l.thread_id, l.from_address, l.author, s.id AS site_id, s.public_id AS site, s.name, "
    "s.buildings, s.state FROM works_letters l JOIN works_sites s ON s.id = l.site_id "
    "WHERE l.public_id = :letter AND l.state = 'sent'"
)
# Staff of the manager who look after the buildings of the site; `app.works.access` says the same of who comes in.
_STAFF = (
    f"(a.role NOT IN {OUTSIDE_SQL} AND ("
    "NOT EXISTS (SELECT FROM staff_scopes c WHERE c.account_id = a.id) OR EXISTS ("
    "SELECT FROM works_sites w WHERE w.id = :site AND jsonb_array_length(w.buildings) > 0 "
    "AND w.buildings <@ to_jsonb(ARRAY(SELECT c.building_code FROM staff_scopes c WHERE c.account_id = a.id)))))"
)
# Somebody with an account that takes part in the thread and may still come in, by the address that the portal knows.
_INSIDE = text(
    "SELECT a.id, coalesce(m.name, x.name) AS name, coalesce(m.firm, '') AS firm FROM ("
    "SELECT l.account_id, l.author AS name FROM works_letters l WHERE l.thread_id = :thread AND l.state = 'sent' "
    "UNION ALL SELECT d.account_id, d.name FROM works_addressees d JOIN works_letters l ON l.id = d.letter_id "
    "WHERE l.thread_id = :thread AND l.state = 'sent') AS x JOIN accounts a ON a.id = x.account_id "
    "LEFT JOIN works_members m ON m.site_id = :site AND m.account_id = a.id AND m.left_at IS NULL "
    "WHERE lower(a.email::text) = :address AND a.status = 'active' "
    f"AND (m.id IS NOT NULL OR {_STAFF}) ORDER BY m.id NULLS LAST, a.id LIMIT 1"
)
# Somebody outside to whom the thread was sent, or whose letter was let into it.
_OUTSIDE = text(
    "SELECT x.name FROM (SELECT d.name FROM works_addressees d JOIN works_letters l ON l.id = d.letter_id "
    "WHERE l.thread_id = :thread AND l.state = 'sent' AND d.address = :address "
    "UNION ALL SELECT '' FROM works_letters l "
    "WHERE l.thread_id = :thread AND l.state = 'sent' AND l.from_address = :address) AS x ORDER BY x.name = '' LIMIT 1"
)
# Everybody who is in on a letter; of people with accounts only those who may still come in.
_PEOPLE = text(
    "SELECT DISTINCT ON (a.id) a.id, coalesce(m.name, x.name) AS name FROM ("
    "SELECT l.account_id, l.author AS name FROM works_letters l WHERE l.id = :letter "
    "UNION ALL SELECT d.account_id, d.name FROM works_addressees d WHERE d.letter_id = :letter) AS x "
    "JOIN accounts a ON a.id = x.account_id AND a.status <> 'closed' "
    "LEFT JOIN works_members m ON m.site_id = :site AND m.account_id = a.id AND m.left_at IS NULL "
    f"WHERE m.id IS NOT NULL OR {_STAFF} ORDER BY a.id"
)
_ADDRESSES = text("SELECT address, name FROM works_addressees WHERE letter_id = :letter AND address IS NOT NULL")


def take_in(arrival: Arrival) -> str:
    """Take in what came to an address that people outside know; see `_take`."""
    return _take(arrival, _outside)


def take_in_from_inside(arrival: Arrival) -> str:
    """Take in what came to an address that members know; see `_take`."""
    return _take(arrival, _inside)


def _take(arrival: Arrival, known: Known) -> str:
    """Add what came to the thread of the letter that its address names; returns `taken` or `unverified`.

    Raises `Refused` when there is no such letter, its site is closed, or nothing was written; `TryLater` while files
    cannot be checked.
    """
    about = db.session.execute(_LETTER, {"letter": arrival.subject}).one_or_none()
    if about is None:
        raise Refused(_("Tej wiadomości już nie ma."))
    if about.state != "open":
        raise Refused(_("Ta budowa jest zamknięta i nie przyjmuje już wiadomości."))
    thread = db.session.execute(
        select(WorksThread).where(WorksThread.id == about.thread_id).with_for_update()
    ).scalar_one()
    written = _written(arrival)
    found = None if not arrival.sender or distrusted(arrival.message) else known(arrival, about)
    if found is None:
        name = " ".join(f"{arrival.sender_name} <{arrival.sender or '?'}>".split())
        place = _place(about, Author(name[:200]), "")
        letter = add(place, thread, written, place.author, from_address=arrival.sender, channel="email", state="held")
        audit.record(system("mail"), "works.letter_held", about.name, letter=letter.public_id, sender=arrival.sender)
        return UNVERIFIED
    place = _place(about, *found)
    _join(place, thread, about, written, arrival.sender)
    return routes.TAKEN


def answered_to(letter_id: int, site_id: int, sender: str, account_id: int | None) -> Written:
    """To whom an answer to a letter goes: all who are in on it, but not who writes. Only people and addresses."""
    people = db.session.execute(_PEOPLE, {"letter": letter_id, "site": site_id})
    outside = db.session.execute(_ADDRESSES, {"letter": letter_id})
    return Written(
        body="",
        people=tuple((row.id, row.name) for row in people if row.id != account_id),
        outside=tuple((row.name, row.address) for row in outside if row.address != sender),
    )


def _join(place: Place, thread: WorksThread, about: About, written: Written, sender: str) -> None:
    to = answered_to(about.id, place.id, sender, place.author.account_id)
    if about.from_address and about.from_address != sender:
        to = replace(to, outside=(*to.outside, (about.author, about.from_address)))
    written = replace(written, people=to.people, outside=to.outside)
    from_address = None if place.author.account_id else sender
    letter = add(place, thread, written, place.author, from_address=from_address, channel="email")
    thread.last_at = now()
    if thread.state == "closed":
        thread.state = "open"
        log.note(place.id, place.author, "thread.reopened", f"thread:{thread.public_id}")
    log.note(place.id, place.author, "letter.came", f"letter:{letter.public_id}")
    audit.record(
        system("mail"), "works.letter_came", place.name, letter=letter.public_id, sender=sender,
        files=len(written.files),
    )  # fmt: skip
    mails.deliver(place.public_id, place.name, thread, letter)


def _inside(arrival: Arrival, about: About) -> tuple[Author, str] | None:
    """The member or member of staff who wrote, and their firm."""
    given = {"thread": about.thread_id, "site": about.site_id, "address": arrival.sender}
    row = db.session.execute(_INSIDE, given).one_or_none()
    return (Author(row.name, row.id), row.firm) if row else None


def _outside(arrival: Arrival, about: About) -> tuple[Author, str] | None:
    """Who wrote from outside, if the thread was sent to their address."""
    row = db.session.execute(_OUTSIDE, {"thread": about.thread_id, "address": arrival.sender}).one_or_none()
    return (Author((row.name or arrival.sender_name or arrival.sender)[:200]), "") if row else None


def _place(about: About, author: Author, firm: str) -> Place:
    """The site as somebody stands in it who came by mail: they add to one thread, and may nothing else."""
    return Place(
        id=about.site_id,
        public_id=about.site,
        name=about.name,
        buildings=tuple(about.buildings),
        is_open=True,
        author=author,
        member_id=None,
        member_public_id=None,
        firm=firm,
        duty=None,
        rights=frozenset(),
        works_here=False,
    )


def _written(arrival: Arrival) -> Written:
    """What was written, what was quoted, and files. What is longer than a letter may be goes on in what is folded."""
    fresh, quoted = folded(reading.text(arrival.message))
    if len(fresh) > rules.BODY_LENGTH:
        quoted = f"{fresh[rules.BODY_LENGTH :]}\n\n{quoted}"
        fresh = fresh[: rules.BODY_LENGTH].rstrip() + " […]"
    files, left_out = _files(arrival)
    if not fresh and not files and not left_out:
        raise Refused(_("W liście nie ma treści."))
    return Written(
        body=fresh or _("(bez treści)"),
        quoted=quoted[: rules.QUOTED_LENGTH].strip() or None,
        files=tuple((file, rules.GUESS) for file in files),
        left_out=tuple(left_out),
    )


def _files(arrival: Arrival) -> tuple[list[Checked], list[dict[str, str]]]:
    """Files that may be kept, and those that may not, each with a sentence. One bad file does not cost the letter."""
    kept: list[Checked] = []
    left_out: list[dict[str, str]] = []
    for found in reading.enclosures(arrival.message):
        try:
            if len(kept) >= rules.MOST_FILES:
                raise Refused(_("Pliku „%(name)s” nie zapisaliśmy: to za dużo plików naraz.", name=found.name))
            file = checked(found.name, found.content, DOCUMENTS, rules.LARGEST_FILE)
            if sum(len(one.content) for one in (*kept, file)) > rules.LARGEST_TOGETHER - (1 << 20):
                raise Refused(_("Pliku „%(name)s” nie zapisaliśmy: załączniki są razem za duże.", name=found.name))
            kept.append(file)
        except Refused as refusal:
            left_out.append({"name": found.name, "why": refusal.message})
    return kept, left_out[:20]


routes.register(mails.ROUTE, take_in)
routes.register(mails.INSIDE, take_in_from_inside)
