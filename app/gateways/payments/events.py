"""What Stripe posts to us: whether it is Stripe's, fresh, and which object it is about.

An event is a doorbell. Events come twice, late and in any order, so nothing that one says of its object is kept or
believed: who handles it fetches the object. That also keeps names and addresses of payers out of our tables.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

TOLERANCE_SECONDS = 300
MOST_SIGNATURES = 20
MOST_BYTES = 1024 * 1024


class Forged(Exception):
    """The signature is missing, wrong or not of now, or what is signed is no event."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, and to which object. `account` is the connected account, None for the platform's own.

    `object_kind` is Stripe's word (`subscription`, `payment_intent`); `object_id` is None for the few without one.
    """

    id: str
    type: str
    account: str | None
    created: datetime
    live: bool
    object_kind: str
    object_id: str | None


def verified(payload: bytes, header: str | None, secrets: str | None, *, now: datetime | None = None) -> Event:
    """The event that `Stripe-Signature` signs. Raises `Forged`.

    `secrets` are signing secrets separated by commas: each endpoint has its own (the platform's, the connected
    accounts'), and while one is rotated both count.
    """
    signed_at, signatures = _parts(header)
    moment = now or datetime.now(UTC)
    wanted = [_signature(secret.strip(), signed_at, payload) for secret in (secrets or "").split(",") if secret.strip()]
    if not any(hmac.compare_digest(one, given) for one in wanted for given in signatures):
        raise Forged("the signature is not ours")
    if abs(moment.timestamp() - signed_at) > TOLERANCE_SECONDS:
        raise Forged("signed too long ago or in the future")
    try:
        return _event(json.loads(payload))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError, OSError) as error:
        raise Forged("not an event") from error


def signature(payload: bytes, secret: str, *, at: datetime) -> str:
    """A `Stripe-Signature` header as Stripe makes it."""
    moment = int(at.timestamp())
    return f"t={moment},v1={_signature(secret, moment, payload).decode()}"


def _parts(header: str | None) -> tuple[int, list[bytes]]:
    pairs = [part.strip().partition("=") for part in (header or "").split(",")[: MOST_SIGNATURES + 1]]
    moments = [value for name, _, value in pairs if name == "t"]
    if len(moments) != 1 or not (moments[0].isascii() and moments[0].isdigit()) or len(moments[0]) > 12:
        raise Forged("no signature")
    return int(moments[0]), [value.encode("utf-8", "replace") for name, _, value in pairs if name == "v1"]


def _signature(secret: str, moment: int, payload: bytes) -> bytes:
    return hmac.new(secret.encode(), b"%d." % moment + payload, hashlib.sha256).hexdigest().encode()


def _event(found: dict[str, Any]) -> Event:
    if found["object"] != "event":
        raise ValueError("another kind of object")
    subject = found["data"]["object"]
    return Event(
        id=_word(found["id"]),
        type=_word(found["type"]),
        account=_word(found["account"]) if found.get("account") else None,
        created=datetime.fromtimestamp(int(found["created"]), UTC),
        live=bool(found.get("livemode")),
        object_kind=_word(subject["object"]),
        object_id=_word(subject["id"]) if subject.get("id") else None,
    )


def _word(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 255 or not value.isprintable():
        raise ValueError("not a word")
    return value
