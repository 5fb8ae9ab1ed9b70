"""Whoever leaves is charged no more: the subscription of a manager that is being closed, or deleted.

Each step asks Stripe outside of any transaction and may be run again; the key of each request is committed before it.
"""

from __future__ import annotations

import structlog
from sqlalchemy import select

from app.billing import state, subscribing, wishes
from app.billing.models import BillingIntent
from app.core import audit, work
from app.core.actor import Actor
from app.gateways.payments import endings
from app.gateways.payments.client import Missing
from tenants.db import db
from tenants.models import TenantRow

log = structlog.get_logger("osiedle.billing")


def stop_renewing(actor: Actor, tenant_id: int, cause: str) -> bool:
    """Have the manager's subscription end with its period; False when nothing would be renewed anyway.

    Unbound; ends its unit of work. Raises `Unavailable`, `Rejected`.
    """
    found = state.account(tenant_id)
    if not state.online() or not found.subscribed or found.cancels or found.stripe_subscription is None:
        return False
    work.commit()
    endings.stop_renewing(wishes.key(tenant_id, _purpose("stop", cause)), found.stripe_subscription)
    _note(actor, tenant_id, "billing.renewal_stopped")
    return True


def renew(actor: Actor, tenant_id: int, cause: str) -> bool:
    """Take back what `stop_renewing` did for this cause; what the manager itself had ended stays so.

    Unbound; ends its unit of work. Raises `Unavailable`, `Rejected`.
    """
    stopped = (BillingIntent.tenant_id == tenant_id, BillingIntent.purpose == _purpose("stop", cause))
    ours = db.session.scalar(select(BillingIntent.id).where(*stopped).limit(1))
    found = state.account(tenant_id)
    if ours is None or not state.online() or not found.subscribed or found.stripe_subscription is None:
        return False
    work.commit()
    try:
        endings.renew(wishes.key(tenant_id, _purpose("renew", cause)), found.stripe_subscription)
    except Missing:
        log.warning("a subscription ended before its closing was taken back", tenant_id=tenant_id)
    _note(actor, tenant_id, "billing.renewal_resumed")
    return True


def end(actor: Actor, tenant_id: int) -> bool:
    """End all subscriptions of a manager now; False when Stripe knows of none that lives.

    Unbound; ends its unit of work. Raises `Unavailable`, `Rejected`.
    """
    customer = state.account(tenant_id).stripe_customer
    work.commit()
    if customer is None:
        return False
    if not state.online():
        log.error("a manager with a customer at Stripe goes, and there is no key", tenant_id=tenant_id)
        return False
    try:
        ended = endings.end_all(customer)
    except Missing:  # the customer itself is gone
        return False
    if ended:
        _note(actor, tenant_id, "billing.subscription_ended", subscriptions=ended)
    return bool(ended)


def _note(actor: Actor, tenant_id: int, action: str, **detail: object) -> None:
    subscribing.refresh(tenant_id)
    slug = db.session.scalar(select(TenantRow.slug).where(TenantRow.id == tenant_id))
    audit.record(actor, action, str(slug), **detail)
    work.commit()


def _purpose(step: str, cause: str) -> str:
    return f"{step}:{cause}"
