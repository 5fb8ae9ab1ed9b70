"""The link by which an operator comes in: looking at it changes nothing, its button works once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, request

from app.support import commands, queries, rules
from app.web import sessions
from app.web.audiences import Support, install_support
from app.web.pages import render, see_other
from app.web.sessions import Seen
from app.web.visitor import address, maybe_actor
from tenants.http import TENANT

pages = Blueprint("support_entry", __name__, template_folder="templates")


def _seen(secret: str) -> Seen | None:
    """Support is somebody on staff's pages only; elsewhere it is a visitor without an account."""
    if not (request.endpoint or "").startswith("staff."):
        return None
    return queries.visitor(secret, address())


sessions.install_loader(TENANT, _seen, commands.touch, support=True)
install_support(
    Support(
        admits=lambda who, endpoint, looks: rules.admits(endpoint, looks=looks, writes=who.support_writes),
        witness=lambda who, looks: commands.witness(who, request.path, request.query_string.decode(), looks=looks),
    )
)


@pages.get("/support/<support_link>")
def show(support_link: str) -> str:
    return render("support/enter.html", operator=commands.check_link(support_link), known=maybe_actor() is not None)


@pages.post("/support/<support_link>")
def enter(support_link: str) -> Any:
    secret = commands.enter(support_link, address())
    response = make_response(see_other("/admin/"))
    sessions.set_cookie(response, secret)
    return response
