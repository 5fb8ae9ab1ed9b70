"""The how-to, for everybody: it shows invented people only."""

from __future__ import annotations

from flask import Blueprint

from app.core.errors import NotThere
from app.core.language import language
from app.guide.steps import GUIDES, picture
from app.web import assets
from app.web.pages import render

pages = Blueprint("guide", __name__, template_folder="templates")


@pages.get("/guide")
def index() -> str:
    return render("guide/index.html", guides=list(GUIDES.values()))


@pages.get("/guide/<guide>")
def show(guide: str) -> str:
    if guide not in GUIDES:
        raise NotThere("")
    found = GUIDES[guide]
    shown = [(step, _address(language(), guide, step.key)) for step in found.steps]
    return render("guide/show.html", guide=found, steps=shown)


def _address(code: str, guide: str, step: str) -> str | None:
    """Where the picture lies; None while nobody has taken it."""
    try:
        return assets.address(picture(code, guide, step))
    except FileNotFoundError:
        return None
