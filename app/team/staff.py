"""Staff of the manager: who they are, inviting more, what each may do and where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, request
from wtforms.fields.choices import SelectChoice

from app.accounts.forms import ROLES
from app.core.actor import Can, Role
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.estate import queries as estate
from app.team import commands, queries
from app.team.forms import InvitationForm, RemovalForm, RightsForm
from app.team.queries import Member
from app.web import sections
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("team", __name__, template_folder="templates")
HOME = "/admin/staff"
sections.register(
    "configuration", _l("Pracownicy"), _l("Zaproszenia, role i budynki, które każdy obsługuje."), HOME, 110,
    needs=Can.MANAGE_STAFF,
)  # fmt: skip
DUTIES = {
    Role.CLERK: _l("Mieszkańcy, ich konta i wiadomości, wysyłki."),
    Role.ACCOUNTANT: _l("Mieszkańcy i salda, importy danych, odpowiedzi na wiadomości."),
    Role.BOARD: _l("Tylko ogląda; niczego nie zmienia."),
    Role.ADMIN: _l("Wszystko, także konfiguracja, pracownicy i dziennik zmian."),
}


@pages.get("/staff")
@needs(Can.MANAGE_STAFF)
def index() -> str:
    return render("team/list.html", members=[_line(one) for one in queries.members(actor())], new_url=f"{HOME}/new")


@pages.route("/staff/new", methods=["GET", "POST"])
@needs(Can.MANAGE_STAFF)
def invite() -> Any:
    form = _choices(filled(InvitationForm), ())
    if request.method != "POST":
        return render("team/invite.html", form=form, error=None, home=HOME)
    try:
        account = commands.invite(
            actor(), form.login.data or "", form.email.data or "", form.role.data or "", form.buildings.data or ()
        )
    except NotThere:
        raise
    except Refused as refusal:
        return render("team/invite.html", form=form, error=refuse(form, refusal), home=HOME), refusal.status
    flash(_("Zaproszenie wysłaliśmy na adres %(address)s.", address=str(account.email)), "success")
    return see_other(HOME)


@pages.route("/staff/<public_id>", methods=["GET", "POST"])
@needs(Can.MANAGE_STAFF)
def show(public_id: str) -> Any:
    found = queries.member(actor(), public_id)
    form = _choices(filled(RightsForm, role=found.role, buildings=list(found.buildings)), found.buildings)
    if request.method != "POST":
        return _page(found, form)
    try:
        commands.change(actor(), public_id, form.role.data or "", form.buildings.data or ())
    except NotThere:
        raise
    except Refused as refusal:
        return _page(found, form, refuse(form, refusal)), refusal.status
    flash(_("Uprawnienia zostały zapisane."), "success")
    return see_other(HOME)


@pages.post("/staff/<public_id>/block")
@needs(Can.MANAGE_STAFF)
def block(public_id: str) -> Any:
    return _do(public_id, commands.block, _("Konto zostało zablokowane."))


@pages.post("/staff/<public_id>/unblock")
@needs(Can.MANAGE_STAFF)
def unblock(public_id: str) -> Any:
    return _do(public_id, commands.unblock, _("Konto zostało odblokowane."))


@pages.post("/staff/<public_id>/remind")
@needs(Can.MANAGE_STAFF)
def remind(public_id: str) -> Any:
    return _do(public_id, commands.remind, _("Zaproszenie zostało wysłane jeszcze raz."))


@pages.route("/staff/<public_id>/remove", methods=["GET", "POST"])
@needs(Can.MANAGE_STAFF)
def remove(public_id: str) -> Any:
    found, form = queries.member(actor(), public_id), filled(RemovalForm)
    if request.method != "POST":
        return render("team/remove.html", member=found, form=form, error=None, home=HOME)
    try:
        commands.remove(actor(), public_id, form.reason.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        error = refuse(form, refusal)
        return render("team/remove.html", member=found, form=form, error=error, home=HOME), refusal.status
    flash(_("Konto zostało zamknięte."), "success")
    return see_other(HOME)


def _do(public_id: str, command: Callable[..., Any], sentence: str) -> Any:
    try:
        command(actor(), public_id)
    except NotThere:
        raise
    except Refused as refusal:
        found = queries.member(actor(), public_id)
        form = _choices(RightsForm(role=found.role, buildings=list(found.buildings)), found.buildings)
        return _page(found, form, refusal.message), refusal.status
    flash(sentence, "success")
    return see_other(f"{HOME}/{public_id}")


def _page(found: Member, form: RightsForm, error: str | None = None) -> str:
    return render("team/show.html", member=found, line=_line(found), form=form, error=error, home=HOME)


def _choices(form: Any, kept: tuple[str, ...]) -> Any:
    form.role.choices = [SelectChoice(role.value, f"{ROLES[role]} – {DUTIES[role]}") for role in DUTIES]
    known = estate.buildings(actor())
    gone = [(code, code) for code in kept if code not in dict(known)]
    form.buildings.choices = [
        SelectChoice(code, label if label == code else f"{label} ({code})") for code, label in [*known, *gone]
    ]
    return form


def _line(one: Member) -> dict[str, Any]:
    kind, words = "good", _("czynne")
    if one.status == "closed":
        kind, words = "", _("zamknięte")
    elif one.status == "blocked":
        kind, words = "bad", _("zablokowane")
    elif not one.has_password:
        kind, words = "warn", _("zaproszenie czeka")
    return {
        "url": f"{HOME}/{one.public_id}",
        "login": one.login,
        "email": one.email,
        "role": str(ROLES[Role(one.role)]),
        "buildings": ", ".join(one.buildings),
        "kind": kind,
        "words": words,
        "last_login_at": one.last_login_at,
        "is_self": one.is_self,
    }
