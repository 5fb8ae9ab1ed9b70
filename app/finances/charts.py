"""Wykresy: the balance over two years and charges per month by component, to look at and to print."""

from __future__ import annotations

from flask import Blueprint

from app.accounts.holdings import holdings
from app.core.clock import today
from app.finances import pictures, queries, tabs
from app.finances.frame import frame
from app.finances.queries.trends import months_back
from app.web import menu
from app.web.pages import render
from app.web.visitor import actor

CHARTS = "/payments/entries/charts"
MONTHS = 24
pages = Blueprint("charts", __name__, template_folder="templates")
menu.pages_of(tabs.MODULE, f"resident.{pages.name}")


@pages.get(CHARTS)
def charts() -> str:
    unit, around = frame(holdings(actor(), today()))
    if unit is None:
        return render("finances/charts.html", **around)
    months = months_back(today(), MONTHS, unit.since)
    return render(
        "finances/charts.html",
        **around,
        balances=pictures.balances(queries.balance_by_month(actor(), unit, months)),
        components=pictures.components(queries.charges_by_month(actor(), unit, months)),
    )
