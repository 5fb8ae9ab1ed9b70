"""Pages of series: all weeks with what is missing, one week with its gallery, two weeks side by side."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request
from wtforms.fields.choices import SelectChoice

from app.attachments.posted import posted
from app.attachments.rules import PICTURES
from app.core.clock import today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import ngettext
from app.core.paging import Page, page_number
from app.web.audiences import accepts_upload
from app.web.forms import filled, refuse
from app.web.pages import see_other
from app.web.visitor import actor
from app.works.access import Place, place
from app.works.filing import photos, queries, series, weeks
from app.works.filing.forms import SeriesForm
from app.works.filing.rules import FORM_MEGABYTES, LARGEST, MOST_FILES
from app.works.filing.series import Series, Week
from app.works.frame import framed, may_send_files

pages = Blueprint("series", __name__)
PER_PAGE = 60
WEEKS_SHOWN = 26


@pages.route("/<site>/files/series/new", methods=["GET", "POST"])
def new(site: str) -> Any:
    here = place(actor(), site)
    here.must_work_here()
    kind = request.args.get("kind", "photo")
    if kind not in series.KINDS:
        raise NotThere("")
    title = str(series.REPORT) if kind == "report" else ""
    form = filled(SeriesForm, title=title, weekday="5", every="1", starts_on=today(), member=here.member_public_id)
    if request.method != "POST":
        return _form_page(here, form, kind)
    try:
        made = series.begin(actor(), here, kind, form.typed())
    except NotThere:
        raise
    except Refused as refusal:
        return _form_page(here, form, kind, refusal=refusal), refusal.status
    flash(_("Założono serię. Brakujące tygodnie będą zaznaczone i przypomniane."), "success")
    return see_other(f"{here.url}/files/series/{made.public_id}")


@pages.get("/<site>/files/series/<series_id>")
def show(site: str, series_id: str) -> str:
    here = place(actor(), site)
    found = series.one(here, series_id)
    numbers = Page(list(found.weeks), page_number(request.args.get("page")), WEEKS_SHOWN, len(found.weeks))
    start = (numbers.number - 1) * WEEKS_SHOWN
    return framed(
        "works/files/series.html", here, series=found, weeks=found.weeks[start : start + WEEKS_SHOWN], page=numbers,
        url=f"{here.url}/files/series/{found.public_id}", changes=series.may_change(here, found.account_id),
        works=here.works_here and here.is_open, with_photos=[week for week in found.weeks if week.document],
        where=lambda week: series.where(here, found, week),
    )  # fmt: skip


@pages.route("/<site>/files/series/<series_id>/edit", methods=["GET", "POST"])
def edit(site: str, series_id: str) -> Any:
    here = place(actor(), site)
    found = series.one(here, series_id)
    if not series.may_change(here, found.account_id):
        raise NotThere("")
    known = {name: getattr(found, name) for name in ("title", "member", "note", "starts_on", "ends_on")}
    form = filled(SeriesForm, **known, weekday=str(found.weekday), every=str(found.every))
    if request.method != "POST":
        return _form_page(here, form, found.kind, found)
    try:
        series.change(actor(), here, series_id, form.typed())
    except NotThere:
        raise
    except Refused as refusal:
        return _form_page(here, form, found.kind, found, refusal), refusal.status
    flash(_("Zapisano."), "success")
    return see_other(f"{here.url}/files/series/{series_id}")


@pages.get("/<site>/files/series/<series_id>/compare")
def compare(site: str, series_id: str) -> str:
    here = place(actor(), site)
    found = _photo_series(here, series_id)
    there = [week for week in found.weeks if week.document]
    wanted = [weeks.week_of(request.args.get(name)) for name in ("a", "b")]
    fallback = [there[-1] if there else None, there[0] if there else None]
    sides = [next((week for week in there if week.on == on), other) for on, other in zip(wanted, fallback, strict=True)]
    return framed(
        "works/files/compare.html", here, series=found, there=there,
        sides=[(week, _photos(week)) for week in sides if week is not None],
        url=f"{here.url}/files/series/{found.public_id}",
    )  # fmt: skip


@pages.route("/<site>/files/series/<series_id>/<week>", methods=["GET", "POST"])
@accepts_upload(FORM_MEGABYTES, admits=may_send_files)
def one_week(site: str, series_id: str, week: str) -> Any:
    """One week; photographs are added here without a script, as many as a form takes."""
    here = place(actor(), site)
    found, wanted = _photo_series(here, series_id), weeks.week_of(week)
    if wanted is None or wanted.isoformat() != week or wanted > today():
        raise NotThere("")
    if request.method != "POST":
        return _week_page(here, found, wanted)
    here.must_work_here()
    try:
        added, filed = _taken(here, series_id, wanted)
    except NotThere:
        raise
    except Refused as refusal:
        return _week_page(here, found, wanted, refusal), refusal.status
    flash(_said(added), "success" if added else "info")
    return see_other(f"{here.url}/files/series/{series_id}/{filed.isoformat()}")


def _taken(here: Place, series_id: str, wanted: Any) -> tuple[int, Any]:
    """Add the photographs of the form, each to the chosen week or to that in which it was taken."""
    given = [file for file in request.files.getlist("files") if file.filename]
    days = [photos.taken_on(file.stream) for file in given[:MOST_FILES]]  # type: ignore[arg-type]
    files = posted("files", most=MOST_FILES, allowed=PICTURES, largest=LARGEST)
    if not files:
        raise Refused(_("Wybierz zdjęcia."), field="files")
    days = days if len(days) == len(files) else [None] * len(files)
    by_day = request.form.get("by") == "taken"
    sorted_by_week: dict[Any, list[Any]] = {}
    for file, day in zip(files, days, strict=True):
        week_on = photos.week_for(None if by_day and day else wanted, day)
        sorted_by_week.setdefault(week_on, []).append((file, day))
    row = series.row_of(here, series_id)
    added = sum(photos.add_photos(here, row, week_on, some) for week_on, some in sorted(sorted_by_week.items()))
    return added, wanted if wanted in sorted_by_week else max(sorted_by_week)


def _said(added: int) -> str:
    if not added:
        return _("Te zdjęcia już tu są.")
    return ngettext("Dodano %(num)d zdjęcie.", "Dodano %(num)d zdjęć.", added)


def _week_page(here: Place, found: Series, wanted: Any, refusal: Refused | None = None) -> str:
    known = next((week for week in found.weeks if week.on == wanted), None)
    week = known or Week(wanted, weeks.deadline(wanted, found.weekday), "due", extra=True)
    every = _photos(week)
    number = page_number(request.args.get("page"))
    older = next((one for one in found.weeks if one.on < wanted), None)
    newer = next((one for one in reversed(found.weeks) if one.on > wanted), None)
    return framed(
        "works/files/week.html", here, series=found, week=week, older=older, newer=newer, refusal=refusal,
        page=Page(every[(number - 1) * PER_PAGE : number * PER_PAGE], number, PER_PAGE, len(every)),
        elsewhere=[one for one in every if one.taken_on and weeks.monday(one.taken_on) != wanted],
        works=here.works_here and here.is_open, most=MOST_FILES, megabytes=LARGEST >> 20, form=FORM_MEGABYTES - 1,
        url=f"{here.url}/files/series/{found.public_id}",
    )  # fmt: skip


def _photos(week: Week) -> list[queries.File]:
    return [one for one in queries.files([week.id]) if one.is_picture] if week.document else []


def _photo_series(here: Place, public_id: str) -> Series:
    found = series.one(here, public_id)
    if found.kind != "photo":
        raise NotThere("")
    return found


def _form_page(
    here: Place, form: SeriesForm, kind: str, found: Series | None = None, refusal: Refused | None = None
) -> str:
    members = series.responsible(actor(), here)
    form.member.choices = [
        SelectChoice(one.public_id, f"{one.name}, {one.firm or one.duty_label}") for one in members
    ]  # fmt: skip
    back = f"{here.url}/files/series/{found.public_id}" if found else f"{here.url}/files"
    return framed(
        "works/files/series_form.html", here, form=form, kind=kind, series=found, members=members, back_url=back,
        sentence=refuse(form, refusal) if refusal else None,
    )  # fmt: skip
