"""Adding and removing one's own factors. The guard of all of it is a password typed lately."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import delete, select, update

from app.accounts import rules as accounts
from app.core import throttle
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused
from app.core.factors import codes, passkeys, sealing
from app.core.language import gettext as _
from app.core.public_ids import digest, new_secret
from app.core.runtime import settings
from app.factors import rules
from app.factors.keyring import Keyring, factors_of, has_factor, keys_of, owner_of, pending, recent
from tenants.db import db


class NotRecent(Refused):
    """The password was typed too long ago for this; ask for it again."""

    def __init__(self) -> None:
        super().__init__(_("Najpierw potwierdź hasłem, że to Ty."))


def prove(ring: Keyring, actor: Actor, password: str) -> None:
    """Note that whoever sits there knows the password. Raises `Refused` on field `password`, `TooMany`, `Busy`.

    The first thing in a unit of work: what was not committed before is given up.
    """
    limit = f"password:{ring.scope()}:{owner_of(actor)}"
    if throttle.count(limit, rules.PROVE_WINDOW) > rules.PROVE_LIMIT:
        seconds = throttle.wait({limit: rules.PROVE_LIMIT}, rules.PROVE_WINDOW)
        raise accounts.TooMany(_("Za dużo nieudanych prób. Spróbuj później."), max(1, seconds))
    kept = ring.password_hash(actor)
    db.session.rollback()  # nothing was written, and no connection may wait while a hash is calculated
    given = accounts.password_form(password)
    kept = accounts.usable(kept, given or "", production=settings().production)
    if given is None or not accounts.matches(given, kept):
        raise Refused(_("Hasło jest nieprawidłowe."), field="password")
    throttle.forget(limit)
    db.session.execute(update(ring.session).where(ring.session.id == actor.session_id).values(proven_at=now()))


def begin_totp(ring: Keyring, actor: Actor) -> None:
    """Make a key for an application; it counts after its first code. One that was begun before is forgotten."""
    _proven(ring, actor)
    owner = owner_of(actor)
    _room(ring, owner)
    db.session.execute(delete(ring.totp).where(ring.totp.owner_id == owner, ring.totp.confirmed_at.is_(None)))
    name = _("Aplikacja z kodami")
    db.session.add(ring.totp(owner_id=owner, name=name, sealed=sealing.sealed(codes.new_key())))
    db.session.flush()


def confirm_totp(ring: Keyring, actor: Actor, code: str, name: str) -> list[str]:
    """Let the begun application count, by its first code; returns recovery codes if these are the first ones.

    Raises `NotThere` when nothing was begun, `Refused` on field `code` or `name`.
    """
    _proven(ring, actor)
    begun = pending(ring, actor)
    if begun is None:
        raise NotThere(_("Zacznij od nowa: ten kod QR już nie działa."))
    called = rules.checked_name(name, _("Aplikacja z kodami"))
    _count(ring, actor, "enrol")
    counter = codes.counter_of(begun.key, code, now(), None)
    if counter is None:
        raise Refused(_("Ten kod nie pasuje. Sprawdź, czy zegar w telefonie jest dobrze ustawiony."), field="code")
    changed = db.session.execute(
        update(ring.totp)
        .where(ring.totp.id == begun.id, ring.totp.confirmed_at.is_(None))
        .values(name=called, confirmed_at=now(), used_at=now(), last_counter=counter)
        .returning(ring.totp.id)
    ).first()
    if changed is None:
        raise NotThere(_("Zacznij od nowa: ten kod QR już nie działa."))
    throttle.forget(_tries(ring, actor, "enrol"))
    return _added(ring, actor, "totp_added", called)


def passkey_options(ring: Keyring, actor: Actor, handle: str) -> dict[str, Any]:
    """What the browser needs to make a passkey. `handle` is how the owner is known to authenticators."""
    _proven(ring, actor)
    owner = owner_of(actor)
    _room(ring, owner)
    return passkeys.options_to_create(
        ring.party(),
        handle=passkeys.handle_of(actor.kind, handle),
        login=actor.login,
        challenge=new_challenge(ring, actor, "create"),
        known=keys_of(ring, owner),
    )


def add_passkey(ring: Keyring, actor: Actor, answer: str, name: str) -> list[str]:
    """Keep the passkey that the browser made; returns recovery codes if these are the first ones.

    Raises `Refused`, on field `name` or for an answer that does not hold.
    """
    _proven(ring, actor)
    owner = owner_of(actor)
    _room(ring, owner)
    called = rules.checked_name(name, _("Klucz dostępu"))
    try:
        challenge = take_challenge(ring, actor, "create", passkeys.answered_challenge(answer))
        key = passkeys.created(ring.party(), answer, challenge)
    except passkeys.BadAnswer as error:
        raise Refused(_("Nie udało się dodać klucza. Spróbuj jeszcze raz.")) from error
    if db.session.scalar(select(ring.passkey.id).where(ring.passkey.credential == key.credential)) is not None:
        raise Refused(_("Ten klucz jest już dodany."))
    db.session.add(
        ring.passkey(
            owner_id=owner,
            name=called,
            credential=key.credential,
            public_key=key.public_key,
            sign_count=key.sign_count,
            transports=",".join(key.transports),
        )
    )
    db.session.flush()
    return _added(ring, actor, "passkey_added", called)


def remove(ring: Keyring, actor: Actor, public_id: str) -> str:
    """Take one factor away and return its name; with the last one the recovery codes go.

    Raises `NotThere`, and `Refused` for the last one of who must have one.
    """
    _proven(ring, actor)
    owner = owner_of(actor)
    lock_owner(ring, owner)
    mine = factors_of(ring, owner)
    found = next((factor for factor in mine if factor.public_id == public_id), None)
    if found is None:
        raise NotThere("")
    if len(mine) == 1 and ring.required(actor):
        raise Refused(_("Musisz mieć drugi krok logowania. Najpierw dodaj inny, potem usuń ten."))
    table = ring.totp if found.kind == "totp" else ring.passkey
    db.session.execute(delete(table).where(table.public_id == public_id, table.owner_id == owner))
    if len(mine) == 1:
        db.session.execute(delete(ring.recovery).where(ring.recovery.owner_id == owner))
    ring.tell(actor, f"{found.kind}_removed", found.name)
    return found.name


def renew_codes(ring: Keyring, actor: Actor) -> list[str]:
    """Ten new recovery codes; the old ones end. Raises `Refused` without a factor."""
    _proven(ring, actor)
    owner = owner_of(actor)
    lock_owner(ring, owner)
    if not factors_of(ring, owner):
        raise Refused(_("Najpierw dodaj aplikację albo klucz dostępu."))
    made = _new_codes(ring, owner)
    ring.tell(actor, "codes_renewed", "")
    return made


def forget_all(ring: Keyring, owner: int) -> int:
    """Take away every factor of an owner; returns how many counted."""
    lock_owner(ring, owner)
    had = len(factors_of(ring, owner))
    for table in (ring.totp, ring.passkey, ring.recovery):
        db.session.execute(delete(table).where(table.owner_id == owner))
    db.session.expire_all()
    return had


def lock_owner(ring: Keyring, owner: int) -> None:
    """Let changes of one owner's factors wait for each other: two last ones must not go at once."""
    for table in (ring.totp, ring.passkey):
        db.session.execute(select(table.id).where(table.owner_id == owner).order_by(table.id).with_for_update()).all()


def new_challenge(ring: Keyring, actor: Actor, purpose: str) -> bytes:
    """A challenge for this session; an older one for the same purpose ends."""
    made = secrets.token_bytes(32)
    table = ring.challenge
    db.session.execute(delete(table).where(table.session_id == actor.session_id, table.purpose == purpose))
    until = now() + rules.CHALLENGE_LIFE
    db.session.add(table(session_id=actor.session_id, purpose=purpose, challenge=made, expires_at=until))
    db.session.flush()
    return made


def take_challenge(ring: Keyring, actor: Actor, purpose: str, challenge: bytes) -> bytes:
    """Use a challenge up, in a transaction of its own, so that a refused answer uses it up as well.

    Raises `passkeys.BadAnswer` when this session was not asked that, or not lately.
    """
    table = ring.challenge
    statement = (
        delete(table)
        .where(table.session_id == actor.session_id, table.purpose == purpose, table.challenge == challenge)
        .returning(table.expires_at)
    )
    with ring.engine().begin() as connection:
        found = connection.execute(statement).one_or_none()
    if found is None or found.expires_at < now():
        raise passkeys.BadAnswer("an unknown challenge")
    return challenge


def open_session(ring: Keyring, actor: Actor, owed: str) -> str | None:
    """End the waiting of a session that owed `owed`, under a new secret; None when it was not waiting any more."""
    secret = new_secret()
    changed = db.session.execute(
        update(ring.session)
        .where(ring.session.id == actor.session_id, ring.session.waits_for == owed, ring.session.ended_at.is_(None))
        .values(secret_digest=digest(secret), waits_for=None, proven_at=now())
        .returning(ring.session.id)
    ).first()
    return secret if changed is not None else None


def _proven(ring: Keyring, actor: Actor) -> None:
    owner = owner_of(actor)
    if actor.waits_for == "factor" or (actor.waits_for == "enrol" and has_factor(ring, owner)):
        raise Conflict(_("Najpierw dokończ logowanie."))
    if not recent(ring, actor):
        raise NotRecent()


def _added(ring: Keyring, actor: Actor, verb: str, name: str) -> list[str]:
    """Tell of a new factor. With the first one, whoever is logged in elsewhere by a password alone must show it."""
    owner = owner_of(actor)
    others = [ring.session_owner == owner, ring.session.ended_at.is_(None), ring.session.id != actor.session_id]
    if len(factors_of(ring, owner)) > 1:
        others.append(ring.session.waits_for == "enrol")
    db.session.execute(update(ring.session).where(*others).values(waits_for="factor"))
    ring.tell(actor, verb, name)
    return _first_codes(ring, owner)


def _room(ring: Keyring, owner: int) -> None:
    if len(factors_of(ring, owner)) >= rules.MOST_OF_A_KIND:
        raise Refused(_("Masz już dużo zabezpieczeń; najpierw usuń to, którego nie używasz."))


def _tries(ring: Keyring, actor: Actor, purpose: str) -> str:
    return f"factor:{purpose}:{ring.scope()}:{owner_of(actor)}"


def _count(ring: Keyring, actor: Actor, purpose: str) -> None:
    key = _tries(ring, actor, purpose)
    if throttle.count(key, rules.TRY_WINDOW) > rules.TRY_LIMIT:
        seconds = throttle.wait({key: rules.TRY_LIMIT}, rules.TRY_WINDOW)
        raise accounts.TooMany(_("Za dużo nieudanych prób. Spróbuj później."), max(1, seconds))


def _first_codes(ring: Keyring, owner: int) -> list[str]:
    left = select(ring.recovery.id).where(ring.recovery.owner_id == owner, ring.recovery.used_at.is_(None)).limit(1)
    return [] if db.session.scalar(left) is not None else _new_codes(ring, owner)


def _new_codes(ring: Keyring, owner: int) -> list[str]:
    db.session.execute(delete(ring.recovery).where(ring.recovery.owner_id == owner))
    made = codes.new_recovery_codes()
    db.session.add_all(ring.recovery(owner_id=owner, code_digest=codes.recovery_digest(code)) for code in made)
    db.session.flush()
    return made
