"""Rachunki i płatności: what a resident owes, to which account, and how it came about."""

from __future__ import annotations

from urllib.parse import quote_plus, urlencode

from flask import Blueprint, request

from app.accounts.holdings import holdings
from app.core.clock import today
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.finances import queries, tabs
from app.finances.frame import frame
from app.finances.rules import ACCOUNTS, KINDS, account_number
from app.office.queries import profile
from app.web import menu
from app.web.audiences import hot
from app.web.pages import render
from app.web.visitor import actor

PATHS = {"payments": "/payments", "entries": "/payments/entries"}
pages = Blueprint("finances", __name__, template_folder="templates")
menu.register("resident", _l("Rachunki i płatności"), "finances.payments", "payments", 10, module=tabs.MODULE)
tabs.register(PATHS["payments"], _l("Ogólnie"), 10, pages.name)
tabs.register(PATHS["entries"], _l("Rachunki i płatności"), 20, pages.name)


@pages.get(PATHS["payments"])
@hot
def payments() -> str:
    mine = holdings(actor(), today())
    unit, around = frame(mine)
    if unit is None:
        return render("finances/payments.html", **around)
    standing = queries.standing(actor(), unit, today())
    return render(
        "finances/payments.html",
        **around,
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
    unit, around = frame(mine)
    if unit is None:
        return render("finances/entries.html", **around)
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
        **around,
        years=years,
        year=year,
        kinds=list(KINDS.items()),
        account_kinds=list(ACCOUNTS.items()),
        chosen={"kind": kind or "", "account": account or ""},
        totals=totals,
        page=page,
        page_url=f"{PATHS['entries']}?{urlencode(query)}",
    )
