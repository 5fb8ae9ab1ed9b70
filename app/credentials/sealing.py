"""What has to be kept readable for a while, because paper is printed later: sealed with the deployment's keys."""

from __future__ import annotations

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.core.runtime import settings


class Unreadable(ValueError):
    """Sealed with a key that this deployment no longer has."""


def seal(content: dict[str, Any]) -> dict[str, Any]:
    """Words as they are stored."""
    return {"sealed": seal_bytes(json.dumps(content).encode()).decode()}


def unseal(stored: dict[str, Any]) -> dict[str, Any]:
    """The words again. Raises `Unreadable`."""
    found: dict[str, Any] = json.loads(unseal_bytes(str(stored["sealed"]).encode()))
    return found


def seal_bytes(content: bytes) -> bytes:
    """A file as it is stored."""
    return _box().encrypt(content)


def unseal_bytes(stored: bytes) -> bytes:
    """The file again. Raises `Unreadable`."""
    try:
        return _box().decrypt(stored)
    except InvalidToken:
        raise Unreadable("sealed with another key") from None


def _box() -> MultiFernet:
    """Seals with the newest key and opens with any, so that keys can be rotated."""
    return MultiFernet([Fernet(key) for key in settings().field_keys()])
