"""What every visitor of a tenant's site may load: the manager's colour, and a word to robots."""

from __future__ import annotations

from flask import Blueprint, Response

from app.office.queries import profile
from app.office.rules import theme

pages = Blueprint("home", __name__)


@pages.get("/theme.css")
def theme_css() -> Response:
    response = Response(theme(profile().accent), mimetype="text/css")
    response.headers["Cache-Control"] = "private, max-age=60"
    return response


@pages.get("/robots.txt")
def robots() -> Response:
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")
