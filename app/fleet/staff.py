"""What the manager's staff see of the platform on their start page: its notices, and limits that are nearly used up."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from app.core.actor import Actor, Can
from app.fleet import notices, standing
from app.home import boards
from app.home.boards import Board
from app.web.audiences import needs
from app.web.pages import see_other
from app.web.visitor import actor

PATH = "/notices"
pages = Blueprint("notices", __name__, template_folder="templates")


@pages.post(f"{PATH}/<public_id>/dismiss")
@needs(Can.SEE_RESIDENTS)
def dismiss(public_id: str) -> Any:
    notices.dismiss(actor(), public_id)
    return see_other("/admin/")


def _notices(who: Actor) -> Board | None:
    shown = notices.for_staff(who)
    return Board("fleet/board.html", {"notices": shown, "path": f"/admin{PATH}"}) if shown else None


def _limits(who: Actor) -> Board | None:
    used = standing.nearly_used(who)
    return Board("fleet/limits_board.html", {"usages": used}) if used else None


boards.register("notices", 10, _notices)
boards.register("limits", 20, _limits)
