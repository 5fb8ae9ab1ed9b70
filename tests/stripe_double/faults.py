"""What the double answers when it does not do as asked, and faults on demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

# dropped: not done, no answer. lost: done, no answer. hang: not done, no answer for a long time. slow: done, and
# answered after `Faults.slowness` seconds.
KINDS = ("dropped", "lost", "hang", "slow", "500", "429", "lock", "declined", "unauthorised")


class Fault(Exception):
    """An error as Stripe answers it."""

    def __init__(self, status: int, message: str, **error: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": "invalid_request_error", "message": message} | error}


class NoAnswer(Exception):
    """The connection is closed without a word."""


def missing(kind: str, wanted: str) -> Fault:
    return Fault(404, f"No such {kind}: '{wanted}'", code="resource_missing", param="id")


def invalid(message: str, param: str | None = None, code: str | None = None) -> Fault:
    named: dict[str, Any] = {"param": param} if param else {}
    return Fault(400, message, **named, **({"code": code} if code else {}))


def declined(code: str = "card_declined", decline_code: str | None = "generic_decline") -> Fault:
    more = {"decline_code": decline_code} if decline_code else {}
    return Fault(402, "Your card was declined.", type="card_error", code=code, **more)


@dataclass(slots=True)
class Faults:
    """Faults that wait for a request whose path begins so."""

    waiting: list[tuple[str, str]] = field(default_factory=list)
    down: bool = False
    slow: bool = False
    slowness: float = 1.0

    def once(self, path: str, kind: str, times: int = 1) -> None:
        """Let the next requests below `path` fail; `POST /v1/…` names the method as well."""
        assert kind in KINDS, kind
        self.waiting += [(path, kind)] * times

    def take(self, method: str, path: str) -> str | None:
        if self.down:
            return "dropped"
        for place, (prefix, kind) in enumerate(self.waiting):
            if path.startswith(prefix) or f"{method} {path}".startswith(prefix):
                del self.waiting[place]
                return kind
        return "slow" if self.slow else None


def answered(kind: str, do: Callable[[], tuple[int, Any]], wait: Callable[[], None]) -> tuple[int, Any]:
    """Carry out a fault around `do`. Raises `Fault` or `NoAnswer`."""
    if kind in ("hang", "slow"):
        wait()
    if kind == "slow":
        return do()
    if kind == "lost":
        do()
    if kind in ("dropped", "lost", "hang"):
        raise NoAnswer
    if kind == "declined":
        raise declined()
    statuses = {
        "500": Fault(500, "An unknown error occurred", type="api_error"),
        "429": Fault(429, "Too many requests", code="rate_limit"),
        "lock": Fault(429, "This object cannot be accessed right now", code="lock_timeout"),
        "unauthorised": Fault(401, "Invalid API Key provided"),
    }
    raise statuses[kind]
