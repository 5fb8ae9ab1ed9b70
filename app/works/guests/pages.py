"""Inviting outside persons: the list of invitations, a new one, what a guest did, taking it back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.web.forms import filled, refuse
from app.web.pages import see_other
from app.web.visitor import actor
from app.works import queries as sites
from app.works.access import Place, place
from app.works.frame import framed
from app.works.guests import commands, queries, rules, things
from app.works.guests.forms import InviteForm
from app.works.guests.things import Thing

pages = Blueprint("works_guests", __name__, template_folder="templates")


@pages.get("/<site>/guests")
def index(site: str) -> str:
    here = place(actor(), site)
    found = queries.invitations(actor(), here)
    if not found and not commands.may_invite(here):
        raise NotThere("")
    invites = commands.may_invite(here)
    return framed("works_guests/list.html", here, found=found, may_invite=invites, folders=things.folders())


@pages.get("/<site>/guests/new")
def new(site: str) -> str:
    here = place(actor(), site)
    if not commands.may_invite(here):
        raise NotThere("")
    if not any(request.args.get(name) for name in ("letter", "document", "folder")):
        return framed("works_guests/choose.html", here, folders=things.folders())
    thing = _chosen(here)
    form = filled(InviteForm, form_key=new_public_id())
    return _new_page(here, thing, form)


@pages.post("/<site>/guests/new")
def invite(site: str) -> Any:
    here = place(actor(), site)
    if not commands.may_invite(here):
        raise NotThere("")
    thing, form = _chosen(here), filled(InviteForm)
    try:
        guest = commands.invite(actor(), here, thing, form.data, form.form_key.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return _new_page(here, thing, form, refuse(form, refusal)), refusal.status
    flash(_("Zaproszenie wysłano na adres %(email)s.", email=guest.email), "success")
    return see_other(f"{here.url}/guests/{guest.public_id}")


@pages.get("/<site>/guests/<works_guest>")
def show(site: str, works_guest: str) -> str:
    here = place(actor(), site)
    found = queries.invitation(actor(), here, works_guest)
    if found is None:
        raise NotThere("")
    events = sites.history(here, commands.subject(works_guest), 300)
    return framed("works_guests/show.html", here, one=found, events=events)


@pages.post("/<site>/guests/<works_guest>/revoke")
def revoke(site: str, works_guest: str) -> Any:
    here = place(actor(), site)
    commands.revoke(actor(), here, works_guest)
    flash(_("Zaproszenie odwołano. Gość nie wejdzie już ani jednej strony dalej."), "success")
    return see_other(f"{here.url}/guests/{works_guest}")


def _chosen(here: Place) -> Thing:
    asked = {name: request.args.get(name, "") for name in ("letter", "document", "folder")}
    return things.chosen(here, **asked)


def _new_page(here: Place, thing: Thing, form: InviteForm, sentence: str | None = None) -> str:
    return framed(
        "works_guests/new.html",
        here,
        thing=thing,
        kind=rules.KINDS[thing.kind],
        form=form,
        sentence=sentence,
        most=rules.MOST_DAYS,
        address=request.full_path.rstrip("?"),
    )
