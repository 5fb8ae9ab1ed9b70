"""How passwords are kept: argon2id, a few calculations at once."""

from __future__ import annotations

import os
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from app.accounts.rules.limits import Busy
from app.core.language import gettext as _
from config.settings import DEMO_PASSWORD

HASHES_AT_ONCE = max(2, os.cpu_count() or 2)
HASH_PATIENCE = 5.0
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
_turns = threading.BoundedSemaphore(HASHES_AT_ONCE)


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


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
