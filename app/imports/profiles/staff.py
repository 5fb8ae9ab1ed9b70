"""Profiles of imports for the manager's staff: name them, see what a file holds, hand them on."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, flash, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.core.actor import Can
from app.core.clock import today
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.imports.profiles import commands, queries
from app.imports.profiles.filling import tabs_values, with_tabs
from app.imports.profiles.forms import NameForm, NewProfileForm, SampleForm, TakenProfileForm, sheets_form
from app.imports.profiles.preview import holder, preview
from app.imports.profiles.queries import Profile
from app.imports.profiles.wording import SHEET_LABELS, column_label, said_of
from app.imports.reading.headers import missing
from app.imports.reading.mapping import BadMapping, Plan, plan
from app.imports.reading.sentences import message
from app.imports.reading.sheets import NAMES, SHEETS
from app.web import sections
from app.web.audiences import accepts_upload, needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("import_profiles", __name__, template_folder="../templates")
MAX_MB = 32
sections.register(
    "configuration",
    _l("Profile importu"),
    _l("Jak czytać pliki z Twojego programu: nazwy kolumn, znaki kwot, podział komórek."),
    "/admin/imports/profiles",
    75,
    needs=Can.RUN_IMPORTS,
)


@pages.get("/imports/profiles")
@needs(Can.RUN_IMPORTS)
def index() -> str:
    rows = [
        {
            "name": line.name,
            "standing": line.standing,
            "changed_by": line.changed_by,
            "changed_at": line.changed_at,
            "sheets": [SHEET_LABELS[sheet] for sheet in line.sheets if sheet in SHEET_LABELS],
            "url": _url("show", line.public_id),
        }
        for line in queries.profiles(actor())
    ]
    return render("imports/profiles/list.html", rows=rows)


@pages.get("/imports/profiles/new")
@needs(Can.RUN_IMPORTS)
def new() -> str:
    return _new_page()


@accepts_upload(MAX_MB + 1)
@pages.post("/imports/profiles/new")
@needs(Can.RUN_IMPORTS)
def create() -> AnyResponse | tuple[str, int]:
    form = filled(NewProfileForm)
    if not form.validate():
        return _new_page(form), 422
    import_id = request.form.get("import_id", "")
    try:
        if not import_id and not _uploaded("file"):
            raise Refused(_("Wybierz plik z danymi."), field="file")
        profile = commands.create(actor(), form.name.data or "")
        if import_id:
            commands.sample_from_import(actor(), profile.public_id, import_id)
        else:
            _take_sample(profile.public_id)
    except Refused as refusal:
        sentence = refuse(form, refusal)
        return _new_page(form, sentence=sentence), refusal.status
    return see_other(_url("show", profile.public_id))


@accepts_upload(1)
@pages.post("/imports/profiles/taken")
@needs(Can.RUN_IMPORTS)
def take() -> AnyResponse | tuple[str, int]:
    form = filled(TakenProfileForm)
    try:
        file = request.files.get("json")
        if file is None or not file.filename:
            raise Refused(_("Wybierz plik profilu."), field="json")
        name, mapping = commands.read_export(file.stream.read(commands.MAX_JSON + 1))
        profile = commands.create(actor(), form["name"].data or name, mapping)
    except Refused as refusal:
        sentence = refuse(form, refusal)
        return _new_page(taken=form, sentence=sentence), refusal.status
    flash(_("Wczytano profil. Wgraj plik z danymi, żeby zobaczyć, co z nim zrobi."), "good")
    return see_other(_url("show", profile.public_id))


def _new_page(
    form: NewProfileForm | None = None, taken: TakenProfileForm | None = None, sentence: str | None = None
) -> str:
    import_id = request.form.get("import_id") or request.args.get("import") or ""
    return render(
        "imports/profiles/new.html",
        form=form or NewProfileForm(), taken=taken or TakenProfileForm(prefix=""), failed=taken or form,
        sentence=sentence, import_id=import_id if queries.PUBLIC_ID.fullmatch(import_id) else "",
    )  # fmt: skip


@pages.get("/imports/profiles/<profile_id>")
@needs(Can.RUN_IMPORTS)
def show(profile_id: str) -> str:
    return _page(queries.one(actor(), profile_id))


@pages.post("/imports/profiles/<profile_id>")
@needs(Can.RUN_IMPORTS)
def save(profile_id: str) -> AnyResponse | tuple[str, int]:
    """Which tab holds which sheet; `check` only shows what it would give."""
    profile = queries.one(actor(), profile_id)
    form = filled(sheets_form())
    said = {name: with_tabs(form, name, profile.said(name)) for name in NAMES}
    try:
        wanted = plan({"sheets": {name: each for name, each in said.items() if each}})
        if "check" in request.form:
            return _page(profile, form, wanted), 200
        commands.map_sheets(actor(), profile_id, said)
    except BadMapping as bad:
        form[f"tabs_{bad.place[0]}"].errors = [said_of(bad)]
        return _page(profile, form), 422
    flash(_("Zapisano."), "good")
    return see_other(_url("show", profile_id))


@pages.post("/imports/profiles/<profile_id>/name")
@needs(Can.RUN_IMPORTS)
def rename(profile_id: str) -> AnyResponse | tuple[str, int]:
    form = filled(NameForm)
    try:
        commands.rename(actor(), profile_id, form["name"].data or "")
    except Refused as refusal:
        refuse(form, refusal)
        return _page(queries.one(actor(), profile_id), name=form), refusal.status
    return see_other(_url("show", profile_id))


@accepts_upload(MAX_MB + 1)
@pages.post("/imports/profiles/<profile_id>/sample")
@needs(Can.RUN_IMPORTS)
def sample(profile_id: str) -> AnyResponse | tuple[str, int]:
    form = filled(SampleForm)
    try:
        if not _uploaded("file"):
            raise Refused(_("Wybierz plik z danymi."), field="file")
        _take_sample(profile_id)
    except Refused as refusal:
        refuse(form, refusal)
        return _page(queries.one(actor(), profile_id), sample=form), refusal.status
    return see_other(_url("show", profile_id))


@pages.post("/imports/profiles/<profile_id>/sample/forget")
@needs(Can.RUN_IMPORTS)
def forget_sample(profile_id: str) -> AnyResponse:
    commands.drop_sample(actor(), profile_id)
    return see_other(_url("show", profile_id))


@pages.post("/imports/profiles/<profile_id>/check")
@needs(Can.RUN_IMPORTS)
def check(profile_id: str) -> AnyResponse:
    taken = commands.check_sample(actor(), profile_id)
    return see_other(url_for("staff.imports.show", public_id=taken.public_id))


@pages.post("/imports/profiles/<profile_id>/standing")
@needs(Can.RUN_IMPORTS)
def stand(profile_id: str) -> AnyResponse:
    commands.stand(actor(), profile_id, request.form.get("standing") == "1")
    return see_other(_url("show", profile_id))


@pages.get("/imports/profiles/<profile_id>/export")
@needs(Can.RUN_IMPORTS)
def export(profile_id: str) -> Response:
    answer = Response(commands.exported(actor(), profile_id), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="profil-importu-{today():%Y-%m-%d}.json"'
    return answer


@pages.get("/imports/profiles/<profile_id>/delete")
@needs(Can.RUN_IMPORTS)
def ask_delete(profile_id: str) -> str:
    profile = queries.one(actor(), profile_id)
    return render("imports/profiles/delete.html", profile=profile, back_url=_url("show", profile_id))


@pages.post("/imports/profiles/<profile_id>/delete")
@needs(Can.RUN_IMPORTS)
def delete(profile_id: str) -> AnyResponse:
    commands.delete(actor(), profile_id)
    flash(_("Usunięto profil importu."), "good")
    return see_other("/admin/imports/profiles")


def _page(
    profile: Profile,
    form: Any = None,
    wanted: Plan | None = None,
    *,
    name: NameForm | None = None,
    sample: SampleForm | None = None,
) -> str:
    sheets = form or sheets_form()(data=tabs_values(profile.mapping))
    used = wanted or profile.plan
    return render(
        "imports/profiles/show.html",
        profile=profile, form=sheets, checked=wanted is not None, failed=name or sample or form,
        name_form=name or NameForm(name=profile.name), sample_form=sample or SampleForm(),
        rows=[_sheet_row(sheet, profile, used) for sheet in NAMES], tabs=[tab.called for tab in profile.sample],
        faults=[message(each["code"], each["params"], each) for each in profile.sample_faults],
        unused=[tab.called for tab in profile.sample if not used.held_by(tab.called)],
    )  # fmt: skip


def _sheet_row(name: str, profile: Profile, used: Plan) -> dict[str, Any]:
    """One of our sheets: where it is in the file and what its first rows give."""
    sheet = SHEETS[name]
    shown = preview(sheet, profile.sample, used)
    tab = holder(sheet, profile.sample, used)
    lacking = [
        ", ".join(column_label(name, column) for column in group)
        for group in missing(sheet, {column.name for column in shown.columns})
    ]
    return {
        "sheet": name, "label": SHEET_LABELS[name], "polish": sheet.polish, "tab": tab.called if tab else None,
        "rows": len(shown.rows), "errors": shown.errors, "lacking": lacking if not shown.columns or lacking else [],
        "off": used.sheets[name].tabs == () if name in used.sheets else False,
        "url": url_for("staff.import_columns.show", profile_id=profile.public_id, sheet=name),
    }  # fmt: skip


def _uploaded(field: str) -> bool:
    file = request.files.get(field)
    return file is not None and bool(file.filename)


def _take_sample(profile_id: str) -> None:
    file = request.files["file"]
    commands.take_sample(actor(), profile_id, cast(BinaryIO, file.stream), file.filename or "plik")


def _url(view: str, profile_id: str) -> str:
    return url_for(f"staff.import_profiles.{view}", profile_id=profile_id)
