"""Ids and secrets that leave the house: random, so that they tell nothing and cannot be guessed."""

from __future__ import annotations

import hashlib
import secrets

PUBLIC_ID_LENGTH = 22


def new_public_id() -> str:
    """A random id for addresses and interfaces: 22 letters, digits, `-` and `_` (128 bits).

    None begins with `-`: a command line would read it as an option.
    """
    while (made := secrets.token_urlsafe(16)).startswith("-"):
        pass
    return made


def new_secret() -> str:
    """A random secret for links and sessions (256 bits). Only its `digest` is stored."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is stored of a secret: SHA-256, enough for random ones."""
    return hashlib.sha256(secret.encode()).digest()
