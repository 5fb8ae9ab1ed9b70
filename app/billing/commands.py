"""What operators and administrators change: agreements, buyers' data, invoices by hand, the dates of dunning."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from app.accounts import rules as addresses
from app.billing import plans, queries, rules, state
from app.billing.models import BillingAccount, BillingInvoice, BillingSteps
from app.billing.rules import Steps
from app.core import audit, jobs
from app.core.actor import Actor, Can, system
from app.core.clock import now, today
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.office.rules import checked_nip
from app.operators.queries import only_operators
from tenants.bound import current
from tenants.db import db
from tenants.models import TenantRow

LOOK_JOB, BUYER_JOB = "billing.look", "billing.buyer"
_ACTOR = system("billing")
_AGREED = ("plan", "plan_interval", "collection", "trial_until")
_BUYER = ("buyer_name", "buyer_street", "buyer_city", "buyer_email", "nip")


def row_of(tenant_id: int) -> BillingAccount:
    """The manager's row, made if there is none, and locked until the end of the unit of work."""
    made = insert(BillingAccount).values(tenant_id=tenant_id).on_conflict_do_nothing()
    db.session.execute(made)
    return db.session.scalars(
        select(BillingAccount).where(BillingAccount.tenant_id == tenant_id).with_for_update()
    ).one()


def agree(actor: Actor, slug: str, *, plan: str, plan_interval: str, collection: str, trial_until: str) -> None:
    """Set a manager's plan, and have dunning look at once. `plan` may be empty: nothing is agreed, and a trial without
    an agreement ends. Raises `Refused` with the field, `NotThere`.
    """
    tenant, _found = queries.of(actor, slug)
    row = row_of(tenant.id)
    if plan and plan not in plans.PLANS:
        raise Refused(_("Wybierz plan."), field="plan")
    if plan_interval not in plans.INTERVALS:
        raise Refused(_("Wybierz okres rozliczeniowy."), field="plan_interval")
    if collection not in ("hand", "stripe"):
        raise Refused(_("Wybierz sposób rozliczania."), field="collection")
    if state.read(row).subscribed and (
        plan != row.plan or plan_interval != row.plan_interval or collection == "hand"
    ):
        raise Conflict(_("Zarządca ma czynną subskrypcję w Stripe. Plan zmieni sam albo najpierw ją zakończ w Stripe."))
    before = _values(row, _AGREED)
    row.plan, row.plan_interval, row.collection = plan or None, plan_interval, collection
    row.trial_until = rules.checked_day(trial_until, "trial_until") if trial_until.strip() else None
    after = _values(row, _AGREED)
    if not state.read(row).by_hand:
        row.agreed_on = None
    elif row.agreed_on is None or after != before:
        row.agreed_on = today()
    _record(actor, "billing.agreed", tenant.slug, before, after)
    ask_to_look(tenant.id)


def start_trial(tenant_id: int) -> date | None:
    """Begin a new manager's trial today and return its last day; one that began already stays as it is.

    No plan is chosen by it. Who has a plan or a subscription needs no trial.
    """
    row = row_of(tenant_id)
    if row.trial_until is None and row.plan is None and row.stripe_subscription is None:
        row.trial_until = today() + timedelta(days=state.steps().trial_days)
        slug = db.session.get_one(TenantRow, tenant_id).slug
        audit.record(_ACTOR, "billing.trial_started", slug, until=row.trial_until.isoformat())
    return row.trial_until


def save_buyer(actor: Actor, typed: dict[str, str]) -> None:
    """Set what stands on the bound manager's invoices, also at Stripe. Raises `Refused` with the field, `NotThere`."""
    if not actor.may(Can.CONFIGURE):
        raise NotThere(_("Nie ma takiej strony."))
    values: dict[str, Any] = {
        name: rules.checked_line(typed.get(name), name) for name in ("buyer_name", "buyer_street", "buyer_city")
    }
    if not values["buyer_name"]:
        raise Refused(_("Podaj nazwę nabywcy."), field="buyer_name")
    values["nip"] = checked_nip((typed.get("nip") or "")[:40])
    values["buyer_email"] = _checked_email(typed.get("buyer_email"))
    row = row_of(current().id)
    before = _values(row, _BUYER)
    for name, value in values.items():
        setattr(row, name, value)
    after = _values(row, _BUYER)
    _record(actor, "billing.buyer_saved", current().slug, before, after)
    if row.stripe_customer is not None and after != before:
        jobs.enqueue(BUYER_JOB, "buyer", lane="urgent")


def _checked_email(typed: str | None) -> str:
    try:
        return addresses.checked_email((typed or "")[:300]) or ""
    except Refused as refusal:
        raise Refused(refusal.message, field="buyer_email") from None


def issue(actor: Actor, slug: str, typed: dict[str, str]) -> str:
    """Write an invoice by hand and return its public id. `typed`: number, period_from, period_until, net, issued_on,
    due_on, note; VAT is added. Raises `Refused` with the field, `Conflict` for a number that is taken, `NotThere`.
    """
    tenant, found = queries.of(actor, slug)
    number, net = rules.checked_number(typed.get("number", "")), rules.checked_net(typed.get("net", ""))
    days = {
        name: rules.checked_day(typed.get(name, ""), name)
        for name in ("period_from", "period_until", "issued_on", "due_on")
    }
    if days["period_until"] < days["period_from"]:
        raise Refused(_("Okres nie może się kończyć, zanim się zaczął."), field="period_until")
    if days["due_on"] < days["issued_on"]:
        raise Refused(_("Termin płatności nie może być wcześniejszy niż data wystawienia."), field="due_on")
    row = BillingInvoice(
        tenant_id=tenant.id,
        slug=tenant.slug,
        buyer_name=found.buyer_name or tenant.name,
        nip=found.nip,
        number=number,
        net=net,
        vat=plans.vat(net),
        note=rules.checked_line(typed.get("note"), "note"),
        **days,
    )
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise Conflict(_("Faktura o tym numerze już jest."), field="number") from error
    audit.record(actor, "billing.issued", tenant.slug, number=number, gross=row.net + row.vat)
    ask_to_look(tenant.id)
    return row.public_id


def mark_paid(actor: Actor, public_id: str, paid_on: str, note: str) -> str:
    """Note by hand that an invoice was paid; returns the manager's slug. Raises `Refused`, `Conflict`, `NotThere`."""
    row = _open_invoice(actor, public_id)
    day = rules.checked_day(paid_on, "paid_on")
    if day > today():
        raise Refused(_("Ta data jest w przyszłości."), field="paid_on")
    said = rules.checked_line(note, "note")
    row.state, row.paid_on, row.note = "paid", day, said or row.note
    audit.record(actor, "billing.paid_by_hand", row.slug, number=row.number, paid_on=day.isoformat(), note=said)
    ask_to_look(row.tenant_id)
    return row.slug


def void(actor: Actor, public_id: str) -> str:
    """Withdraw an unpaid invoice that was written by mistake. Raises `Conflict`, `NotThere`."""
    row = _open_invoice(actor, public_id)
    row.state = "void"
    audit.record(actor, "billing.voided", row.slug, number=row.number)
    ask_to_look(row.tenant_id)
    return row.slug


def _open_invoice(actor: Actor, public_id: str) -> BillingInvoice:
    only_operators(actor)
    row = db.session.scalars(
        select(BillingInvoice).where(BillingInvoice.public_id == public_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotThere(_("Nie ma takiej faktury."))
    if row.stripe_id is not None:
        raise Conflict(_("Tę fakturę prowadzi Stripe. Zapłatę poza Stripe zaznacz w jego panelu."))
    if row.state != "open":
        raise Conflict(_("Ta faktura nie czeka już na zapłatę."))
    return row


def set_steps(actor: Actor, steps: Steps) -> None:
    """Set the dates of dunning for all managers. Raises `Refused` with the field."""
    only_operators(actor)
    before = asdict(state.steps())
    after = asdict(rules.checked_steps(steps))
    values = insert(BillingSteps).values(id=1, **after)
    db.session.execute(values.on_conflict_do_update(index_elements=["id"], set_=after))
    db.session.expire_all()
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        audit.record(
            actor,
            "billing.steps_set",
            "billing",
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )


def note_units(units: int) -> BillingAccount:
    """Keep the newest count of the bound manager's units."""
    row = row_of(current().id)
    row.units, row.units_at = units, now()
    return row


def ask_to_look(tenant_id: int | None) -> None:
    """Have dunning look at a manager now, so that who has paid is free at once. Unbound."""
    if tenant_id is not None:
        jobs.enqueue(LOOK_JOB, str(tenant_id), {"tenant_id": tenant_id}, lane="urgent")


def _values(row: BillingAccount, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _record(actor: Actor, action: str, subject: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        was, became = ({name: _plain(side[name]) for name in changed} for side in (before, after))
        audit.record(actor, action, subject, before=was, after=became)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
