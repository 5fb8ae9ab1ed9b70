"""Rozliczenia: runs of settlements from a draft to what residents see."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, request
from werkzeug.wrappers import Response

from app.core import spreadsheets
from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.core.public_ids import new_public_id
from app.meters import tabs
from app.meters.frame import office_frame
from app.settlements import commands, paper, queries, tables
from app.settlements.commands import Outline
from app.settlements.forms import OutlineForm, ReasonForm, choices
from app.settlements.outliers import LABELS
from app.settlements.queries import Run
from app.settlements.rules import DRAFT, PUBLISHED, STATES
from app.settlements.workings import period_words
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/media/settlements"
pages = Blueprint("settlements", __name__, template_folder="templates")
tabs.register_staff(HOME, _l("Rozliczenia"), 40, pages.name, Can.SEE_METERS)


@pages.get("/media/settlements")
@needs(Can.SEE_METERS)
def index() -> str:
    state = request.args.get("state", "")
    page = queries.runs(actor(), page_number(request.args.get("page")), state or None)
    return render(
        "settlements/runs.html",
        **office_frame(),
        page=page,
        page_url=f"{HOME}?state={state if state in STATES else ''}&page=",
        state=state if state in STATES else "",
        states=STATES,
        period=period_words,
        home=HOME,
        may=actor().may(Can.MANAGE_METERS),
    )


@pages.route("/media/settlements/new", methods=["GET", "POST"])
@needs(Can.MANAGE_METERS)
def new() -> Any:
    form = filled(OutlineForm, form_key=new_public_id())
    form.buildings.choices = choices(queries.buildings(actor()))
    if request.method != "POST":
        return _outline_page(form)
    try:
        public_id = commands.begin(actor(), _outline(form), form.form_key.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return _outline_page(form, refusal), refusal.status
    return see_other(f"{HOME}/{public_id}")


@pages.get("/media/settlements/<run>")
@needs(Can.SEE_METERS)
def show(run: str) -> str:
    return run_page(run)


@pages.route("/media/settlements/<run>/outline", methods=["GET", "POST"])
@needs(Can.MANAGE_METERS)
def outline(run: str) -> Any:
    found = queries.run(actor(), run)
    values = {"title": found.title, "medium": found.medium, "from_on": found.from_on, "to_on": found.to_on}
    form = filled(
        OutlineForm, version=found.version, due_on=found.due_on, note=found.note, buildings=found.buildings, **values
    )
    form.buildings.choices = choices(queries.buildings(actor()))
    if request.method != "POST":
        return _outline_page(form, run=found)
    try:
        commands.change(actor(), run, version(), _outline(form))
    except NotThere:
        raise
    except Refused as refusal:
        return _outline_page(form, refusal, found), refusal.status
    flash(_("Zapisano i przeliczono rozliczenie."), "success")
    return see_other(f"{HOME}/{run}")


@pages.post("/media/settlements/<run>/publish")
@needs(Can.MANAGE_METERS)
def publish(run: str) -> Any:
    try:
        fresh = commands.publish(actor(), run, version())
    except NotThere:
        raise
    except Refused as refusal:
        return run_page(run, refusal), refusal.status
    said = _("Rozliczenie jest opublikowane. Mieszkańcy dostaną powiadomienie.")
    flash(said if fresh else _("To rozliczenie było już opublikowane."), "success")
    return see_other(f"{HOME}/{run}")


@pages.post("/media/settlements/<run>/withdraw")
@needs(Can.MANAGE_METERS)
def withdraw(run: str) -> Any:
    form = filled(ReasonForm)
    try:
        commands.withdraw(actor(), run, version(), form.reason.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return run_page(run, refusal, form), refusal.status
    flash(_("Rozliczenie zostało wycofane. Mieszkańcy zobaczą powód."), "success")
    return see_other(f"{HOME}/{run}")


@pages.post("/media/settlements/<run>/correct")
@needs(Can.MANAGE_METERS)
def correct(run: str) -> Any:
    try:
        draft = commands.correct(actor(), run)
    except NotThere:
        raise
    except Refused as refusal:
        return run_page(run, refusal), refusal.status
    flash(_("To projekt nowej wersji. Dopóki go nie opublikujesz, mieszkańcy widzą poprzednią."), "success")
    return see_other(f"{HOME}/{draft}")


@pages.post("/media/settlements/<run>/remove")
@needs(Can.MANAGE_METERS)
def remove(run: str) -> Any:
    try:
        commands.remove(actor(), run, version())
    except NotThere:
        raise
    except Refused as refusal:
        return run_page(run, refusal), refusal.status
    flash(_("Projekt został usunięty."), "success")
    return see_other(HOME)


@pages.get("/media/settlements/<run>.csv")
@needs(Can.SEE_METERS)
def csv_file(run: str) -> Response:
    found, rows = _table(run)
    return _file(spreadsheets.as_csv(tables.headers(found), rows), found, "csv")


@pages.get("/media/settlements/<run>.xlsx")
@needs(Can.SEE_METERS)
def xlsx_file(run: str) -> Response:
    found, rows = _table(run)
    return _file(spreadsheets.as_xlsx(_("Rozliczenie"), tables.headers(found), rows), found, "xlsx")


@pages.get("/media/settlements/<run>.pdf")
@needs(Can.SEE_METERS)
def pdf_file(run: str) -> Response:
    found, rows = _table(run)
    return _file(paper.run_table(found, tables.headers(found), tables.printed(rows)), found, "pdf")


def run_page(run: str, refusal: Refused | None = None, form: ReasonForm | None = None) -> str:
    """The page of a run: costs, sums, what is unusual, units."""
    found = queries.run(actor(), run)
    flag, code = request.args.get("flag", ""), request.args.get("unit", "").strip()
    flag = flag if flag in LABELS or flag == "any" else ""
    page = queries.units(found.id, page_number(request.args.get("page")), flag=flag or None, code=code or None)
    reason = form or filled(ReasonForm, version=found.version)
    return render(
        "settlements/run.html",
        **office_frame(),
        run=found,
        costs=queries.costs(found.id),
        page=page,
        page_url=f"?flag={flag}&page=",
        flags=queries.flags(found.id),
        flag=flag,
        code=code[:60],
        period=period_words(found.from_on, found.to_on),
        addresses=[label for known, label in queries.buildings(actor()) if known in found.buildings],
        form=reason,
        sentence=refuse(reason, refusal) if refusal else None,
        home=HOME,
        here=f"{HOME}/{run}",
        may=actor().may(Can.MANAGE_METERS),
        editable=found.state == DRAFT and actor().may(Can.MANAGE_METERS),
        published=found.state == PUBLISHED,
    )


def version() -> int:
    """The version that the posted form was made from; 0 is nobody's."""
    typed = request.form.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _outline(form: OutlineForm) -> Outline:
    return Outline(
        form.title.data or "", form.medium.data or "", form.from_on.data, form.to_on.data,
        tuple(form.buildings.data or ()), form.due_on.data, form.note.data or "",
    )  # fmt: skip


def _outline_page(form: OutlineForm, refusal: Refused | None = None, run: Run | None = None) -> str:
    return render(
        "settlements/outline.html",
        **office_frame(),
        form=form,
        run=run,
        sentence=refuse(form, refusal) if refusal else None,
        home=HOME,
    )


def _table(run: str) -> tuple[Run, list[list[spreadsheets.Value]]]:
    found = queries.run(actor(), run)
    return found, tables.rows(queries.units(found.id, size=tables.MOST_ROWS).rows)


def _file(made: bytes, run: Run, ending: str) -> Response:
    response = make_response(made)
    response.headers["Content-Type"] = (spreadsheets.TYPES | {"pdf": "application/pdf"})[ending]
    response.headers["Content-Disposition"] = (
        f'attachment; filename="rozliczenie-{run.medium}-{run.to_on:%Y-%m}.{ending}"'
    )
    return response
