"""Signed words in the addresses of the public pages: the status page, and the proof of an e-mail address."""

from __future__ import annotations

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from app.core.public_ids import new_public_id
from app.core.runtime import settings
from tenants.bound import current

PROOF_SECONDS = 3600


def status_token(public_id: str) -> str:
    """The word in the address of an application's status page. The same each time, so that each letter can say it."""
    return _text(_status().dumps([current().id, public_id]))


def read_status(token: str) -> str | None:
    """The public id in a status token of the bound tenant; None for anything else."""
    try:
        tenant_id, public_id = _status().loads(token)
    except (BadData, ValueError, TypeError):
        return None
    return str(public_id) if tenant_id == current().id else None


def proof_token(email: str) -> str:
    """What is mailed to an address so that its owner can go on; works for an hour and opens one account."""
    return _text(_proof().dumps([current().id, email, new_public_id()]))


def read_proof(token: str) -> tuple[str, str] | None:
    """(e-mail, number of the letter) of a proof of the bound tenant; None for anything else."""
    try:
        tenant_id, email, key = _proof().loads(token, max_age=PROOF_SECONDS)
    except (BadData, ValueError, TypeError):
        return None
    return (str(email), str(key)) if tenant_id == current().id else None


def _status() -> URLSafeSerializer:
    return URLSafeSerializer(settings().derived_key("registrations.status"), salt="status")


def _proof() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().derived_key("registrations.proof"), salt="proof")


def _text(token: str | bytes) -> str:
    return token if isinstance(token, str) else token.decode()
