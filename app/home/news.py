"""Wiadomości: what the manager has sent to this resident."""

from __future__ import annotations

from flask import Blueprint, request

from app.accounts.holdings import holdings
from app.accounts.switching import switch
from app.core.clock import today
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.mailouts import received
from app.outbox.rules import as_html
from app.web import menu
from app.web.pages import render
from app.web.visitor import actor

HOME = "/news"
pages = Blueprint("news", __name__, template_folder="templates")
menu.register("resident", _l("Wiadomości"), "news.index", "bell", 50, module="news")


@pages.get(HOME)
def index() -> str:
    found = received.received(actor(), page_number(request.args.get("page")))
    chosen = switch(holdings(actor(), today()))
    return render("news/index.html", page=found, page_url=f"{HOME}?page=", units=chosen.units)


@pages.get("/news/<letter>")
def letter(letter: str) -> str:
    found = received.one(actor(), letter)
    switch(holdings(actor(), today()))
    return render("news/letter.html", letter=found, body=as_html(found.body))
