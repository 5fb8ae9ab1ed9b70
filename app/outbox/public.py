"""The page behind “I do not want such mail”, for everybody who got a letter."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, request

from app.outbox import commands, declining
from app.outbox.tokens import read_unsubscribe
from app.web.pages import render

pages = Blueprint("outbox", __name__, template_folder="templates")


@pages.route("/unsubscribe/<token>", methods=["GET", "POST"])
def unsubscribe(token: str) -> str:
    """Show the button; a POST declines. Scanners of mail open links, so reading changes nothing."""
    found = read_unsubscribe(token)
    if found is None:
        abort(404)
    address, topic = found
    if request.method == "POST":
        commands.opt_out(address, topic)
    possible = declining.may_decline(topic)
    return render("outbox/unsubscribe.html", address=address, done=request.method == "POST", possible=possible)


# Mail programs post here by themselves (RFC 8058) and have neither a cookie nor a form of ours. The signed
# token is the proof; it says who declines what, and nothing else can be asked for with it.
unsubscribe.open_to_all = True  # type: ignore[attr-defined]


@pages.record
def _exempt(state: Any) -> None:
    state.app.extensions["csrf"].exempt(unsubscribe)
