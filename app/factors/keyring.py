"""Whose factors are meant: a manager's accounts or the platform's operators; and reading what somebody has.

Everything that enrols, asks and resets takes a `Keyring` first, and the actor whose own factors they are second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Engine, func, select

from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere
from app.core.factors import codes, sealing
from app.core.factors.passkeys import Key, Party
from app.factors import rules
from tenants.db import db

Kind = Literal["totp", "passkey"]


@dataclass(frozen=True, slots=True)
class Keyring:
    """The tables of one side, and what is different there.

    `tell(owner, verb, name)` writes a change down and tells the owner; `missed` and `passed` note how a second step
    ended, `missed` in a transaction of its own, because the refusal gives up the page's.
    `own_sessions` are further conditions for a session to be its owner's, where others may look on.
    """

    totp: Any
    passkey: Any
    recovery: Any
    challenge: Any
    session: Any
    session_owner: Any
    party: Callable[[], Party]
    engine: Callable[[], Engine]
    scope: Callable[[], str]
    password_hash: Callable[[Actor], str | None]
    required: Callable[[Actor], bool]
    tell: Callable[[Actor, str, str], None]
    missed: Callable[[Actor, str], None]
    passed: Callable[[Actor, str], None]
    own_sessions: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor as its owner sees it."""

    public_id: str
    kind: Kind
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Overview:
    """What somebody has. `recent` says that the password was typed lately enough for changes."""

    factors: list[Factor]
    codes_left: int
    required: bool
    recent: bool

    @property
    def on(self) -> bool:
        return bool(self.factors)

    @property
    def has_totp(self) -> bool:
        return any(factor.kind == "totp" for factor in self.factors)

    @property
    def has_passkey(self) -> bool:
        return any(factor.kind == "passkey" for factor in self.factors)


@dataclass(frozen=True, slots=True)
class Pending:
    """An application that waits for its first code: the key for typing, and the address behind the picture."""

    id: int
    key: str
    typed_key: str
    address: str


def owner_of(actor: Actor) -> int:
    """The id under which the actor's factors are kept. Raises `NotThere` for who has none."""
    found = actor.account_id if actor.kind == "account" else actor.operator_id
    if found is None or actor.session_id is None:
        raise NotThere("")
    return found


def overview(ring: Keyring, actor: Actor) -> Overview:
    """The actor's own factors, oldest first."""
    owner = owner_of(actor)
    left = select(func.count(ring.recovery.id)).where(ring.recovery.owner_id == owner, ring.recovery.used_at.is_(None))
    return Overview(
        factors_of(ring, owner), int(db.session.scalar(left) or 0), ring.required(actor), recent(ring, actor)
    )


def factors_of(ring: Keyring, owner: int) -> list[Factor]:
    """Factors that count, oldest first."""
    found: list[Factor] = []
    applications = select(ring.totp).where(ring.totp.owner_id == owner, ring.totp.confirmed_at.is_not(None))
    keys = select(ring.passkey).where(ring.passkey.owner_id == owner)
    for row in db.session.scalars(applications):
        found.append(Factor(row.public_id, "totp", row.name, row.confirmed_at, row.used_at))
    for row in db.session.scalars(keys):
        found.append(Factor(row.public_id, "passkey", row.name, row.created_at, row.used_at))
    return sorted(found, key=lambda factor: factor.created_at)


def has_factor(ring: Keyring, owner: int) -> bool:
    """Whether the second step is asked of this owner. One statement."""
    applications = select(ring.totp.id).where(ring.totp.owner_id == owner, ring.totp.confirmed_at.is_not(None))
    keys = select(ring.passkey.id).where(ring.passkey.owner_id == owner)
    either = select(applications.exists() | keys.exists())
    return bool(db.session.scalar(either, bind_arguments={"mapper": ring.totp}))


def recent(ring: Keyring, actor: Actor) -> bool:
    """Whether the actor's session has proven lately who sits there."""
    row = db.session.execute(
        select(ring.session.created_at, ring.session.proven_at).where(ring.session.id == actor.session_id)
    ).one_or_none()
    return row is not None and rules.is_recent(row.created_at, row.proven_at, now())


def pending(ring: Keyring, actor: Actor) -> Pending | None:
    """The application that the actor is about to add, if it was begun lately."""
    row = db.session.scalars(
        select(ring.totp)
        .where(
            ring.totp.owner_id == owner_of(actor),
            ring.totp.confirmed_at.is_(None),
            ring.totp.created_at > now() - rules.PENDING_LIFE,
        )
        .order_by(ring.totp.id.desc())
        .limit(1)
    ).one_or_none()
    key = sealing.opened(row.sealed) if row is not None else None
    if row is None or key is None:
        return None
    address = codes.key_address(key, account=actor.login, issuer=ring.party().name)
    return Pending(row.id, key, codes.key_for_typing(key), address)


def keys_of(ring: Keyring, owner: int) -> list[Key]:
    """The owner's passkeys as the browser and the check of its answer need them."""
    return [as_key(row) for row in db.session.scalars(select(ring.passkey).where(ring.passkey.owner_id == owner))]


def as_key(row: Any) -> Key:
    return Key(row.credential, row.public_key, row.sign_count, tuple(filter(None, row.transports.split(","))))
