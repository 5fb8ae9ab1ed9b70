"""One unit of a window for staff: what was told of its meters, enter for others, accept or reject what is odd."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

from flask import Blueprint, flash, request
from werkzeug.wrappers import Response

from app.attachments.serving import handed_out
from app.core.actor import Can
from app.core.clock import today
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.meters import forms, tabs
from app.meters.commands import deciding, telling
from app.meters.forms import ReadingsForm
from app.meters.frame import office_frame
from app.meters.plausibility import DOUBTS
from app.meters.queries import history, receipts, windows
from app.meters.queries.windows import Asked, UnitLine, Window
from app.meters.rules import SOURCES
from app.meters.story import quantity
from app.web import menu
from app.web.audiences import accepts_upload, needs
from app.web.pages import render, see_other
from app.web.visitor import actor

WINDOWS = "/admin/media/windows"
pages = Blueprint("reading_decisions", __name__, template_folder="templates")
menu.pages_of(tabs.OFFICE, f"staff.{pages.name}")


@pages.get("/media/windows/<reading_window>/unit")
@needs(Can.SEE_METERS)
def unit(reading_window: str) -> str:
    window, line = _found(reading_window)
    day = min(max(today(), window.reads_from), window.reads_to)
    return _page(window, line, forms.fresh(history.known(line.code, window), day))


@pages.post("/media/windows/<reading_window>/unit")
@needs(Can.MANAGE_METERS)
@accepts_upload(forms.MEGABYTES)
def enter(reading_window: str) -> Any:
    window, line = _found(reading_window)
    filled, typed, day = forms.sent(history.known(line.code, window), photos=False)
    source = "office" if request.form.get("source") == "office" else "phone"
    try:
        if day is None:
            raise Refused("")
        telling.tell(actor(), window, line.code, day, typed, filled.form_key, source=source)
    except NotThere:
        raise
    except telling.Unclear as unclear:
        forms.explained(filled, unclear)
        return _page(window, line, filled), 422
    except Refused as refusal:
        filled.sentence = refusal.message
        return _page(window, line, filled), refusal.status
    flash(_("Zapisano odczyt lokalu %(unit)s.", unit=line.code), "success")
    return see_other(_address(window, line))


@pages.post("/media/readings/<reported_reading>/accept")
@needs(Can.MANAGE_METERS)
def accept(reported_reading: str) -> Response:
    try:
        deciding.accept(actor(), reported_reading)
        flash(_("Odczyt przyjęty."), "success")
    except Conflict as refusal:
        flash(refusal.message, "warning")
    return see_other(_back())


@pages.post("/media/readings/<reported_reading>/reject")
@needs(Can.MANAGE_METERS)
def reject(reported_reading: str) -> Response:
    try:
        deciding.reject(actor(), reported_reading, request.form.get("answer", ""))
        flash(_("Odczyt odrzucony. Mieszkaniec dostanie Twoje wyjaśnienie i może podać stan jeszcze raz."), "success")
    except NotThere:
        raise
    except Refused as refusal:
        flash(refusal.message, "warning")
    return see_other(_back())


@pages.get("/media/photos/<reported_reading>")
@needs(Can.SEE_METERS)
def photo(reported_reading: str) -> Response:
    return handed_out(receipts.photo(actor(), reported_reading), _("licznik"))


def _found(public_id: str) -> tuple[Window, UnitLine]:
    """The window and the unit that the address names. Raises `NotThere`, also for a unit of others' buildings."""
    window = windows.window(actor(), public_id, today())
    code = request.args.get("unit", "").replace("\0", "")
    rows = windows.units(actor(), window, Asked(code=code), today()).rows if code else []
    if not rows:
        raise NotThere(_("Nie ma takiego lokalu."))
    return window, rows[0]


def _page(window: Window, line: UnitLine, form: ReadingsForm) -> str:
    told = windows.told(window.id, line.code, live=False)
    newest = {one.serial: one for one in reversed(told)}
    return render(
        "meters/window_unit.html",
        **office_frame(),
        window=window,
        line=line,
        form=form,
        told=newest,
        older=[one for one in told if newest[one.serial] is not one],
        doubts=DOUBTS,
        sources=SOURCES,
        quantity=quantity,
        may=Can.MANAGE_METERS in actor().can,
        here=_address(window, line),
        back_url=f"{WINDOWS}/{window.public_id}",
        today=today(),
        source=request.form.get("source", "phone"),
    )


def _address(window: Window, line: UnitLine) -> str:
    return f"{WINDOWS}/{window.public_id}/unit?unit={quote_plus(line.code)}"


def _back() -> str:
    """The page of the unit from which somebody came, or the list of windows."""
    window, code = request.form.get("window", ""), request.form.get("unit", "")
    plain = window.replace("-", "").replace("_", "")
    if window and plain.isascii() and plain.isalnum():
        return f"{WINDOWS}/{window}/unit?unit={quote_plus(code[:100])}"
    return "/admin/media"
