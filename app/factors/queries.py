"""Reads about factors and logins: one's own, and what staff may know of others."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, text

from app.accounts.models import Account, LoginAttempt
from app.accounts.rules import device_name
from app.core.actor import GRANTS, Actor, Can, Role
from app.core.errors import NotThere
from app.estate import scope
from app.factors import accounts, rules
from app.factors.devices import Login
from app.factors.keyring import Factor, factors_of, owner_of
from tenants.db import db

SHOWN = 20


def idle(actor: Actor) -> timedelta:
    """After how long without a click the actor's sessions end."""
    minutes = db.session.execute(text("SELECT idle_minutes FROM office_profile")).scalar()
    return timedelta(minutes=minutes or 30)


def logins(actor: Actor) -> list[Login]:
    """The latest attempts at the actor's own account, newest first."""
    rows = db.session.scalars(
        select(LoginAttempt)
        .where(LoginAttempt.account_id == owner_of(actor))
        .order_by(LoginAttempt.id.desc())
        .limit(SHOWN * 2)
    ).all()
    found = [Login(row.at, row.outcome, device_name(row.agent), row.address) for row in rows]
    return _without_first_steps(found)[:SHOWN]


def _without_first_steps(logins: list[Login]) -> list[Login]:
    """The same, newest first, without right passwords that a second step completed; those that none did stay."""
    kept, completed = [], 0
    for login in logins:
        if login.outcome in ("factor", "enrol") and completed:
            completed -= 1
            continue
        completed += login.outcome == "in"
        kept.append(login)
    return kept


def factors(actor: Actor, public_id: str) -> tuple[str, list[Factor]]:
    """The login of an account and its factors. Staff who manage it only; raises `NotThere`."""
    if not actor.may(Can.MANAGE_ACCOUNTS):
        raise NotThere("")
    here = text(scope.accounts("accounts")).bindparams(**scope.values(actor))
    account = db.session.scalars(select(Account).where(Account.public_id == public_id, here)).one_or_none()
    if account is None or not GRANTS[Role(account.role)] <= actor.can:
        raise NotThere("")
    return account.login, factors_of(accounts.RING, account.id)


def lacking(actor: Actor, required_staff: str) -> list[str]:
    """Logins of staff who would have to add a factor under this rule. Raises `NotThere` without the right."""
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")
    rule = rules.SecondFactor(required_staff)
    rows = db.session.execute(
        select(Account.id, Account.login, Account.role)
        .where(Account.role != "resident", Account.status == "active")
        .order_by(Account.login_key)
    ).all()
    return [row.login for row in rows if rules.must_have(row.role, rule) and not factors_of(accounts.RING, row.id)]
