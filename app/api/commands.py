"""Tokens: made, renewed, taken back. A secret is returned once and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import func, select

from app.api import queries, rules
from app.api.models import ApiToken
from app.core import audit
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import digest, new_public_id, new_secret
from tenants.db import db


def create(
    actor: Actor, name: str, scopes: Iterable[str], *, days: int | None, buildings: Iterable[str] = ()
) -> tuple[str, str]:
    """Make a token that lives `days`, for ever when None; returns its public id and its secret.

    `buildings` are codes of those that it may read of; none is all.

    Raises `Refused` with the field, `NotThere` without the right.
    """
    _only_who_configures(actor)
    wanted, allowed = rules.checked_name(name), rules.checked_scopes(scopes)
    places = rules.checked_buildings(buildings, (code for code, _address in queries.buildings(actor)), allowed)
    alive = db.session.scalar(select(func.count()).select_from(ApiToken).where(ApiToken.revoked_at.is_(None))) or 0
    if alive >= rules.MOST_TOKENS:
        raise Refused(_("Masz już %(most)d tokenów. Unieważnij te, których nikt nie używa.", most=rules.MOST_TOKENS))
    secret = _new()
    made = ApiToken(
        public_id=new_public_id(), name=wanted, scopes=allowed, digest=digest(secret), ending=secret[-4:],
        created_by=actor.login, expires_at=rules.expiry(now(), days), buildings=places,
    )  # fmt: skip
    db.session.add(made)
    ends = made.expires_at.isoformat(timespec="seconds") if made.expires_at else None
    audit.record(actor, "token.created", made.public_id, name=wanted, scopes=allowed, buildings=places, expires_at=ends)
    return made.public_id, secret


def rotate(actor: Actor, public_id: str, *, overlap_hours: int) -> str:
    """Give a token a new secret, which is returned; the old one opens for `overlap_hours` more.

    The secret before that one, if it still opened, is dead. Raises `Refused`, `Conflict` for a token that is over,
    `NotThere`.
    """
    token = _alive(actor, public_id)
    if overlap_hours not in {hours for _label, hours in rules.OVERLAPS.values()}:
        raise Refused(_("Wybierz, jak długo działa stary token."), field="overlap")
    secret, moment = _new(), now()
    token.former_digest, token.former_until = None, None
    if overlap_hours:
        token.former_digest, token.former_until = token.digest, moment + timedelta(hours=overlap_hours)
    token.digest, token.ending, token.rotated_at = digest(secret), secret[-4:], moment
    audit.record(actor, "token.rotated", public_id, name=token.name, overlap_hours=overlap_hours)
    return secret


def revoke(actor: Actor, public_id: str) -> None:
    """End a token at once, with its former secret. Raises `Conflict` when it is over already, `NotThere`."""
    token = _alive(actor, public_id)
    token.revoked_at, token.revoked_by = now(), actor.login
    token.former_digest, token.former_until = None, None
    audit.record(actor, "token.revoked", public_id, name=token.name)


def _alive(actor: Actor, public_id: str) -> ApiToken:
    _only_who_configures(actor)
    found = db.session.scalars(select(ApiToken).filter_by(public_id=public_id).with_for_update()).one_or_none()
    if found is None:
        raise NotThere("")
    if rules.state(now(), found.expires_at, found.revoked_at) in ("revoked", "expired"):
        raise Conflict(_("Ten token już nie działa. Utwórz nowy."))
    return found


def _new() -> str:
    return f"{rules.PREFIX}{new_secret()}"


def _only_who_configures(actor: Actor) -> None:
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")
