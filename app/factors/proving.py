"""The second step of logging in: a session that waits for a factor becomes one that opens."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from app.accounts import rules as accounts
from app.core import throttle
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, Refused
from app.core.factors import codes, passkeys, sealing
from app.core.language import gettext as _
from app.factors import rules
from app.factors.enrolling import new_challenge, open_session, take_challenge
from app.factors.keyring import Keyring, as_key, keys_of, owner_of
from tenants.db import db


def by_code(ring: Keyring, actor: Actor, typed: str) -> str:
    """Let in by a code of an application; returns the session's new secret. Each code works once.

    Raises `Refused` on field `code`, `TooMany`.
    """
    _admit(ring, actor)
    applications = select(ring.totp).where(ring.totp.owner_id == owner_of(actor), ring.totp.confirmed_at.is_not(None))
    for row in db.session.scalars(applications).all():
        key = sealing.opened(row.sealed)
        counter = codes.counter_of(key, typed, now(), row.last_counter) if key else None
        if counter is None:
            continue
        used = db.session.execute(
            update(ring.totp)
            .where(ring.totp.id == row.id, (ring.totp.last_counter.is_(None)) | (ring.totp.last_counter < counter))
            .values(last_counter=counter, used_at=now())
            .returning(ring.totp.id)
        ).first()
        if used is not None:
            return _opened(ring, actor, "totp")
    ring.missed(actor, "factor_wrong")
    raise Refused(
        _("Ten kod nie pasuje albo był już użyty. Poczekaj na następny kod w aplikacji i wpisz go."), field="code"
    )


def by_recovery_code(ring: Keyring, actor: Actor, typed: str) -> str:
    """Let in by a recovery code, which works once. Raises `Refused` on field `recovery`, `TooMany`."""
    _admit(ring, actor)
    digest = codes.recovery_digest(typed)
    used = db.session.execute(
        update(ring.recovery)
        .where(
            ring.recovery.owner_id == owner_of(actor),
            ring.recovery.code_digest == (digest or b""),
            ring.recovery.used_at.is_(None),
        )
        .values(used_at=now())
        .returning(ring.recovery.id)
    ).first()
    if used is None:
        ring.missed(actor, "factor_wrong")
        raise Refused(_("Ten kod zapasowy nie pasuje albo był już użyty."), field="recovery")
    secret = _opened(ring, actor, "recovery")
    ring.tell(actor, "code_used", "")
    return secret


def passkey_options(ring: Keyring, actor: Actor) -> dict[str, Any]:
    """What the browser is asked to sign. Raises `Refused` without a passkey."""
    _waiting(actor)
    known = keys_of(ring, owner_of(actor))
    if not known:
        raise Refused(_("Nie masz klucza dostępu."))
    return passkeys.options_to_ask(ring.party(), challenge=new_challenge(ring, actor, "enter"), known=known)


def by_passkey(ring: Keyring, actor: Actor, answer: str) -> str:
    """Let in by a passkey's signature. Raises `Refused`, `TooMany`."""
    _admit(ring, actor)
    try:
        challenge = take_challenge(ring, actor, "enter", passkeys.answered_challenge(answer))
        row = db.session.scalars(
            select(ring.passkey)
            .where(ring.passkey.owner_id == owner_of(actor), ring.passkey.credential == passkeys.answering(answer))
            .with_for_update()
        ).one_or_none()
        if row is None:
            raise passkeys.BadAnswer("a strange key")
        row.sign_count = passkeys.proven(ring.party(), answer, challenge, as_key(row))
    except passkeys.BadAnswer as error:
        ring.missed(actor, "factor_wrong")
        raise Refused(_("Klucz dostępu nie pasuje. Spróbuj jeszcze raz.")) from error
    row.used_at = now()
    return _opened(ring, actor, "passkey")


def _admit(ring: Keyring, actor: Actor) -> None:
    """Count one try of this owner, in whatever session. Raises `TooMany`, `Conflict`."""
    _waiting(actor)
    key = _limit(ring, actor)
    tries = throttle.count(key, rules.TRY_WINDOW)
    if tries > rules.TRY_LIMIT:
        seconds = throttle.wait({key: rules.TRY_LIMIT}, rules.TRY_WINDOW)
        if tries == rules.TRY_LIMIT + 1:  # one line says it; a flood of them would say no more
            ring.missed(actor, "factor_throttled")
        raise accounts.TooMany(_("Za dużo nieudanych prób. Spróbuj później."), max(1, seconds))


def _waiting(actor: Actor) -> None:
    if actor.waits_for != "factor":
        raise Conflict(_("To logowanie jest już zakończone."))


def _opened(ring: Keyring, actor: Actor, way: str) -> str:
    secret = open_session(ring, actor, "factor")
    if secret is None:
        raise Conflict(_("To logowanie jest już zakończone."))
    throttle.forget(_limit(ring, actor))
    ring.passed(actor, way)
    return secret


def _limit(ring: Keyring, actor: Actor) -> str:
    return f"factor:enter:{ring.scope()}:{owner_of(actor)}"
