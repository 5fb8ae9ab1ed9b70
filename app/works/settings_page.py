"""Ustawienia: one's own login and password, and for those who manage the site its members."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.web import sections
from app.web.forms import filled, refuse
from app.web.pages import see_other
from app.web.visitor import actor
from app.works import commands, inviting, queries
from app.works.access import Place, place
from app.works.forms import MemberForm
from app.works.frame import framed
from app.works.queries import Member
from app.works.rules import DUTIES, OWNER, RIGHTS, Right

pages = Blueprint("works_settings", __name__, template_folder="templates")


@pages.get("/<site>/settings")
def show(site: str) -> str:
    here = place(actor(), site)
    return framed(
        "works/settings.html",
        here,
        sections=sections.sections("settings", actor()),
        duty=str(DUTIES[here.duty]) if here.duty else "",
        rights=[str(label) for right, label in RIGHTS.items() if here.may(right)],
        manages=here.may(Right.MANAGE),
        publishes=here.may(Right.PUBLISH),
    )


@pages.get("/<site>/settings/members")
def members(site: str) -> str:
    here = place(actor(), site)
    if not here.may(Right.MANAGE):
        raise NotThere("")
    return framed("works/members.html", here, members=queries.members(actor(), here, left_too=True), owner=OWNER)


@pages.route("/<site>/settings/members/new", methods=["GET", "POST"])
def add(site: str) -> Any:
    here = place(actor(), site)
    here.need(Right.MANAGE)
    form = filled(MemberForm)
    if request.method != "POST":
        return _member_page(here, form)
    given = (form.name.data or "", form.duty.data or "", form.firm.data or "", form.wanted())
    try:
        if actor().is_staff and (form.login.data or "").strip() and not (form.email.data or "").strip():
            member = inviting.attach(actor(), here, form.login.data or "", *given)
        else:
            member = inviting.invite(actor(), here, form.email.data or "", *given)
    except NotThere:
        raise
    except Refused as refusal:
        return _member_page(here, form, sentence=refuse(form, refusal)), refusal.status
    flash(_("%(name)s bierze udział w budowie. Wysłaliśmy wiadomość.", name=member.name), "success")
    return see_other(f"{here.url}/settings/members")


@pages.route("/<site>/settings/members/<works_member>", methods=["GET", "POST"])
def change(site: str, works_member: str) -> Any:
    here = place(actor(), site)
    here.need(Right.MANAGE)
    found = queries.member(actor(), here, works_member)
    values = {"name": found.name, "firm": found.firm, "duty": found.duty, "rights_given": "chosen"}
    form = filled(MemberForm, **values, rights=[right.value for right in found.rights])
    if request.method != "POST":
        return _member_page(here, form, found)
    try:
        commands.change_member(
            actor(), here, works_member, form.name.data or "", form.duty.data or "", form.firm.data or "", form.wanted()
        )
    except NotThere:
        raise
    except Refused as refusal:
        return _member_page(here, form, found, refuse(form, refusal)), refusal.status
    flash(_("Zapisano."), "success")
    return see_other(f"{here.url}/settings/members")


@pages.post("/<site>/settings/members/<works_member>/remind")
def remind(site: str, works_member: str) -> Any:
    here = place(actor(), site)
    inviting.remind(actor(), here, works_member)
    flash(_("Zaproszenie zostało wysłane jeszcze raz."), "success")
    return see_other(f"{here.url}/settings/members")


@pages.route("/<site>/settings/members/<works_member>/end", methods=["GET", "POST"])
def end(site: str, works_member: str) -> Any:
    here = place(actor(), site)
    here.need(Right.MANAGE)
    found = queries.member(actor(), here, works_member)
    if request.method != "POST":
        return framed("works/member_end.html", here, member=found, sentence=None)
    try:
        commands.end_member(actor(), here, works_member)
    except NotThere:
        raise
    except Refused as refusal:
        return framed("works/member_end.html", here, member=found, sentence=refusal.message), refusal.status
    flash(_("%(name)s nie bierze już udziału w budowie.", name=found.name), "success")
    return see_other(f"{here.url}/settings/members")


@pages.post("/<site>/settings/state")
def state(site: str) -> Any:
    here = place(actor(), site)
    commands.close_site(actor(), here, closed=request.form.get("closed") == "1")
    return see_other(f"{here.url}/settings")


def _member_page(here: Place, form: MemberForm, found: Member | None = None, sentence: str | None = None) -> str:
    by_login = found is None and actor().is_staff
    return framed("works/member.html", here, form=form, found=found, by_login=by_login, sentence=sentence)
