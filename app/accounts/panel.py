"""Accounts of residents in the office: the list, why somebody cannot log in, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, flash, request
from wtforms import Form

from app.accounts import mails, rules
from app.accounts.commands import mending
from app.accounts.forms import CloseForm, CorrectionForm, IdentityForm
from app.accounts.queries import listing
from app.accounts.queries import obstacles as queries
from app.accounts.queries.obstacles import AccountState, Attempt, Obstacle
from app.accounts.wording import MENDS, SEES, STATES, outcome, standing
from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.core.paging import page_number
from app.web import menu
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("access", __name__, template_folder="templates")
menu.register("staff", _l("Konta"), "access.index", "key", 25, needs=Can.SEE_RESIDENTS)
HOME = "/admin/accounts"


@dataclass(frozen=True, slots=True)
class ObstacleLine:
    """One reason, with its mend for who may mend: a POST or a page, and the words on the button."""

    sentence: str
    stops: bool
    post_url: str | None
    see_url: str | None
    label: str | None


@dataclass(frozen=True, slots=True)
class AttemptLine:
    at: Any
    kind: str
    words: str
    address: str | None
    device: str | None


@pages.get("/accounts")
@needs(Can.SEE_RESIDENTS)
def index() -> str:
    asked = request.args.get("q", "")[:100]
    state = request.args.get("state", "all")
    state = state if state in listing.STATES else "all"
    page = listing.listed(actor(), state, asked, page_number(request.args.get("page")))
    query = {name: value for name, value in (("q", asked), ("state", state)) if value and value != "all"}
    return render(
        "accounts/panel_list.html",
        q=asked,
        state=state,
        states=[(name, str(STATES[name])) for name in listing.STATES],
        page=page,
        standing=standing,
        page_url="?" + urlencode({**query, "page": ""}),
        home=HOME,
        mends=actor().may(Can.MANAGE_ACCOUNTS),
    )


@pages.get("/accounts/<public_id>")
@needs(Can.SEE_RESIDENTS)
def show(public_id: str) -> str:
    return _account_page(public_id)


@pages.post("/accounts/<public_id>/unlock")
@needs(Can.MANAGE_ACCOUNTS)
def unlock(public_id: str) -> Any:
    mending.unlock(actor(), public_id)
    return _done(public_id, _("Licznik nieudanych prób został wyzerowany. Można się już logować."))


@pages.post("/accounts/<public_id>/open")
@needs(Can.MANAGE_ACCOUNTS)
def open_now(public_id: str) -> Any:
    mending.open_now(actor(), public_id)
    return _done(public_id, _("Konto działa od tej chwili."))


@pages.post("/accounts/<public_id>/remind")
@needs(Can.MANAGE_ACCOUNTS)
def remind(public_id: str) -> Any:
    mending.remind(actor(), public_id)
    return _done(public_id, _("Prośba o potwierdzenie została wysłana jeszcze raz."))


@pages.post("/accounts/<public_id>/attach")
@needs(Can.MANAGE_ACCOUNTS)
def attach(public_id: str) -> Any:
    mending.attach_titles(actor(), public_id)
    return _done(public_id, _("Konto widzi teraz lokale z ewidencji."))


@pages.post("/accounts/<public_id>/units")
@needs(Can.MANAGE_ACCOUNTS)
def grant(public_id: str) -> Any:
    try:
        mending.grant_unit(actor(), public_id, request.form.get("unit", "")[:64])
    except NotThere:
        raise
    except Refused as refusal:
        return _account_page(public_id, refusal.message), refusal.status
    return _done(public_id, _("Lokal został przypisany do konta."))


@pages.post("/accounts/<public_id>/units/revoke")
@needs(Can.MANAGE_ACCOUNTS)
def revoke(public_id: str) -> Any:
    mending.revoke_unit(actor(), public_id, request.form.get("unit", "")[:64])
    return _done(public_id, _("Konto nie widzi już tego lokalu."))


@pages.route("/accounts/<public_id>/reset", methods=["GET", "POST"])
@needs(Can.MANAGE_ACCOUNTS)
def reset(public_id: str) -> Any:
    found, form = queries.state(actor(), public_id), filled(IdentityForm)
    if request.method == "POST":
        try:
            account, secret, until, mailed_to = mending.reset(actor(), public_id, form.identity.data or "")
        except NotThere:
            raise
        except Refused as refusal:
            return _form_page("reset", found, form, refusal)
        return render(
            "accounts/staff_link.html",
            name=found.name or account.login,
            login=account.login,
            activation_url=external(mails.activation_path(secret)),
            expires_at=until,
            mailed_to=mailed_to,
            back_url=f"{HOME}/{public_id}",
        )
    return _form_page("reset", found, form)


@pages.route("/accounts/<public_id>/contact", methods=["GET", "POST"])
@needs(Can.MANAGE_ACCOUNTS)
def contact(public_id: str) -> Any:
    found = queries.state(actor(), public_id)
    phone = rules.readable_phone(found.phone)
    form = filled(CorrectionForm, login=found.login, email=found.email, phone=phone)
    typed = {name: form[name].data or "" for name in ("login", "email", "phone", "identity")}
    return _act(
        "contact", found, form, lambda: mending.correct(actor(), public_id, **typed), _("Dane konta zostały zmienione.")
    )


@pages.route("/accounts/<public_id>/close", methods=["GET", "POST"])
@needs(Can.MANAGE_ACCOUNTS)
def close(public_id: str) -> Any:
    found, form = queries.state(actor(), public_id), filled(CloseForm)
    if request.method == "GET" and found.resigned_at:
        form.reason.data = _("Rezygnacja mieszkańca")
    return _act(
        "close",
        found,
        form,
        lambda: mending.close(actor(), public_id, form.reason.data or ""),
        _("Konto zostało zamknięte."),
    )


def _act(name: str, found: AccountState, form: Form, command: Callable[[], Any], sentence: str) -> Any:
    if request.method != "POST":
        return _form_page(name, found, form)
    try:
        command()
    except NotThere:
        raise
    except Refused as refusal:
        return _form_page(name, found, form, refusal)
    return _done(found.public_id, sentence)


def _form_page(name: str, found: AccountState, form: Form, refusal: Refused | None = None) -> Any:
    error = refuse(form, refusal) if refusal else None
    page = render(
        f"accounts/panel_{name}.html", account=found, form=form, error=error, back_url=f"{HOME}/{found.public_id}"
    )
    return (page, refusal.status) if refusal else page


def _account_page(public_id: str, error: str | None = None) -> str:
    who = actor()
    found = queries.state(who, public_id)
    mends = who.may(Can.MANAGE_ACCOUNTS) and found.role == "resident"
    return render(
        "accounts/panel_show.html",
        account=found,
        standing=standing(found.status, found.has_password, found.must_change_password),
        phone=rules.readable_phone(found.phone),
        obstacles=[_obstacle(found, one, mends) for one in queries.obstacles(who, found)],
        attempts=[_attempt(one) for one in queries.attempts(who, found)],
        mends=mends,
        here=f"{HOME}/{found.public_id}",
        home=HOME,
        person_url=f"/admin/residents/{quote(found.person_code, safe='')}" if found.person_code else None,
        error=error,
    )


def _obstacle(found: AccountState, one: Obstacle, mends: bool) -> ObstacleLine:
    here = f"{HOME}/{found.public_id}"
    if not mends:
        return ObstacleLine(one.sentence, one.stops, None, None, None)
    if one.mend == "link" and found.has_password:
        return ObstacleLine(one.sentence, one.stops, None, f"{here}/reset", str(SEES["reset"]))
    if one.mend:
        return ObstacleLine(one.sentence, one.stops, f"{here}/{one.mend}", None, str(MENDS[one.mend]))
    if one.see == "new":
        person = f"?{urlencode({'person': found.person_code})}" if found.person_code else ""
        return ObstacleLine(one.sentence, one.stops, None, f"{HOME}/new{person}", str(SEES["new"]))
    if one.see:
        address = one.see if one.see.startswith("#") else f"{here}/{one.see}"
        return ObstacleLine(one.sentence, one.stops, None, address, str(SEES[one.see]))
    return ObstacleLine(one.sentence, one.stops, None, None, None)


def _attempt(one: Attempt) -> AttemptLine:
    kind, words = outcome(one.outcome)
    return AttemptLine(one.at, kind, words, one.address, rules.device_name(one.agent) if one.agent else None)


def _done(public_id: str, sentence: str) -> Any:
    flash(sentence, "success")
    return see_other(f"{HOME}/{public_id}")
