"""The login cookie: host-only, opaque, and looked up on the server at each request.

Features install who looks it up: accounts for tenant sites, operators for the console. A loader returns the
actor and whether the session wants to be marked as seen; `touch` does the marking after the page's own
transaction is over, because pages are read in a read-only snapshot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Response, current_app, g, request
from flask_login import LoginManager

from app.core.actor import Actor
from app.web import bearer
from app.web.application import Osiedle, SiteRequest
from tenants.bound import is_bound
from tenants.http import TENANT


@dataclass(frozen=True, slots=True)
class Seen:
    """What a loader found: the actor, and whether its session has not been marked as seen for a while."""

    actor: Actor
    stale: bool = False


#: How the secrets of support's sessions begin; those of everybody else hold no full stop.
SUPPORT = "s."


@dataclass(frozen=True, slots=True)
class Loader:
    load: Callable[[str], Seen | None]
    touch: Callable[[int], None]
    speak: Callable[[int, str], None] | None = None


_loaders: dict[tuple[str, bool], Loader] = {}


def install_loader(
    site_kind: str,
    load: Callable[[str], Seen | None],
    touch: Callable[[int], None],
    speak: Callable[[int, str], None] | None = None,
    *,
    support: bool = False,
) -> None:
    """Say who turns the cookie's secret into an actor on this kind of site, and who keeps an account's language.

    `support`: of secrets that begin with `SUPPORT`, and no others.
    """
    _loaders[site_kind, support] = Loader(load, touch, speak)


def cookie_name() -> str:
    secure = cast(Osiedle, current_app).settings.secure_cookies
    return "__Host-osiedle" if secure else "osiedle"


def secret() -> str | None:
    """The cookie's secret. Two cookies of this name mean that a neighbour planted one: neither counts."""
    found = request.cookies.getlist(cookie_name())
    return found[0] if len(found) == 1 and 20 <= len(found[0]) <= 100 else None


def set_cookie(response: Response, value: str) -> None:
    secure = cast(Osiedle, current_app).settings.secure_cookies
    response.set_cookie(cookie_name(), value, path="/", secure=secure, httponly=True, samesite="Lax")


def clear_cookie(response: Response) -> None:
    secure = cast(Osiedle, current_app).settings.secure_cookies
    response.delete_cookie(cookie_name(), path="/", secure=secure, httponly=True, samesite="Lax")


def touch() -> None:
    """Mark the visitor's session as seen, if it wants to be, and keep the language that was chosen on this page.

    Called when the page's transaction is over.
    """
    seen: Seen | None = g.pop("seen", None)
    site = cast(SiteRequest, request).site
    if seen is not None and seen.stale and seen.actor.session_id is not None and site is not None:
        _loaders[site.kind, seen.actor.is_support].touch(seen.actor.session_id)
    chosen: str | None = g.pop("chosen_language", None)
    watched = seen is not None and seen.actor.watcher is not None
    if seen is not None and not watched and site is not None and chosen not in (None, seen.actor.locale):
        speak = _loaders[site.kind, seen.actor.is_support].speak
        if speak is not None and seen.actor.account_id is not None and chosen is not None:
            speak(seen.actor.account_id, chosen)


def init_app(app: Osiedle) -> None:
    manager = LoginManager(
        app, add_context_processor=False
    )  # templates get `actor`, also where nobody may be asked for
    manager.session_protection = None

    @manager.request_loader
    def load(request: SiteRequest) -> Actor | None:
        if request.site and request.site.kind == TENANT and not is_bound():
            return None  # a page that has no business with people, such as /healthz
        if bearer.is_api():
            return bearer.holder() if request.site and request.site.kind == TENANT else None
        value = secret()
        loader = _loaders.get((request.site.kind, value.startswith(SUPPORT))) if request.site and value else None
        seen = loader.load(value) if loader and value else None
        if seen is None:
            return None
        g.seen = seen
        return seen.actor
