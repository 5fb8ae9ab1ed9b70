"""A resident's first page: the first tab that has something for them."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from app.accounts.holdings import holdings
from app.core.clock import today
from app.web import menu
from app.web.visitor import actor

pages = Blueprint("home", __name__)


@pages.get("/")
def index() -> Response:
    tabs = [tab.url for tab in menu.items(actor())]
    first = tabs[0] if tabs else "/settings"
    if first == url_for("resident.finances.payments"):
        mine = holdings(actor(), today())
        if mine.units and not mine.settled().units:  # a lodger: the owner's debts are not shown
            first = next((url for url in tabs if url != first), "/settings")
    return redirect(first, 302)
