"""Short codes that are sent to a person and typed back. One at a time for an account and purpose, with few tries."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Engine, text

from app.accounts import rules
from app.core import throttle
from app.core.clock import now
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.runtime import settings
from tenants.bound import current
from tenants.db import db

_DROP = text("DELETE FROM account_tokens WHERE account_id = :account AND purpose = :purpose")
_ISSUE = text(
    "INSERT INTO account_tokens (secret_digest, purpose, account_id, expires_at, value) "
    "VALUES (:digest, :purpose, :account, :until, :value)"
)
_TRY = text(
    "UPDATE account_tokens SET tries = tries + 1 WHERE account_id = :account AND purpose = :purpose "
    "AND used_at IS NULL AND expires_at > now() AND tries < :most RETURNING id, secret_digest, value"
)
_USE = text("UPDATE account_tokens SET used_at = now() WHERE id = :id AND used_at IS NULL RETURNING id")


@dataclass(frozen=True, slots=True)
class Proved:
    """A code was right. `value` is what it confirms."""

    value: str | None


def may_send(account_id: int, purpose: str) -> bool:
    """Count one more code or link for an account; False when there were too many in the last hour."""
    key = f"codes:{current().id}:{account_id}:{purpose}"
    return throttle.count(key, rules.CODES_WINDOW) <= rules.CODES_LIMIT


def refuse_many(account_id: int, purpose: str) -> None:
    """Count one more code or link for an account. Raises `TooMany`."""
    if not may_send(account_id, purpose):
        key = f"codes:{current().id}:{account_id}:{purpose}"
        seconds = throttle.wait({key: rules.CODES_LIMIT}, rules.CODES_WINDOW)
        raise rules.TooMany(_("Wysłaliśmy już kilka wiadomości. Spróbuj za godzinę."), max(1, seconds))


def issue_code(account_id: int, purpose: str, value: str | None = None) -> str:
    """A new code of six digits; the one before it stops working."""
    code = f"{secrets.randbelow(10**6):06d}"
    db.session.execute(_DROP, {"account": account_id, "purpose": purpose})
    values = {"digest": _digest(account_id, purpose, code), "purpose": purpose, "account": account_id, "value": value}
    db.session.execute(_ISSUE, {**values, "until": now() + rules.LIVES[purpose]})
    return code


def prove(account_id: int | None, purpose: str, code: str) -> Proved:
    """Use up the code. Each try counts, also when the request fails. Raises `Refused` on field `code`."""
    typed = "".join(code.split())[:20]
    values = {"account": account_id or 0, "purpose": purpose, "most": rules.CODE_TRIES}
    with cast(Engine, db.session.get_bind()).begin() as connection:
        found = connection.execute(_TRY, values).first()
    expected = bytes(found.secret_digest) if found else b""
    right = hmac.compare_digest(_digest(account_id or 0, purpose, typed), expected)
    if found is None or not right or db.session.execute(_USE, {"id": found.id}).first() is None:
        raise Refused(_("Ten kod jest nieprawidłowy albo już nie działa."), field="code")
    return Proved(found.value)


def _digest(account_id: int, purpose: str, code: str) -> bytes:
    """A keyed digest: six digits alone would be read from theirs at once."""
    said = f"{current().id}:{account_id}:{purpose}:{code}".encode("utf-8", "surrogatepass")
    return hmac.new(settings().secret_key.encode(), said, hashlib.sha256).digest()
