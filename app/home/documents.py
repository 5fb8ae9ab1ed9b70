"""Dokumenty: the manager's texts, such as the regulamin."""

from __future__ import annotations

from flask import Blueprint

from app.accounts.holdings import holdings
from app.accounts.switching import switch
from app.core.clock import today
from app.core.language import language
from app.core.language import lazy_gettext as _l
from app.office import texts
from app.web import menu
from app.web.pages import render
from app.web.visitor import actor

SHOWN = ("terms", "privacy", "help", "safety")
pages = Blueprint("documents", __name__, template_folder="templates")
menu.register("resident", _l("Dokumenty"), "documents.index", "file", 40, module="documents")


@pages.get("/documents")
def index() -> str:
    found = [texts.current_text(kind, language()) for kind in SHOWN]
    chosen = switch(holdings(actor(), today()))
    return render("documents/index.html", texts=[text for text in found if text], units=chosen.units)
