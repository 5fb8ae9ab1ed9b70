"""What a login and a password may be, and how passwords are kept.

The normal form of a login decides which two logins are the same: Unicode NFC, letter case folded, white space at
the ends dropped and runs of it made one space. Nothing else is touched: `L000123` and `L123` are two logins.
"""

from __future__ import annotations

import ipaddress
import os
import threading
import unicodedata
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type
from email_validator import EmailNotValidError, validate_email

from app.core.actor import GRANTS, Actor, Can, Role
from app.core.errors import Refused
from app.core.language import gettext as _
from config.settings import DEMO_PASSWORD

LOGIN_LENGTH = 64
IDENTIFIER_LENGTH = 254
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 128
SESSION_LIFE = timedelta(hours=12)
ACTIVATION_LIFE = timedelta(days=14)
RESET_LIFE = timedelta(minutes=60)
LIVES = {"activation": ACTIVATION_LIFE, "reset": RESET_LIFE}
RESETS_A_DAY = 5

PAIR_LIMIT, PAIR_WINDOW = 10, 300
LOGIN_LIMIT, LOGIN_WINDOW = 50, 900
ADDRESS_LIMIT, ADDRESS_WINDOW = 100, 300
FORGOT_LIMIT, FORGOT_WINDOW = 20, 3600

HASHES_AT_ONCE = max(2, os.cpu_count() or 2)
HASH_PATIENCE = 5.0
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
_turns = threading.BoundedSemaphore(HASHES_AT_ONCE)
_LEET = str.maketrans("@4301$5!7", "aaeoissit")


class TooMany(Refused):
    """Too many attempts; `retry_after` is in seconds."""

    status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Busy(Refused):
    """All turns of an expensive calculation are taken; `retry_after` is in seconds."""

    status = 503

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


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


def own_path(typed: str | None) -> str | None:
    """A path on the visitor's own host, or None for anything that a browser might read as another place."""
    if not typed or len(typed) > 1000 or not typed.isprintable():
        return None
    if not typed.startswith("/") or typed.startswith("//") or "\\" in typed or " " in typed:
        return None
    return typed


def network(address: str) -> str:
    """By what an address is counted: itself, or the /64 network that one IPv6 subscriber owns."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), 64), strict=False))


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
    if not actor.may(Can.MANAGE_ACCOUNTS) or not GRANTS[wanted] <= actor.can:
        raise Refused(_("Nie można nadać roli, która daje większe uprawnienia niż własne."), field="role")
    return wanted


def password_rules() -> list[str]:
    """What a new password must be, as sentences for the person who makes one."""
    return [
        _(
            "Od %(least)d do %(most)d znaków; mogą być spacje, polskie litery i dowolne znaki.",
            least=SHORTEST_PASSWORD,
            most=LONGEST_PASSWORD,
        ),
        _("Inne niż login i nazwa zarządcy, trudne do odgadnięcia."),
    ]


def checked_password(password: str, *, login: str, tenant_name: str, field: str = "password") -> str:
    """The password as it is hashed (NFC). Raises `Refused` on `field`; a huge one costs no time."""
    normal = password_form(password)
    if normal is None:
        raise Refused(_("Hasło może mieć najwyżej %(most)d znaków.", most=LONGEST_PASSWORD), field=field)
    if len(normal) < SHORTEST_PASSWORD:
        raise Refused(_("Hasło musi mieć co najmniej %(least)d znaków.", least=SHORTEST_PASSWORD), field=field)
    if normal_form(normal) in (normal_form(login), normal_form(tenant_name)):
        raise Refused(_("Hasło nie może być takie samo jak login ani nazwa zarządcy."), field=field)
    if _easy(normal):
        raise Refused(_("To hasło jest zbyt łatwe do odgadnięcia; wymyśl inne."), field=field)
    return normal


def password_form(password: str) -> str | None:
    """The password in NFC, or None when it is longer than any password of ours."""
    if len(password) > LONGEST_PASSWORD * 4:
        return None
    normal = unicodedata.normalize("NFC", password)
    return normal if len(normal) <= LONGEST_PASSWORD else None


def hashed(password: str) -> str:
    """The argon2id hash of a password in its normal form. Raises `Busy`."""
    with _Turn():
        return _hasher.hash(_bytes(password))


def usable(password_hash: str | None, given: str, *, production: bool) -> str | None:
    """The hash to compare with; none for the published demo password, which opens nothing in production."""
    return None if production and given == DEMO_PASSWORD else password_hash


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password belongs to the hash. Takes the same time when there is no hash. Raises `Busy`."""
    with _Turn():
        try:
            _hasher.verify(password_hash or _nobody(), _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def outdated(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


class _Turn:
    """One of the few hashes that may be calculated at once: each takes 19 MiB and a core."""

    def __enter__(self) -> None:
        if not _turns.acquire(timeout=HASH_PATIENCE):
            raise Busy(_("Loguje się teraz bardzo wiele osób. Spróbuj za chwilę."), 10)

    def __exit__(self, *_error: object) -> None:
        _turns.release()


@cache
def _nobody() -> str:
    return _hasher.hash(b"a password that nobody has")


@cache
def _common() -> frozenset[str]:
    lines = (Path(__file__).parent / "common_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _easy(password: str) -> bool:
    """Known everywhere, also with digits and signs behind it or in place of letters; few signs; a run."""
    folded = password.casefold()
    head = folded.rstrip("0123456789 .,:;!?@#$%^&*()-_=+")
    candidates = {folded, head, folded.translate(_LEET), head.translate(_LEET)}
    return len(set(folded)) < 4 or not candidates.isdisjoint(_common()) or _is_run(folded)


def _is_run(text: str) -> bool:
    """`abcdefghij`, `9876543210`: each sign one further than the one before."""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return len(text) > 1 and steps in ({1}, {-1})


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


def _printable(text: str) -> bool:
    return all(sign == " " or unicodedata.category(sign)[0] not in "CZ" for sign in text)
