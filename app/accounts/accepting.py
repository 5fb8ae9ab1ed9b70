"""What a signed-in resident must acknowledge before going on: new versions of the manager's texts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, request

from app.accounts.commands.accepting import accept, waiting
from app.accounts.landing import landing
from app.core.language import gettext as _
from app.office.texts import Published
from app.web import audiences
from app.web.pages import render, see_other
from app.web.visitor import actor, address

pages = Blueprint("accepting", __name__, template_folder="templates")
PATH = "/texts/accept"
audiences.detour("texts", PATH)


@pages.get(PATH)
@audiences.open_before_change
def ask() -> Any:
    found = waiting(actor())
    return _page(found) if found else see_other(_onwards())


@pages.post(PATH)
@audiences.open_before_change
def confirm() -> Any:
    """Every text has a box of its own, which carries the version that was on the screen."""
    who, found = actor(), waiting(actor())
    assert who.account_id is not None
    ticked = {one.kind for one in found if request.form.get(one.kind) == str(one.version)}
    for kind, version in ((one.kind, one.version) for one in found if one.kind in ticked):
        accept(who.account_id, kind, version, address())
    if len(ticked) < len(found):
        sentence = _("Zaznacz pole pod każdym tekstem.")
        return _page(found, ticked=ticked, sentence=sentence), 422
    return see_other(_onwards())


def _page(found: list[Published], **more: Any) -> str:
    return render("accounts/accept.html", texts=found, onwards=_onwards(), **more)


def _onwards() -> str:
    """Where the visitor was going when the texts came between."""
    return landing(replace(actor(), waits_for=None), request.values.get("next"))
