"""The console: what each plan is meant for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.fleet import plans
from app.fleet.forms import LimitsForm
from app.fleet.rules import GIGABYTE
from app.web import menu
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

PATH = "/limits"
#: What stands in an address for managers without a plan.
NO_PLAN = "none"
pages = Blueprint("fleet_limits", __name__, template_folder="templates")
menu.register("operator", _l("Limity planów"), "fleet_limits.index", "meter", 20)


@pages.get(PATH)
def index() -> str:
    return render("fleet/limits.html", plans=[(_address(line.code), line) for line in plans.lines(actor())])


@pages.route(f"{PATH}/<plan>", methods=["GET", "POST"])
def edit(plan: str) -> Any:
    code = plans.NONE if plan == NO_PLAN else plan
    found = next((line for line in plans.lines(actor()) if line.code == code), None)
    if found is None or plan == plans.NONE:
        raise NotThere("")
    room = found.limits.storage
    form = filled(
        LimitsForm, units=_typed(found.limits.units), gigabytes=_typed(None if room is None else room // GIGABYTE),
        letters=_typed(found.limits.letters),
    )  # fmt: skip
    sentence = None
    if request.method == "POST":
        try:
            plans.set_limits(
                actor(), code, units=form.units.data or "", gigabytes=form.gigabytes.data or "",
                letters=form.letters.data or "",
            )  # fmt: skip
        except NotThere:
            raise
        except Refused as refusal:
            sentence = refuse(form, refusal)
        else:
            flash(_("Limity planu są zapisane."), "success")
            return see_other(PATH)
    page = render("fleet/limits_of.html", form=form, found=found, sentence=sentence, path=PATH)
    return (page, 422) if request.method == "POST" else page


def _typed(limit: int | None) -> str:
    return "" if limit is None else str(limit)


def _address(code: str) -> str:
    return f"{PATH}/{code or NO_PLAN}"
