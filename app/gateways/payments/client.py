"""The one way to ask Stripe, through its official client.

    with stripe(account="acct_…") as api:
        api.v1.customers.create(params={…}, options={"idempotency_key": key})

What goes wrong inside leaves in our words. An `idempotency_key` is stored with its cause before the first call, so
that a call whose answer was lost can be repeated: after `Unavailable` nobody knows whether Stripe did it.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import structlog
from flask import g, has_request_context

from app.core.errors import TryLater
from app.core.runtime import settings

if TYPE_CHECKING:
    from stripe import CardError, HTTPClient, StripeClient, StripeError

CONNECT_SECONDS = 4.0
ANSWER_SECONDS = 15.0
PAGE_SECONDS = 12.0  # all that Stripe gets while somebody waits for a page, however many questions that takes
LEAST_SECONDS = 0.05
RETRIES = 1  # by the client itself, with the same idempotency key
CURRENCY = "pln"
log = structlog.get_logger("osiedle.payments")
logging.getLogger("stripe").setLevel(logging.WARNING)  # it tells of each request


class Unavailable(TryLater):
    """Stripe did not answer, or not now. What was asked may have been done: ask again with the same key."""


class Misconfigured(Unavailable):
    """There is no key, or Stripe does not take it. Told to operators by the log; to everybody else: unavailable."""


class Declined(Exception):
    """The bank or the card said no. `code` is Stripe's (`card_declined`, `insufficient_funds`…)."""

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message, self.code = message, code


class Rejected(Exception):
    """Stripe refuses the request itself; again would be the same. `param` names the parameter at fault."""

    def __init__(self, message: str, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.message, self.code, self.param = message, code, param


class Missing(Rejected):
    """Stripe knows no such object in this account and mode."""


@cache
def _official() -> Any:
    """The client's module: 22 MB that most processes never need."""
    import stripe as official

    official.enable_telemetry = False  # our machines' timings are nobody's business
    return official


def configured() -> bool:
    """Whether this deployment has a key. Without one payments are off, and pages say so."""
    return settings().stripe_api_key is not None


def pretended() -> bool:
    """Whether what answers is no Stripe but a double: nothing that is paid there is paid."""
    return configured() and bool(settings().stripe_api_base) and not settings().production


def live() -> bool:
    """Whether the key moves real money."""
    return (settings().stripe_api_key or "").startswith(("sk_live_", "rk_live_"))


def client(account: str | None = None) -> StripeClient:
    """A client of the platform's account, or acting for a connected one (`acct_…`). Raises `Misconfigured`.

    Prefer `stripe()`, which translates what goes wrong.
    """
    key = settings().stripe_api_key
    if key is None:
        raise Misconfigured("STRIPE_API_KEY is not set")
    base = (settings().stripe_api_base or "").rstrip("/")
    made: StripeClient = _official().StripeClient(
        key,
        stripe_account=account,
        base_addresses={"api": base, "connect": base, "files": base, "meter_events": base} if base else None,
        max_network_retries=RETRIES,
        http_client=_connections(os.getpid()),
    )
    return made


@contextmanager
def stripe(account: str | None = None) -> Iterator[StripeClient]:
    """A client for the body. Raises `Unavailable`, `Misconfigured`, `Declined`, `Rejected`, `Missing`."""
    api = client(account)
    try:
        yield api
    except _official().StripeError as error:
        raise _translated(error) from error


@lru_cache(maxsize=1)
def _connections(_process: int) -> HTTPClient:
    """Kept connections of this process; a forked one must not write into its parent's."""
    official = _official()

    class Patient(official.RequestsClient):  # type: ignore[misc, name-defined]
        """Waits as long as whoever asks may."""

        @property
        def _timeout(self) -> tuple[float, float]:
            return patience()

        @_timeout.setter
        def _timeout(self, _given: object) -> None:
            pass

    made: HTTPClient = Patient()
    return made


def patience() -> tuple[float, float]:
    """Seconds to wait for a connection and for an answer: in a job the usual ones, in a page what is left of its."""
    if not has_request_context():
        return CONNECT_SECONDS, ANSWER_SECONDS
    until: float = g.setdefault("stripe_until", time.monotonic() + PAGE_SECONDS)
    left = max(LEAST_SECONDS, until - time.monotonic())
    return min(CONNECT_SECONDS, left), min(ANSWER_SECONDS, left)


def _translated(error: StripeError) -> Exception:
    official = _official()
    said = (error.user_message or str(error) or type(error).__name__)[:500]
    detail: dict[str, Any] = {"status": error.http_status, "code": error.code, "request": error.request_id}
    if isinstance(error, official.CardError):
        return Declined(said, _decline_code(error) or error.code)
    if isinstance(error, (official.AuthenticationError, official.PermissionError)):
        log.error("Stripe does not take our key", error=type(error).__name__, **detail)
        return Misconfigured(f"{type(error).__name__} {error.code or ''}".strip())
    in_work = error.http_status in (409, 424, 429) or error.code in ("lock_timeout", "idempotency_key_in_use")
    if isinstance(error, (official.APIConnectionError, official.RateLimitError)) or in_work:
        return Unavailable(f"{type(error).__name__}: {error.code or error.http_status or 'no answer'}")
    if isinstance(error, (official.InvalidRequestError, official.IdempotencyError)):
        kind = Missing if error.code == "resource_missing" or error.http_status == 404 else Rejected
        log.warning("Stripe refused a request", param=getattr(error, "param", None), said=said, **detail)
        return kind(said, error.code, getattr(error, "param", None))
    log.warning("Stripe failed", error=type(error).__name__, **detail)
    return Unavailable(f"{type(error).__name__}: {error.http_status or 'no answer'}")


def _decline_code(error: CardError) -> str | None:
    body = error.json_body if isinstance(error.json_body, dict) else {}
    found = body.get("error", {}).get("decline_code")
    return found if isinstance(found, str) else None
