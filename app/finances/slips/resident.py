"""Blankiet: what a payment needs, to copy, to scan, to print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, request
from markupsafe import Markup

from app.accounts.holdings import HeldUnit, holdings
from app.core.clock import today
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.finances import queries, tabs
from app.finances.frame import frame
from app.finances.rules import account_number
from app.finances.slips import paper
from app.finances.slips.forms import PaperForm
from app.finances.slips.order import WAYS, Order, Sender, name_for_code, titles, typed_amount, written
from app.finances.slips.queries import CurrentCharge, current_charge, sender
from app.office.commands import contact_of
from app.office.queries import profile
from app.office.rules import without_controls
from app.web.forms import filled, refuse
from app.web.pages import render
from app.web.visitor import actor

PATH, PAPER = "/payments/slip", "/payments/slip.pdf"
pages = Blueprint("slips", __name__, template_folder="../templates")
tabs.register(PATH, _l("Blankiet"), 60, pages.name)


@dataclass(frozen=True, slots=True)
class Payable:
    """What a resident can pay for a unit: the balance in grosze (positive is owed) and the current charge."""

    balance: int
    charge: CurrentCharge | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen: one of `WAYS`, the amount in grosze (None: the payer writes it), and why not, if refused."""

    what: str
    grosze: int | None
    typed: str = ""
    refusal: str | None = None


@pages.get(PATH)
def slip() -> Any:
    unit, context = frame(holdings(actor(), today()))
    if unit is None:
        return render("finances/slip.html", **context)
    payable = _payable(unit)
    chosen = _chosen(payable, request.args.get("what"), request.args.get("amount", ""))
    page = _page(unit, context, payable, chosen)
    return (page, 422) if chosen.refusal and chosen.what == "own" else page


@pages.get(PAPER)
def paper_now() -> Response:
    """The form for what was asked for, with the resident's own data as the books have them."""
    unit = _unit()
    payable = _payable(unit)
    chosen = _chosen(payable, request.args.get("what"), request.args.get("amount", ""))
    if chosen.what == "own" and chosen.refusal:
        raise Refused(chosen.refusal, field="amount")
    order = _order(unit, payable, chosen)
    return _pdf(order, sender(actor(), unit, today()), cash=request.args.get("how") != "transfer")


@pages.post(PAPER)
def paper_with_sender() -> Any:
    """The same with a sender whose data the resident wrote."""
    unit = _unit()
    payable, form = _payable(unit), filled(PaperForm)
    chosen = _chosen(payable, form.what.data, form.amount.data or "")
    sentence = None
    try:
        if form.validate() and not (chosen.what == "own" and chosen.refusal):
            who = Sender(_one_line(form, "sender_name"), _one_line(form, "sender_address"))
            return _pdf(_order(unit, payable, chosen), who, cash=form.how.data == "cash")
    except Refused as refusal:
        sentence = refuse(form, refusal)
    _unit_again, context = frame(holdings(actor(), today()))
    return _page(unit, context, payable, chosen, form, sentence), 422


def _unit() -> HeldUnit:
    unit, _context = frame(holdings(actor(), today()))
    if unit is None:
        raise Refused(_("Nie ma jeszcze danych, z których powstaje blankiet."))
    return unit


def _one_line(form: PaperForm, field: str) -> str:
    typed = form[field].data or ""
    form[field].data = "".join(sign for sign in typed if sign.isprintable())  # what is shown again, if refused
    return " ".join(without_controls(typed, field).split())


def _payable(unit: HeldUnit) -> Payable:
    return Payable(queries.standing(actor(), unit, today()).balance, current_charge(actor(), unit, today()))


def _chosen(payable: Payable, what: str | None, typed: str) -> Chosen:
    """What to pay: as asked for, else the balance if something is owed; an amount alone is one's own."""
    if what not in WAYS:
        what = "own" if typed.strip() else "balance"
    if what == "balance":
        if payable.balance > 0:
            return Chosen(what, payable.balance)
        return Chosen("open", None, refusal=_("Nie masz nic do zapłaty. Możesz wpłacić dowolną kwotę na zapas."))
    if what == "charge":
        if payable.charge is not None:
            return Chosen(what, payable.charge.grosze)
        return Chosen("open", None, refusal=_("Nie ma jeszcze bieżącej opłaty. Możesz wpłacić dowolną kwotę."))
    if what == "own":
        try:
            grosze = typed_amount(typed)
        except Refused as refusal:
            return Chosen(what, None, typed[:40], refusal.message)
        return Chosen(what, grosze, written(grosze))
    return Chosen("open", None)


def _order(unit: HeldUnit, payable: Payable, chosen: Chosen) -> Order:
    """The payment itself. Raises `Refused` when the manager gave no account."""
    office = profile()
    account = unit.account or office.bank_account
    if account is None:
        raise Refused(_("Zarządca nie podał jeszcze numeru rachunku, więc nie ma na co wpłacić. Zapytaj w biurze."))
    period = payable.charge.period if chosen.what == "charge" and payable.charge else None
    title, code_title = titles(unit.code, period)
    address = contact_of(office).get("address", "")
    name = name_for_code(office.name, office.short_name)
    return Order(office.name, address, office.nip, account, chosen.grosze, title, code_title, name)


def _pdf(order: Order, who: Sender, *, cash: bool) -> Response:
    response = make_response(paper.slip(order, who, cash=cash))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = 'inline; filename="blankiet.pdf"'
    return response


def _page(
    unit: HeldUnit,
    context: dict[str, Any],
    payable: Payable,
    chosen: Chosen,
    form: PaperForm | None = None,
    sentence: str | None = None,
) -> str:
    try:
        order = _order(unit, payable, chosen)
    except Refused as refusal:
        return render("finances/slip.html", **context, order=None, refusal=refusal.message)
    if form is None:
        mine = sender(actor(), unit, today())
        form = PaperForm(
            what=chosen.what, amount=chosen.typed, sender_name=mine.name, sender_address=mine.address, how="cash"
        )
    return render(
        "finances/slip.html",
        **context,
        order=order,
        account_number=account_number(order.account),
        copied_amount=written(order.grosze) if order.grosze is not None else None,
        codes=[{**code, "svg": Markup(code["svg"])} for code in paper.codes(order)],
        payable=payable,
        chosen=chosen,
        form=form,
        sentence=sentence,
        paper_url=f"{PAPER}?{urlencode({'unit': unit.code})}",
    )
