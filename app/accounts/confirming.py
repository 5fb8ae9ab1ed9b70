"""Links about an e-mail address. Looking at one changes nothing: mail scanners look at everything."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, request

from app.accounts import commands, queries
from app.core.errors import NotThere
from app.web.pages import render

pages = Blueprint("confirming", __name__, template_folder="templates")


@pages.route("/email/confirm/<token>", methods=["GET", "POST"])
def confirm(token: str) -> Any:
    link = queries.email_link(token)
    if link is None:
        return _page("accounts/email_dead.html", 404)
    if request.method != "POST":
        return _page("accounts/email_confirm.html", link=link, done=False)
    try:
        commands.confirm_email(token)
    except NotThere:
        return _page("accounts/email_dead.html", 404)
    return _page("accounts/email_confirm.html", link=link, done=True)


@pages.route("/email/object/<token>", methods=["GET", "POST"])
def object_to(token: str) -> Any:
    link = queries.email_link(token, undoing=True)
    if link is None:
        return _page("accounts/email_dead.html", 404)
    if request.method != "POST":
        return _page("accounts/email_object.html", link=link, done=False)
    try:
        commands.object_to_email(token)
    except NotThere:
        return _page("accounts/email_dead.html", 404)
    return _page("accounts/email_object.html", link=link, done=True)


def _page(template: str, status: int = 200, **context: Any) -> Response:
    response = make_response(render(template, **context), status)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
