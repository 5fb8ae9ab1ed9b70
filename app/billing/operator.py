"""Billing in the console: what managers agreed to and owe, invoices by hand, the dates of dunning."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, request, url_for

from app.billing import commands, plans, queries, state
from app.billing.forms import AgreementForm, InvoiceForm, PaidForm, StepsForm
from app.billing.rules import Steps
from app.core.actor import Actor
from app.core.clock import today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.operators import panels
from app.operators.panels import Panel
from app.web import menu
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("billing", __name__, template_folder="templates")
menu.register("operator", _l("Abonamenty"), "billing.index", "wallet", 15)


@pages.get("/billing")
def index() -> str:
    """Managers with their plans and debts, those who owe first."""
    late = request.args.get("late") == "1"
    page = queries.lines(actor(), page_number(request.args.get("page")), only_late=late)
    return render("billing/lines.html", page=page, late=late, online=state.online(), names=_names())


@pages.route("/billing/steps", methods=["GET", "POST"])
def steps() -> Any:
    """When a debt has which consequence."""
    known = state.steps()
    form = filled(StepsForm, **{one.name: getattr(known, one.name) for one in fields(Steps)})
    sentence = None
    if request.method == "POST" and form.validate():
        try:
            commands.set_steps(actor(), Steps(**{one.name: form[one.name].data for one in fields(Steps)}))
        except NotThere:
            raise
        except Refused as refusal:
            sentence = refuse(form, refusal)
        else:
            flash(_("Zapisano terminy. Obowiązują od najbliższej nocy."), "success")
            return see_other("/billing")
    page = render("billing/steps.html", form=form, sentence=sentence)
    return (page, 422) if request.method == "POST" else page


@pages.route("/tenants/<slug>/billing", methods=["GET", "POST"])
def manager(slug: str) -> Any:
    """One manager's agreement and invoices."""
    if request.method != "POST":
        return _page(slug)
    form = filled(AgreementForm)
    try:
        commands.agree(
            actor(),
            slug,
            plan=form.plan.data or "",
            plan_interval=form.plan_interval.data or "",
            collection=form.collection.data or "",
            trial_until=form.trial_until.data or "",
        )
    except NotThere:
        raise
    except Refused as refusal:
        return _page(slug, agreement=form, sentence=refuse(form, refusal)), refusal.status
    flash(_("Zapisano ustalenia."), "success")
    return see_other(_address(slug))


@pages.post("/tenants/<slug>/billing/invoices")
def issue(slug: str) -> Any:
    """Note an invoice that was written by hand."""
    form = filled(InvoiceForm)
    try:
        commands.issue(actor(), slug, {name: field.data or "" for name, field in form._fields.items()})
    except NotThere:
        raise
    except Refused as refusal:
        return _page(slug, invoice=form, sentence=refuse(form, refusal)), refusal.status
    flash(_("Dodano fakturę."), "success")
    return see_other(_address(slug))


@pages.route("/tenants/<slug>/billing/<invoice>", methods=["GET", "POST"])
def paid(slug: str, invoice: str) -> Any:
    """Mark an invoice as paid, or withdraw it."""
    found = queries.invoice(actor(), slug, invoice)
    form = filled(PaidForm, paid_on=today().isoformat())
    sentence = None
    if request.method == "POST":
        try:
            commands.mark_paid(actor(), invoice, form.paid_on.data or "", form.note.data or "")
        except NotThere:
            raise
        except Refused as refusal:
            sentence = refuse(form, refusal)
        else:
            flash(_("Zaznaczono zapłatę. Ograniczenia znikną w ciągu minuty."), "success")
            return see_other(_address(slug))
    page = render("billing/paid.html", invoice=found, slug=slug, form=form, sentence=sentence)
    return (page, 422) if request.method == "POST" else page


@pages.post("/tenants/<slug>/billing/<invoice>/void")
def void(slug: str, invoice: str) -> Any:
    """Withdraw an invoice that was written by mistake."""
    queries.invoice(actor(), slug, invoice)
    commands.void(actor(), invoice)
    flash(_("Wycofano fakturę."), "success")
    return see_other(_address(slug))


def _page(
    slug: str,
    agreement: AgreementForm | None = None,
    invoice: InvoiceForm | None = None,
    sentence: str | None = None,
) -> str:
    tenant, found = queries.of(actor(), slug)
    return render(
        "billing/manager.html",
        slug=tenant.slug,
        name=tenant.name,
        account=found,
        standing=state.standing(found),
        price=state.price(found, found.units or 0),
        online=state.online(),
        agreement=agreement or _agreement(found),
        invoice=invoice or _fresh_invoice(found),
        sentence=sentence,
        wrong=agreement or invoice,
        names=_names(),
        invoices=state.invoices(tenant.id, page_number(request.args.get("page"))),
    )


def _agreement(found: queries.Account) -> AgreementForm:
    return AgreementForm(
        data={
            "plan": found.plan or "",
            "plan_interval": found.plan_interval,
            "collection": found.collection,
            "trial_until": found.trial_until.isoformat() if found.trial_until else "",
        }
    )


def _fresh_invoice(found: queries.Account) -> InvoiceForm:
    """An empty form with the coming month and the agreed price."""
    day = today()
    cost = state.price(found, found.units or 0)
    return InvoiceForm(
        data={
            "period_from": day.replace(day=1).isoformat(),
            "period_until": ((day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)).isoformat(),
            "issued_on": day.isoformat(),
            "due_on": (day + timedelta(days=state.steps().due_days)).isoformat(),
            "net": f"{cost.net // 100},{cost.net % 100:02d}" if cost else "",
        }
    )


def _names() -> dict[str, Any]:
    return {code: plan.name for code, plan in plans.PLANS.items()}


def _address(slug: str) -> str:
    return url_for("operator.billing.manager", slug=slug)


def _panel(who: Actor, slug: str) -> Panel:
    """What a manager's page in the console says of billing."""
    _tenant, found = queries.of(who, slug)
    context = {"account": found, "standing": state.standing(found), "url": _address(slug), "names": _names()}
    return Panel("billing/panel.html", context)


panels.register("billing", 40, _panel)
