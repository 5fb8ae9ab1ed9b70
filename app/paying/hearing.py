"""Stripe's events about online payments: doorbells. Whose an event is, the connected account alone says; what happened
is asked of Stripe by a job of that manager."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import or_

from app.core import jobs, work
from app.core.errors import TryLater
from app.gateways.payments.events import Event
from app.paying import connection
from app.paying.commands.following import DISPUTE_JOB
from app.paying.commands.refunding import REFUND_JOB
from app.paying.commands.starting import CHECK_JOB
from app.paying.connection import ACCOUNT_JOB
from app.paying.models import OnlinePayment, OnlineRefund
from app.stripe_events.handing import on_event
from tenants.context import bind
from tenants.db import db
from tenants.migrating import served_revisions
from tenants.registry import Tenant

PREFIXES = ("checkout.session.", "payment_intent.", "charge.", "refund.", "account.")


def hear(event: Event) -> None:
    """Ask for whatever the event calls for. Raises `TryLater` while the manager is being upgraded."""
    if event.account is None:
        return
    tenant_id = connection.tenant_of(event.account)
    tenant: Tenant | None = None if tenant_id is None else current_app.extensions["tenants"].by_id(tenant_id)
    if tenant is None:
        return
    if tenant.revision not in served_revisions():
        raise TryLater("the manager is being upgraded", 60)
    work.commit()
    with bind(tenant):
        _ask(event)
        work.commit()


def _ask(event: Event) -> None:
    if event.type.startswith("account."):
        jobs.enqueue(ACCOUNT_JOB, event.account or "", {"account": event.account}, lane="urgent")
        return
    if event.object_id is None:
        return
    if event.object_kind == "dispute":
        about = {"account": event.account, "dispute": event.object_id}
        jobs.enqueue(DISPUTE_JOB, event.object_id, about, lane="urgent")
        return
    known = or_(
        OnlinePayment.session_id == event.object_id,
        OnlinePayment.intent_id == event.object_id,
        OnlinePayment.charge_id == event.object_id,
    )
    mine = db.session.query(OnlinePayment.public_id).filter(OnlinePayment.stripe_account == event.account)
    for (public_id,) in mine.filter(known):
        jobs.enqueue(CHECK_JOB, public_id, {"public_id": public_id}, lane="urgent")
    for (public_id,) in db.session.query(OnlineRefund.public_id).filter_by(refund_id=event.object_id):
        jobs.enqueue(REFUND_JOB, public_id, {"public_id": public_id}, lane="urgent")


for _prefix in PREFIXES:
    on_event(_prefix, hear)
