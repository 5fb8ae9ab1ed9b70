"""Zapłać online: how much, what it costs, over to Stripe's page, and what became of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

from flask import Blueprint, Response, flash, make_response, request
from wtforms.fields.choices import SelectChoice

from app.accounts.holdings import HeldUnit, holdings
from app.core import jobs
from app.core.actor import Actor
from app.core.clock import now, today
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.money import money
from app.core.public_ids import new_public_id
from app.finances import queries as finances
from app.finances import tabs
from app.finances.frame import frame
from app.finances.slips.order import typed_amount
from app.gateways.payments import client, online
from app.office import settings
from app.paying import connection, outgoing, queries, rules
from app.paying.commands import starting
from app.paying.commands.starting import CHECK_JOB, HOME, Wish
from app.paying.forms import BALANCE, OWN, PayForm
from app.web import afterwards
from app.web.forms import filled, refuse
from app.web.headers import leading_to
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("paying", __name__, template_folder="templates")


def _is_on() -> bool:
    return client.configured() and settings.read(rules.Online).on


def _offered(_actor: Actor, _unit: HeldUnit) -> bool:
    return _is_on()


tabs.register(HOME, _l("Zapłać online"), 65, pages.name, shown=_offered)


@pages.get(HOME)
def pay() -> str:
    _on()
    unit, context = frame(holdings(actor(), today()))
    if unit is None:
        return render("paying/pay.html", **context)
    return _pay(unit, context, filled(PayForm, key=new_public_id()))


@pages.post(HOME)
def begin() -> Any:
    """Write the payment down; nobody is asked for money yet."""
    _on()
    unit, context = frame(holdings(actor(), today()))
    if unit is None:
        raise NotThere(_("Nie ma takiego lokalu."))
    form = filled(PayForm)
    try:
        amount = _asked(unit, form)
        made = starting.start(actor(), unit, Wish(amount, form.key.data or ""))
    except NotThere:
        raise
    except Refused as refusal:
        sentence = refuse(form, refusal)
        if isinstance(refusal, Conflict):
            form.key.data = new_public_id()
        return _pay(unit, context, form, sentence), refusal.status
    return see_other(f"{HOME}/{made}")


@pages.get(f"{HOME}/<online_payment>")
def show(online_payment: str) -> Response:
    found = queries.own(actor(), online_payment)
    came_back = request.args.get("back") in ("done", "left")
    if came_back and found.open and actor().watcher is None:
        public_id = found.public_id
        afterwards.do(lambda: _looked_for(public_id))
    return leading_to(make_response(render("paying/payment.html", **_shown(found))), online.page_origins())


@pages.get(f"{HOME}/<online_payment>/progress")
def progress(online_payment: str) -> str:
    found = queries.own(actor(), online_payment)
    return render("paying/_payment.html", fragment=True, **_shown(found))


@pages.post(f"{HOME}/<online_payment>/go")
def go(online_payment: str) -> Response:
    """On to Stripe's page; pressed twice it leads to the same one."""
    try:
        return see_other(outgoing.page_of(actor(), online_payment))  # type: ignore[return-value]
    except NotThere:
        raise
    except Refused as refusal:
        flash(refusal.message, "error")
        return see_other(f"{HOME}/{queries.own(actor(), online_payment).public_id}")  # type: ignore[return-value]


@pages.post(f"{HOME}/<online_payment>/check")
def check(online_payment: str) -> Response:
    found = queries.own(actor(), online_payment)
    if found.open:
        _looked_for(found.public_id)
    return see_other(f"{HOME}/{found.public_id}?back=done")  # type: ignore[return-value]


def _on() -> None:
    if not _is_on():
        raise NotThere(_("Nie ma takiej strony."))


def _looked_for(public_id: str) -> None:
    jobs.enqueue(CHECK_JOB, public_id, {"public_id": public_id}, lane="urgent")


def _asked(unit: HeldUnit, form: PayForm) -> int:
    """How much was asked for, in grosze: the balance as it is now, or one's own amount. Raises `Refused`."""
    what = form.what.data or (OWN if (form.amount.data or "").strip() else BALANCE)
    if what == OWN:
        form.amount.data = "".join(sign for sign in (form.amount.data or "")[:40] if sign.isprintable())
        return typed_amount(form.amount.data)
    owed = _owed(unit)
    if what != BALANCE or owed <= 0:
        raise Conflict(_("Nie masz teraz nic do zapłaty. Możesz wpłacić inną kwotę na zapas."), field="what")
    return owed


def _owed(unit: HeldUnit) -> int:
    """What is left to pay once the payments on their way are in the books, and those in a bank have come through."""
    return finances.standing(actor(), unit, today()).after_pending - queries.in_a_bank(actor(), unit)


def _pay(unit: HeldUnit, context: dict[str, Any], form: PayForm, sentence: str | None = None) -> str:
    owed, online_rules = _owed(unit), settings.read(rules.Online)
    choices = [SelectChoice(OWN, _("inną kwotę"))]
    if owed > 0:
        choices.insert(0, SelectChoice(BALANCE, _("całe saldo: %(sum)s", sum=money(owed))))
    form.what.choices = choices
    if form.what.data not in (BALANCE, OWN) or (owed <= 0 and form.what.data == BALANCE):
        form.what.data = BALANCE if owed > 0 else OWN
    mine = connection.mine()
    return render(
        "paying/pay.html",
        **context,
        form=form,
        sentence=sentence,
        ready=mine is not None and mine.ready,
        rules=online_rules,
        owed=owed,
        in_a_bank=queries.in_a_bank(actor(), unit),
        methods=rules.methods(online_rules),
        payments=queries.mine(actor(), unit.code),
        here=f"{HOME}?unit={quote_plus(unit.code)}",
        slip=f"/payments/slip?unit={quote_plus(unit.code)}",
    )


def _shown(found: queries.Payment) -> dict[str, Any]:
    waits = found.state == "processing" or (found.state == "created" and request.args.get("back") == "done")
    unit = quote_plus(found.unit)
    return {
        "payment": found,
        "returns": queries.own_returns(actor(), found.public_id) if found.paid_at else [],
        "waits": waits,
        "closed": found.state in ("intended", "created") and found.closes_at <= now(),
        "methods": rules.methods(rules.Online(fee=found.fee)),
        "here": f"{HOME}/{found.public_id}",
        "progress_url": f"{HOME}/{found.public_id}/progress?back=done" if waits else None,
        "back": f"{HOME}?unit={unit}" if _is_on() else f"/payments?unit={unit}",
        "unit_url": f"/payments?unit={unit}",
    }
