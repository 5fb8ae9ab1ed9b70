"""Signed words that travel in letters: who declines or confirms what, and what a row keeps sealed until it is sent."""

from __future__ import annotations

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from itsdangerous import BadData, URLSafeSerializer

from app.core.runtime import settings
from tenants.bound import current


def unsubscribe_token(address: str, topic: str) -> str:
    """A token by which this address of the bound tenant can decline this topic. It does not run out."""
    token = _signer().dumps([current().id, address.lower(), topic])
    return token if isinstance(token, str) else token.decode()


def read_unsubscribe(token: str) -> tuple[str, str] | None:
    """(address, topic) of a token of the bound tenant; None for anything else."""
    try:
        tenant_id, address, topic = _signer().loads(token)
    except (BadData, ValueError, TypeError):
        return None
    return (str(address), str(topic)) if tenant_id == current().id else None


def confirm_token(delivery: str, subject: str) -> str:
    """A token by which who got this delivery (a public id) can confirm what it is about without logging in."""
    token = _signer("confirm").dumps([current().id, delivery, subject])
    return token if isinstance(token, str) else token.decode()


def read_confirm(token: str) -> tuple[str, str] | None:
    """(delivery, subject) of a token of the bound tenant; None for anything else."""
    try:
        tenant_id, delivery, subject = _signer("confirm").loads(token)
    except (BadData, ValueError, TypeError):
        return None
    return (str(delivery), str(subject)) if tenant_id == current().id else None


def sealed(context: dict[str, Any]) -> dict[str, Any]:
    """A context with secrets as it is stored: nobody reads it from the table or from a copy of it."""
    return {"sealed": _box().encrypt(json.dumps(context).encode()).decode()}


def opened(context: dict[str, Any]) -> dict[str, Any]:
    """The context again. Raises `ValueError` when it was sealed with another key."""
    if "sealed" not in context:
        return context
    try:
        found: dict[str, Any] = json.loads(_box().decrypt(context["sealed"].encode()))
    except InvalidToken:
        raise ValueError("sealed with another key") from None
    return found


def _signer(what: str = "unsubscribe") -> URLSafeSerializer:
    return URLSafeSerializer(settings().derived_key(f"outbox.{what}"), salt=what)


def _box() -> MultiFernet:
    """Seals with the newest of the deployment's keys and opens with any, so that keys can be rotated."""
    return MultiFernet([Fernet(key) for key in settings().field_keys()])
