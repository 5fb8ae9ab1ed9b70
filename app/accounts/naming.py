"""The own login of those who take part in building works: chosen at the first login, changed later."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.accounts import queries
from app.accounts.commands import naming
from app.accounts.forms import LoginNameForm
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.web import sections
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("naming", __name__, template_folder="templates")
sections.register("settings", _l("Własny login"), _l("Zamiast nadanego"), "/settings/identifier", 5, audience="works")


@pages.route("/settings/identifier", methods=["GET", "POST"])
def login() -> Any:
    who = actor()
    if not who.is_collaborator:
        raise NotThere("")
    is_new = not queries.contacts_of(who).welcomed
    form = filled(LoginNameForm, login=who.login)
    if request.method != "POST":
        return render("accounts/own_login.html", form=form, is_new=is_new, sentence=None)
    try:
        naming.choose_login(who, form.login.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return render(
            "accounts/own_login.html", form=form, is_new=is_new, sentence=refuse(form, refusal)
        ), refusal.status
    flash(_("Zapisano. Od teraz loguj się loginem %(login)s.", login=form.login.data), "success")
    return see_other("/works/" if is_new else "/settings")
