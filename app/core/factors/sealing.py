"""Keys of factors as the database keeps them: sealed with the deployment's field keys."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.core.runtime import settings


def sealed(secret: str) -> bytes:
    """The secret, encrypted with the newest of the field keys."""
    return _box().encrypt(secret.encode())


def opened(kept: bytes) -> str | None:
    """The secret again, by any of the field keys; None when it was sealed with a key that is gone."""
    try:
        return _box().decrypt(kept).decode()
    except InvalidToken:
        return None


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings().field_keys()])
