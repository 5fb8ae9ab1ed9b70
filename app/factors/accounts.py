"""The keyring of a manager's accounts, and the second step that their logins ask for."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Engine, Row, insert, select, update

from app.accounts.commands import entering
from app.accounts.models import Account, AccountSession, LoginAttempt
from app.core import audit
from app.core.actor import Actor
from app.core.factors.passkeys import Party
from app.core.runtime import settings
from app.factors import mails, policies, rules
from app.factors.keyring import Keyring, has_factor
from app.factors.models import AccountChallenge, AccountPasskey, AccountRecoveryCode, AccountTotp
from tenants.bound import current
from tenants.db import db


def party() -> Party:
    """The bound tenant's own host, from its record."""
    host = current().host
    return Party(host.rsplit(":", 1)[0], settings().url(host, ""), current().name)


def handle(actor: Actor) -> str:
    """How the actor's account is known to authenticators."""
    return str(db.session.scalars(select(Account.public_id).where(Account.id == actor.account_id)).one())


def _engine() -> Engine:
    return cast(Engine, db.session.get_bind())


def _password_hash(actor: Actor) -> str | None:
    return db.session.scalar(select(Account.password_hash).where(Account.id == actor.account_id))


def _required(actor: Actor) -> bool:
    return rules.must_have(actor.role, policies.second_factor())


def _tell(actor: Actor, verb: str, name: str) -> None:
    audit.record(actor, f"factor.{verb}", actor.login, **({"name": name} if name else {}))
    account = db.session.get(Account, actor.account_id)
    if account is not None:
        mails.changed(account, verb, name)


def _attempt(actor: Actor, outcome: str) -> dict[str, Any]:
    agent = db.session.scalar(select(AccountSession.agent).where(AccountSession.id == actor.session_id))
    return {"account_id": actor.account_id, "outcome": outcome, "address": actor.address, "agent": agent}


def _missed(actor: Actor, outcome: str) -> None:
    values = _attempt(actor, outcome)
    with _engine().begin() as connection:
        connection.execute(insert(LoginAttempt).values(values))


def _passed(actor: Actor, way: str) -> None:
    db.session.execute(insert(LoginAttempt).values(_attempt(actor, "in")))
    audit.record(actor, "factor.passed", actor.login, way=way)


RING = Keyring(
    totp=AccountTotp,
    passkey=AccountPasskey,
    recovery=AccountRecoveryCode,
    challenge=AccountChallenge,
    session=AccountSession,
    session_owner=AccountSession.account_id,
    party=party,
    engine=_engine,
    scope=lambda: str(current().id),
    password_hash=_password_hash,
    required=_required,
    tell=_tell,
    missed=_missed,
    passed=_passed,
    own_sessions=(AccountSession.watcher.is_(None),),
)


def demanded(account: Row[Any]) -> str | None:
    """What a login still owes after the right password: `factor`, `enrol` for who must have one, or nothing."""
    if has_factor(RING, account.id):
        return "factor"
    return "enrol" if rules.must_have(account.role, policies.second_factor()) else None


def make_wait(rule: rules.SecondFactor, kept: int | None) -> None:
    """Ask for a factor in the open sessions of those who must have one from now on, except one session."""
    roles = [role for role in ("admin", "accountant", "clerk", "board") if rules.must_have(role, rule)]
    with_totp = select(AccountTotp.owner_id).where(AccountTotp.confirmed_at.is_not(None))
    owners = select(Account.id).where(
        Account.role.in_(roles), Account.id.not_in(with_totp), Account.id.not_in(select(AccountPasskey.owner_id))
    )
    db.session.execute(
        update(AccountSession)
        .where(
            AccountSession.account_id.in_(owners),
            AccountSession.id != (kept or 0),
            AccountSession.ended_at.is_(None),
            AccountSession.waits_for.is_(None),
        )
        .values(waits_for="enrol")
    )


entering.demands.append(demanded)
