"""Programs that speak for a manager: a token in the header `Authorization`, and nothing else.

Below `/api/` cookies count for nothing, so no page of another site can make a browser act there, and nothing needs
a form's token. A secret in an address or in a form is not looked at. The feature `api` installs who knows tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Response, current_app, g, request
from werkzeug.exceptions import Forbidden, HTTPException, TooManyRequests, Unauthorized

from app.core import throttle
from app.core.actor import Actor, Can
from app.core.language import gettext as _
from app.web import unpaid
from app.web.visitor import address, maybe_actor
from tenants.bound import current

View = TypeVar("View", bound=Callable[..., Any])
PREFIX = "/api/"
WINDOW, CALLS = 60, 120  # calls of one token in so many seconds
WRONG_WINDOW, WRONG = 300, 30  # wrong tokens from one address
UPLOAD_WINDOW, UPLOADS = 3600, 60
_SECRET = re.compile(r"[Bb]earer +([A-Za-z0-9._~+/=-]{20,200})")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a token stands for, whether its use has not been noted for a while, and the scopes that it may show."""

    actor: Actor
    token_id: int
    stale: bool
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Loader:
    load: Callable[[str], Seen | None]
    touch: Callable[[int], None]


_loader: list[_Loader] = []


def install(load: Callable[[str], Seen | None], touch: Callable[[int], None]) -> None:
    """Say who turns a secret into an actor of the bound manager, and who notes that it was used."""
    _loader[:] = [_Loader(load, touch)]


def is_api() -> bool:
    """Whether this request is a program's, by its path alone: also where there is no such page."""
    return request.path.startswith(PREFIX)


def holder() -> Actor | None:
    """Whom the token of this request stands for; None for no token and for one that opens nothing, alike."""
    sent = _SECRET.fullmatch(request.headers.get("Authorization", ""))
    if sent is None or not _loader:
        return None
    seen = _loader[0].load(sent[1])
    if seen is None:
        throttle.count(_wrong(), WRONG_WINDOW)
        return None
    g.bearer = seen
    return seen.actor


def touch() -> None:
    """Note that the token of this request was used. Called when the request's transaction is over."""
    seen: Seen | None = g.pop("bearer", None)
    if seen is not None and seen.stale:
        _loader[0].touch(seen.token_id)


def open_description(view: View) -> View:
    """Mark what tells programs how to ask and nothing of the manager: it is read without a token."""
    view.open_description = True  # type: ignore[attr-defined]
    return view


def scope(name: str, right: Can) -> Callable[[View], View]:
    """Let in only tokens with this scope, which brings this right; others are told the scope's name."""

    def mark(view: View) -> View:
        view.needs, view.scope = right, name  # type: ignore[attr-defined]
        return view

    return mark


def holds(name: str) -> bool:
    """Whether the token of this request has this scope, too."""
    seen: Seen | None = g.get("bearer")
    return seen is not None and name in seen.scopes


def uploads(view: View) -> View:
    """Mark what takes files: they have a limit of their own."""
    view.uploads = True  # type: ignore[attr-defined]
    return view


def guard() -> None:
    """Let in a token that may do what is asked and is within its limits. Asked before the body is read."""
    view = current_app.view_functions.get(request.endpoint or "")
    if g.get("admitted") or getattr(view, "open_description", False):
        return
    who = maybe_actor()
    if who is None:
        _turn_away()
    assert who is not None
    _spend(view)
    unpaid.refuse(current().standing)
    wanted = getattr(view, "scope", "")
    if not holds(wanted) or getattr(view, "needs", None) not in who.can:
        error = Forbidden(_("Ten token nie ma uprawnienia „%(scope)s”.", scope=wanted))
        _challenge(error, f'Bearer error="insufficient_scope", scope="{wanted}"')
        raise error
    g.admitted = True


def _turn_away() -> None:
    wait = throttle.wait({_wrong(): WRONG}, WRONG_WINDOW)
    if wait:
        raise TooManyRequests(_("Za dużo prób z błędnym tokenem. Spróbuj później."), retry_after=wait)
    sent = "Authorization" in request.headers
    error = Unauthorized(_("Podaj ważny token w nagłówku Authorization: Bearer …"))
    _challenge(error, 'Bearer error="invalid_token"' if sent else "Bearer")
    raise error


def _challenge(error: HTTPException, value: str) -> None:
    g.api_headers = {**g.get("api_headers", {}), "WWW-Authenticate": value}


def _spend(view: Any) -> None:
    """Count this call, tell in headers what is left, and refuse one too many."""
    token = f"{current().id}:{g.bearer.token_id}"
    used, left = throttle.spend(f"api:{token}", WINDOW)
    most = CALLS
    if used <= most and getattr(view, "uploads", False):
        used, left = throttle.spend(f"api-upload:{token}", UPLOAD_WINDOW)
        most = UPLOADS
    g.api_headers = {
        "RateLimit-Limit": str(most),
        "RateLimit-Remaining": str(max(0, most - used)),
        "RateLimit-Reset": str(left),
    }
    if used > most:
        raise TooManyRequests(_("Za dużo zapytań. Poczekaj %(seconds)s s.", seconds=left), retry_after=left)


def _wrong() -> str:
    return f"api-wrong:{current().id}:{address()}"


def tell(response: Response) -> Response:
    """Add to an answer of ours what the guard has to say: limits, and how to show a token."""
    for name, value in g.pop("api_headers", {}).items():
        response.headers[name] = value
    return response
