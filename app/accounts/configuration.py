"""The manager's rules of passwords and sessions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash

from app.accounts import policies, rules
from app.accounts.forms import PasswordRulesForm
from app.core.actor import Can
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.office import commands as office
from app.office.queries import fresh_profile
from app.web import sections
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("account_rules", __name__, template_folder="templates")
PATH = "/configuration/passwords"
sections.register(
    "configuration", _l("Hasła i sesje"), _l("Wymagania dla haseł, pierwsze logowanie, zapomniane hasło, czas sesji."),
    f"/admin{PATH}", 70, needs=Can.CONFIGURE,
)  # fmt: skip
_POLICY = ("preset", "least", "letter", "capital", "digit", "sign", "common")
_ACCESS = ("change", "start_days", "wait_for_night", "reset", "temporary_hours")


@pages.get(PATH)
@needs(Can.CONFIGURE)
def edit() -> str:
    policy, access, sessions = policies.password_policy(), policies.access(), policies.sessions()
    now = {field: getattr(policy, field) for field in _POLICY} | {field: getattr(access, field) for field in _ACCESS}
    return _page(filled(PasswordRulesForm, **now, hours=sessions.hours, idle_minutes=fresh_profile().idle_minutes))


@pages.post(PATH)
@needs(Can.CONFIGURE)
def save() -> Any:
    form = filled(PasswordRulesForm)
    if not form.validate():
        return _page(form), 422
    try:
        policies.write(
            actor(),
            rules.Policy(**{field: form[field].data for field in _POLICY}),
            rules.Access(**{field: form[field].data for field in _ACCESS}),
            rules.Sessions(form.hours.data or 0),
        )
        office.update_profile(actor(), idle_minutes=form.idle_minutes.data)
    except Refused as refusal:
        return _page(form, refuse(form, refusal)), refusal.status
    flash(_("Zasady zostały zapisane. Nowe hasła będą sprawdzane według nich."), "success")
    return see_other("/admin/configuration/passwords")


def _page(form: PasswordRulesForm, sentence: str | None = None) -> str:
    return render(
        "accounts/configuration.html",
        form=form,
        sentence=sentence,
        presets={name: rules.password_rules(preset) for name, preset in rules.PRESETS.items()},
        nightly=f"{policies.nightly_hour():02d}:00",
    )
