"""One's own e-mail address and phone number: they count when their owner has proved to read them."""

from __future__ import annotations

from sqlalchemy import Row, select, text

from app.accounts import mails, rules
from app.accounts.commands.codes import issue_code, prove, refuse_many
from app.accounts.commands.entering import end_sessions
from app.accounts.commands.opening import issue_token
from app.accounts.commands.tokens import void_tokens
from app.accounts.models import Account
from app.core import audit, throttle
from app.core.actor import Actor
from app.core.errors import NotThere, Refused
from app.core.language import LANGUAGES
from app.core.language import gettext as _
from app.core.public_ids import digest
from tenants.bound import current
from tenants.db import db

UNDO = "undo:"
_FIND = text(
    "SELECT t.id, t.account_id, t.value, a.login, a.email FROM account_tokens t JOIN accounts a ON a.id = t.account_id "
    "WHERE t.secret_digest = :digest AND t.purpose = 'email' AND t.used_at IS NULL AND t.expires_at > now() "
    "AND a.status = 'active' AND starts_with(t.value, :undo) = :undoing"
)
_USE = text("UPDATE account_tokens SET used_at = now() WHERE id = :id AND used_at IS NULL RETURNING id")

_WAITING = text(
    "SELECT value FROM account_tokens WHERE account_id = :account AND purpose = :purpose AND used_at IS NULL "
    f"AND expires_at > now() AND NOT starts_with(value, '{UNDO}') ORDER BY id DESC LIMIT 1"
)
_DROP_WAITING = text(
    "DELETE FROM account_tokens WHERE account_id = :account AND purpose = 'email' AND used_at IS NULL "
    f"AND NOT starts_with(value, '{UNDO}')"
)
_DROP_CODE = text("DELETE FROM account_tokens WHERE account_id = :account AND purpose = 'phone' AND used_at IS NULL")


def change_email(actor: Actor, typed: str, password: str | None) -> str | None:
    """Ask for another e-mail address and return it; it waits for its link. Empty text takes the address away.

    What waits already is not asked for again; the present address forgets what waits.
    `password` is the current one; None only while somebody is shown round, who has just set it.
    Raises `Refused` on `email` or `current`, `TooMany`.
    """
    account = _own(actor)
    wanted = rules.checked_email(typed)
    if wanted is not None and wanted == _waiting(account, "email"):
        return None
    if wanted == account.email:
        db.session.execute(_DROP_WAITING, {"account": account.id})
        return None
    _proved_by_password(account, password)
    _no_login_of_others(account, wanted)
    if wanted is None:
        _set_email(actor, account, None)
        return None
    _ask_email(account, wanted)
    audit.record(actor, "account.email_asked", account.login, after={"email": wanted})
    return wanted


def confirm_email(secret: str) -> str:
    """Make the address that a link confirms the account's; returns the login. The old address is told.

    Raises `NotThere` for a link that does not work any more or never did.
    """
    found = _link(secret, undoing=False)
    account = _locked(found)
    actor = _as(account)
    wanted = str(found.value)
    try:
        _no_login_of_others(account, wanted)
    except Refused as refusal:
        raise NotThere(refusal.message) from refusal
    _set_email(actor, account, wanted)
    return account.login


def object_to_email(secret: str) -> str:
    """The owner of the old address says that the change was not theirs; returns the login.

    The old address comes back, and nobody gets in until the office has seen who is who: whoever changed it knew
    the password, and whoever reads the old address may be the one it was changed for.
    Raises `NotThere` for a link that does not work any more or never did.
    """
    found = _link(secret, undoing=True)
    account = _locked(found)
    before = account.email
    account.email = str(found.value).removeprefix(UNDO)
    account.status = "blocked"
    db.session.flush()
    void_tokens(account.id)
    end_sessions(account.id)
    audit.record(
        _as(account),
        "account.email_objected",
        account.login,
        before={"email": str(before or ""), "status": "active"},
        after={"email": str(account.email), "status": "blocked"},
    )
    return account.login


def change_phone(actor: Actor, typed: str, password: str | None) -> str | None:
    """Ask for another number and return it; it waits for the code in an SMS. Empty text takes the number away.

    `password` as for `change_email`. Raises `Refused` on `phone` or `current`, `TooMany`.
    """
    account = _own(actor)
    wanted = rules.checked_phone(typed)
    if wanted is not None and wanted == _waiting(account, "phone"):
        return None
    if wanted == account.phone:
        db.session.execute(_DROP_CODE, {"account": account.id})
        return None
    _proved_by_password(account, password)
    if wanted is None:
        _set_phone(actor, account, None)
        return None
    _ask_phone(account, wanted)
    audit.record(actor, "account.phone_asked", account.login, after={"phone": wanted})
    return wanted


def confirm_phone(actor: Actor, code: str) -> None:
    """Make the number to which the code was sent the account's. Raises `Refused` on `code`."""
    account = _own(actor)
    proved = prove(account.id, "phone", code)
    _set_phone(actor, account, proved.value)


def send_again(actor: Actor) -> None:
    """Send the link or code once more for whatever waits to be confirmed. Raises `TooMany`."""
    remind(_own(actor))


def give_up_waiting(actor: Actor) -> None:
    """Forget an address and a number that were never confirmed."""
    account = _own(actor)
    dropped = db.session.execute(_DROP_WAITING, {"account": account.id}).rowcount  # type: ignore[attr-defined]
    dropped += db.session.execute(_DROP_CODE, {"account": account.id}).rowcount  # type: ignore[attr-defined]
    if dropped:
        audit.record(actor, "account.contact_given_up", account.login)


def vouch(actor: Actor, account: Account, email: str | None, phone: str | None) -> None:
    """Set an address and a number for which staff vouch; what waited to be confirmed is forgotten.

    Raises `Refused` on `email` or `phone`.
    """
    wanted, number = rules.checked_email(email), rules.checked_phone(phone)
    _no_login_of_others(account, wanted)
    if wanted != account.email:
        _set_email(actor, account, wanted)
    if number != account.phone:
        _set_phone(actor, account, number)


def remind(account: Account) -> bool:
    """Send the link or code once more for whatever waits to be confirmed; False when nothing waits.

    Raises `TooMany`.
    """
    email, phone = _waiting(account, "email"), _waiting(account, "phone")
    if email:
        _ask_email(account, email)
    if phone:
        _ask_phone(account, phone)
    return bool(email or phone)


def choose_locale(actor: Actor, code: str) -> None:
    """Remember the language in which the actor wants pages and letters. Raises `Refused` on `locale`."""
    if code not in LANGUAGES:
        raise Refused(_("Nie ma takiego języka."), field="locale")
    account = _own(actor)
    if account.locale != code:
        audit.record(
            actor, "account.locale_chosen", account.login, before={"locale": account.locale}, after={"locale": code}
        )
        account.locale = code


def _waiting(account: Account, purpose: str) -> str | None:
    values = {"account": account.id, "purpose": purpose}
    found: str | None = db.session.execute(_WAITING, values).scalar()
    return found


def _ask_email(account: Account, wanted: str) -> None:
    refuse_many(account.id, "email")
    db.session.execute(_DROP_WAITING, {"account": account.id})
    secret, until = issue_token(account.id, "email", wanted)
    mails.email_confirm(account, wanted, secret, until)


def _ask_phone(account: Account, wanted: str) -> None:
    refuse_many(account.id, "phone")
    mails.phone_code(account, wanted, issue_code(account.id, "phone", wanted))


def _set_email(actor: Actor, account: Account, wanted: str | None) -> None:
    before = str(account.email) if account.email else None
    account.email = wanted
    db.session.flush()
    db.session.execute(_DROP_WAITING, {"account": account.id})
    void_tokens(account.id, "reset")
    audit.record(actor, "account.email_changed", account.login, before={"email": before}, after={"email": wanted})
    if before:
        secret, until = issue_token(account.id, "email", f"{UNDO}{before}", rules.OBJECTION_LIFE)
        mails.email_changed(account, before, secret, until)


def _set_phone(actor: Actor, account: Account, wanted: str | None) -> None:
    before, account.phone = account.phone, wanted
    db.session.flush()
    db.session.execute(_DROP_CODE, {"account": account.id})
    audit.record(actor, "account.phone_changed", account.login, before={"phone": before}, after={"phone": wanted})
    mails.phone_changed(account, before)


def _proved_by_password(account: Account, password: str | None) -> None:
    if password is None and account.welcomed_at is None:
        return
    limit = f"password:{current().id}:{account.id}"
    if throttle.count(limit, rules.PAIR_WINDOW) > rules.PAIR_LIMIT:
        seconds = throttle.wait({limit: rules.PAIR_LIMIT}, rules.PAIR_WINDOW)
        raise rules.TooMany(_("Za dużo nieudanych prób. Spróbuj później."), max(1, seconds))
    given = rules.password_form(password or "")
    if given is None or not rules.matches(given, account.password_hash):
        raise Refused(_("Obecne hasło jest nieprawidłowe."), field="current")
    throttle.forget(limit)


def _no_login_of_others(account: Account, wanted: str | None) -> None:
    """An address must not read like the login of another account."""
    taken = select(Account.id).where(Account.login_key == wanted, Account.id != account.id)
    if wanted is not None and db.session.execute(taken).first() is not None:
        raise Refused(_("Tego adresu e-mail nie da się użyć: sprawdź zapis."), field="email")


def _own(actor: Actor) -> Account:
    account = db.session.get(Account, actor.account_id)
    if account is None:
        raise NotThere("")
    return account


def _link(secret: str, *, undoing: bool) -> Row[tuple[int, int, str, str, str]]:
    found = db.session.execute(_FIND, {"digest": digest(secret), "undo": UNDO, "undoing": undoing}).one_or_none()
    if found is None:
        raise NotThere(_("Ten link już nie działa."))
    return found


def _locked(found: Row[tuple[int, int, str, str, str]]) -> Account:
    """The account of a link that has now been used, locked. Raises `NotThere` when somebody was faster."""
    account: Account | None = db.session.scalars(
        select(Account).where(Account.id == found.account_id, Account.status == "active").with_for_update()
    ).one_or_none()
    if account is None or db.session.execute(_USE, {"id": found.id}).first() is None:
        raise NotThere(_("Ten link już nie działa."))
    return account


def _as(account: Account) -> Actor:
    return Actor(kind="account", login=account.login, account_id=account.id)
