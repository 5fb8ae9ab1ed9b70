"""„Dlaczego ten mail nie dotarł”: deliveries, the story of each, proofs, addresses that were given up."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, flash, request
from werkzeug.wrappers import Response as Answer

from app.core.actor import Can
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.deliveries import commands, proving, queries, rules, sealing
from app.deliveries.escalating import Escalation
from app.deliveries.forms import EscalationForm
from app.deliveries.queries import Wanted
from app.office import settings
from app.web import menu, sections
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/deliveries"
RULES = "/admin/configuration/deliveries"
pages = Blueprint("deliveries", __name__, template_folder="templates")
menu.register("staff", _l("Doręczenia"), "deliveries.index", "check", 42, Can.SEE_MAILOUTS)
sections.register(
    "configuration",
    _l("Ważne wiadomości"),
    _l("Po ilu godzinach nieodczytana ważna wiadomość idzie SMS-em, a potem listem."),
    RULES,
    66,
    needs=Can.CONFIGURE,
)
FILTERS = ("trouble", "queued", "sent", "opened", "confirmed", "bounced", "failed", "skipped", "held", "paused")


@pages.get("/deliveries")
@needs(Can.SEE_MAILOUTS)
def index() -> str:
    who, wanted = actor(), _wanted(request.args)
    asked = {name: value for name, value in _asked(wanted).items() if value}
    return render(
        "deliveries/list.html",
        page=queries.deliveries(who, wanted, page_number(request.args.get("page"))),
        asked=asked,
        states=[(name, _l("Wszystkie kłopoty") if name == "trouble" else rules.STATES[name]) for name in FILTERS],
        channels=rules.CHANNELS,
        labels=rules.STATES,
        dead=len(queries.dead_addresses(who)),
        whole=sealing.standing().whole,
        page_url="?" + urlencode({**asked, "page": ""}),
        home=HOME,
        quoted=quote(wanted.cause or ""),
    )


@pages.get("/deliveries/addresses")
@needs(Can.SEE_MAILOUTS)
def dead() -> str:
    return render("deliveries/addresses.html", rows=queries.dead_addresses(actor()), home=HOME)


@pages.get("/deliveries/mailing.pdf")
@needs(Can.SEE_MAILOUTS)
def mailing() -> Response:
    cause = request.args.get("cause", "")[:200].replace("\0", "")
    return _paper(proving.of_mailing(actor(), cause), "zestawienie-doreczen.pdf")


@pages.get("/deliveries/<delivery>")
@needs(Can.SEE_MAILOUTS)
def show(delivery: str) -> str:
    who = actor()
    found = queries.delivery(who, delivery)
    return render(
        "deliveries/show.html",
        one=found,
        story=queries.story(who, found),
        others=queries.others(who, found),
        labels=rules.STATES,
        channels=rules.CHANNELS,
        events=rules.EVENTS,
        may_act=who.may(Can.SEND_MAILOUTS),
        home=HOME,
        url=f"{HOME}/{found.public_id}",
        cause_url=f"{HOME}?" + urlencode({"cause": found.cause}),
    )


@pages.get("/deliveries/<delivery>/proof.pdf")
@needs(Can.SEE_MAILOUTS)
def proof(delivery: str) -> Response:
    return _paper(proving.of_delivery(actor(), delivery), f"doreczenie-{delivery[:8]}.pdf")


@pages.post("/deliveries/<delivery>/again")
@needs(Can.SEND_MAILOUTS)
def again(delivery: str) -> Answer:
    return _done(delivery, commands.send_again, _("Wiadomość wróciła do kolejki."))


@pages.post("/deliveries/<delivery>/mend")
@needs(Can.SEND_MAILOUTS)
def mend(delivery: str) -> Answer:
    return _done(delivery, commands.mend, _("Adres jest znów używany. Pominięte wiadomości możesz wysłać ponownie."))


@pages.route("/configuration/deliveries", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def escalation() -> Any:
    now = settings.fresh(Escalation)
    form = filled(EscalationForm, sms_hours=now.sms_hours, letter_hours=now.letter_hours)
    if request.method != "POST":
        return render("deliveries/rules.html", form=form, sentence=None, url=RULES)
    sentence = None
    if form.validate():
        try:
            chosen = Escalation(form.sms_hours.data or 0, form.letter_hours.data or 0)
            settings.write(actor(), rules.checked(chosen))
            flash(_("Zapisano zasady ważnych wiadomości."), "success")
            return see_other(RULES)
        except Refused as refusal:
            sentence = refuse(form, refusal)
    return render("deliveries/rules.html", form=form, sentence=sentence, url=RULES), 422


def _done(delivery: str, act: Any, said: str) -> Answer:
    try:
        act(actor(), delivery)
        flash(said, "success")
    except Refused as refusal:
        if refusal.status == 404:
            raise
        flash(refusal.message, "error")
    return see_other(f"{HOME}/{quote(delivery)}")


def _paper(content: bytes, name: str) -> Response:
    answer = Response(content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def _wanted(given: Any) -> Wanted:
    def words(name: str) -> str | None:
        return " ".join(given.get(name, "")[:200].replace("\0", "").split()) or None

    state, channel = words("state"), words("channel")
    return Wanted(
        words("words"),
        state if state in FILTERS else None,
        channel if channel in rules.CHANNELS else None,
        words("cause"),
    )


def _asked(wanted: Wanted) -> dict[str, str | None]:
    return {"words": wanted.words, "state": wanted.state, "channel": wanted.channel, "cause": wanted.cause}
