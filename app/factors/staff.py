"""The manager's rule about second factors, and a reset for who lost theirs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.factors import commands, obstacles, policies, queries  # noqa: F401 - obstacles make themselves known
from app.factors.forms import ResetForm, RuleForm
from app.web import sections
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("factors", __name__, template_folder="templates")
RULE = "/configuration/second-factor"
sections.register(
    "configuration",
    _l("Logowanie dwuetapowe"),
    _l("Kto z pracowników musi mieć drugi krok logowania"),
    f"/admin{RULE}",
    80,
    needs=Can.CONFIGURE,
)


@pages.get(RULE)
@needs(Can.CONFIGURE)
def rule() -> str:
    return _rule_page(filled(RuleForm, required_staff=policies.second_factor().required_staff))


@pages.post(RULE)
@needs(Can.CONFIGURE)
def save_rule() -> Any:
    form = filled(RuleForm)
    if not form.validate():
        return _rule_page(form), 422
    try:
        commands.set_rule(actor(), form.required_staff.data)
    except NotThere:
        raise
    except Refused as refusal:
        refuse(form, refusal)
        return _rule_page(form), refusal.status
    flash(_("Zapisano."), "success")
    return see_other(f"/admin{RULE}")


@pages.route("/accounts/<public_id>/factors/reset", methods=["GET", "POST"])
@needs(Can.MANAGE_ACCOUNTS)
def reset(public_id: str) -> Any:
    form = filled(ResetForm)
    if request.method != "POST":
        return _reset_page(public_id, form)
    if not form.validate():
        return _reset_page(public_id, form), 422
    try:
        account = commands.reset(actor(), public_id, form.note.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return _reset_page(public_id, form, refuse(form, refusal)), refusal.status
    flash(_("Drugi krok logowania konta %(login)s został usunięty.", login=account.login), "success")
    return see_other(f"/admin/accounts/{public_id}")


def _rule_page(form: RuleForm) -> str:
    waiting = queries.lacking(actor(), policies.second_factor().required_staff)
    return render("factors/configuration.html", form=form, waiting=waiting)


def _reset_page(public_id: str, form: ResetForm, error: str | None = None) -> str:
    login, found = queries.factors(actor(), public_id)
    return render("factors/staff_reset.html", login=login, factors=found, form=form, error=error, public_id=public_id)
