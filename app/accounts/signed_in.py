"""Konfiguracja: what everybody with an account may see and change of it, residents and staff alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, make_response

from app.accounts import commands, policies, queries, rules
from app.accounts.forms import ChangePasswordForm
from app.accounts.holdings import holdings
from app.core.actor import Actor
from app.core.clock import today
from app.core.errors import NotThere, Refused
from app.core.language import LANGUAGES
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.estate import queries as estate
from app.estate.queries import Resident
from app.web import sections
from app.web.audiences import open_before_change
from app.web.forms import filled, refuse
from app.web.pages import languages_offered, render, see_other
from app.web.visitor import actor

pages = Blueprint("accounts", __name__, template_folder="templates")
sections.register("settings", _l("Zmień hasło"), _l("Podasz obecne hasło i dwa razy nowe."), "/settings/password", 10)


@dataclass(frozen=True, slots=True)
class Profile:
    """The actor as the settings show them; what waits to be confirmed is not theirs yet."""

    name: str
    login: str
    email: str | None
    phone: str | None
    address: str | None
    waiting_email: str | None
    waiting_phone: str | None


@dataclass(frozen=True, slots=True)
class UnitName:
    code: str
    label: str


@pages.get("/settings")
def settings() -> str:
    who = actor()
    units = [UnitName(unit.code, unit.address_line) for unit in holdings(who, today()).units]
    return render(
        "accounts/settings.html",
        person=_profile(who),
        units=units,
        sections=sections.sections("settings", who),
        spoken={code: LANGUAGES[code] for code in languages_offered()},
    )


@pages.get("/settings/password")
@open_before_change
def password() -> str:
    return _password_page(ChangePasswordForm())


@pages.post("/settings/password")
@open_before_change
def save_password() -> Any:
    form = filled(ChangePasswordForm)
    if not form.validate():
        return _password_page(form), 422
    who = actor()
    try:
        commands.change_password(who, form.current.data or "", form.new.data or "")
    except rules.TooMany as refusal:
        form.current.errors = [refusal.message]
        response = make_response(_password_page(form), refusal.status)
        response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    except rules.Busy:
        raise
    except Refused as refusal:
        refuse(form, refusal)
        return _password_page(form), refusal.status
    flash(_("Hasło zostało zmienione."), "success")
    if who.is_resident and not queries.contacts_of(who).welcomed:
        return see_other("/welcome/contact")
    if who.must_change_password:
        return see_other("/admin/" if who.is_staff else "/")  # a collaborator is led on from there
    return see_other("/settings")


def _password_page(form: ChangePasswordForm) -> str:
    who = actor()
    return render(
        "accounts/password.html",
        form=form,
        rules=rules.password_rules(policies.password_policy()),
        must_change=who.must_change_password,
        welcome=who.is_resident and not queries.contacts_of(who).welcomed,
    )


def _profile(who: Actor) -> Profile:
    own, person = queries.contacts_of(who), _person(who)
    return Profile(
        person.name if person else who.name or who.login,
        who.login,
        own.email or (person.email if person else None),
        rules.readable_phone(own.phone or (person.phone if person else None)),
        person.address if person else None,
        own.waiting_email,
        rules.readable_phone(own.waiting_phone),
    )


def _person(who: Actor) -> Resident | None:
    try:
        return estate.resident(who, who.person_code, today()) if who.person_code else None
    except NotThere:
        return None
