"""What every visitor of a tenant's site may load: the manager's colour and logo, and a word to robots."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from app.office.logo import content
from app.office.queries import profile
from app.office.rules import theme

pages = Blueprint("home", __name__)


@pages.get("/theme.css")
def theme_css() -> Response:
    """The colour. Under the address that names it it may be kept for ever, under any other not at all."""
    office = profile()
    response = Response(theme(office.accent), mimetype="text/css")
    named = request.full_path == office.theme_path
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable" if named else "no-cache"
    return response


@pages.get("/logo/<picture>.png")
def logo(picture: str) -> Response:
    found = content(picture)
    if found is None:
        abort(404)
    response = Response(found, mimetype="image/png")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # letters show it, in whatever reads mail
    return response


@pages.get("/robots.txt")
def robots() -> Response:
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")
