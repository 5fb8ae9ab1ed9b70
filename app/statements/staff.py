"""Bank files for those who match payments: hand over, see what was read, say whose the money is."""

from __future__ import annotations

from typing import Any, BinaryIO, cast
from urllib.parse import urlencode

from flask import Blueprint, flash, request
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.statements import intake, queries
from app.statements.commands import deciding, taking
from app.statements.forms import OTHER, FileForm, MatchForm, SchemeForm
from app.web import menu
from app.web.audiences import accepts_upload, needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

__all__ = ["intake", "pages"]
HOME = "/admin/statements"
MAX_MB = 32
SHOWN = ("queued", "late", "credited", "ignored")
pages = Blueprint("statements", __name__, template_folder="templates")
menu.register("staff", _l("Wyciągi bankowe"), "statements.index", "wallet", 46, needs=Can.MATCH_PAYMENTS)


@pages.get("/statements")
@needs(Can.MATCH_PAYMENTS)
def index() -> str:
    page = queries.files(actor(), page_number(request.args.get("page")))
    return render("statements/list.html", page=page, page_url="?page=", overview=queries.overview(actor()))


@pages.get("/statements/new")
@needs(Can.MATCH_PAYMENTS)
def new() -> str:
    return render("statements/new.html", form=FileForm(), max_mb=MAX_MB)


@accepts_upload(MAX_MB + 1)
@pages.post("/statements/new")
@needs(Can.MATCH_PAYMENTS)
def receive() -> Response | tuple[str, int]:
    form = filled(FileForm)
    upload = request.files.get("file")
    try:
        if upload is None or not upload.filename:
            raise Refused(_("Wybierz plik z banku."), field="file")
        said, encoding = form.form.data or "auto", form.encoding.data or None
        source = cast(BinaryIO, upload.stream)
        taken = taking.receive(actor(), source, upload.filename, form=said, encoding=encoding)
    except Refused as refusal:
        refuse(form, refusal)
        return render("statements/new.html", form=form, max_mb=MAX_MB), refusal.status
    return see_other(f"{HOME}/files/{taken.public_id}")


@pages.get("/statements/files/<bank_file>")
@needs(Can.MATCH_PAYMENTS)
def show(bank_file: str) -> str:
    return render("statements/show.html", **_shown(bank_file))


@pages.get("/statements/files/<bank_file>/progress")
@needs(Can.MATCH_PAYMENTS)
def progress(bank_file: str) -> str:
    return render("statements/_progress.html", fragment=True, **_shown(bank_file))


def _shown(bank_file: str) -> dict[str, Any]:
    line = queries.file(actor(), bank_file)
    return {
        "item": line,
        "statements": queries.statements(actor(), bank_file),
        "page": queries.bookings(actor(), bank_file, page_number(request.args.get("page"))),
        "page_url": f"{HOME}/files/{line.public_id}?page=",
        "progress_url": f"{HOME}/files/{line.public_id}/progress" if line.open else None,
    }


@pages.post("/statements/accept/<bank_statement>")
@needs(Can.MATCH_PAYMENTS)
def accept(bank_statement: str) -> Response:
    deciding.accept(actor(), bank_statement)
    flash(_("Wyciąg został potwierdzony, a wpłaty z niego są przypisywane."), "success")
    return see_other(_back())


def _back() -> str:
    """The file's page from which somebody came, or the list."""
    came_from = request.form.get("file", "")
    return f"{HOME}/files/{came_from}" if came_from.isascii() and came_from.replace("-", "").isalnum() else HOME


@pages.get("/statements/payments")
@needs(Can.MATCH_PAYMENTS)
def queue() -> str:
    show = request.args.get("show") if request.args.get("show") in SHOWN else "queued"
    wanted = request.args.get("q", "").replace("\0", "").strip()[:100]
    page = queries.queue(actor(), page_number(request.args.get("page")), show=show or "queued", wanted=wanted)
    return render(
        "statements/queue.html",
        page=page,
        page_url="?" + urlencode({"show": show, "q": wanted, "page": ""}),
        show=show,
        wanted=wanted,
        overview=queries.overview(actor()),
    )


@pages.get("/statements/payments/<bank_booking>")
@needs(Can.MATCH_PAYMENTS)
def payment(bank_booking: str) -> str:
    return _payment(bank_booking, filled(MatchForm, learn=True))


def _payment(bank_booking: str, form: MatchForm) -> str:
    line, details, files, offered = queries.booking(actor(), bank_booking)
    labels = [(each.code, f"{each.code} – {each.address} ({', '.join(each.reasons)})") for each in offered]
    form.chosen.choices = [SelectChoice(code, label) for code, label in labels]
    if labels:
        form.chosen.choices.append(SelectChoice(OTHER, _("inny lokal, podany niżej")))
    return render("statements/payment.html", item=line, details=details, files=files, form=form, here=_here(line))


def _here(line: queries.BookingLine) -> str:
    return f"{HOME}/payments/{line.public_id}"


@pages.post("/statements/payments/<bank_booking>/match")
@needs(Can.MATCH_PAYMENTS)
def match(bank_booking: str) -> Response | tuple[str, int]:
    form = filled(MatchForm)
    try:
        code = deciding.match(actor(), bank_booking, form.wanted(), learn=form.learn.data)
    except NotThere:
        raise
    except Refused as refusal:
        if refusal.status != 422:
            raise
        refuse(form, refusal)
        return _payment(bank_booking, form), refusal.status
    flash(_("Wpłata została przypisana do lokalu %(code)s.", code=code), "success")
    return see_other(f"{HOME}/payments")


@pages.post("/statements/payments/<bank_booking>/ignore")
@needs(Can.MATCH_PAYMENTS)
def ignore(bank_booking: str) -> Response:
    deciding.ignore(actor(), bank_booking)
    flash(_("Wpłata nie będzie przypisana do żadnego lokalu."), "success")
    return see_other(f"{HOME}/payments")


@pages.post("/statements/payments/<bank_booking>/undo")
@needs(Can.MATCH_PAYMENTS)
def undo(bank_booking: str) -> Response:
    deciding.undo(actor(), bank_booking)
    flash(_("Decyzja została cofnięta. Wpłata znów czeka na przypisanie."), "success")
    return see_other(f"{HOME}/payments/{bank_booking}")


@pages.route("/statements/rules", methods=["GET", "POST"])
@needs(Can.MATCH_PAYMENTS)
def rules() -> str | Response | tuple[str, int]:
    form = filled(SchemeForm)
    status = 200
    if request.method == "POST":
        try:
            if form.validate():
                values = (form.prefix.data or "", form.purpose.data or "", form.main_account.data or "")
                deciding.add_scheme(actor(), *values)
                flash(_("Zapisano. Czekające wpłaty zostały sprawdzone jeszcze raz."), "success")
                return see_other(f"{HOME}/rules")
            status = 422
        except Refused as refusal:
            refuse(form, refusal)
            status = refusal.status
    page = queries.payers(actor(), page_number(request.args.get("page")))
    schemes = queries.schemes(actor())
    shown = render("statements/rules.html", form=form, page=page, page_url="?page=", schemes=schemes)
    return shown if status == 200 else (shown, status)


@pages.post("/statements/rules/schemes/<mass_scheme>/remove")
@needs(Can.MATCH_PAYMENTS)
def remove_scheme(mass_scheme: str) -> Response:
    deciding.remove_scheme(actor(), mass_scheme)
    flash(_("Usunięto. Wpłaty przypisane wcześniej zostały, jak były."), "success")
    return see_other(f"{HOME}/rules")


@pages.post("/statements/rules/payers/<known_payer>/forget")
@needs(Can.MATCH_PAYMENTS)
def forget_payer(known_payer: str) -> Response:
    deciding.forget_payer(actor(), known_payer)
    flash(_("Usunięto. Wpłaty przypisane wcześniej zostały, jak były."), "success")
    return see_other(f"{HOME}/rules")
