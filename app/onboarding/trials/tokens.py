"""The signed word in the address that is mailed to whoever asked for a trial."""

from __future__ import annotations

from itsdangerous import BadData, URLSafeSerializer

from app.core.runtime import settings


def token(public_id: str) -> str:
    """The word for a request. Whether it still opens anything is decided by the request's row."""
    made = _serializer().dumps(public_id)
    return made if isinstance(made, str) else made.decode()


def read(word: str) -> str | None:
    """The public id of the request; None for anything that we have not signed."""
    try:
        found = _serializer().loads(word[:500])
    except (BadData, ValueError, TypeError):
        return None
    return found if isinstance(found, str) else None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().derived_key("onboarding.trial"), salt="trial")
