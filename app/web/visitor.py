"""Who is asking, and from where."""

from __future__ import annotations

from typing import cast

from flask import request
from flask_login import current_user

from app.core.actor import Actor
from app.web.application import SiteRequest
from tenants.http import Site


def maybe_actor() -> Actor | None:
    """The logged-in actor of this site, or None."""
    user = current_user._get_current_object()
    return user if isinstance(user, Actor) else None


def actor() -> Actor:
    """The logged-in actor; a guard has made sure that there is one."""
    found = maybe_actor()
    if found is None:
        raise PermissionError("no actor on a page that needs one")
    return found


def site() -> Site:
    found = cast(SiteRequest, request).site
    assert found is not None
    return found


def address() -> str:
    """The visitor's address; forwarded headers count only beyond as many proxies as the settings trust."""
    return request.remote_addr or "unknown"


def agent() -> str:
    return (request.user_agent.string or "")[:200]
