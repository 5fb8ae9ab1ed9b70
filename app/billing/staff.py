"""What the manager pays for the portal: plan, price, invoices, the buyer's data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, request

from app.billing import commands, jobs, plans, queries, state, subscribing
from app.billing.forms import BuyerForm, ChoiceForm
from app.core.actor import Actor, Can
from app.core.clock import today
from app.core.errors import NotThere, Refused, TryLater
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.money import money
from app.core.paging import page_number
from app.gateways.payments.client import Declined, Rejected
from app.gateways.payments.online import page_origins
from app.web import notices, sections
from app.web.audiences import needs, open_unpaid
from app.web.forms import filled, refuse
from app.web.headers import leading_to
from app.web.notices import Notice
from app.web.pages import render, see_other
from app.web.visitor import actor

PATH = "/admin/billing"
pages = Blueprint("billing", __name__, template_folder="templates")
sections.register(
    "configuration",
    _l("Abonament za portal"),
    _l("Plan, cena, faktury od operatora portalu i dane do faktur."),
    PATH,
    95,
    Can.CONFIGURE,
)
assert jobs  # registers the jobs


@pages.get("/billing")
@needs(Can.CONFIGURE)
@open_unpaid
def index() -> Response:
    """Plan, price, what is owed, invoices."""
    found = queries.mine(actor())
    units = state.counted_units()
    page = render(
        "billing/mine.html",
        choice=ChoiceForm(data={"plan": found.plan or "basic", "plan_interval": found.plan_interval}),
        pending=request.args.get("paid") == "1" and not found.subscribed,
        account=found,
        standing=state.standing(found),
        online=state.online(),
        units=units,
        price=state.price(found, units),
        trial_left=(found.trial_until - today()).days if found.trial_until else None,
        offers=[_offer(plan, units) for plan in plans.PLANS.values()],
        invoices=state.invoices(found.tenant_id, page_number(request.args.get("page"))),
    )
    answer = make_response(page)
    return leading_to(answer, page_origins()) if state.online() else answer


@pages.post("/billing/checkout")
@needs(Can.CONFIGURE)
@open_unpaid
def checkout() -> Any:
    """On to Stripe's page, where a subscription begins; pressed twice it leads to the same one."""
    form = filled(ChoiceForm)
    return _on_to_stripe(lambda: subscribing.checkout(actor(), form.plan.data or "", form.plan_interval.data or ""))


@pages.post("/billing/portal")
@needs(Can.CONFIGURE)
@open_unpaid
def portal() -> Any:
    """On to the manager's own page at Stripe."""
    return _on_to_stripe(lambda: subscribing.portal(actor()))


@pages.post("/billing/resume")
@needs(Can.CONFIGURE)
@open_unpaid
def resume() -> Any:
    """Take back a cancellation."""

    def keep() -> str:
        subscribing.resume(actor())
        flash(_("Subskrypcja trwa dalej."), "success")
        return PATH

    return _on_to_stripe(keep)


def _on_to_stripe(ask: Callable[[], str]) -> Any:
    if not state.online():
        abort(404)
    try:
        return redirect(ask(), 303)
    except NotThere:
        raise
    except Refused as refusal:
        flash(refusal.message, "error")
    except TryLater:
        flash(_("Stripe teraz nie odpowiada. Nic nie zostało pobrane. Spróbuj za kilka minut."), "warning")
    except (Rejected, Declined):
        flash(_("Stripe nie przyjął tej operacji. Nic nie zostało pobrane. Zawiadom operatora portalu."), "error")
    return see_other(PATH)


@pages.route("/billing/buyer", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
@open_unpaid
def buyer() -> Any:
    """The data that stand on invoices."""
    found = queries.mine(actor())
    names = ("buyer_name", "buyer_street", "buyer_city", "buyer_email")
    form = filled(BuyerForm, nip=found.nip or "", **{name: getattr(found, name) for name in names})
    sentence = None
    if request.method == "POST":
        try:
            commands.save_buyer(actor(), {name: field.data or "" for name, field in form._fields.items()})
        except NotThere:
            raise
        except Refused as refusal:
            sentence = refuse(form, refusal)
        else:
            flash(_("Zapisano dane do faktur."), "success")
            return see_other(PATH)
    page = render("billing/buyer.html", form=form, sentence=sentence)
    return (page, 422) if request.method == "POST" else page


def _offer(plan: plans.Plan, units: int) -> dict[str, Any]:
    """A plan with its prices for this many units, and its tiers."""
    prices = [(label, plans.price(plan, interval, units)) for interval, label in plans.INTERVALS.items()]
    return {"plan": plan, "prices": prices, "rows": list(plans.rows(plan))}


def _told(who: Actor) -> Iterator[Notice]:
    """What administrators find on their first page while something is overdue."""
    if Can.CONFIGURE not in who.can:
        return
    found = queries.mine(who)
    standing = state.standing(found)
    if standing.overdue is None:
        return
    bad = found.stage not in ("good", "warned")
    yield Notice(
        "bad" if bad else "warn",
        _("Panel jest tylko do odczytu, bo abonament nie jest opłacony")
        if bad
        else _("Abonament za portal czeka na zapłatę"),
        _("Do zapłaty: %(amount)s. Termin minął.", amount=money(standing.overdue.gross)),
        PATH,
        _("Zobacz faktury"),
    )


notices.register("staff", 20, _told)
