"""A resident's first page: the first tab that has something for them."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from app.accounts.holdings import holdings
from app.core.clock import today
from app.web.visitor import actor

pages = Blueprint("home", __name__)


@pages.get("/")
def index() -> Response:
    mine = holdings(actor(), today())
    lodges = mine.units and not mine.settled().units
    return redirect(url_for("resident.me.units" if lodges else "resident.finances.payments"), 302)
