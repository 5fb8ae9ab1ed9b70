"""The keyring of the platform's operators: their factors lie in schema `platform`, what they do in its audit log."""

from __future__ import annotations

from sqlalchemy import Engine, insert, select

from app.core import audit
from app.core.actor import Actor
from app.core.factors.passkeys import Party
from app.core.runtime import settings
from app.factors.keyring import Keyring, has_factor
from app.operators.models import (
    Operator,
    OperatorChallenge,
    OperatorPasskey,
    OperatorRecoveryCode,
    OperatorSession,
    OperatorTotp,
)
from tenants.db import PLATFORM, db


def party() -> Party:
    """The console's own host, from the settings."""
    known = settings()
    return Party(
        f"console.{known.base_hostname}", known.url(f"console.{known.base_domain}", ""), "Osiedle – konsola operatora"
    )


def must_have() -> bool:
    """Whether nobody works in the console without a second factor."""
    return settings().operator_factor == "required"


def demanded(operator_id: int) -> str | None:
    """What a login still owes after the right password: `factor`, `enrol` for who must have one, or nothing."""
    if has_factor(RING, operator_id):
        return "factor"
    return "enrol" if must_have() else None


def _engine() -> Engine:
    return db.engines[PLATFORM]


def _password_hash(actor: Actor) -> str | None:
    return db.session.scalar(select(Operator.password_hash).where(Operator.id == actor.operator_id))


def _tell(actor: Actor, verb: str, name: str) -> None:
    audit.record(actor, f"factor.{verb}", actor.login, **({"name": name} if name else {}))


def _missed(actor: Actor, outcome: str) -> None:
    entry = {"actor_kind": actor.kind, "actor": actor.login, "action": f"operator.{outcome}", "subject": actor.login}
    with _engine().begin() as connection:
        connection.execute(insert(audit.PlatformAuditEntry).values(**entry, address=actor.address))


def _passed(actor: Actor, way: str) -> None:
    audit.record(actor, "operator.logged_in", actor.login, way=way)


RING = Keyring(
    totp=OperatorTotp,
    passkey=OperatorPasskey,
    recovery=OperatorRecoveryCode,
    challenge=OperatorChallenge,
    session=OperatorSession,
    session_owner=OperatorSession.operator_id,
    party=party,
    engine=_engine,
    scope=lambda: "console",
    password_hash=_password_hash,
    required=lambda _actor: must_have(),
    tell=_tell,
    missed=_missed,
    passed=_passed,
)
