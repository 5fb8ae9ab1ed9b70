"""The end of an account: a resident resigns, the office closes it. What the books hold is not touched."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts import rules
from app.accounts.commands.admins import keep_one, one_at_a_time
from app.accounts.commands.entering import end_sessions
from app.accounts.commands.managing import managed
from app.accounts.commands.tokens import void_tokens
from app.accounts.models import Account, Resignation
from app.accounts.queries import resigned
from app.core import audit, throttle
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import DEFAULT
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.outbox import letters
from app.outbox.commands import post
from tenants.bound import current
from tenants.db import db

REASON_LENGTH = 500

letters.register(letters.Kind("account_closed", _l("Twoje konto w portalu zostało zamknięte"), lane="urgent"))


def ask(actor: Actor, password: str, reason: str = "") -> Resignation:
    """Ask the office to close the actor's own account; access lasts until it does.

    Raises `Refused` with field `password` or `reason`, `TooMany`, `Conflict` when the request waits already.
    """
    account = db.session.scalars(select(Account).where(Account.id == actor.account_id).with_for_update()).one_or_none()
    if account is None or not actor.is_resident:
        raise NotThere("")
    said = _reason(reason)
    if _waiting(account.id) is not None:
        raise Conflict(_("Twoja rezygnacja już czeka w biurze."))
    _check_password(account, password)
    resignation = Resignation(account_id=account.id, reason=said, state="open")
    db.session.add(resignation)
    audit.record(actor, "account.resignation_asked", account.login)
    return resignation


def withdraw(actor: Actor) -> None:
    """Take back one's own request. Raises `NotThere` when none waits."""
    waiting = _waiting(actor.account_id or 0)
    if waiting is None or not actor.is_resident:
        raise NotThere("")
    _decide(waiting, "withdrawn", actor)
    audit.record(actor, "account.resignation_withdrawn", actor.login)


def close(actor: Actor, account: Account, reason: str) -> Account:
    """Close an account for good: sessions and links end, contact data go, the login is free for a new account.

    Its units and its traces stay as history; the ledger is the books' own. Raises `NotThere` without the right,
    `Refused` for one's own account and for the last administrator, `Conflict` when it is closed already.
    """
    if not actor.may(Can.MANAGE_ACCOUNTS):
        raise NotThere("")
    said = _reason(reason)
    one_at_a_time()
    db.session.execute(select(Account.id).where(Account.id == account.id).with_for_update())
    db.session.refresh(account)
    rules.checked_role(actor, account.role)
    if account.status == "closed":
        raise Conflict(_("To konto jest już zamknięte."))
    if account.id == actor.account_id:
        raise Refused(_("Nie można zamknąć własnego konta."))
    keep_one(account)
    before, address = account.status, account.email
    account.status, account.closed_at, account.closed_reason = "closed", now(), said
    account.password_hash = account.email = account.phone = None
    account.login_key = f"closed:{account.public_id}"
    db.session.flush()
    void_tokens(account.id)
    end_sessions(account.id)
    waiting = _waiting(account.id)
    if waiting is not None:
        _decide(waiting, "closed", actor)
    audit.record(actor, "account.closed", account.login, before={"status": before}, after={"status": "closed"})
    _tell(account, address)
    return account


def close_asked(actor: Actor, public_id: str) -> Account:
    """Close the account whose resignation has this id. Raises as `close`; `Conflict` when it was decided before."""
    resigned.check_seen(actor, public_id)
    one_at_a_time()  # before any row is locked, as `close` does
    found = db.session.scalars(
        select(Resignation).where(Resignation.public_id == public_id).with_for_update()
    ).one_or_none()
    if found is None:  # it was there a moment ago
        raise NotThere("")
    if found.state != "open":
        raise Conflict(_("Ta rezygnacja została już załatwiona albo wycofana."))
    account = managed(actor, db.session.get_one(Account, found.account_id).public_id)
    return close(actor, account, _("Rezygnacja mieszkańca"))


def _waiting(account_id: int) -> Resignation | None:
    found: Resignation | None = db.session.scalars(
        select(Resignation).where(Resignation.account_id == account_id, Resignation.state == "open").with_for_update()
    ).one_or_none()
    return found


def _decide(resignation: Resignation, state: str, actor: Actor) -> None:
    resignation.state, resignation.decided_at, resignation.decided_by = state, now(), actor.login


def _reason(reason: str) -> str | None:
    said = " ".join(reason.replace("\0", "").split())
    if len(said) > REASON_LENGTH:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(most)d znaków.", most=REASON_LENGTH), field="reason")
    return said or None


def _check_password(account: Account, password: str) -> None:
    limit = f"password:{current().id}:{account.id}"
    if throttle.count(limit, rules.PAIR_WINDOW) > rules.PAIR_LIMIT:
        seconds = throttle.wait({limit: rules.PAIR_LIMIT}, rules.PAIR_WINDOW)
        raise rules.TooMany(_("Za dużo nieudanych prób. Spróbuj później."), max(1, seconds))
    given = rules.password_form(password)
    if given is None or not rules.matches(given, account.password_hash):
        raise Refused(_("Hasło jest nieprawidłowe."), field="password")
    throttle.forget(limit)


def _tell(account: Account, address: str | None) -> None:
    if address:
        post(
            "account_closed",
            f"account_closed:{account.public_id}",
            f"account:{account.public_id}",
            str(address),
            context={"login": account.login, "at": account.closed_at.isoformat() if account.closed_at else ""},
            locale=account.locale or DEFAULT,
        )
