"""The code of a letter, typed with the login, becomes a link to a new password."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import text

from app.accounts import rules as accounts
from app.accounts.commands.opening import issue_token
from app.accounts.commands.tokens import void_tokens
from app.core import audit, throttle
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Refused
from app.core.language import gettext as _
from app.credentials import rules
from app.credentials.commands.handing import code_digest
from tenants.bound import current
from tenants.db import db

LINK_LIFE = timedelta(hours=1)
_ACCOUNT = text("SELECT id, login FROM accounts WHERE login_key = :key AND status = 'active'")
_CODE = text(
    "SELECT id FROM account_tokens WHERE secret_digest = :digest AND purpose = 'letter' AND account_id = :account "
    "AND used_at IS NULL AND expires_at > now()"
)
_SHORTEN = text(
    "UPDATE account_tokens SET expires_at = :until WHERE account_id = :account AND purpose = 'activation' "
    "AND used_at IS NULL"
)


def redeem(login: str, code: str, address: str) -> str:
    """The secret of a link `/activate/SECRET` for who has the letter. The code ends when a password is set with it.

    Raises `TooMany`, and otherwise `Refused` with one and the same sentence.
    """
    _admit(login, address)
    key, form = accounts.identifier_key(login) or "", rules.code_form(code)
    account = db.session.execute(_ACCOUNT, {"key": key}).one_or_none()
    account_id = account.id if account else 0
    found = db.session.execute(_CODE, {"digest": code_digest(account_id, form), "account": account_id}).first()
    if account is None or found is None:
        raise Refused(_("Login lub kod jest nieprawidłowy albo kod stracił ważność. Sprawdź, co masz w liście."))
    throttle.forget(_keys(login, address)[0])
    void_tokens(account.id, "activation")
    secret, _until = issue_token(account.id, "activation")
    db.session.execute(_SHORTEN, {"account": account.id, "until": now() + LINK_LIFE})
    actor = Actor(kind="account", login=account.login, account_id=account.id, address=address)
    audit.record(actor, "credentials.code_used", account.login)
    return secret


def _admit(login: str, address: str) -> None:
    """Count one attempt. Raises `TooMany` over a limit."""
    pair, name, home = _keys(login, address)
    limits = (
        (pair, rules.PAIR_LIMIT, rules.PAIR_WINDOW),
        (name, rules.LOGIN_LIMIT, rules.LOGIN_WINDOW),
        (home, rules.ADDRESS_LIMIT, rules.ADDRESS_WINDOW),
    )
    seconds = 0
    for key, limit, window in limits:
        if throttle.count(key, window) > limit:
            seconds = max(seconds, throttle.wait({key: limit}, window), 1)
    if seconds:
        raise accounts.TooMany(_("Za dużo nieudanych prób. Spróbuj później."), seconds)


def _keys(login: str, address: str) -> tuple[str, str, str]:
    name = hashlib.sha256((accounts.identifier_key(login) or "").encode("utf-8", "surrogatepass")).hexdigest()[:32]
    network = accounts.network(address)
    home = f"activate:{current().id}"
    return f"{home}:{name}:{network}", f"{home}:{name}", f"{home}:address:{network}"
