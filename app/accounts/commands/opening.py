"""Opening accounts: one by one, many at once, and the first of a new manager."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.accounts import mails, policies, rules
from app.accounts.models import Account, AccountToken, AccountUnit
from app.core import audit
from app.core.actor import Actor, Can, Role
from app.core.clock import now, today
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import digest, new_public_id, new_secret
from app.estate import queries as estate
from tenants.bound import current
from tenants.db import db

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Created:
    """A new account. `secret` makes the link `/activate/SECRET`; None when a password was given."""

    account: Account
    units: tuple[str, ...]
    secret: str | None
    expires_at: datetime | None
    mailed_to: str | None = None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A row for `create_many`. An account without units sees what the books give to its person."""

    login: str
    role: Role = Role.RESIDENT
    email: str | None = None
    person_code: str | None = None
    units: tuple[str, ...] = ()
    locale: str | None = None


def create_account(
    actor: Actor,
    login: str,
    units: Sequence[str] = (),
    role: str = Role.RESIDENT,
    email: str | None = None,
    *,
    password: str | None = None,
    must_change: bool = False,
    person_code: str | None = None,
    locale: str | None = None,
    by_mail: bool = False,
) -> Created:
    """Open an account; without a password it is activated through a link, `by_mail` if it has an address.

    A resident's login that equals a person's code ties the account to that person. Raises `Refused` with the
    field at fault, `Conflict` for a login that is taken, `NotThere` without the right to manage accounts.
    """
    if not actor.may(Can.MANAGE_ACCOUNTS):
        raise NotThere("")
    shown, key = rules.checked_login(login)
    wanted = rules.checked_role(actor, role)
    address = rules.checked_email(email)
    person = _person(actor, shown, key, person_code, wanted)
    codes = _units(actor, units)
    if actor.buildings is not None and not codes:
        raise Refused(_("Wybierz lokale, które to konto ma widzieć."), field="units")
    _no_mixing(key, address)
    account = _inserted(
        login=shown,
        login_key=key,
        **_start(password, shown, must_change),
        role=wanted.value,
        opens_at=policies.opening() if wanted is Role.RESIDENT else None,
        email=address,
        person_code=person,
        locale=locale,
    )
    _give(actor, account, codes, person)
    audit.record(actor, "account.created", shown, role=wanted.value, units=list(codes), person=person)
    if password is not None:
        return Created(account, codes, None, None)
    secret, until = issue_token(account.id, "activation")
    mailed = address if by_mail and address else None
    if mailed:
        mails.activation(account, secret, until)
    return Created(account, codes, secret, until, mailed)


def _start(password: str | None, login: str, must_change: bool) -> dict[str, Any]:
    """The columns of a first password; who gets a lasting one is no newcomer to be shown round."""
    if password is None:
        return {}
    policy = policies.password_policy()
    chosen = rules.checked_password(password, login=login, tenant_name=current().name, policy=policy)
    moment = now()
    return {
        "password_hash": rules.hashed(chosen),
        "must_change_password": must_change,
        "start_password_until": moment + policies.access().start_life if must_change else None,
        "password_set_at": moment,
        "welcomed_at": None if must_change else moment,
    }


def create_many(actor: Actor, rows: Iterable[NewAccount], password_hash: str | None) -> int:
    """Open many accounts that share one password hash; logins that are taken are left as they are.

    Returns how many were opened. The rows are trusted as to people and units.
    """
    if not actor.may(Can.MANAGE_ACCOUNTS):
        raise NotThere("")
    opened, batch = 0, list(rows)
    for start in range(0, len(batch), BATCH):
        opened += _insert_batch(actor, batch[start : start + BATCH], password_hash)
    audit.record(actor, "account.created_many", str(opened))
    return opened


def found(session: Session, *, login: str, email: str | None, password: str | None = None) -> str | None:
    """Write the first administrator of a tenant that is being made, through the session that makes it.

    Returns the secret of the activation link, or None when a password was given.
    """
    shown, key = rules.checked_login(login)
    account = Account(login=shown, login_key=key, role=Role.ADMIN.value, email=rules.checked_email(email))
    if password is not None:
        account.password_hash = rules.hashed(rules.checked_password(password, login=shown, tenant_name=""))
    session.add(account)
    session.flush()
    if password is not None:
        return None
    secret = new_secret()
    session.add(_token(account.id, "activation", secret))
    return secret


def issue_token(
    account_id: int, purpose: str, value: str | None = None, life: timedelta | None = None
) -> tuple[str, datetime]:
    """A new secret for a link of this purpose, and when it stops working; `value` is what the link confirms."""
    secret = new_secret()
    token = _token(account_id, purpose, secret)
    token.value = value
    token.expires_at = now() + (life or rules.LIVES[purpose])
    db.session.add(token)
    db.session.flush()
    return secret, token.expires_at


def _token(account_id: int, purpose: str, secret: str) -> AccountToken:
    return AccountToken(
        secret_digest=digest(secret), purpose=purpose, account_id=account_id, expires_at=now() + rules.LIVES[purpose]
    )


def _person(actor: Actor, login: str, key: str, person_code: str | None, role: Role) -> str | None:
    if person_code:
        if person_code not in estate.person_code_like(actor, person_code, person_code):
            raise Refused(_("W danych nie ma osoby o kodzie „%(code)s”.", code=person_code), field="person_code")
        return person_code
    if role is not Role.RESIDENT:
        return None
    alike = [code for code in estate.person_code_like(actor, login, key) if rules.normal_form(code) == key]
    return login if login in alike else alike[0] if len(alike) == 1 else None


def _units(actor: Actor, units: Sequence[str]) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(code.strip() for code in units if code.strip()))
    known = estate.known_units(actor, codes)
    missing = [code for code in codes if code not in known]
    if missing:
        raise Refused(_("W danych nie ma lokali o kodach: %(codes)s.", codes=", ".join(missing)), field="units")
    return codes


def _no_mixing(key: str, email: str | None) -> None:
    """A login must not read like the e-mail of another account, nor the other way round."""
    taken = select(Account.id).where((Account.email == key) | (Account.login_key == email))
    if db.session.execute(taken).first() is not None:
        raise Conflict(_("Ten login jest już zajęty."), field="login")


def _inserted(**values: Any) -> Account:
    statement = upsert(Account).values(public_id=new_public_id(), **values)
    row = db.session.execute(
        statement.on_conflict_do_nothing(index_elements=[Account.login_key]).returning(Account.id)
    ).first()
    if row is None:
        raise Conflict(_("Ten login jest już zajęty."), field="login")
    account: Account = db.session.get_one(Account, row.id)
    return account


def _give(actor: Actor, account: Account, codes: tuple[str, ...], person: str | None) -> None:
    if not codes:
        return
    held = set(estate.units_held(actor, person, today())) if person else set()
    db.session.execute(
        insert(AccountUnit),
        [
            {"account_id": account.id, "unit_code": code, "since": today(), "follows_books": code in held}
            for code in codes
        ],
    )


def _insert_batch(actor: Actor, rows: list[NewAccount], password_hash: str | None) -> int:
    opens_at = policies.opening()
    by_key = {key: (shown, row) for row in rows for shown, key in [rules.checked_login(row.login)]}
    values = [
        {
            "public_id": new_public_id(),
            "login": shown,
            "login_key": key,
            "password_hash": password_hash,
            "role": rules.checked_role(actor, row.role).value,
            "welcomed_at": now() if password_hash is not None else None,
            "opens_at": opens_at if row.role == Role.RESIDENT else None,
            "email": row.email,
            "person_code": row.person_code,
            "locale": row.locale,
        }
        for key, (shown, row) in by_key.items()
    ]
    if not values:
        return 0
    statement = upsert(Account).values(values).on_conflict_do_nothing(index_elements=[Account.login_key])
    made = db.session.execute(statement.returning(Account.id, Account.login_key)).all()
    units = [
        {"account_id": account_id, "unit_code": code, "since": today()}
        for account_id, key in made
        for code in by_key[key][1].units
    ]
    if units:
        db.session.execute(insert(AccountUnit), units)
    return len(made)
