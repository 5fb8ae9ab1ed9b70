"""The manager's page about online payments: its account at Stripe, the switch, limits and the payer's fee."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, request

from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.money import typed
from app.finances.slips.order import written
from app.gateways.payments import client, online
from app.office import settings
from app.paying import connection, outgoing, rules
from app.paying.forms import RulesForm
from app.web import afterwards, sections
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.headers import leading_to
from app.web.pages import render, see_other
from app.web.visitor import actor

HERE = outgoing.SETTINGS
pages = Blueprint("paying_rules", __name__, template_folder="templates")
sections.register(
    "configuration", _l("Płatności przez internet"), _l("BLIK, Przelewy24 i karta: konto w Stripe, kwoty i opłata."),
    HERE, 108, needs=Can.CONFIGURE,
)  # fmt: skip


@pages.get("/payments-online")
@needs(Can.CONFIGURE)
def edit() -> Response:
    now = settings.fresh(rules.Online)
    who = actor()
    if request.args.get("back") == "stripe":
        afterwards.do(lambda: outgoing.account_asked_about(who))
    form = filled(
        RulesForm, on=now.on, least=written(now.least), most=written(now.most), fee=written(now.fee),
        fee_percent=f"{now.fee_permille // 10},{now.fee_permille % 10}".removesuffix(",0"),
    )  # fmt: skip
    return _page(form)


@pages.post("/payments-online")
@needs(Can.CONFIGURE)
def save() -> Any:
    form = filled(RulesForm)
    try:
        outgoing.save(actor(), _chosen(form))
    except NotThere:
        raise
    except Refused as refusal:
        sentence = refuse(form, refusal)
        return _page(form, sentence), refusal.status
    flash(_("Zapisano zasady płatności przez internet."), "success")
    return see_other(HERE)


@pages.post("/payments-online/connect")
@needs(Can.CONFIGURE)
def connect() -> Any:
    """On to Stripe's questions; the account is made at the first time."""
    if not client.configured():
        raise NotThere(_("Nie ma takiej strony."))
    try:
        return see_other(outgoing.questionnaire(actor()))
    except NotThere:
        raise
    except Refused as refusal:
        flash(refusal.message, "error")
        return see_other(HERE)


def _chosen(form: RulesForm) -> rules.Online:
    """What was typed. Raises `Refused` at the field that is no amount."""
    found = {}
    for name in ("least", "most", "fee", "fee_percent"):
        text = "".join(sign for sign in (form[name].data or "")[:40] if sign.isprintable())
        form[name].data = text
        grosze = typed(text.replace("%", ""))
        if grosze is None:
            raise Refused(_("Podaj liczbę, z przecinkiem przed groszami, na przykład 10,00."), field=name)
        found[name] = grosze
    if found["fee_percent"] % 10:
        raise Refused(_("Podaj procent z jedną cyfrą po przecinku, na przykład 1,2."), field="fee_percent")
    return rules.Online(
        bool(form.on.data), found["least"], found["most"], found["fee"], fee_permille=found["fee_percent"] // 10
    )


def _page(form: RulesForm, sentence: str | None = None) -> Response:
    page = render(
        "paying/rules.html", form=form, sentence=sentence, configured=client.configured(), connection=connection.mine(),
        here=HERE,
    )  # fmt: skip
    return leading_to(make_response(page), online.page_origins())
