"""The console: one manager, new ones, and switching them off and on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, request, url_for

from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.runtime import settings
from app.operators import commands, panels, queries
from app.operators.forms import ReasonForm, TenantForm
from app.operators.queries import Manager, Order
from app.web import sessions
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("operators", __name__, template_folder="templates")


@pages.get("/")
def index() -> Any:
    return see_other("/tenants")


@pages.post("/logout")
def logout() -> Response:
    commands.log_out(actor())
    response = make_response(see_other("/login"))
    sessions.clear_cookie(response)
    return response


@pages.route("/tenants/new", methods=["GET", "POST"])
def new() -> Any:
    form = filled(TenantForm)
    if request.method == "POST" and form.validate():
        try:
            slug = commands.order_manager(
                actor(),
                slug=form.slug.data or "",
                name=form.name.data or "",
                kind=form.kind.data or "",
                admin_email=form.admin_email.data or "",
                trial=bool(form.trial.data),
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return see_other(url_for("operator.operators.tenant", slug=slug))
    page = render("operators/tenant_new.html", form=form, base_domain=settings().base_domain)
    return (page, 422) if request.method == "POST" else page


@pages.get("/tenants/<slug>")
def tenant(slug: str) -> str:
    return _tenant_page(slug, ReasonForm())


@pages.get("/tenants/<slug>/progress")
def progress(slug: str) -> Any:
    """The live part of a manager's page while a worker makes it."""
    found = _manager_or_order(slug)
    return render("operators/_progress.html", tenant=found, fragment=True, **_progress(found))


@pages.post("/tenants/<slug>/activation")
def activation(slug: str) -> str:
    address = commands.fresh_activation(actor(), slug)
    return _tenant_page(slug, ReasonForm(), activation_url=address)


@pages.post("/tenants/<slug>/suspend")
def suspend(slug: str) -> Any:
    return _switch(slug, commands.suspend)


@pages.post("/tenants/<slug>/resume")
def resume(slug: str) -> Any:
    return _switch(slug, commands.resume)


def _switch(slug: str, command: Any) -> Any:
    form = filled(ReasonForm)
    if form.validate():
        try:
            command(actor(), slug, form.reason.data or "")
        except NotThere:
            raise
        except Refused as refusal:
            sentence = refuse(form, refusal)
            if sentence:
                form.reason.errors = [sentence]
        else:
            return see_other(url_for("operator.operators.tenant", slug=slug))
    return _tenant_page(slug, form), 422


def _tenant_page(slug: str, form: ReasonForm, activation_url: str | None = None) -> str:
    found = _manager_or_order(slug)
    return render(
        "operators/tenant.html",
        tenant=found,
        form=form,
        activation_url=activation_url,
        admin_login=commands.ADMIN_LOGIN,
        activation_post_url=_address("activation", slug) if _may_activate(found) else None,
        suspend_url=_address("suspend", slug),
        resume_url=_address("resume", slug),
        panels=panels.panels(actor(), slug) if isinstance(found, Manager) else [],
        **_progress(found),
    )


def _may_activate(found: Manager | Order) -> bool:
    return isinstance(found, Manager) and found.status == "active" and queries.admin_waits(actor(), found.slug)


def _progress(found: Manager | Order) -> dict[str, Any]:
    running = found.status in ("ordered", "running")
    return {
        "progress_url": _address("progress", found.slug) if running else None,
        "tenant_url": _address("tenant", found.slug),
        "outcome": found.outcome if isinstance(found, Order) else None,
    }


def _manager_or_order(slug: str) -> Manager | Order:
    try:
        return queries.manager(actor(), slug)
    except NotThere:
        order = queries.order(actor(), slug)
        if order is None or order.status == "active":
            raise NotThere(_("Nie ma takiego zarządcy.")) from None
        return order


def _address(view: str, slug: str) -> str:
    return url_for(f"operator.operators.{view}", slug=slug)
