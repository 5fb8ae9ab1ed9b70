"""Odczyty z pliku: hand over a file, look at what is odd, publish it or throw it away; and one reading by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, flash, request
from werkzeug.wrappers import Response

from app.core.actor import Actor, Can
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.core.public_ids import new_public_id
from app.meters import tabs
from app.meters.commands import batches as commands
from app.meters.commands import telling
from app.meters.commands.telling import Typed
from app.meters.frame import office_frame
from app.meters.plausibility import DOUBTS
from app.meters.queries import batches, history
from app.meters.rules import BATCH_STATES, METERS
from app.meters.story import quantity
from app.web.audiences import accepts_upload, needs
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/media/readings"
MEGABYTES = 16
pages = Blueprint("reading_batches", __name__, template_folder="templates")
tabs.register_staff(HOME, _l("Odczyty z pliku"), 20, pages.name, Can.MANAGE_METERS)


@pages.get("/media/readings")
@needs(Can.MANAGE_METERS)
def index() -> str:
    return _page()


@pages.post("/media/readings")
@needs(Can.MANAGE_METERS)
@accepts_upload(MEGABYTES + 1)
def receive() -> Any:
    upload = request.files.get("file")
    try:
        if upload is None or not upload.filename:
            raise Refused(_("Wybierz plik z odczytami."))
        content = upload.stream.read((MEGABYTES << 20) + 1)
        if len(content) > MEGABYTES << 20:
            raise Refused(_("Ten plik jest za duży: najwyżej %(max)d MB.", max=MEGABYTES))
        public_id = commands.receive(actor(), upload.filename, content, request.form.get("form_key", ""))
    except commands.Faulty as faulty:
        return _page(faults=faulty), 422
    except NotThere:
        raise
    except Refused as refusal:
        return _page(file_error=refusal.message), refusal.status
    return see_other(f"{HOME}/{public_id}")


@pages.post("/media/readings/one")
@needs(Can.MANAGE_METERS)
def one() -> Any:
    """A single reading by hand, of whatever meter."""
    serial, typed = request.form.get("serial", "").replace("\0", "").strip()[:100], request.form.get("value", "")[:40]
    entered = {"serial": serial, "value": typed, "day": request.form.get("day", "")[:10]}
    try:
        meter = history.known_meters([serial]).get(serial) if serial else None
        if meter is None or not history.is_business_of(actor(), meter.unit_code):
            return _page(entered=entered, errors={"serial": _("Nie ma czynnego licznika o tym numerze.")}), 422
        try:
            day = date.fromisoformat(entered["day"])
        except ValueError:
            return _page(entered=entered, errors={"day": _("Podaj dzień, w którym spisano stan.")}), 422
        line = Typed(serial, typed, request.form.get("sure") == "1")
        telling.tell(actor(), None, meter.unit_code, day, [line], request.form.get("form_key", ""), source="office")
    except telling.Unclear as unclear:
        errors = {"day" if name == "day" else "value": said for name, said in unclear.errors.items()}
        return _page(entered=entered, errors=errors, question=unclear.questions.get(serial)), 422
    flash(_("Zapisano odczyt licznika %(serial)s.", serial=serial), "success")
    return see_other(HOME)


@pages.get("/media/readings/<reading_batch>")
@needs(Can.MANAGE_METERS)
def show(reading_batch: str) -> str:
    found = batches.batch(actor(), reading_batch)
    return render(
        "meters/batch.html",
        **office_frame(),
        batch=found,
        page=batches.rows(found, page_number(request.args.get("page"))),
        page_url=f"{HOME}/{found.public_id}?page=",
        doubts=DOUBTS,
        states=BATCH_STATES,
        media=METERS,
        quantity=quantity,
        here=f"{HOME}/{found.public_id}",
    )


@pages.post("/media/readings/<reading_batch>/publish")
@needs(Can.MANAGE_METERS)
def publish(reading_batch: str) -> Response:
    return _done(reading_batch, commands.publish, _("Odczyty z pliku już się liczą."))


@pages.post("/media/readings/<reading_batch>/discard")
@needs(Can.MANAGE_METERS)
def discard(reading_batch: str) -> Response:
    return _done(reading_batch, commands.discard, _("Plik odrzucony. Żaden odczyt z niego się nie liczy."))


@pages.post("/media/readings/<reading_batch>/withdraw")
@needs(Can.MANAGE_METERS)
def withdraw(reading_batch: str) -> Response:
    return _done(reading_batch, commands.withdraw, _("Odczyty z pliku wycofane."))


def _done(public_id: str, act: Callable[[Actor, str], Any], said: str) -> Response:
    try:
        act(actor(), public_id)
    except Conflict as refusal:
        flash(refusal.message, "warning")
    else:
        flash(said, "success")
    return see_other(f"{HOME}/{public_id}")


def _page(**wrong: Any) -> str:
    return render(
        "meters/batches.html",
        **office_frame(),
        page=batches.batches(actor(), page_number(request.args.get("page"))),
        page_url=f"{HOME}?page=",
        form_key=new_public_id(),
        states=BATCH_STATES,
        quantity=quantity,
        megabytes=MEGABYTES,
        **{"faults": None, "file_error": "", "entered": {}, "errors": {}, "question": None, **wrong},
    )
