"""What the manager pays for the portal: plan, price, invoices, the buyer's data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, request

from app.billing import changing, commands, jobs, plans, queries, state, subscribing, telling
from app.billing.forms import BuyerForm, ChoiceForm
from app.core.actor import Can
from app.core.errors import NotThere, Refused, TryLater
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.gateways.payments.client import Declined, Rejected
from app.gateways.payments.online import page_origins
from app.web import sections
from app.web.audiences import needs, open_unpaid
from app.web.forms import filled, refuse
from app.web.headers import leading_to
from app.web.pages import render, see_other
from app.web.visitor import actor

PATH = "/admin/billing"
_SILENT = _l("Stripe teraz nie odpowiada. Nic nie zostało pobrane. Spróbuj za kilka minut.")
_UNKNOWN = _l(
    "Stripe teraz nie odpowiada i nie wiemy, czy zmiana się udała. Sprawdź za kilka minut i w razie potrzeby powtórz: "
    "dwa razy jej nie zrobimy."
)
_REFUSED = _l("Stripe nie przyjął tej operacji. Nic nie zostało pobrane. Zawiadom operatora portalu.")
pages = Blueprint("billing", __name__, template_folder="templates")
sections.register(
    "configuration",
    _l("Abonament za portal"),
    _l("Plan, cena, faktury od operatora portalu i dane do faktur."),
    PATH,
    95,
    Can.CONFIGURE,
)
assert jobs and telling  # register jobs and notices


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
        trial_left=found.trial_left(),
        read_only_on=_read_only_on(found),
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


@pages.route("/billing/plan", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
@open_unpaid
def plan() -> Any:
    """What another plan would cost and from when, and changing to it."""
    given = request.form if request.method == "POST" else request.args
    wanted, interval = given.get("plan", "")[:40], given.get("plan_interval", "")[:40]

    def change() -> str:
        if changing.change(actor(), wanted, interval):
            flash(_("Zmieniono plan."), "success")
        else:
            flash(_("Ten plan i okres już obowiązują."), "info")
        return PATH

    if request.method == "POST":
        return _on_to_stripe(change, _UNKNOWN)
    return _shown(lambda: render("billing/plan.html", change=changing.looked_at(actor(), wanted, interval)))


@pages.route("/billing/cancel", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
@open_unpaid
def cancel() -> Any:
    """End the subscription with its period, after a look at what follows."""

    def stop() -> str:
        last = changing.stop(actor())
        flash(_("Subskrypcja skończy się %(day)s. Do tego dnia możesz ją wznowić.", day=f"{last:%d.%m.%Y}"), "success")
        return PATH

    if request.method == "POST":
        return _on_to_stripe(stop, _UNKNOWN)
    found = queries.mine(actor())
    if not found.subscribed or found.cancels or found.period_end is None:
        return see_other(PATH)
    steps = state.steps()
    days = (steps.read_only_days, steps.staff_off_days, steps.suspend_days)
    then = [found.period_end + timedelta(days=number) for number in days]
    return render("billing/cancel.html", account=found, then=then)


def _shown(page: Callable[[], str]) -> Any:
    """A page that asks Stripe, or back with a sentence."""
    if not state.online():
        abort(404)
    try:
        return page()
    except NotThere:
        raise
    except Refused as refusal:
        flash(refusal.message, "error")
    except (Rejected, Declined):
        flash(_REFUSED, "error")
    return see_other(PATH)


def _on_to_stripe(ask: Callable[[], str], silent: Any = _SILENT) -> Any:
    """Do what asks Stripe and go on to where it says; `silent` is told when Stripe does not answer."""
    if not state.online():
        abort(404)
    try:
        return redirect(ask(), 303)
    except NotThere:
        raise
    except Refused as refusal:
        flash(refusal.message, "error")
    except TryLater:
        flash(silent, "warning")
    except (Rejected, Declined):
        flash(_REFUSED, "error")
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


def _read_only_on(found: queries.Account) -> date | None:
    """The first day on which staff would only read, if nothing follows the trial."""
    if found.trial_until is None or found.subscribed or found.by_hand:
        return None
    return found.trial_until + timedelta(days=state.steps().read_only_days)
