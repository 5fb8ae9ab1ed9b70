"""What a login, an e-mail address and a role may be.

The normal form of a login decides which two logins are the same: Unicode NFC, letter case folded, white space at
the ends dropped and runs of it made one space. Nothing else is touched: `L000123` and `L123` are two logins.
"""

from __future__ import annotations

import hashlib
import unicodedata

from email_validator import EmailNotValidError, validate_email

from app.core.actor import GRANTS, Actor, Can, Role
from app.core.errors import Refused
from app.core.language import gettext as _

LOGIN_LENGTH = 64
IDENTIFIER_LENGTH = 254


def normal_form(login: str) -> str:
    """The form by which logins are compared."""
    plain = " ".join(unicodedata.normalize("NFC", login).split())
    return unicodedata.normalize("NFC", plain.casefold())


def identifier_key(typed: str) -> str | None:
    """The normal form of what was typed as a login or e-mail, or None if no account can have it."""
    if len(typed) > IDENTIFIER_LENGTH * 2:
        return None
    key = normal_form(typed)
    return key if 0 < len(key) <= IDENTIFIER_LENGTH and _printable(key) else None


def attempts_key(tenant_id: int, typed: str) -> str:
    """Under which key attempts at what was typed as a login are counted; the login itself is not stored."""
    name = hashlib.sha256((identifier_key(typed) or "").encode()).hexdigest()[:32]
    return f"login:{tenant_id}:{name}"


def own_path(typed: str | None) -> str | None:
    """A path on the visitor's own host, or None for anything that a browser might read as another place."""
    if not typed or len(typed) > 1000 or not typed.isprintable():
        return None
    if not typed.startswith("/") or typed.startswith("//") or "\\" in typed or " " in typed:
        return None
    return typed


def checked_login(typed: str) -> tuple[str, str]:
    """A new login as it will be shown, and its normal form. Raises `Refused` on field `login`."""
    if len(typed) > LOGIN_LENGTH * 4:
        raise Refused(_("Login może mieć najwyżej %(most)d znaków.", most=LOGIN_LENGTH), field="login")
    shown = " ".join(unicodedata.normalize("NFC", typed).split())
    key = normal_form(shown)
    if len(key) < 2:
        raise Refused(_("Login musi mieć co najmniej 2 znaki."), field="login")
    if max(len(key), len(shown)) > LOGIN_LENGTH:
        raise Refused(_("Login może mieć najwyżej %(most)d znaków.", most=LOGIN_LENGTH), field="login")
    if not _printable(key):
        raise Refused(_("Login nie może zawierać znaków sterujących ani niewidocznych."), field="login")
    if len({unicodedata.name(sign, "?").split()[0] for sign in key if sign.isalpha()}) > 1:
        raise Refused(_("Login nie może mieszać liter różnych alfabetów."), field="login")
    return shown, key


def checked_email(typed: str | None) -> str | None:
    """An e-mail address in its normal form, None when empty. Raises `Refused` on field `email`."""
    text = (typed or "").strip()
    if not text:
        return None
    try:
        found = validate_email(text[:400], check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise Refused(_("Tego adresu e-mail nie da się użyć: sprawdź zapis."), field="email") from error
    return normal_form(found)


def checked_role(actor: Actor, role: str) -> Role:
    """The role, if this actor may give it: nobody hands out a right that is not theirs. Raises `Refused`."""
    try:
        wanted = Role(role)
    except ValueError as error:
        raise Refused(_("Nie ma takiej roli: „%(role)s”.", role=role), field="role") from error
    if actor.kind == "system":
        return wanted
    own = {Role.RESIDENT: Can.MANAGE_ACCOUNTS, Role.COLLABORATOR: Can.MANAGE_WORKS}
    right = own.get(wanted, Can.MANAGE_STAFF)
    if not actor.may(right) or not GRANTS[wanted] <= actor.can:
        raise Refused(_("Nie można nadać roli, która daje większe uprawnienia niż własne."), field="role")
    return wanted


def _printable(text: str) -> bool:
    return all(sign == " " or unicodedata.category(sign)[0] not in "CZ" for sign in text)
