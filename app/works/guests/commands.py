"""Inviting an outside person to one thing, and taking the invitation back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select, text, update

from app.accounts.rules import checked_email
from app.core import audit
from app.core.actor import Actor, system
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.public_ids import digest, new_secret
from app.core.texts import line
from app.works import log
from app.works.access import Author, Place
from app.works.guests import mails
from app.works.guests.models import WorksGuest, WorksGuestVisit
from app.works.guests.rules import ABILITIES, MOST_OPEN, NAME_LENGTH, WORD_LENGTH, checked_days
from app.works.guests.things import Thing
from app.works.rules import Right, block
from tenants.db import db

log.words("guest.invited", _l("zaproszono gościa"))
log.words("guest.code", _l("wysłano gościowi kod"))
log.words("guest.entered", _l("gość wszedł"))
log.words("guest.read", _l("gość przeczytał"))
log.words("guest.downloaded", _l("gość pobrał plik"))
log.words("guest.added", _l("gość dodał dokument"))
log.words("guest.left", _l("gość wyszedł"))
log.words("guest.asked", _l("gość prosi o stały dostęp"))
log.words("guest.revoked", _l("odwołano zaproszenie gościa"))
log.words("guest.expired", _l("zaproszenie gościa wygasło"))
_OPEN = text(
    "SELECT count(*) FROM works_guests WHERE site_id = :site AND ended_at IS NULL AND expires_at > now() "
    "AND NOT (once AND used_at IS NOT NULL)"
)
_EXPIRED = text(
    "UPDATE works_guests SET ended_at = now(), ended_why = CASE WHEN once AND used_at IS NOT NULL THEN 'used' "
    "ELSE 'expired' END WHERE ended_at IS NULL AND expires_at < now() "
    "RETURNING site_id, public_id, name, email, invited_by, account_id, ended_why"
)


def may_invite(place: Place) -> bool:
    """Whether the one who stands here invites outside persons: by right, on a site that is open."""
    return place.may(Right.INVITE) and place.works_here and place.is_open


def invite(actor: Actor, place: Place, thing: Thing, typed: Mapping[str, Any], form_key: str) -> WorksGuest:
    """Invite an address to one thing, and post the link there; the same `form_key` invites once.

    `typed`: email, name, word, days, ability, uses (`once` or `until`). Raises `Refused` with the field, `NotThere`.
    """
    place.need(Right.INVITE)
    place.must_work_here()
    key = form_key.replace("\0", "")[:64] or None
    known = select(WorksGuest).where(WorksGuest.account_id == actor.account_id, WorksGuest.form_key == key)
    found: WorksGuest | None = db.session.execute(known).scalar_one_or_none() if key else None
    if found is not None:
        return found
    values = _checked(thing, typed)
    if db.session.execute(_OPEN, {"site": place.id}).scalar_one() >= MOST_OPEN:
        raise Refused(_("Na tej budowie działa już bardzo dużo zaproszeń. Odwołaj te, które są niepotrzebne."))
    secret = new_secret()
    guest = WorksGuest(
        site_id=place.id,
        subject_kind=thing.kind,
        subject_id=thing.id,
        folder=thing.folder,
        label=thing.label,
        secret_digest=digest(secret),
        account_id=actor.account_id,
        invited_by=place.author.name,
        by_staff=place.member_id is None,
        form_key=key,
        **values,
    )
    db.session.add(guest)
    db.session.flush()
    mails.invited(guest, place.name, secret)
    audit.record(actor, "works.guest_invited", place.name, email=guest.email, thing=thing.kind, ability=guest.ability)
    log.note(place.id, place.author, "guest.invited", subject(guest.public_id), said(guest))
    return guest


def revoke(actor: Actor, place: Place, public_id: str) -> None:
    """End an invitation and every visit by it, from the next click on. Its inviter may, and who manages the site."""
    guest = mine(actor, place, public_id)
    statement = (
        update(WorksGuest)
        .where(WorksGuest.id == guest.id, WorksGuest.ended_at.is_(None))
        .values(ended_at=now(), ended_why="revoked")
    )
    if db.session.execute(statement.returning(WorksGuest.id)).scalar() is None:
        return
    db.session.execute(
        update(WorksGuestVisit)
        .where(WorksGuestVisit.guest_id == guest.id, WorksGuestVisit.ended_at.is_(None))
        .values(ended_at=now(), code_digest=None)
    )
    audit.record(actor, "works.guest_revoked", place.name, email=guest.email)
    log.note(place.id, place.author, "guest.revoked", subject(public_id), said(guest))


def mine(actor: Actor, place: Place, public_id: str) -> WorksGuest:
    """An invitation that the actor made, or any for who manages the site. Raises `NotThere`."""
    statement = select(WorksGuest).where(WorksGuest.site_id == place.id, WorksGuest.public_id == public_id)
    guest: WorksGuest | None = db.session.execute(statement).scalar_one_or_none()
    if guest is None or not (guest.account_id == actor.account_id or place.may(Right.MANAGE)):
        raise NotThere("")
    return guest


def expire() -> int:
    """Note which invitations of the bound tenant have run out; returns how many. A second run notes none twice."""
    gone = db.session.execute(_EXPIRED).all()
    for row in gone:
        if row.ended_why == "expired":
            audit.record(system("works"), "works.guest_expired", row.name or row.email)
            author = Author(row.invited_by, row.account_id)
            log.note(row.site_id, author, "guest.expired", subject(row.public_id), row.name or row.email)
    return len(gone)


def subject(public_id: str) -> str:
    """How the site's history calls an invitation."""
    return f"guest:{public_id}"


def said(guest: WorksGuest) -> str:
    """How the site's history calls a guest; never what they were invited to, which others may not know."""
    return guest.name or guest.email


def _checked(thing: Thing, typed: Mapping[str, Any]) -> dict[str, Any]:
    email = checked_email(str(typed.get("email") or ""))
    if email is None:
        raise Refused(_("Podaj adres e-mail osoby, którą zapraszasz."), field="email")
    ability = "add" if thing.kind == "folder" else str(typed.get("ability") or "read")
    if ability not in ABILITIES:
        raise Refused(_("Wybierz, co gość może zrobić."), field="ability")
    uses = typed.get("uses") or "once"
    if uses not in ("once", "until"):
        raise Refused(_("Wybierz, ile razy można wejść."), field="uses")
    return {
        "email": email,
        "name": line(typed.get("name"), "name", NAME_LENGTH),
        "word": block(typed.get("word"), "word", WORD_LENGTH),
        "ability": ability,
        "once": uses == "once",
        "expires_at": now() + timedelta(days=checked_days(typed.get("days"))),
    }
