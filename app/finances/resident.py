"""Rachunki i płatności: what a resident owes, to which account, and how it came about."""

from __future__ import annotations

from urllib.parse import quote_plus

from flask import Blueprint

from app.accounts.holdings import holdings
from app.core.clock import today
from app.core.language import lazy_gettext as _l
from app.finances import queries, tabs
from app.finances.frame import frame
from app.finances.rules import account_number
from app.office.queries import profile
from app.web import menu
from app.web.audiences import hot
from app.web.pages import render
from app.web.visitor import actor

PAYMENTS = "/payments"
INTEREST = "/payments/interest"
pages = Blueprint("finances", __name__, template_folder="templates")
menu.register("resident", _l("Rachunki i płatności"), "finances.payments", "payments", 10, module=tabs.MODULE)
tabs.register(PAYMENTS, _l("Ogólnie"), 10, pages.name)


@pages.get(PAYMENTS)
@hot
def payments() -> str:
    mine = holdings(actor(), today())
    unit, around = frame(mine)
    if unit is None:
        return render("finances/payments.html", **around)
    standing = queries.standing(actor(), unit, today())
    if standing.owed.late:
        around["tabs"] = tabs.also(around["tabs"], INTEREST, unit)
    return render(
        "finances/payments.html",
        **around,
        standing=standing,
        account_number=account_number(unit.account or profile().bank_account),
        query=f"?unit={quote_plus(unit.code)}",
        links=tabs.paths(),
    )
