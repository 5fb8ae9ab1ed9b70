"""Rendering: what every template can use, and the two ways in which a view answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, cast
from urllib.parse import quote, urlencode

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import current_app, g, redirect, request
from jinja2 import Environment
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.core import language, money, work
from app.core.clock import local
from app.core.language import lazy_gettext as _l
from app.core.phones import readable_phone
from app.web import assets, menu, pretending
from app.web.application import Osiedle
from app.web.folding import FoldingEnvironment
from app.web.visitor import maybe_actor
from tenants.bound import Mode, bound, is_bound
from tenants.http import TENANT

_ITSELF = _l("portal, samoczynnie")
#: Names by which our own processes sign what they do.
_PROCESSES = {"cli": _l("polecenie na serwerze"), "announcements": _ITSELF, "mailouts": _ITSELF, "billing": _ITSELF}
_PROCESSES |= dict.fromkeys(("closing", "domains", "fleet", "meters", "nightly", "retention", "statements"), _ITSELF)
_providers: list[tuple[str, Callable[[], dict[str, Any]]]] = []
_offered: list[Callable[[], tuple[str, ...]]] = []


def provide(site_kind: str, provider: Callable[[], dict[str, Any]]) -> None:
    """Add names to every template of one kind of site, such as the office on tenant sites."""
    _providers.append((site_kind, provider))


def install_languages(offered: Callable[[], tuple[str, ...]]) -> None:
    """Say which languages the bound tenant's visitors may choose from."""
    _offered[:] = [offered]


def languages_offered() -> tuple[str, ...]:
    """The languages of this request's site, Polish first."""
    site = getattr(request, "site", None)
    if site is None or site.kind != TENANT or "binding" not in g or g.get("failing") or not _offered:
        return tuple(language.LANGUAGES)
    return _offered[0]()


def render(template: str, **context: Any) -> str:
    app = cast(Osiedle, current_app._get_current_object())  # type: ignore[attr-defined]
    app.update_template_context(context)
    if is_bound() and bound().mode is Mode.HOT:
        work.commit()  # all is read: while the page is drawn, others may have the connection
    return _speaking(app, language.language()).get_template(template).render(context)


@cache
def _speaking(app: Osiedle, code: str) -> FoldingEnvironment:
    """The application's templates in one language."""
    env = cast(FoldingEnvironment, app.jinja_env)
    drawn: Any = env.globals["icon"]
    return env.speaking(lambda message: _said(code, message), {"icon": drawn, "asset": assets.address})


def see_other(address: str) -> Response:
    """After a form was taken: go and look there."""
    return redirect(address, 303)


def init_app(app: Osiedle) -> None:
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: language.catalogue(language.language()).gettext(message),
        lambda one, many, n: language.catalogue(language.language()).ngettext(one, many, n),
        newstyle=True,
    )
    env.trim_blocks = env.lstrip_blocks = True
    env.filters.update(
        money=money.money,
        amount=money.amount,
        date=_date,
        longdate=_long_date,
        month=_month,
        datetime=_moment,
        number=_number,
        exact=_exact,
        price=_price,
        phone=readable_phone,
        signed=_signed,
    )
    env.globals.update(asset=assets.address, _=_say, icon=_icons(env))
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    site = getattr(request, "site", None)
    found: dict[str, Any] = {
        "site": site.kind if site else None,
        "locale": language.language(),
        "languages": _languages(),
        "request_id": g.get("request_id"),
        "office": None,
        "pretended": pretending.shown(),
    }
    if g.get("failing") or (site is not None and site.kind == TENANT and "binding" not in g):
        return found | {"actor": None, "menu": []}
    actor = maybe_actor()
    if actor is not None and actor.waits_for == "factor":
        actor = None  # a password alone is not told even whose it is
    found |= {"actor": actor, "menu": menu.items(actor), "own_frame": menu.frame(actor)}
    for kind, provider in _providers:
        if site is not None and site.kind == kind:
            found |= provider()
    return found


def _say(message: str, **values: Any) -> str:
    """`_` in templates: what the extension's own does, remembered, because a page calls it some sixty times."""
    found = _said(language.language(), message)
    return found % values if values or "%" in found else found


@lru_cache(maxsize=4096)
def _said(code: str, message: str) -> Markup:
    return Markup(language.catalogue(code).gettext(message))


def _icons(env: Environment) -> Callable[..., Markup]:
    """`icon(name, class)` in templates: each is drawn once a process."""

    @cache
    def icon(name: str, class_: str = "icon") -> Markup:
        drawn: Any = env.get_template("web/icons.html").module
        return Markup(drawn.icon(name, class_))

    return icon


def _languages() -> tuple[tuple[str, str, str], ...]:
    query = tuple((name, value) for name, value in request.args.items(multi=True) if name != "lang")
    offered = languages_offered()
    return _language_links(request.path, query, offered) if len(offered) > 1 else ()


@lru_cache(maxsize=512)
def _language_links(
    path: str, query: tuple[tuple[str, str], ...], offered: tuple[str, ...]
) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (code, name, f"{quote(path)}?{urlencode([*query, ('lang', code)])}")
        for code, name in language.LANGUAGES.items()
        if code in offered
    )


@lru_cache(maxsize=4096)
def _date(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""


def _long_date(day: date | datetime | None) -> str:
    if day is None:
        return ""
    plain = local(day).date() if isinstance(day, datetime) else day
    return format_date(plain, "d MMMM y", locale=language.language())


def _month(day: date | str) -> str:
    """A month by its name: `listopad 2026`; also of a key like `2026-11`."""
    first = date.fromisoformat(f"{day}-01") if isinstance(day, str) else day
    return format_date(first, "LLLL y", locale=language.language())


def _moment(moment: datetime | None) -> str:
    return f"{local(moment):%d.%m.%Y, %H:%M}" if moment else ""


def _signed(login: str | None) -> str:
    """Who did something, for staff: their login, or what our own process is in words."""
    return str(_PROCESSES.get(login or "", login or ""))


def _number(value: Any) -> str:
    return format_decimal(value, locale=language.language())


def _exact(value: Any) -> str:
    """A `Decimal` with the decimals that it has, up to six: `52.4000` → `52,4`; in every language as amounts are."""
    return format_decimal(value, format="#,##0.######", locale="pl")


def _price(value: Any) -> str:
    """A price in złoty with two decimals, and more where it has more: `0.0512` → `0,0512`."""
    return format_decimal(value, format="#,##0.00####", locale="pl")
