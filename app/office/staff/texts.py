"""The manager's texts: the list of them, the editor with its preview, and earlier versions."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, request
from wtforms.fields.choices import SelectChoice

from app.core.actor import Can
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.office import texts
from app.office.forms import TextForm
from app.office.staff.hub import HOME, pages
from app.office.texts.attachments import LARGEST
from app.office.texts.looking import answered
from app.web import sections
from app.web.audiences import accepts_upload, needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

sections.register(
    "configuration", _l("Teksty"), _l("Regulamin, dane osobowe, instrukcja, powitanie – z wersjami i załącznikami"),
    f"{HOME}/texts", 30, needs=Can.CONFIGURE,
)  # fmt: skip


@pages.get("/configuration/texts")
@needs(Can.CONFIGURE)
def text_list() -> str:
    rows = [
        {"kind": kind, "text": texts.current_text(kind.name), "url": f"{HOME}/texts/{kind.name}"}
        for kind in texts.KINDS.values()
    ]
    return render("office/texts.html", rows=rows)


@pages.get("/configuration/texts/<kind>")
@needs(Can.CONFIGURE)
def edit_text(kind: str) -> str:
    if kind not in texts.KINDS:
        abort(404)
    found = texts.source(kind)
    other = found["translations"]
    form = TextForm(
        follows=str(texts.current_version(kind)),
        title=found["title"],
        body=found["body"],
        files=[file.public_id for file in found["files"]],
        **{f"{part}_{code}": other[code][part] for code in other for part in ("title", "body")},
    )
    return _editor(kind, form)


@accepts_upload(11)
@pages.post("/configuration/texts/<kind>")
@needs(Can.CONFIGURE)
def save_text(kind: str) -> Any:
    if kind not in texts.KINDS:
        abort(404)
    form = filled(TextForm)
    try:
        _take_upload(kind, form)
        if request.form.get("action") != "publish":
            return _editor(kind, form, previewed=True)
        texts.publish(
            actor(),
            kind,
            form.title.data or "",
            form.body.data or "",
            translations=form.translations(),
            attachments=form.files.data or [],
            needs_acceptance=bool(form.needs_acceptance.data),
            follows=_version(form.follows.data),
            answer=answered(),
        )
    except Refused as refusal:
        guard = getattr(refusal, "guard", None)
        if guard is None:
            return _editor(kind, form, sentence=refuse(form, refusal)), refusal.status
        # A page like the preview: a file that was chosen is kept while a person looks at what was found.
        return _editor(kind, form, guard=guard)
    flash(_("Opublikowano nową wersję."), "success")
    return see_other(f"{HOME}/texts/{kind}")


def _take_upload(kind: str, form: TextForm) -> None:
    """A chosen file is kept with either button, so that a preview does not lose it."""
    upload = request.files.get("upload")
    if upload is not None and upload.filename:
        kept = texts.keep_file(actor(), kind, upload.filename, upload.stream.read(LARGEST + 1))
        form.files.data = [*(form.files.data or []), kept]


def _editor(kind: str, form: TextForm, *, previewed: bool = False, **around: Any) -> str:
    # What was unticked in a preview stays in sight, so that it can be ticked again.
    shown = [*request.form.getlist("seen"), *(form.files.data or [])]
    files = texts.files_of(tuple(texts.known_files(kind, shown)))
    form.files.choices = [SelectChoice(file.public_id, file.name) for file in files]
    return render(
        "office/text_edit.html",
        kind=texts.KINDS[kind],
        form=form,
        files=files,
        preview=texts.preview(form.body.data or "") if previewed else None,
        versions=texts.versions(kind),
        **({"sentence": None, "guard": None} | around),
    )


def _version(typed: str | None) -> int:
    """The version that the editor began with; -1, which is never in force, for anything else."""
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 7 else -1
