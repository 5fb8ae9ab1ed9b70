"""The way of a guest: the link, a code to the address of the invitation, one visit in the browser that asked."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, text

from app.accounts.rules import TooMany, network
from app.core import audit, throttle
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import digest, new_secret
from app.core.runtime import settings
from app.works import log
from app.works.access import Author, Place
from app.works.guests import mails, rules
from app.works.guests.commands import said, subject
from app.works.guests.models import WorksGuest, WorksGuestVisit
from tenants.bound import current
from tenants.db import db

# An invitation counts while its inviter may still be there: a member who left takes their guests along.
_COUNTS = (
    "g.ended_at IS NULL AND g.expires_at > now() AND (g.by_staff OR EXISTS (SELECT FROM works_members m "
    "WHERE m.site_id = g.site_id AND m.account_id = g.account_id AND m.left_at IS NULL)) "
    "AND EXISTS (SELECT FROM accounts a WHERE a.id = g.account_id AND a.status = 'active')"
)
_BY_LINK = text(
    f"SELECT g.id FROM works_guests g WHERE g.secret_digest = :digest AND {_COUNTS} "
    "AND NOT (g.once AND g.used_at IS NOT NULL)"
)
_ASKED = text(
    "SELECT v.id, v.guest_id, v.code_digest FROM works_guest_visits v JOIN works_guests g ON g.id = v.guest_id "
    f"WHERE v.browser_digest = :digest AND v.came_at IS NULL AND v.ended_at IS NULL AND {_COUNTS} "
    "AND NOT (g.once AND g.used_at IS NOT NULL)"
)
_INSIDE = text(
    "SELECT v.id, v.guest_id, v.seen_at, v.read_at, v.came_at FROM works_guest_visits v "
    f"JOIN works_guests g ON g.id = v.guest_id WHERE v.browser_digest = :digest AND v.ended_at IS NULL AND {_COUNTS} "
    "AND v.came_at > now() - CAST(:longest AS interval) AND v.seen_at > now() - CAST(:idle AS interval)"
)
# Whoever is first comes in; a second at the same moment finds it used.
_USE = text(
    f"UPDATE works_guests g SET used_at = coalesce(g.used_at, now()) WHERE g.id = :guest AND {_COUNTS} "
    "AND NOT (g.once AND g.used_at IS NOT NULL) RETURNING g.id"
)
_COME_IN = text(
    "UPDATE works_guest_visits SET came_at = now(), seen_at = now(), code_digest = NULL, browser_digest = :fresh "
    "WHERE id = :visit AND came_at IS NULL AND ended_at IS NULL AND code_until > now() RETURNING id"
)
_LEAVE = text("UPDATE works_guest_visits SET ended_at = now() WHERE id = :visit AND ended_at IS NULL RETURNING id")
_SITE = text("SELECT id, public_id, name, buildings, state FROM works_sites WHERE id = :site")


@dataclass(frozen=True, slots=True)
class Visit:
    """A guest inside: their invitation, and the site as it is for them, which is nothing but that one thing."""

    id: int
    guest: WorksGuest
    place: Place
    read_at: datetime | None


def known(secret: str, address: str) -> WorksGuest:
    """The invitation of a link that counts. Raises `NotThere` for every other alike, `TooMany`."""
    seconds = throttle.wait({_guesses(address): rules.GUESSES}, rules.GUESS_WINDOW)
    if seconds:
        raise TooMany(_("Za dużo prób. Spróbuj za chwilę."), seconds)
    row = db.session.execute(_BY_LINK, {"digest": digest(secret[:200])}).one_or_none()
    if row is None:
        _count_guess(address, secret)
        raise NotThere("")
    return db.session.get_one(WorksGuest, row.id)


def ask_code(guest: WorksGuest, address: str, browser: str | None = None) -> str:
    """Send a code to the address of the invitation; returns the secret of the browser with which alone it counts.

    `browser` is one that asks again. Raises `TooMany`.
    """
    _admit({f"guest:codes:{current().id}:{guest.id}": rules.CODES, _asks(address): rules.CODES_FROM})
    code, secret = rules.new_code(), new_secret()
    visit = WorksGuestVisit(
        guest_id=guest.id,
        browser_digest=digest(secret),
        code_digest=rules.code_digest(settings().secret_key, current().id, secret, code),
        code_until=now() + rules.CODE_LIFE,
    )
    if browser is not None:
        _forget(browser)
    db.session.add(visit)
    mails.code(guest, code)
    _note(guest, "guest.code", "works.guest_code")
    return secret


def asked(browser: str | None) -> WorksGuest:
    """Whose code this browser waits for. Raises `NotThere`."""
    return db.session.get_one(WorksGuest, _waiting(browser).guest_id)


def enter(browser: str | None, typed: str | None, address: str) -> str:
    """Come in with the code; returns the secret of a new cookie, which the old one does not open.

    Raises `NotThere` when there is nothing to enter, `Refused` on field `code`, `TooMany`.
    """
    row = _waiting(browser)
    guest = db.session.get_one(WorksGuest, row.guest_id)
    wrong = f"guest:wrong:{current().id}:{guest.id}"
    seconds = throttle.wait({wrong: rules.WRONG}, rules.WINDOW)
    if seconds:
        raise TooMany(_("Za dużo błędnych kodów. Spróbuj za godzinę."), seconds)
    tries = throttle.count(f"guest:tries:{current().id}:{row.id}", rules.WINDOW)
    given = rules.code_digest(settings().secret_key, current().id, browser or "", rules.typed_code(typed))
    right = hmac.compare_digest(given, bytes(row.code_digest or b""))
    if tries > rules.CODE_TRIES:
        raise Refused(_("Ten kod nie przyjmuje już prób. Poproś o nowy."), field="code")
    fresh = new_secret()
    values = {"visit": row.id, "fresh": digest(fresh)}
    if not right or db.session.execute(_COME_IN, values).scalar() is None:
        throttle.count(wrong, rules.WINDOW)
        raise Refused(_("Ten kod jest nieprawidłowy albo już nie działa. Możesz poprosić o nowy."), field="code")
    if db.session.execute(_USE, {"guest": guest.id}).scalar() is None:
        raise NotThere("")
    _note(guest, "guest.entered", "works.guest_entered")
    return fresh


def inside(browser: str | None) -> Visit:
    """The visit of this browser. Raises `NotThere` after it ended, the invitation ended, or long idleness."""
    values = {"digest": digest(browser or ""), "idle": rules.IDLE, "longest": rules.LONGEST}
    row = db.session.execute(_INSIDE, values).one_or_none() if browser else None
    if row is None:
        raise NotThere("")
    guest = db.session.get_one(WorksGuest, row.guest_id)
    return Visit(row.id, guest, place_of(guest), row.read_at)


def leave(visit: Visit) -> None:
    """End a visit; an invitation that was good for one is over with it."""
    db.session.execute(_LEAVE, {"visit": visit.id})
    if visit.guest.once:
        visit.guest.ended_at, visit.guest.ended_why = now(), "used"
    _note(visit.guest, "guest.left", "works.guest_left")


def seen(visit: Visit, verb: str | None = None) -> None:
    """Mark a visit as going on, and note what was done in it: `guest.read` once a visit, `guest.downloaded` each time.

    For `app.web.afterwards`: pages are read in a snapshot.
    """
    values = {"visit": visit.id}
    db.session.execute(text("UPDATE works_guest_visits SET seen_at = now() WHERE id = :visit"), values)
    if verb == "guest.read":
        once = text("UPDATE works_guest_visits SET read_at = now() WHERE id = :visit AND read_at IS NULL RETURNING id")
        if db.session.execute(once, values).scalar() is None:
            return
    if verb is not None:
        _note(db.session.get_one(WorksGuest, visit.guest.id), verb, f"works.{verb.replace('.', '_')}")


def ask_account(visit: Visit, address: str | None, link: str) -> None:
    """Tell the inviter, whose address this is, that the guest would like an account; once an invitation."""
    if visit.guest.asked_account_at is not None:
        return
    visit.guest.asked_account_at = now()
    if address:
        mails.asks(visit.guest, visit.place.name, address, link)
    _note(visit.guest, "guest.asked", "works.guest_asked")


def author_of(guest: WorksGuest) -> Author:
    """A guest as the author of what they add."""
    return Author(_("%(name)s (gość)", name=guest.name or guest.email), guest_id=guest.id)


def place_of(guest: WorksGuest) -> Place:
    """The site as a guest stands in it: without any right, and working there in nothing."""
    row = db.session.execute(_SITE, {"site": guest.site_id}).one()
    return Place(
        id=row.id,
        public_id=row.public_id,
        name=row.name,
        buildings=tuple(row.buildings),
        is_open=row.state == "open",
        author=author_of(guest),
        member_id=None,
        member_public_id=None,
        firm="",
        duty=None,
        rights=frozenset(),
        works_here=False,
    )


def _waiting(browser: str | None) -> Row[tuple[int, int, bytes | None]]:
    row = db.session.execute(_ASKED, {"digest": digest(browser or "")}).one_or_none() if browser else None
    if row is None:
        raise NotThere("")
    return row  # type: ignore[return-value]


def _forget(browser: str) -> None:
    statement = text(
        "UPDATE works_guest_visits SET ended_at = now(), code_digest = NULL "
        "WHERE browser_digest = :digest AND came_at IS NULL"
    )
    db.session.execute(statement, {"digest": digest(browser)})


def _admit(limits: dict[str, int]) -> None:
    for key, most in limits.items():
        used, seconds = throttle.spend(key, rules.WINDOW)
        if used > most:
            raise TooMany(_("Wysłaliśmy już kilka kodów. Spróbuj za godzinę."), seconds)


def _count_guess(address: str, secret: str) -> None:
    """Each link that leads nowhere counts once: an old one that is opened again and again is no guess."""
    link = f"guest:link:{current().id}:{network(address)}:{digest(secret[:200]).hex()[:16]}"
    if throttle.count(link, rules.WINDOW) == 1:
        throttle.count(_guesses(address), rules.GUESS_WINDOW)


def _asks(address: str) -> str:
    return f"guest:asks:{current().id}:{network(address)}"


def _guesses(address: str) -> str:
    return f"guest:guess:{current().id}:{network(address)}"


def _note(guest: WorksGuest, verb: str, action: str) -> None:
    audit.record(Actor("visitor", guest.email), action, said(guest))
    log.note(guest.site_id, author_of(guest), verb, subject(guest.public_id), said(guest))
