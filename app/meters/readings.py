"""Podaj stan liczników: one page for all meters of a unit, the question where something is odd, and the receipt."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, request
from werkzeug.wrappers import Response

from app.accounts.holdings import HeldUnit, holdings
from app.attachments.serving import handed_out
from app.core.clock import today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.meters import forms, tabs
from app.meters.commands import mailing, telling
from app.meters.forms import ReadingsForm
from app.meters.frame import frame
from app.meters.queries import history, receipts, register, windows
from app.meters.queries.windows import Window
from app.meters.story import quantity
from app.web import menu
from app.web.audiences import accepts_upload
from app.web.pages import render, see_other
from app.web.visitor import actor

READINGS = "/media/meters/windows"
RECEIPTS = "/media/meters/receipts"
pages = Blueprint("readings", __name__, template_folder="templates")
menu.pages_of(tabs.MODULE, f"resident.{pages.name}")


@pages.get(f"{READINGS}/<reading_window>")
def form(reading_window: str) -> str:
    unit, around = frame()
    if unit is None or not request.args.get("unit"):
        unit, around = _with_meters(reading_window, unit, around)
    window = _window(unit, reading_window)
    known = history.known(unit.code, window)
    day = min(max(today(), window.reads_from), window.reads_to)
    return _page(unit, window, forms.fresh(known, day), around)


@pages.post(f"{READINGS}/<reading_window>")
@accepts_upload(forms.MEGABYTES)
def send(reading_window: str) -> Any:
    unit, around = frame()
    if unit is None:
        raise NotThere("")
    window = _window(unit, reading_window)
    known = history.known(unit.code, window)
    filled, typed, day = forms.sent(known, photos=window.photo != "none")
    try:
        if any(line.error for line in filled.lines) or day is None:
            raise Refused("")
        receipt = telling.tell(actor(), window, unit.code, day, typed, filled.form_key)
    except NotThere:
        raise
    except telling.Unclear as unclear:
        forms.explained(filled, unclear)
        return _page(unit, window, filled, around), 422
    except Refused as refusal:
        filled.sentence = refusal.message
        return _page(unit, window, filled, around), refusal.status
    return see_other(f"{RECEIPTS}/{receipt}")


@pages.get(f"{RECEIPTS}/<reading_receipt>")
def receipt(reading_receipt: str) -> str:
    found = receipts.receipt(actor(), reading_receipt)
    mine = holdings(actor(), today())
    unit = next((one for one in mine.units if one.code == found.unit_code), None)
    again = None
    if unit is not None and found.window:
        again = next((one for one in windows.open_for(actor(), unit, today()) if one.public_id == found.window), None)
    return render("meters/receipt.html", receipt=found, unit=unit, again=again, quantity=quantity)


@pages.post(f"{RECEIPTS}/<reading_receipt>/mail")
def mail(reading_receipt: str) -> Response:
    try:
        address = mailing.mail_receipt(actor(), reading_receipt)
        flash(_("Wysłaliśmy potwierdzenie na adres %(address)s.", address=address), "success")
    except NotThere:
        raise
    except Refused as refusal:
        flash(refusal.message, "warning")
    return see_other(f"{RECEIPTS}/{reading_receipt}")


@pages.get("/media/meters/photos/<reported_reading>")
def photo(reported_reading: str) -> Response:
    return handed_out(receipts.photo(actor(), reported_reading), _("licznik"))


def _with_meters(wanted: str, unit: HeldUnit | None, around: dict[str, Any]) -> tuple[HeldUnit, dict[str, Any]]:
    """The first unit of the actor's that the window reaches: a letter leads here without saying which."""
    if unit is None:
        raise NotThere("")
    for one in holdings(actor(), today()).units:
        if any(each.public_id == wanted for each in windows.open_for(actor(), one, today())):
            return one, around | {"unit": one}
    return unit, around


def _window(unit: HeldUnit, public_id: str) -> Window:
    """The open window for the unit. Raises `NotThere`, also for one that was open once: the register says so."""
    for one in windows.of_unit(actor(), unit, date.min, today(), today()):
        if one.public_id == public_id:
            return one
    raise NotThere(_("Nie ma takiego okna odczytów."))


def _page(unit: HeldUnit, window: Window, filled: ReadingsForm, around: dict[str, Any]) -> str:
    since = register.held_since(actor(), unit, today())
    return render(
        "meters/readings.html",
        **around,
        window=window,
        form=filled,
        told={one.serial: one for one in windows.told(window.id, unit.code, since=since)},
        since=since,
        today=today(),
        quantity=quantity,
    )
