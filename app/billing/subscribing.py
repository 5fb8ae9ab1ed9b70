"""Subscriptions of managers at Stripe: the key of each wish is kept before Stripe is asked, and what is shown is what
Stripe said last.

Nothing that an event says is believed: `refresh` fetches the customer's subscriptions and invoices, so order, doubles
and losses do not matter, and the night repairs what was missed. A manager is found by its customer, never by metadata.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.billing import commands, plans, queries, state
from app.billing.models import BillingAccount, BillingInvoice
from app.billing.state import LIVE, Account
from app.billing.wishes import finish as _finish
from app.billing.wishes import key as _key
from app.core import audit, work
from app.core.actor import Actor, system
from app.core.clock import WARSAW, now, today
from app.core.errors import Conflict, Refused
from app.core.language import gettext as _
from app.core.links import external
from app.gateways.payments import catalogue, subscriptions
from app.gateways.payments.catalogue import Listed
from app.gateways.payments.client import Missing
from app.gateways.payments.events import Event
from app.gateways.payments.subscriptions import Bill, Buyer, Subscription
from tenants.bound import current
from tenants.db import PLATFORM, db
from tenants.models import TenantRow

PATH = "/admin/billing"
# A page of Checkout lives for a day; a wish older than that gets another one.
PAGE_LIFE = timedelta(hours=20)
LEAST_TRIAL = timedelta(days=3)  # Stripe takes no end of a trial that is nearer than two days
_FACTS = (
    "stripe_subscription", "stripe_status", "quantity", "plan", "plan_interval", "cancels", "period_end", "ended_on",
)  # fmt: skip
_ACTOR = system("billing")
log = structlog.get_logger("osiedle.billing")


def price_list() -> list[Listed]:
    """The price list as Stripe is told it."""
    return [
        Listed(
            plans.price_key(plan, interval),
            f"osiedle_{plan.code}",
            f"Osiedle: {plan.name}",
            interval,
            tuple((one.up_to, one.unit * months, one.flat * months) for one in plan.tiers),
        )
        for plan in plans.PLANS.values()
        for interval, months in ((code, plans.months(code)) for code in plans.INTERVALS)
    ]


def sync(actor: Actor) -> list[str]:
    """Bring products, prices and the VAT rate to Stripe; returns what was made. Raises `Unavailable`, `Rejected`."""
    made = catalogue.sync(price_list(), plans.VAT_PERCENT)
    if made:
        audit.record(actor, "billing.synced", "stripe", made=made)
    return made


def checkout(actor: Actor, plan: str, interval: str) -> str:
    """The address where the bound manager begins its subscription. Raises `Refused`, `Unavailable`, `Rejected`."""
    found = queries.mine(actor)
    if plan not in plans.PLANS or interval not in plans.INTERVALS:
        raise Refused(_("Wybierz plan i okres."), field="plan")
    if found.subscribed:
        raise Conflict(_("Subskrypcja już działa. Plan zmienisz na tej stronie."))
    units = max(1, state.counted_units())
    customer = _customer(found)
    purpose = f"checkout:{plan}:{interval}:{units}:{found.trial_until or ''}"
    address = subscriptions.checkout(
        _key(found.tenant_id, purpose, PAGE_LIFE),
        customer,
        plans.price_key(plans.PLANS[plan], interval),
        units,
        plans.VAT_PERCENT,
        _trial_end(found),
        external(PATH),
    )
    audit.record(actor, "billing.checkout_opened", current().slug, plan=plan, interval=interval, units=units)
    return address


def portal(actor: Actor) -> str:
    """The address of the bound manager's own page at Stripe. Raises `Refused`, `Unavailable`."""
    found = queries.mine(actor)
    if found.stripe_customer is None:
        raise Refused(_("Najpierw wybierz plan."))
    return subscriptions.portal(found.stripe_customer, external(PATH))


def resume(actor: Actor) -> None:
    """Take back the bound manager's cancellation. Raises `Refused`, `Unavailable`."""
    found = queries.mine(actor)
    if found.stripe_subscription is None or not found.subscribed or not found.cancels:
        raise Refused(_("Nie ma czego wznawiać."))
    subscriptions.keep_going(found.stripe_subscription)
    audit.record(actor, "billing.resumed", current().slug)
    refresh(found.tenant_id)


def _customer(found: Account) -> str:
    """The manager's customer, made once however often this is tried, with the buyer's data as they are now.

    The wish stays open: who pressed at the same moment must ask with the same key.
    """
    customer = found.stripe_customer
    if customer is None:
        customer = subscriptions.create_customer(_key(found.tenant_id, "customer"), current().slug)
        values = {"tenant_id": found.tenant_id, "stripe_customer": customer}
        with db.engines[PLATFORM].begin() as connection:
            made = insert(BillingAccount).values(values)
            again = {"stripe_customer": customer}
            connection.execute(made.on_conflict_do_update(index_elements=["tenant_id"], set_=again))
    subscriptions.tell_customer(customer, _buyer(found))
    return customer


def tell_buyer(tenant_id: int) -> None:
    """Have Stripe put what the bound manager typed on its next invoices. Raises `Unavailable`, `Rejected`."""
    found = state.account(tenant_id)
    if found.stripe_customer is not None:
        subscriptions.tell_customer(found.stripe_customer, _buyer(found))


def _buyer(found: Account) -> Buyer:
    name = found.buyer_name or current().name
    return Buyer(current().slug, name, found.buyer_email, found.buyer_street, found.buyer_city, found.nip)


def _trial_end(found: Account) -> datetime | None:
    if found.trial_until is None or found.trial_until < today() + LEAST_TRIAL:
        return None
    return datetime.combine(found.trial_until + timedelta(days=1), time(), WARSAW)


def tell_units(tenant_id: int, units: int) -> bool:
    """Tell Stripe how many units there are if it knows another number. Raises `Unavailable`."""
    found, quantity = state.account(tenant_id), max(1, units)
    if not found.subscribed or found.quantity == quantity:
        return False
    assert found.stripe_subscription is not None and found.stripe_item is not None
    purpose = f"quantity:{quantity}"
    subscriptions.set_quantity(_key(tenant_id, purpose), found.stripe_subscription, found.stripe_item, quantity)
    commands.row_of(tenant_id).quantity = quantity
    audit.record(_ACTOR, "billing.units_told", str(tenant_id), before=found.quantity, after=quantity)
    _finish(tenant_id, purpose)
    return True


def hear(event: Event) -> None:
    """An event of a subscription, invoice or page of the platform's account. Whose it is says its customer."""
    if event.account is not None or event.object_id is None:
        return
    try:
        customer = subscriptions.customer_of(event.object_kind, event.object_id)
    except Missing:
        return
    tenant_id = db.session.scalar(select(BillingAccount.tenant_id).where(BillingAccount.stripe_customer == customer))
    if customer is None or tenant_id is None:
        return
    refresh(tenant_id)
    commands.ask_to_look(tenant_id)


def refresh(tenant_id: int) -> dict[str, Any]:
    """Make a manager's account what Stripe says now, and return what was different. Raises `Unavailable`."""
    found = state.account(tenant_id)
    if found.stripe_customer is None:
        return {}
    known = subscriptions.subscriptions_of(found.stripe_customer)
    bills = subscriptions.invoices_of(found.stripe_customer)
    row = commands.row_of(tenant_id)
    before = {name: getattr(row, name) for name in _FACTS}
    _write(row, known)
    after = {name: getattr(row, name) for name in _FACTS}
    new = [bill.number for bill in bills if _write_bill(row, bill)]
    row.synced_at = now()
    db.session.flush()
    if row.stripe_status in LIVE:
        _finish(tenant_id)
    changed: dict[str, Any] = {
        name: ["–" if one is None else str(one) for one in (before[name], after[name])]
        for name in _FACTS
        if before[name] != after[name]
    }
    return changed | ({"invoices": new} if new else {})


def _write(row: BillingAccount, known: list[Subscription]) -> None:
    live = [one for one in known if one.status in LIVE]
    if len(live) > 1:
        log.error("a manager has several subscriptions", tenant_id=row.tenant_id, subscriptions=[s.id for s in live])
    chosen = live[-1] if live else known[0] if known else None
    if chosen is None:
        return
    ended = [one.ended_on for one in known if one.ended_on is not None]
    row.ended_on = max(ended) if ended and not live else None
    row.stripe_subscription, row.stripe_item = chosen.id, chosen.item
    row.stripe_status, row.quantity, row.cancels = chosen.status, chosen.quantity, chosen.cancels
    row.period_end = chosen.period_end
    bought = plans.by_price_key(chosen.price_key)
    if bought is not None and chosen.status in LIVE:
        row.plan, row.plan_interval, row.collection = bought[0], bought[1], "stripe"
        row.trial_until = chosen.trial_end or row.trial_until


def _write_bill(row: BillingAccount, bill: Bill) -> bool:
    """Keep one invoice as it is now; True when something about it is new."""
    kept = db.session.scalars(select(BillingInvoice).where(BillingInvoice.stripe_id == bill.id)).one_or_none()
    if kept is None:
        tenant = db.session.get_one(TenantRow, row.tenant_id)
        kept = BillingInvoice(
            tenant_id=row.tenant_id,
            slug=tenant.slug,
            buyer_name=row.buyer_name or tenant.name,
            nip=bill.nip or row.nip,
            stripe_id=bill.id,
            period_from=bill.period_from,
            period_until=bill.period_until,
            issued_on=bill.issued_on,
            due_on=bill.due_on or bill.issued_on + timedelta(days=state.steps().due_days),
        )
        db.session.add(kept)
    was = (kept.state, kept.net, kept.vat)
    kept.number, kept.state, kept.net, kept.vat = bill.number, bill.state, bill.net, bill.vat
    kept.paid_on, kept.hosted_url, kept.pdf_url = bill.paid_on, bill.hosted_url, bill.pdf_url
    return was != (kept.state, kept.net, kept.vat)


def reconcile(actor: Actor, tenant_id: int) -> dict[str, Any]:
    """Refresh one manager, and report to the log what no event had told. Unbound; ends its unit of work."""
    changed = refresh(tenant_id)
    if changed:
        slug = db.session.scalar(select(TenantRow.slug).where(TenantRow.id == tenant_id))
        audit.record(actor, "billing.reconciled", str(slug), changed=changed)
        log.info("billing mended", tenant=slug, changed=sorted(changed))
        commands.ask_to_look(tenant_id)
    work.commit()
    return changed
