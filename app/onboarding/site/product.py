"""Pages for everybody: what the portal is, for residents, for managers, its prices, its safety, its accessibility."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, request

from app.accounts.rules import network
from app.core import throttle
from app.core.language import gettext as _
from app.core.runtime import settings
from app.onboarding.site import listing, prices, security
from app.web.pages import provide, render
from app.web.visitor import address
from tenants.http import PRODUCT

FIND_LIMIT, FIND_WINDOW = 60, 300
pages = Blueprint("home", __name__, template_folder="../templates")


def _frame() -> dict[str, Any]:
    where = request.path
    links = (
        ("/find", _("Dla mieszkańców")),
        ("/managers", _("Dla zarządców")),
        ("/prices", _("Cennik")),
        ("/safety", _("Bezpieczeństwo")),
    )
    return {
        "product_links": [{"url": url, "label": label, "current": where == url} for url, label in links],
        "demo_url": None if settings().production else settings().url(f"demo.{settings().base_domain}"),
        "console_url": settings().url(f"console.{settings().base_domain}"),
    }


provide(PRODUCT, _frame)


@pages.get("/")
def index() -> str:
    return render("site/home.html", trial_days=prices.trial_days())


@pages.get("/find")
def find() -> Any:
    asked = request.args.get("q", "")[:100]
    hits: list[listing.Found] = []
    busy = False
    if listing.asked_enough(asked):
        key = f"product:find:{network(address())}"
        busy = throttle.count(key, FIND_WINDOW) > FIND_LIMIT
        hits = [] if busy else listing.found(asked)
    page = render(
        "site/find.html",
        q=asked,
        hits=hits,
        busy=busy,
        short=bool(asked.strip()) and not listing.asked_enough(asked),
        most=listing.MOST,
    )
    return make_response(page, 429 if busy else 200)


@pages.get("/managers")
def managers() -> str:
    return render("site/managers.html", trial_days=prices.trial_days())


@pages.get("/prices")
def price_list() -> str:
    typed = request.args.get("units", "")[:20]
    units = prices.typed_units(typed)
    return render(
        "site/prices.html",
        offers=prices.offers(units),
        units=units,
        typed=typed,
        wrong=bool(typed.strip()) and units is None,
        most=prices.MOST_UNITS,
        vat=prices.vat_percent(),
        trial_days=prices.trial_days(),
    )


@pages.get("/safety")
def safety() -> str:
    return render("site/safety.html", contact=security.contact())


@pages.get("/.well-known/security.txt")
def security_txt() -> Response:
    response = make_response(security.text())
    response.mimetype = "text/plain"
    return response


@pages.get("/accessibility")
def accessibility() -> str:
    return render("site/accessibility.html")
