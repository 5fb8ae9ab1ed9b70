"""The console: how far the schemas of all managers are."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.core.errors import Conflict, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.fleet.migrations import commands, queries
from app.fleet.migrations.jobs import MIGRATE
from app.web import menu
from app.web.pages import render, see_other
from app.web.visitor import actor

PATH = "/migrations"
pages = Blueprint("migrations", __name__, template_folder="templates")
menu.register("operator", _l("Aktualizacje baz"), "migrations.index", "refresh", 55)
MOST_TYPED = 2000
WAVES = {"canaries": _l("pierwsi na próbę"), "few": _l("kilku następnych"), "rest": _l("wszyscy pozostali")}
STATES = {
    "running": (_l("trwa"), "busy", "clock"),
    "done": (_l("zakończona"), "good", "check"),
    "failed": (_l("z błędami"), "bad", "warn"),
    "killed": (_l("przerwana"), "warn", "warn"),
}


@pages.get(PATH)
def index() -> str:
    return render("fleet_migrations/index.html", **_context())


@pages.get(f"{PATH}/progress")
def progress() -> str:
    """The live part while a run goes on."""
    return render("fleet_migrations/_live.html", fragment=True, **_context())


@pages.post(PATH)
def go_on() -> Any:
    try:
        commands.go_on(actor(), _slugs(request.form.get("canaries", "")))
    except (Conflict, Refused) as refusal:
        flash(str(refusal), "error")
    else:
        flash(_("Aktualizacja zaraz się zacznie. Postęp zobaczysz na tej stronie."), "success")
    return see_other(PATH)


def _slugs(typed: str) -> list[str]:
    """Subdomains as people list them: with commas, spaces or line ends between."""
    return list(dict.fromkeys(typed[:MOST_TYPED].replace(",", " ").lower().split()))


def _context() -> dict[str, Any]:
    found = queries.overview(actor(), MIGRATE)
    going = bool(found.running or found.ordered)
    return {
        "found": found,
        "going": going,
        "live_url": f"{PATH}/progress" if going else None,
        "go_on_url": PATH,
        "waves": WAVES,
        "states": STATES,
    }
