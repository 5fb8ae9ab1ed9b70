"""Imports for the manager's staff: hand over a package, watch it, read its report, take it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, BinaryIO, cast

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from app.core.actor import Can
from app.core.errors import Conflict, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import Page, page_number
from app.imports import commands, consent, queries
from app.imports.consent import Limits
from app.imports.forms import LimitsForm, PackageForm
from app.imports.profiles.choosing import NO_PROFILE
from app.imports.profiles.queries import profiles
from app.imports.profiles.wording import SHEET_LABELS
from app.imports.queries import ImportLine
from app.imports.report import in_words
from app.office import settings
from app.web import menu, sections
from app.web.audiences import accepts_upload, needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("imports", __name__, template_folder="templates")
menu.register("staff", _l("Importy"), "imports.index", "upload", 45, needs=Can.SEE_IMPORTS)
sections.register(
    "configuration",
    _l("Importy danych"),
    _l("Jakie zmiany w księgach czekają na zgodę człowieka."),
    "/admin/configuration/imports",
    65,
    needs=Can.CONFIGURE,
)
MAX_MB = 256


@pages.get("/imports")
@needs(Can.SEE_IMPORTS)
def index() -> str:
    found = queries.imports(actor(), page_number(request.args.get("page")))
    rows: list[dict[str, Any]] = [asdict(line) | {"url": _url("show", line)} for line in found.rows]
    return render(
        "imports/list.html",
        page=Page(rows, found.number, found.size, found.total),
        page_url=url_for("staff.imports.index") + "?page=",
        new_url=_new_url(),
        as_of=queries.as_of(actor()),
    )


@pages.get("/imports/new")
@needs(Can.RUN_IMPORTS)
def new() -> str:
    return _new_page(PackageForm(profile=request.args.get("profile")))


@accepts_upload(MAX_MB + 1)
@pages.post("/imports/new")
@needs(Can.RUN_IMPORTS)
def receive() -> Response | tuple[str, int]:
    form = filled(PackageForm)
    upload = request.files.get("file")
    try:
        if commands.hindrance(actor()) is not None:
            raise Conflict(_("Nic nie wczytano: najpierw usuń dane, które są na próbę."))
        if upload is None or not upload.filename:
            raise Refused(_("Wybierz plik z danymi."), field="file")
        taken = commands.receive(
            actor(),
            cast(BinaryIO, upload.stream),
            upload.filename,
            mode=form.mode.data or "snapshot",
            dry_run=form.dry_run.data,
            profile=form.profile.data,
            sheet=form.sheet.data,
        )
    except Refused as refusal:
        refuse(form, refusal)
        return _new_page(form), refusal.status
    return see_other(url_for("staff.imports.show", public_id=taken.public_id))


def _new_page(form: PackageForm) -> str:
    offered = profiles(actor())
    standing = next((each.name for each in offered if each.standing), None)
    form.profile.choices = [SelectChoice(each.name, each.name) for each in offered if not each.standing]
    if standing:
        form.profile.choices.insert(0, SelectChoice("", _("domyślny: %(name)s", name=standing)))
    form.profile.choices.insert(1 if standing else 0, SelectChoice(NO_PROFILE if standing else "", _("bez profilu")))
    by_name = SelectChoice("", _("rozpoznaj po nazwie pliku"))
    form.sheet.choices = [by_name, *(SelectChoice(name, label) for name, label in SHEET_LABELS.items())]
    return render(
        "imports/new.html", form=form, max_mb=MAX_MB, has_profiles=bool(offered),
        hindrance=commands.hindrance(actor()),
    )  # fmt: skip


@pages.get("/imports/<public_id>")
@needs(Can.SEE_IMPORTS)
def show(public_id: str) -> str:
    return render("imports/show.html", **_shown(queries.one(actor(), public_id)))


@pages.get("/imports/<public_id>/progress")
@needs(Can.SEE_IMPORTS)
def progress(public_id: str) -> str:
    return render("imports/_progress.html", fragment=True, **_shown(queries.one(actor(), public_id)))


@pages.get("/imports/<public_id>/undo")
@needs(Can.RUN_IMPORTS)
def ask_undo(public_id: str) -> str:
    line = _undoable(public_id)
    before = (line.revision or 1) - 1
    return render(
        "imports/undo.html",
        item=line,
        returns_to={"revision": before, "as_of": queries.as_of_revision(actor(), before)} if before else None,
        others=queries.taken_back_with(actor(), before + 1),
        seen=queries.newest_revision(actor()),
        undo_url=_url("undo", line),
        back_url=_url("show", line),
    )


@pages.post("/imports/<public_id>/undo")
@needs(Can.RUN_IMPORTS)
def undo(public_id: str) -> Response:
    line = queries.one(actor(), public_id)
    commands.ask_undo(actor(), line.public_id, _seen())
    return see_other(_url("show", line))


@pages.post("/imports/<public_id>/cancel")
@needs(Can.RUN_IMPORTS)
def cancel(public_id: str) -> Response:
    return _answered(public_id, lambda: commands.cancel(actor(), public_id))


@pages.post("/imports/<public_id>/approve")
@needs(Can.RUN_IMPORTS)
def approve(public_id: str) -> Response:
    def say_yes() -> None:
        if not commands.approve(actor(), public_id, _seen()):
            flash(_("Od sprawdzenia opublikowano nowsze dane, więc sprawdzamy paczkę jeszcze raz."), "info")

    return _answered(public_id, say_yes)


@pages.post("/imports/<public_id>/reject")
@needs(Can.RUN_IMPORTS)
def reject(public_id: str) -> Response:
    return _answered(public_id, lambda: commands.reject(actor(), public_id))


@pages.route("/configuration/imports", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def limits() -> Any:
    held = settings.fresh(Limits)
    form = filled(
        LimitsForm, always=held.always, units=held.units, percent=held.percent,
        total=_zloty(held.total), unit=_zloty(held.unit),
    )  # fmt: skip
    if request.method != "POST":
        return render("imports/limits.html", form=form)
    if not form.validate():
        return render("imports/limits.html", form=form), 422
    try:
        wanted = consent.checked(
            Limits(
                always=bool(form.always.data),
                units=form.units.data,
                percent=form.percent.data,
                total=_grosze(form.total.data),
                unit=_grosze(form.unit.data),
            )
        )
    except Refused as refusal:
        refuse(form, refusal)
        return render("imports/limits.html", form=form), refusal.status
    settings.write(actor(), wanted)
    flash(_("Zapisano. Nowe progi obowiązują od następnej paczki."), "success")
    return see_other("/admin/configuration/imports")


def _zloty(grosze: int | None) -> int | None:
    return None if grosze is None else grosze // 100


def _grosze(zloty: int | None) -> int | None:
    return None if zloty is None else zloty * 100


def _seen() -> int:
    """The revision of the books that the page showed when its button was pressed."""
    said = request.form.get("seen", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else -1


def _answered(public_id: str, answer: Callable[[], None]) -> Response:
    """Back to the import's page, which says what has become of it; also when somebody was faster."""
    line = queries.one(actor(), public_id)
    try:
        answer()
    except Conflict as conflict:
        flash(conflict.message, "info")
    return see_other(_url("show", line))


def _undoable(public_id: str) -> ImportLine:
    line = queries.one(actor(), public_id)
    if line.status != "published" or line.revision is None:
        raise Refused(_("Tego importu nie można cofnąć: nie jest opublikowany albo został już cofnięty."))
    return line


def _profile_url(line: ImportLine) -> str:
    return url_for("staff.import_profiles.new") + "?import=" + line.public_id


def _shown(line: ImportLine) -> dict[str, Any]:
    may, newest = Can.RUN_IMPORTS in actor().can, queries.newest_revision(actor())
    under_way = line.open or line.undo == "asked"
    answers = {
        "cancel_url": _url("cancel", line) if line.open and not line.cancel_asked_at else None,
        "approve_url": _url("approve", line) if line.status == "waiting" else None,
        "reject_url": _url("reject", line) if line.status == "waiting" else None,
        "undo_url": _url("ask_undo", line) if line.status == "published" and line.undo != "asked" else None,
        "profile_url": _profile_url(line) if line.status == "refused" and line.source != "cli" else None,
    }
    return {
        "item": asdict(line)
        | {"undo": line.undo, "as_of": queries.as_of_revision(actor(), line.revision) if line.revision else None},
        "progress": line.progress,
        "report": _worded(line.report) if line.report else None,
        "progress_url": _url("progress", line) if under_way else None,
        "newest": newest,
        "stale": line.status == "waiting" and newest != (line.revision or 0),
        **(answers if may else dict.fromkeys(answers)),
    }


def _worded(report: dict[str, Any]) -> dict[str, Any]:
    """What a reader may know: the reason of a fault of ours is for whoever runs the portal."""
    return {name: value for name, value in in_words(report).items() if name != "reason"}


def _url(view: str, line: ImportLine) -> str:
    return url_for(f"staff.imports.{view}", public_id=line.public_id)


def _new_url() -> str | None:
    return url_for("staff.imports.new") if Can.RUN_IMPORTS in actor().can else None
