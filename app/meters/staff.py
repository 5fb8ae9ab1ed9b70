"""Okna odczytów for staff: open one, see who is missing, remind, enter for others, decide, take away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, make_response, request
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from app.core.actor import Actor, Can
from app.core.clock import today
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.language import ngettext
from app.core.paging import page_number
from app.core.spreadsheets import TYPES, as_csv
from app.estate.queries import buildings
from app.meters import reminding, tabs, window_forms
from app.meters.commands import windows as commands
from app.meters.frame import office_frame
from app.meters.queries import windows
from app.meters.queries.windows import Asked, Window
from app.meters.rules import CLOSED, FILE_COLUMNS, FILE_SOURCES, OPEN, UNIT_STATES
from app.meters.window_forms import WindowForm
from app.web import menu
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME, WINDOWS = "/admin/media", "/admin/media/windows"
ENCODINGS = {"utf-8": "utf-8-sig", "cp1250": "cp1250"}
pages = Blueprint("windows", __name__, template_folder="templates")
menu.register("staff", _l("Media"), "windows.index", "meter", 35, Can.SEE_METERS, module=tabs.OFFICE)
tabs.register_staff(HOME, _l("Okna odczytów"), 10, pages.name, Can.SEE_METERS)


@pages.get("/media")
@needs(Can.SEE_METERS)
def index() -> str:
    found = windows.windows(actor(), today())
    live = {one.id: _sums(windows.counts(actor(), one, today())) for one in found if one.state == OPEN}
    return render(
        "meters/windows.html", **office_frame(), windows=found, sums=live, may=Can.MANAGE_METERS in actor().can
    )


@pages.route("/media/windows/new", methods=["GET", "POST"])
@needs(Can.MANAGE_METERS)
def new() -> Any:
    form = _prepared(filled(WindowForm, **window_forms.fresh(today())))
    if request.method != "POST":
        return _form_page(form, None)
    try:
        if not form.validate():
            return _form_page(form, None), 422
        public_id = commands.open_window(actor(), form.wish(), (form.form_key.data or "").replace("\0", "")[:60])
    except NotThere:
        raise
    except Refused as refusal:
        return _form_page(form, None, refuse(form, refusal)), refusal.status
    flash(_("Okno odczytów zapisane. Mieszkańcy dowiedzą się o nim w dniu otwarcia."), "success")
    return see_other(f"{WINDOWS}/{public_id}")


@pages.get("/media/windows/<reading_window>")
@needs(Can.SEE_METERS)
def show(reading_window: str) -> str:
    window = windows.window(actor(), reading_window, today())
    asked = _asked()
    counts = windows.counts(actor(), window, today())
    return render(
        "meters/window.html",
        **office_frame(),
        window=window,
        counts=counts,
        sums=_sums(counts),
        page=windows.units(actor(), window, asked, today(), page_number(request.args.get("page"))),
        page_url=f"{WINDOWS}/{window.public_id}?{urlencode({**asked.query, 'page': ''})}",
        asked=asked,
        states=list(UNIT_STATES.items()),
        differing=windows.differing(actor(), window),
        may=Can.MANAGE_METERS in actor().can,
        here=f"{WINDOWS}/{window.public_id}",
    )


@pages.route("/media/windows/<reading_window>/edit", methods=["GET", "POST"])
@needs(Can.MANAGE_METERS)
def edit(reading_window: str) -> Any:
    window = windows.window(actor(), reading_window, today())
    form = _prepared(filled(WindowForm, **window_forms.of_window(window)))
    if request.method != "POST":
        return _form_page(form, window)
    # What it reaches and its first day are not in this form.
    form.media.data, form.buildings.data, form.opens_on.data = list(window.media), [], window.opens_on
    form.opens_on.raw_data = [window.opens_on.isoformat()]
    try:
        if not form.validate():
            return _form_page(form, window), 422
        commands.change(actor(), window.public_id, form.wish())
    except NotThere:
        raise
    except Refused as refusal:
        return _form_page(form, window, refuse(form, refusal)), refusal.status
    flash(_("Zapisano."), "success")
    return see_other(f"{WINDOWS}/{window.public_id}")


@pages.post("/media/windows/<reading_window>/close")
@needs(Can.MANAGE_METERS)
def close(reading_window: str) -> Response:
    return _done(reading_window, commands.close, _("Okno zamknięte. Więcej odczytów nie przyjmujemy."))


@pages.post("/media/windows/<reading_window>/cancel")
@needs(Can.MANAGE_METERS)
def cancel(reading_window: str) -> Response:
    return _done(reading_window, commands.cancel, _("Okno odwołane. Mieszkańcy już go nie widzą."))


@pages.post("/media/windows/<reading_window>/remind")
@needs(Can.MANAGE_METERS)
def remind(reading_window: str) -> Response:
    try:
        count = reminding.remind(actor(), reading_window)
    except Conflict as refusal:
        flash(refusal.message, "warning")
    else:
        said = ngettext(
            "Bez odczytu jest %(num)d konto. Kto już dostał przypomnienie, nie dostanie drugiego.",
            "Bez odczytu są %(num)d konta. Kto już dostał przypomnienie, nie dostanie drugiego.",
            count,
        )
        flash(said, "success")
    return see_other(f"{WINDOWS}/{reading_window}")


@pages.get("/media/windows/<reading_window>/readings.csv")
@needs(Can.SEE_METERS)
def csv_file(reading_window: str) -> Response:
    """Columns as the sheet `readings` has them, and the unit, so that the file can be imported as it is."""
    window = windows.window(actor(), reading_window, today())
    rows = [
        [row.serial, row.read_on, row.value, FILE_SOURCES.get(row.source, row.source), row.unit_code]
        for row in windows.export(actor(), window, doubtful=request.args.get("doubtful") == "1")
    ]
    content = as_csv(list(FILE_COLUMNS), rows)
    encoding = request.args.get("encoding", "utf-8")
    if encoding == "cp1250":
        content = content.decode("utf-8-sig").encode("cp1250", "replace")
    response = make_response(content)
    response.headers["Content-Type"] = TYPES["csv"] if encoding != "cp1250" else "text/csv; charset=windows-1250"
    response.headers["Content-Disposition"] = f'attachment; filename="odczyty-{window.closes_on:%Y-%m-%d}.csv"'
    return response


def _done(public_id: str, act: Callable[[Actor, str], None], said: str) -> Response:
    try:
        act(actor(), public_id)
    except Conflict as refusal:
        flash(refusal.message, "warning")
    else:
        flash(said, "success")
    return see_other(f"{WINDOWS}/{public_id}")


def _prepared(form: WindowForm) -> WindowForm:
    form.buildings.choices = [SelectChoice(code, label) for code, label in buildings(actor())]
    return form


def _form_page(form: WindowForm, window: Window | None, sentence: str | None = None) -> str:
    return render(
        "meters/window_form.html",
        **office_frame(),
        form=form,
        window=window,
        sentence=sentence,
        here=f"{WINDOWS}/{window.public_id}/edit" if window else f"{WINDOWS}/new",
        back_url=f"{WINDOWS}/{window.public_id}" if window else HOME,
        closed=window is not None and window.state == CLOSED,
    )


def _asked() -> Asked:
    """What the address asks for; what it asks wrongly counts as not asked."""
    state = request.args.get("state", "")
    plain = {name: request.args.get(name, "").replace("\0", "")[:100] for name in ("building", "staircase", "q")}
    return Asked(state if state in UNIT_STATES else "", plain["building"], plain["staircase"], plain["q"])


def _sums(counts: list[windows.Count]) -> dict[str, int]:
    return {
        "received": sum(one.received for one in counts),
        "missing": sum(one.missing for one in counts),
        "doubtful": sum(one.doubtful for one in counts),
        "units": sum(one.units for one in counts),
    }
