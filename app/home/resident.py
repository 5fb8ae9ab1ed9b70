"""A resident's first page: the first tab."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.web import menu
from app.web.visitor import actor

pages = Blueprint("home", __name__)


@pages.get("/")
def index() -> Response:
    tabs = menu.items(actor())
    return redirect(tabs[0].url if tabs else "/settings", 302)
