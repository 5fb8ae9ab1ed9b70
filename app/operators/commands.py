"""What operators do: log in, order new managers, suspend and resume them."""

from __future__ import annotations

import hmac
from collections.abc import Callable

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.accounts import mails
from app.accounts import rules as passwords
from app.accounts.commands.opening import issue_token
from app.accounts.commands.tokens import void_tokens
from app.accounts.models import Account
from app.core import audit, jobs, links, throttle, work
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import digest, new_secret
from app.core.runtime import settings
from app.factors.enrolling import forget_all
from app.office import commands as office
from app.operators import keyring, queries, rules
from app.operators.models import Opening, Operator, OperatorSession
from tenants.context import bind
from tenants.db import PLATFORM, db
from tenants.models import TenantRow

OPEN_JOB = "onboarding.open"
ADMIN_LOGIN = "admin"
log = structlog.get_logger("osiedle.operators")


def create_operator(actor: Actor, email: str, password: str) -> None:
    """Make an operator's login. Raises `Refused` with field `email` or `password`, `Conflict`."""
    address = passwords.checked_email(email)
    if address is None:
        raise Refused(_("Podaj adres e-mail."), field="email")
    normal = passwords.checked_password(password, login=address, tenant_name="Osiedle")
    if db.session.scalar(select(Operator.id).where(Operator.email == address)) is not None:
        raise Conflict(_("Operator %(email)s już istnieje.", email=address), field="email")
    db.session.add(Operator(email=address, password_hash=passwords.hashed(normal)))
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Conflict(_("Operator %(email)s już istnieje.", email=address), field="email") from error
    audit.record(actor, "operator.created", address)


def log_in(email: str, password: str, address: str, agent: str = "") -> str:
    """Start a session and return the secret for the cookie. Raises `Refused`, `TooMany`, `Busy`.

    The session still waits for the second factor of an operator who has one, or must have one.

    Each attempt is counted before the password is looked at, so that attempts at once count as well.
    """
    key = passwords.identifier_key(email) or ""
    _count_attempt(key, address)
    operator = db.session.execute(
        select(Operator.id, Operator.email, Operator.password_hash).where(Operator.email == key)
    ).one_or_none()
    db.session.rollback()  # nothing was written, and no connection may wait while a hash is calculated
    given = passwords.password_form(password)
    production = settings().production
    kept = passwords.usable(operator.password_hash if operator else None, given or "", production=production)
    right = given is not None and passwords.matches(given, kept)
    if operator is None or given is None or not right:
        if operator is not None:
            _write_failure(operator.email, address)
        raise Refused(_("Adres e-mail lub hasło są nieprawidłowe."))
    throttle.forget(_pair(key, address))
    if passwords.outdated(operator.password_hash):
        renewed = passwords.hashed(given)
        db.session.execute(update(Operator).where(Operator.id == operator.id).values(password_hash=renewed))
    secret, moment, owed = new_secret(), now(), keyring.demanded(operator.id)
    db.session.add(
        OperatorSession(
            secret_digest=digest(secret),
            operator_id=operator.id,
            created_at=moment,
            seen_at=moment,
            expires_at=moment + rules.SESSION_LIFE,
            address=address[:60],
            agent="".join(sign for sign in agent[:200] if sign.isprintable()),
            waits_for=owed,
        )
    )
    actor = Actor(kind="operator", login=operator.email, operator_id=operator.id, address=address)
    audit.record(actor, "operator.password_right" if owed else "operator.logged_in", operator.email)
    return secret


def log_out(actor: Actor) -> None:
    """End the session that the actor came with."""
    db.session.execute(
        update(OperatorSession)
        .where(OperatorSession.id == actor.session_id, OperatorSession.ended_at.is_(None))
        .values(ended_at=now())
    )
    audit.record(actor, "operator.logged_out", actor.login)


def reset_factor(actor: Actor, email: str) -> None:
    """Take all second factors from an operator who lost them, and end the sessions. Raises `NotThere`."""
    address = passwords.identifier_key(email) or ""
    operator = db.session.scalar(select(Operator.id).where(Operator.email == address))
    if operator is None:
        raise NotThere(_("Nie ma operatora %(email)s.", email=email))
    had = forget_all(keyring.RING, operator)
    db.session.execute(
        update(OperatorSession)
        .where(OperatorSession.operator_id == operator, OperatorSession.ended_at.is_(None))
        .values(ended_at=now())
    )
    audit.record(actor, "factor.reset", address, factors=had)


def order_manager(actor: Actor, *, slug: str, name: str, kind: str, admin_email: str, trial: bool = False) -> str:
    """Order a new manager, which a worker then makes, and return its slug; with `trial` it begins with a trial.

    Raises `Refused` with the field that is at fault.
    """
    queries.only_operators(actor)
    wanted = rules.chosen_slug(slug)
    name, kind = rules.chosen_name(name), rules.chosen_kind(kind)
    email = admin_address(admin_email)
    if db.session.scalar(select(TenantRow.id).where(TenantRow.slug == wanted)) is not None:
        raise Conflict(_("Subdomena „%(slug)s” jest już zajęta.", slug=wanted), field="slug")
    opening = Opening(slug=wanted, name=name, kind=kind, admin_email=email, ordered_by=actor.login, trial=trial)
    db.session.add(opening)
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise Conflict(_("Zarządca „%(slug)s” jest już w przygotowaniu.", slug=wanted), field="slug") from error
    jobs.enqueue(OPEN_JOB, str(opening.id), {"opening": opening.id}, lane="urgent")
    audit.record(actor, "tenant.ordered", wanted, name=name, kind=kind)
    return wanted


def admin_address(typed: str) -> str:
    """The first administrator's e-mail address. Raises `Refused` on field `admin_email`."""
    try:
        email = passwords.checked_email(typed)
    except Refused as error:
        raise Refused(error.message, field="admin_email") from error
    if email is None:
        raise Refused(_("Podaj adres e-mail administratora."), field="admin_email")
    return email


def suspend(actor: Actor, slug: str, reason: str) -> None:
    """Stop serving a manager; nothing is lost. Raises `NotThere`, `Conflict`, `Refused` on field `reason`."""
    queries.only_operators(actor)
    reason = rules.checked_reason(reason)
    tenant = queries.tenant(slug)
    if tenant.suspended:
        raise Conflict(_("Zarządca „%(slug)s” jest już wstrzymany.", slug=tenant.slug))
    try:
        with bind(tenant):
            office.copy_contact()  # the last chance: nobody enters the schema of a suspended manager
    except DBAPIError as error:
        log.warning("contact not copied", tenant=tenant.slug, error=str(error).splitlines()[0])
    _switch(tenant.id, "active", "suspended", reason)
    audit.record(actor, "tenant.suspended", tenant.slug, reason=reason)


def resume(actor: Actor, slug: str, reason: str) -> None:
    """Serve a suspended manager again. Raises `NotThere`, `Conflict`, `Refused` on field `reason`."""
    queries.only_operators(actor)
    reason = rules.checked_reason(reason)
    tenant = queries.tenant(slug)
    for obstacle in _obstacles:
        if (sentence := obstacle(tenant.id)) is not None:
            raise Conflict(sentence)
    _switch(tenant.id, "suspended", "active", None)
    audit.record(actor, "tenant.resumed", tenant.slug, reason=reason)


_obstacles: list[Callable[[int], str | None]] = []


def keeps_suspended(obstacle: Callable[[int], str | None]) -> None:
    """Have this asked before a manager is resumed: `obstacle(tenant_id)` says why it may not be, or None."""
    _obstacles.append(obstacle)


def fresh_activation(actor: Actor, slug: str) -> str:
    """A new one-time address with which the first administrator sets a password; earlier ones die.

    Ends a unit of work of its own in the manager's schema. Raises `NotThere`, and `Conflict` when the
    administrator has a password already: operators must not be able to take an account over.
    """
    queries.only_operators(actor)
    tenant = queries.tenant(slug)
    with bind(tenant):
        account = db.session.scalars(
            select(Account).where(Account.login_key == ADMIN_LOGIN).with_for_update()
        ).one_or_none()
        if account is None or account.password_hash is not None:
            raise Conflict(_("Administrator ma już hasło; nowe ustawi przez „Nie pamiętam hasła”."))
        address = activation_address(account.id)
        audit.record(actor, "account.activation_renewed", account.login)
        work.commit()
    return address


def activation_address(account_id: int) -> str:
    """Void the account's unused activation links and make a new one, in the bound tenant."""
    void_tokens(account_id, "activation")
    secret, _until = issue_token(account_id, "activation")
    return links.external(mails.activation_path(secret))


def _switch(tenant_id: int, before: str, after: str, reason: str | None) -> None:
    changed = db.session.execute(
        update(TenantRow)
        .where(TenantRow.id == tenant_id, TenantRow.status == before)
        .values(status=after, status_reason=reason)
        .returning(TenantRow.id)
    ).all()
    if not changed:
        raise Conflict(_("Stan tego zarządcy już się zmienił."))


def _write_failure(email: str, address: str) -> None:
    """Note a wrong password in a transaction of its own: the refusal gives up the page's."""
    values = {"actor_kind": "operator", "actor": email, "action": "operator.password_wrong", "subject": email}
    with db.engines[PLATFORM].begin() as connection:
        connection.execute(insert(audit.PlatformAuditEntry).values(**values, address=address))


def _count_attempt(key: str, address: str) -> None:
    network = passwords.network(address)
    limits = (
        (_pair(key, address), rules.PAIR_LIMIT, rules.PAIR_WINDOW),
        (f"operator:login:{_short(key)}", rules.LOGIN_LIMIT, rules.LOGIN_WINDOW),
        (f"operator:address:{network}", rules.ADDRESS_LIMIT, rules.ADDRESS_WINDOW),
    )
    for name, limit, window in limits:
        if throttle.count(name, window) > limit:
            wait = throttle.wait({name: limit}, window)
            raise passwords.TooMany(_("Za dużo nieudanych prób. Spróbuj później."), max(wait, 1))


def _pair(key: str, address: str) -> str:
    return f"operator:pair:{passwords.network(address)}:{_short(key)}"


def _short(key: str) -> str:
    """What is stored of a typed login: enough to count it, nothing to read."""
    return hmac.new(settings().derived_key("throttle"), key.encode("utf-8", "replace"), "sha256").hexdigest()[:24]
