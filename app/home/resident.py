"""A resident's first page: the first tab."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

pages = Blueprint("home", __name__)


@pages.get("/")
def index() -> Response:
    return redirect(url_for("resident.finances.payments"), 302)
