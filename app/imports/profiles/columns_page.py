"""One sheet of a profile: how each of its columns is made, tried on the first rows of the manager's own file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response
from wtforms import Form

from app.core.actor import Can
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.imports.profiles import commands, queries
from app.imports.profiles.filling import mapping_of, values
from app.imports.profiles.forms import CONSTANT, TAKEN, columns_form
from app.imports.profiles.preview import automatic, headings, holder, preview, raw_rows
from app.imports.profiles.queries import Profile
from app.imports.profiles.wording import PART_LABELS, SHEET_LABELS, allowed_words, column_label
from app.imports.reading.columns import Column
from app.imports.reading.mapping import MAX_HEADER, plan
from app.imports.reading.sheets import SHEETS, Sheet
from app.web.audiences import needs
from app.web.forms import filled
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("import_columns", __name__, template_folder="../templates")
RAW_ROWS = 8
FINE = ("part", "sign", "and", "and2", "with", "words", "negate", "text")


@pages.get("/imports/profiles/<profile_id>/<sheet>")
@needs(Can.RUN_IMPORTS)
def show(profile_id: str, sheet: str) -> str:
    profile, wanted = _asked(profile_id, sheet)
    said = profile.said(sheet)
    return _page(profile, wanted, filled(_form(profile, wanted, said), data=values(wanted, said)), said)


@pages.post("/imports/profiles/<profile_id>/<sheet>")
@needs(Can.RUN_IMPORTS)
def save(profile_id: str, sheet: str) -> Response | tuple[str, int]:
    profile, wanted = _asked(profile_id, sheet)
    before = profile.said(sheet)
    typed = request.form.get("header", "")
    header = {}
    if typed.isascii() and typed.isdecimal() and len(typed) < 10 and int(typed) <= MAX_HEADER:
        header = {"header": int(typed)}
    form = filled(_form(profile, wanted, {**before, "header": None, **header}))
    said = mapping_of(form, wanted, before)
    if said is None:
        return _page(profile, wanted, form, before), 422
    if "check" in request.form:
        return _page(profile, wanted, form, said, checked=True), 200
    commands.map_sheets(actor(), profile_id, {sheet: said})
    flash(_("Zapisano, jak czytać arkusz „%(sheet)s”.", sheet=SHEET_LABELS[sheet]), "good")
    return see_other(url_for("staff.import_profiles.show", profile_id=profile_id))


def _asked(profile_id: str, sheet: str) -> tuple[Profile, Sheet]:
    profile = queries.one(actor(), profile_id)
    if sheet not in SHEETS:
        raise NotThere(_("Nie ma takiego arkusza."))
    return profile, SHEETS[sheet]


def _form(profile: Profile, sheet: Sheet, said: dict[str, Any]) -> type[Form]:
    found = headings(holder(sheet, profile.sample, profile.plan), said.get("header"))
    mapped = profile.plan.of(sheet)
    return columns_form(sheet, found, automatic(sheet, found), mapped.sources if mapped else set())


def _page(profile: Profile, sheet: Sheet, form: Form, said: dict[str, Any], *, checked: bool = False) -> str:
    used = plan({**profile.mapping, "sheets": {**(profile.mapping.get("sheets") or {}), sheet.name: said}})
    tab = holder(sheet, profile.sample, used)
    one_amount = "way" in form and form["way"].data in ("signed", "side")
    shown = preview(sheet, profile.sample, used)
    return render(
        "imports/profiles/columns.html",
        profile=profile, sheet=sheet.name, label=SHEET_LABELS[sheet.name], form=form, checked=checked, tab=tab,
        columns=[_column(form, column) for column in sheet.columns], one_amount=one_amount,
        headings=headings(tab, said.get("header")), raw=raw_rows(tab, _raw_count(said)) if tab else [],
        preview=shown, preview_heads=[column_label(sheet.name, column) for column in shown.columns],
        money=[column.kind.money for column in shown.columns],
        back_url=url_for("staff.import_profiles.show", profile_id=profile.public_id),
    )  # fmt: skip


def _raw_count(said: dict[str, Any]) -> int:
    return min((said.get("header") or 0) + RAW_ROWS, commands.FIRST_ROWS)


def _column(form: Form, column: Column) -> dict[str, Any]:
    """The fields of one column; `said` is what they say in a few words, `open` when something in them is wrong."""
    name = f"c_{column.name}"
    fields = {end: form[f"{name}_{end}"] for end in FINE if f"{name}_{end}" in form}
    return {
        "name": column.name, "field": form[name], "fields": fields, "required": column.required,
        "open": any(field.errors for field in fields.values()), "words": allowed_words(column),
        "is_side": column.name in ("debit", "credit"), "said": _in_words(form[name].data or "", fields),
    }  # fmt: skip


def _in_words(way: str, fields: dict[str, Any]) -> str:
    """What is said of a column besides its place, in a few words."""
    data = {end: field.data for end, field in fields.items()}
    if way == CONSTANT:
        return _("stała wartość: %(text)s", text=data["text"] or "–")
    if not way.startswith(TAKEN):
        return ""
    joined = [data[end] for end in ("and", "and2") if data[end]]
    parts = [str(PART_LABELS[data["part"]])] if data["part"] in PART_LABELS and not joined else []
    parts += [_("razem z: %(names)s", names=", ".join(joined))] if joined else []
    parts += [_("zamiana słów")] if data["words"] and not joined else []
    parts += [_("odwrócony znak")] if data.get("negate") else []
    return ", ".join(parts)
