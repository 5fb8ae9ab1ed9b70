"""Accounts as the office handles them: a new one, its activation link, blocking and unblocking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Blueprint, flash, request
from wtforms.fields.choices import SelectChoice

from app.accounts import commands, mails
from app.accounts.commands import Created
from app.accounts.forms import ROLES, AccountForm, PersonAccountForm
from app.accounts.queries.obstacles import state
from app.core.actor import GRANTS, Can, Role
from app.core.clock import today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.links import external
from app.estate import queries as estate
from app.estate.queries import Resident
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("accounts", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class PersonLink:
    code: str
    name: str
    url: str


@pages.route("/accounts/new", methods=["GET", "POST"])
@needs(Can.MANAGE_ACCOUNTS)
def new_account() -> Any:
    code = request.args.get("person")
    person = estate.resident(actor(), code, today()) if code else None
    form = _form(person)
    link = PersonLink(person.code, person.name, _address(person.code)) if person else None
    if request.method != "POST":
        return render("accounts/staff_new.html", form=form, person=link)
    if not form.validate():
        return render("accounts/staff_new.html", form=form, person=link), 422
    try:
        made = commands.create_account(
            actor(),
            form.login.data or "",
            form.unit_codes(),
            form.role.data,
            form.email.data,
            person_code=person.code if person else None,
            by_mail=True,
        )
    except Refused as refusal:
        sentence = refuse(form, refusal)
        if sentence:
            form.login.errors = [sentence]
        return render("accounts/staff_new.html", form=form, person=link), refusal.status
    return _created(made, link)


@pages.post("/accounts/<public_id>/link")
@needs(Can.MANAGE_ACCOUNTS)
def renew_link(public_id: str) -> Any:
    """A first password needs no proof of identity but the letter it came with; another one does."""
    if state(actor(), public_id).has_password:
        return see_other(f"/admin/accounts/{public_id}/reset")
    account, secret, until, mailed_to = commands.renew_link(actor(), public_id)
    return render(
        "accounts/staff_link.html",
        name=_name_of(account.person_code) or account.login,
        login=account.login,
        activation_url=external(mails.activation_path(secret)),
        expires_at=until,
        mailed_to=mailed_to,
        back_url=_back(account),
    )


@pages.post("/accounts/<public_id>/block")
@needs(Can.MANAGE_ACCOUNTS)
def block(public_id: str) -> Any:
    account = commands.block(actor(), public_id)
    flash(_("Konto %(login)s zostało zablokowane.", login=account.login), "success")
    return see_other(_back(account))


@pages.post("/accounts/<public_id>/unblock")
@needs(Can.MANAGE_ACCOUNTS)
def unblock(public_id: str) -> Any:
    account = commands.unblock(actor(), public_id)
    flash(_("Konto %(login)s zostało odblokowane.", login=account.login), "success")
    return see_other(_back(account))


def _name_of(person_code: str | None) -> str | None:
    try:
        return estate.resident(actor(), person_code, today()).name if person_code else None
    except NotThere:
        return None


def _back(account: Any) -> str:
    if account.person_code and request.form.get("back") != "account":
        return _address(account.person_code)
    return f"/admin/accounts/{account.public_id}"


def _created(made: Created, person: PersonLink | None) -> str:
    assert made.secret is not None
    return render(
        "accounts/staff_created.html",
        name=person.name if person else made.account.login,
        login=made.account.login,
        activation_url=external(mails.activation_path(made.secret)),
        expires_at=made.expires_at,
        mailed_to=made.mailed_to,
        back_url=person.url if person else "/admin/residents",
    )


def _form(person: Resident | None) -> AccountForm:
    if person is None:
        form = filled(AccountForm)
    else:
        now_held = [title for title in person.titles if title.to_on is None or title.to_on >= today()]
        codes = list(dict.fromkeys(title.unit_code for title in now_held))
        form = filled(PersonAccountForm, login=person.code, units=codes, email=person.email)
        labels = {title.unit_code: f"{title.label} ({title.unit_code})" for title in now_held}
        form.units.choices = [SelectChoice(code, labels[code]) for code in codes]
    rights: frozenset[Can] = actor().can if Can.MANAGE_STAFF in actor().can else frozenset()
    granted = [role for role in ROLES if GRANTS[Role(role)] <= rights]
    form.role.choices = [SelectChoice(role.value, str(ROLES[role])) for role in granted]
    return form


def _address(code: str) -> str:
    return f"/admin/residents/{quote(code, safe='')}"
