"""Confirming an announcement by the link of a letter: for everybody who got one, without logging in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from app.announcements import commands
from app.web.pages import render, see_other

pages = Blueprint("announcements_confirming", __name__, template_folder="templates")


@pages.get("/confirm/<confirmation>")
def show(confirmation: str) -> str:
    """One button. Scanners of mail open links, so reading changes nothing."""
    return render("news/confirm.html", one=commands.asked(confirmation))


@pages.post("/confirm/<confirmation>")
def confirm(confirmation: str) -> Any:
    found = commands.confirm_by_letter(confirmation)
    if found.gone:
        return render("news/confirm.html", one=found)
    return see_other(f"/confirm/{confirmation}")
