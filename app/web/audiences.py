"""Whom a page is for. Every page hangs below one of these parents, whose guard it cannot lose.

| parent | site | lets in |
|---|---|---|
| `product` | product page | everyone |
| `public` | tenant | everyone |
| `signed_in` | tenant | every account |
| `resident` | tenant | residents |
| `staff` | tenant, `/admin` | the manager's staff |
| `works` | tenant, `/works` | every account; the site of works decides further |
| `api` | tenant, `/api/v1` | programs with a token |
| `console_public` | console | everyone |
| `operator` | console | operators |

Who is not signed in is sent to the login of the same host; who is the wrong audience gets the same 404 as for
a page that does not exist. Programs get problem documents: `app/web/bearer.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Blueprint, abort, current_app, redirect, request
from werkzeug.wrappers import Response

from app.core.actor import Actor, Can
from app.web import bearer, menu, unpaid
from app.web.visitor import actor, maybe_actor, site
from tenants.http import CONSOLE, PRODUCT, TENANT

View = TypeVar("View", bound=Callable[..., Any])
AUDIENCES = ("product", "public", "signed_in", "resident", "staff", "works", "api", "console_public", "operator")


def parents() -> dict[str, Blueprint]:
    """Fresh parent blueprints for one application."""
    made = {
        "product": Blueprint("product", __name__, subdomain=PRODUCT),
        "public": Blueprint("public", __name__, subdomain=TENANT),
        "signed_in": Blueprint("signed_in", __name__, subdomain=TENANT),
        "resident": Blueprint("resident", __name__, subdomain=TENANT),
        "staff": Blueprint("staff", __name__, subdomain=TENANT, url_prefix="/admin"),
        "works": Blueprint("works", __name__, subdomain=TENANT, url_prefix="/works"),
        "api": Blueprint("api", __name__, subdomain=TENANT, url_prefix="/api/v1"),
        "console_public": Blueprint("console_public", __name__, subdomain=CONSOLE),
        "operator": Blueprint("operator", __name__, subdomain=CONSOLE),
    }
    made["public"].before_request(_no_page_of_a_module_that_is_off)
    made["signed_in"].before_request(_guard(lambda who: who.kind == "account"))
    made["resident"].before_request(_guard(lambda who: who.is_resident))
    made["staff"].before_request(_guard(lambda who: who.is_staff))
    made["staff"].before_request(_nothing_unpaid)
    made["works"].before_request(_guard(lambda who: who.kind == "account"))
    made["works"].before_request(_nothing_unpaid)
    made["api"].before_request(bearer.guard)
    made["operator"].before_request(_guard(lambda who: who.is_operator))
    return made


def _guard(admits: Callable[[Actor], bool]) -> Callable[[], Response | None]:
    def guard() -> Response | None:
        who = maybe_actor()
        if who is None:
            return redirect(f"/login?next={quote(request.full_path.rstrip('?'))}" if _is_page() else "/login", 302)
        if who.watcher is not None and not _may_be_watched():
            abort(404)
        if not admits(who):
            if who.is_staff and request.path == "/":
                return redirect("/admin/", 302)
            if who.is_collaborator and request.path == "/":
                return redirect("/works/", 302)
            abort(404)
        if who.is_support:
            _support_comes(who)
        _no_page_of_a_module_that_is_off()
        if who.waits_for is not None:
            detour = _detours[who.waits_for]
            wanted = f"?next={quote(request.full_path.rstrip('?'))}" if _is_page() else ""
            return None if request.path.startswith(detour) else redirect(f"{detour}{wanted}", 302)
        if who.must_change_password and not _view_has("open_before_change"):
            return redirect("/settings/password", 302)
        return None

    return guard


def _may_be_watched() -> bool:
    """Whether staff who see with a resident's eyes may come here: to look at residents' pages, and to leave."""
    if _view_has("ends_watching"):
        return True
    looks = request.method in ("GET", "HEAD") and (request.endpoint or "").startswith("resident.")
    return looks and not any((request.endpoint or "").startswith(f"resident.{name}.") for name in _private)


def _support_comes(who: Actor) -> None:
    """Let support in where it may look, and only once that is written down."""
    if _view_has("ends_watching"):
        return
    endpoint, looks = request.endpoint or "", request.method in ("GET", "HEAD")
    if not _support or not _support[0].admits(who, endpoint, looks):
        abort(404)
    _support[0].witness(who, looks)


@dataclass(frozen=True, slots=True)
class Support:
    """What the platform's support may open, and who writes down that it did, before the page is made.

    `admits(actor, endpoint, looks)`: `looks` is whether nothing is sent. `witness(actor, looks)` raises when it cannot.
    """

    admits: Callable[[Actor, str, bool], bool]
    witness: Callable[[Actor, bool], None]


_support: list[Support] = []


def install_support(support: Support) -> None:
    """Say where support may look. Until somebody does, it may look nowhere."""
    _support[:] = [support]


def _nothing_unpaid() -> None:
    """What staff may still do while their manager does not pay; residents and collaborators feel nothing of it."""
    tenant = site().tenant
    standing = tenant.standing if tenant else "good"
    who = maybe_actor()
    if standing == "good" or who is None or not who.is_staff or _view_has("open_unpaid"):
        return
    unpaid.refuse(standing)


def open_unpaid(view: View) -> View:
    """Mark a page of staff that stays open while the manager does not pay: the one where it can."""
    view.open_unpaid = True  # type: ignore[attr-defined]
    return view


_private: set[str] = set()


def private(blueprint: str) -> None:
    """Say that the pages of this blueprint are nobody's but the resident's own, such as their letters."""
    _private.add(blueprint)


def ends_watching(view: View) -> View:
    """Mark the one change that staff who see with a resident's eyes may make: to stop."""
    view.ends_watching = True  # type: ignore[attr-defined]
    return view


def _no_page_of_a_module_that_is_off() -> None:
    if menu.is_off(request.endpoint):
        abort(404)


_detours: dict[str, str] = {}


def detour(waits_for: str, path: str) -> None:
    """Say below which path a session goes on that still owes something, such as the second factor."""
    _detours[waits_for] = path


def owed_at(waits_for: str) -> str:
    """Below which path a session goes on that owes this."""
    return _detours[waits_for]


def _is_page() -> bool:
    return request.method == "GET" and request.path != "/"


def _view_has(mark: str) -> bool:
    return bool(getattr(current_app.view_functions.get(request.endpoint or ""), mark, False))


def open_before_change(view: View) -> View:
    """Mark a page that stays open while a start password must be changed first."""
    view.open_before_change = True  # type: ignore[attr-defined]
    return view


def hot(view: View) -> View:
    """Mark a page that many open at once and that reads by `tenants.reading` only: its plans are kept."""
    view.hot = True  # type: ignore[attr-defined]
    return view


def accepts_upload(megabytes: int, admits: Callable[[], bool] | None = None) -> Callable[[View], View]:
    """Mark a page that takes files up to this size; all others take small forms only.

    Where visitors have no account, `admits` says whether this one may send so much.
    """

    def mark(view: View) -> View:
        view.max_content_length = megabytes * 1024 * 1024  # type: ignore[attr-defined]
        view.admits_upload = admits  # type: ignore[attr-defined]
        return view

    return mark


def needs(right: Can) -> Callable[[View], View]:
    """Let in only those who have this right; for others the page does not exist."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> Any:
            if right not in actor().can:
                abort(404)
            return view(*args, **values)

        guarded.needs = right  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate
