"""A live subscription gets another plan or interval, or is ended with its period, by the manager's administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.billing import plans, queries, subscribing, wishes
from app.billing.plans import Plan, Price
from app.billing.state import Account
from app.core import audit
from app.core.actor import Actor
from app.core.clock import today
from app.core.errors import Refused, TryLater
from app.core.language import gettext as _
from app.gateways.payments import endings, subscriptions
from tenants.bound import current


@dataclass(frozen=True, slots=True)
class Change:
    """Another plan or interval for the bound manager: `now` and `then` are prices, of `interval_now` and `interval`.

    `settled` is what the rest of the running period makes, with VAT in grosze, negative in the manager's favour; None
    when nothing is settled (a trial), or when Stripe did not say (`answered` is False). With another interval
    (`at_once`) an invoice of `settled` is drawn today, otherwise it goes onto the one of `settled_on`.
    """

    plan: Plan
    interval: str
    interval_now: str
    now: Price
    then: Price
    at_once: bool
    trial: bool
    settled: int | None
    settled_on: date
    answered: bool


def looked_at(actor: Actor, plan: str, interval: str) -> Change:
    """What a change would mean. Asks Stripe, and does without its answer. Raises `Refused`, `Rejected`, `NotThere`."""
    found = _changeable(actor, plan, interval)
    assert found.agreed is not None and found.period_end is not None
    wanted, units = plans.PLANS[plan], found.quantity or 0
    another, trial, settled = interval != found.plan_interval, found.stripe_status == "trialing", None
    answered = True
    if not trial:
        try:
            cost = subscriptions.preview_price(*_item(found), plans.price_key(wanted, interval))
            settled = cost.total if another else cost.part
        except TryLater:
            answered = False
    return Change(
        wanted,
        interval,
        found.plan_interval,
        plans.price(found.agreed, found.plan_interval, units),
        plans.price(wanted, interval, units),
        another and not trial,
        trial,
        settled,
        today() if another and not trial else found.period_end,
        answered,
    )


def change(actor: Actor, plan: str, interval: str) -> bool:
    """Change the bound manager's plan at Stripe, once however often this is pressed; False when it is so already.

    Raises `Refused`, `Rejected`, `NotThere`, and `Unavailable`: then nobody knows, and asking again is safe.
    """
    found = queries.mine(actor)
    if found.subscribed and (found.plan, found.plan_interval) == (plan, interval):
        return False
    found = _changeable(actor, plan, interval)
    key = plans.price_key(plans.PLANS[plan], interval)
    wish = wishes.wish(found.tenant_id, f"plan:{found.stripe_item}:{key}")
    if wish.fresh:
        before = {"plan": found.plan, "plan_interval": found.plan_interval}
        after = {"plan": plan, "plan_interval": interval}
        audit.record(actor, "billing.plan_changed", current().slug, before=before, after=after)
    subscriptions.change_price(wish.key, *_item(found), key)
    _look_again(found)
    return True


def stop(actor: Actor) -> date:
    """Have the bound manager's subscription end with its period; returns the last day.

    Raises `Refused`, `Rejected`, `NotThere`, `Unavailable`.
    """
    found = queries.mine(actor)
    if not found.subscribed or found.period_end is None:
        raise Refused(_("Nie ma subskrypcji, którą można zakończyć."))
    if not found.cancels:
        subscription, _one = _item(found)
        wish = wishes.wish(found.tenant_id, f"stop:{subscription}")
        if wish.fresh:
            audit.record(actor, "billing.stopped", current().slug, until=found.period_end.isoformat())
        endings.stop_renewing(wish.key, subscription)
        _look_again(found)
    return found.period_end


def _changeable(actor: Actor, plan: str, interval: str) -> Account:
    found = queries.mine(actor)
    if plan not in plans.PLANS or interval not in plans.INTERVALS:
        raise Refused(_("Wybierz plan i okres."), field="plan")
    if not found.subscribed or found.agreed is None or found.period_end is None:
        raise Refused(_("Nie ma subskrypcji, którą można zmienić."))
    if found.stripe_status in ("past_due", "unpaid"):
        raise Refused(_("Najpierw opłać zaległą fakturę, potem zmień plan."))
    if found.cancels:
        raise Refused(_("Subskrypcja kończy się z końcem okresu. Najpierw ją wznów, potem zmień plan."))
    if (found.plan, found.plan_interval) == (plan, interval):
        raise Refused(_("Ten plan i okres już obowiązują."), field="plan")
    return found


def _item(found: Account) -> tuple[str, str]:
    assert found.stripe_subscription is not None and found.stripe_item is not None
    return found.stripe_subscription, found.stripe_item


def _look_again(found: Account) -> None:
    """Show what Stripe says now; if it does not answer any more, its event will tell."""
    try:
        subscribing.refresh(found.tenant_id)
    except TryLater:
        return
