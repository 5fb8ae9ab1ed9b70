"""Sending a letter: to members, to a role, to addresses outside. The same form sent twice is one letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select, text

from app.accounts.rules import TooMany
from app.attachments.rules import Checked
from app.core import audit, throttle
from app.core.actor import Actor
from app.core.clock import now, today
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.works import log
from app.works.access import Place
from app.works.filing import folders
from app.works.post import mails, rules
from app.works.post.cards import cards
from app.works.post.commands.keeping import Written, add
from app.works.post.models import WorksLetter, WorksThread
from app.works.post.queries import reading
from app.works.post.queries.contacts import address_of_contact
from app.works.post.queries.people import Person, names_outside, people
from tenants.bound import current
from tenants.db import db

log.words("letter.sent", _l("wysłano wiadomość"))
log.words("letter.came", _l("przyszła wiadomość e-mailem"))
log.words("thread.closed", _l("zakończono wątek poczty"))
log.words("thread.reopened", _l("otwarto wątek poczty ponownie"))
ACCOUNT, DUTY, CONTACT, OUTSIDE = "a:", "d:", "c:", "o:"


@dataclass(frozen=True, slots=True)
class Attached:
    """A file and the folder in which its writer wants it; `rules.GUESS` leaves that to its name."""

    file: Checked
    folder: str = rules.GUESS


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as a form brings it. `to` names people as `a:` account, `d:` role, `c:` contact, `o:` address of the
    thread; `outside` is typed."""

    to: tuple[str, ...]
    outside: str
    body: str
    subject: str = ""
    cards: tuple[str, ...] = ()
    due_on: date | None = None
    files: tuple[Attached, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """Public ids of a letter and of its thread."""

    thread: str
    letter: str


def begin(actor: Actor, place: Place, draft: Draft, form_key: str) -> Sent:
    """Write a letter that begins a thread. Raises `Refused` with the field, `TooMany`, `NotThere`."""
    place.must_work_here()
    subject = rules.checked_subject(draft.subject)
    written = _written(place, draft, None)
    known = _known(place, form_key)
    if known:
        return known
    _count(place, len(written.outside))
    thread = WorksThread(site_id=place.id, subject=subject)
    db.session.add(thread)
    db.session.flush()
    return _send(actor, place, thread, written, form_key)


def answer(actor: Actor, place: Place, thread_id: str, draft: Draft, form_key: str) -> Sent:
    """Write on in a thread; a closed one is open again. Raises `Refused` with the field, `TooMany`, `NotThere`."""
    place.must_work_here()
    found = reading.thread(place, thread_id)
    written = _written(place, draft, found.id)
    known = _known(place, form_key)
    if known:
        return known
    _count(place, len(written.outside))
    thread = db.session.execute(select(WorksThread).where(WorksThread.id == found.id).with_for_update()).scalar_one()
    if thread.state == "closed":
        thread.state = "open"
        log.note(place.id, place.author, "thread.reopened", f"thread:{thread.public_id}")
    return _send(actor, place, thread, written, form_key)


def close(actor: Actor, place: Place, thread_id: str, *, closed: bool = True) -> None:
    """Say that a thread is over, or that it goes on. Raises `NotThere`, `Refused` on a closed site."""
    place.must_work_here()
    found = reading.thread(place, thread_id)
    thread = db.session.execute(select(WorksThread).where(WorksThread.id == found.id).with_for_update()).scalar_one()
    state = "closed" if closed else "open"
    if thread.state == state:
        return
    thread.state = state
    log.note(place.id, place.author, "thread.closed" if closed else "thread.reopened", f"thread:{thread.public_id}")
    audit.record(actor, "works.thread_closed" if closed else "works.thread_reopened", f"thread:{thread.public_id}")


def _send(actor: Actor, place: Place, thread: WorksThread, written: Written, form_key: str) -> Sent:
    letter = add(place, thread, written, place.author, form_key=form_key)
    thread.last_at = now()
    log.note(place.id, place.author, "letter.sent", f"letter:{letter.public_id}")
    audit.record(
        actor, "works.letter_sent", place.name, letter=letter.public_id, people=len(written.people),
        outside=len(written.outside), files=len(written.files),
    )  # fmt: skip
    mails.deliver(place.public_id, place.name, thread, letter)
    return Sent(thread.public_id, letter.public_id)


def _written(place: Place, draft: Draft, thread_id: int | None) -> Written:
    body = rules.checked_body(draft.body)
    found, outside = recipients(place, draft, thread_id)
    if not found and not outside:
        raise Refused(_("Wybierz, do kogo ma trafić wiadomość, albo wpisz adres e-mail."), field="to")
    _check_files([one.file for one in draft.files], bool(outside), bool(draft.cards))
    return Written(
        body=body,
        people=tuple((one.account_id, one.name) for one in found),
        outside=tuple(outside),
        files=tuple((one.file, _folder(place, one.folder)) for one in draft.files),
        cards=tuple(cards(place, list(draft.cards))),
        due_on=rules.checked_due(draft.due_on, today()),
    )


def recipients(place: Place, draft: Draft, thread_id: int | None = None) -> tuple[list[Person], list[tuple[str, str]]]:
    """People with accounts and (name, address) outside, each once. Raises `Refused` on `to` or `outside`.

    An address outside that is a member's is that member: who has an account reads in the portal.
    """
    known = people(place, thread_id)
    accounts = {one.removeprefix(ACCOUNT) for one in draft.to if one.startswith(ACCOUNT)}
    duties = {one.removeprefix(DUTY) for one in draft.to if one.startswith(DUTY)}
    contacts = [one.removeprefix(CONTACT) for one in draft.to if one.startswith(CONTACT)]
    if not accounts <= {one.public_id for one in known}:
        raise Refused(_("Ktoś z wybranych nie bierze już udziału w tej budowie. Wybierz jeszcze raz."), field="to")
    chosen = [one for one in known if one.public_id in accounts or one.duty in duties]
    outside = {address: name for name, address in rules.addresses_of(draft.outside)}
    names = {} if thread_id is None else names_outside(place, thread_id)
    for one in draft.to:
        if one.startswith(OUTSIDE):
            address = rules.address_of(one.removeprefix(OUTSIDE))
            outside.setdefault(address, names.get(address, ""))
    for contact in contacts:
        name, address = address_of_contact(place, contact)
        outside.setdefault(address, name)
    if len(outside) > rules.MOST_OUTSIDE:
        raise Refused(_("Podaj najwyżej %(most)d adresów naraz.", most=rules.MOST_OUTSIDE), field="outside")
    members = _members_at(place, list(outside))
    for address, account_id in members.items():
        outside.pop(address)
        chosen += [one for one in known if one.account_id == account_id and one not in chosen]
    return chosen, [(name, address) for address, name in outside.items()]


def _members_at(place: Place, addresses: list[str]) -> dict[str, int]:
    rows = db.session.execute(
        text(
            "SELECT lower(a.email::text) AS address, a.id FROM works_members m JOIN accounts a ON a.id = m.account_id "
            "WHERE m.site_id = :site AND m.left_at IS NULL AND a.status <> 'closed' "
            "AND lower(a.email::text) = ANY(:addresses)"
        ),
        {"site": place.id, "addresses": addresses},
    )
    return {row.address: row.id for row in rows}


def folders_for_files(place: Place) -> list[folders.Folder]:
    """The folders in which attachments may be filed; a protocol is written together and comes with no letter."""
    return [one for one in folders.known(place) if one.kind != "protocol"]


def _folder(place: Place, typed: str) -> str:
    if typed in ("", rules.GUESS):
        return rules.GUESS
    try:
        kind = folders.kind_in(place.id, typed)
    except Refused as refusal:
        raise Refused(refusal.message, field="files") from refusal
    if kind == "protocol":
        raise Refused(_("Protokoły powstają w plikach. Wybierz dla załącznika inną teczkę."), field="files")
    return typed


def _check_files(files: Sequence[Checked], outside: bool, has_cards: bool) -> None:
    most = rules.MOST_FILES - (1 if outside and has_cards else 0)
    if len(files) > most:
        raise Refused(_("Możesz dołączyć najwyżej %(most)d plików.", most=most), field="files")
    if sum(len(file.content) for file in files) > rules.LARGEST_TOGETHER - (1 << 20):
        raise Refused(_("Załączniki są za duże: razem mogą mieć najwyżej 17 MB."), field="files")


def _known(place: Place, form_key: str) -> Sent | None:
    """The letter that this form became before. Twins wait here until the first one is committed."""
    key = form_key.replace("\0", "")[:64]
    if not key:
        return None
    turn = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, :author))")
    db.session.execute(turn, {"key": f"works:{current().id}:{key}", "author": place.author.account_id or 0})
    row = db.session.execute(
        select(WorksThread.public_id, WorksLetter.public_id)
        .join(WorksLetter, WorksLetter.thread_id == WorksThread.id)
        .where(
            WorksLetter.site_id == place.id,
            WorksLetter.account_id == place.author.account_id,
            WorksLetter.form_key == key,
        )
    ).one_or_none()
    return Sent(*row) if row else None


def _count(place: Place, outside: int) -> None:
    who = f"{current().id}:{place.author.account_id}"
    letters, addresses = f"works.letters:{who}", f"works.outside:{who}"
    if throttle.count(letters, rules.HOUR) > rules.HOURLY_LETTERS:
        seconds = throttle.wait({letters: rules.HOURLY_LETTERS}, rules.HOUR)
        raise TooMany(_("Wysłano już dużo wiadomości. Spróbuj za godzinę."), max(1, seconds))
    for _each in range(outside):
        if throttle.count(addresses, rules.DAY) > rules.DAILY_OUTSIDE:
            seconds = throttle.wait({addresses: rules.DAILY_OUTSIDE}, rules.DAY)
            raise TooMany(_("Wysłano dzisiaj już dużo e-maili na zewnątrz. Spróbuj jutro."), max(1, seconds))
