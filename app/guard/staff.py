"""Decisions to publish in spite of a warning, for those who read the log."""

from __future__ import annotations

from flask import Blueprint, request

from app.core.actor import Can
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.guard import queries, subjects, texts
from app.web import sections
from app.web.audiences import needs
from app.web.pages import render
from app.web.visitor import actor

HOME = "/admin/guard"
__all__ = ["pages", "texts"]
pages = Blueprint("guard", __name__, template_folder="templates")
sections.register(
    "configuration",
    _l("Strażnik publikacji"),
    _l("Co opublikowano mimo ostrzeżenia o danych osobowych, kto tak zdecydował i dlaczego"),
    HOME,
    125,
    needs=Can.SEE_AUDIT,
)


@pages.get("/guard")
@needs(Can.SEE_AUDIT)
def index() -> str:
    found = queries.decisions(actor(), page_number(request.args.get("page")))
    return render("guard/decisions.html", page=found, page_url=f"{HOME}?page=", shown=subjects.shown)
