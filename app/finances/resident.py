"""Rachunki i płatności: what a resident owes, to which account, and how it came about."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus, urlencode

from flask import Blueprint, request

from app.accounts import queries as accounts
from app.accounts.holdings import HeldUnit, Holdings, holdings
from app.accounts.switching import switch
from app.core.clock import today
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.finances import queries
from app.finances.rules import ACCOUNTS, KINDS, account_number
from app.office.queries import profile
from app.web import menu
from app.web.audiences import hot
from app.web.pages import render
from app.web.visitor import actor

PATHS = {"payments": "/payments", "entries": "/payments/entries"}
pages = Blueprint("finances", __name__, template_folder="templates")
menu.register("resident", _l("Rachunki i płatności"), "finances.payments", "payments", 10, module="payments")


@pages.get(PATHS["payments"])
@hot
def payments() -> str:
    mine = holdings(actor(), today())
    unit, frame = _frame(mine)
    if unit is None or mine.as_of is None:
        return render("finances/payments.html", **frame)
    standing = queries.standing(actor(), unit, today())
    return render(
        "finances/payments.html",
        **frame,
        balance=standing.balance,
        accounts=standing.accounts if len(standing.accounts) > 1 else [],
        entries=standing.entries,
        due=standing.due,
        account_number=account_number(unit.account or profile().bank_account),
        entries_url=f"{PATHS['entries']}?unit={quote_plus(unit.code)}",
    )


@pages.get(PATHS["entries"])
def entries() -> str:
    mine = holdings(actor(), today())
    unit, frame = _frame(mine)
    if unit is None or mine.as_of is None:
        return render("finances/entries.html", **frame)
    years = queries.years(actor(), unit)
    asked = request.args.get("year", "")
    year = int(asked) if asked in map(str, years) else (years[0] if years else today().year)
    kind = request.args.get("kind") if request.args.get("kind") in KINDS else None
    account = request.args.get("account") if request.args.get("account") in ACCOUNTS else None
    page, totals = queries.entries_of_year(
        actor(), unit, year, kind=kind, account=account, page=page_number(request.args.get("page"))
    )
    query = {"unit": unit.code, "year": year, "kind": kind or "", "account": account or "", "page": ""}
    return render(
        "finances/entries.html",
        **frame,
        years=years,
        year=year,
        kinds=list(KINDS.items()),
        account_kinds=list(ACCOUNTS.items()),
        chosen={"kind": kind or "", "account": account or ""},
        totals=totals,
        page=page,
        page_url=f"{PATHS['entries']}?{urlencode(query)}",
    )


def _frame(mine: Holdings) -> tuple[HeldUnit | None, dict[str, Any]]:
    """The unit that the page is about and what both pages show around it; units of others' debts are not there."""
    chosen = switch(mine.settled())
    frame: dict[str, Any] = {
        "units": chosen.units,
        "unit": chosen.unit,
        "as_of": mine.as_of,
        "tabs": chosen.tabs({PATHS["payments"]: _("Ogólnie"), PATHS["entries"]: _("Obroty")}),
    }
    if chosen.unit is None:
        frame |= {"lodges": bool(mine.units), "gone": not mine.units and accounts.held_before(actor(), today())}
    return chosen.unit, frame
