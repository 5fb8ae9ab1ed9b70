"""Addresses of the manager's programs: added, tried, stopped, and the log of what they were told."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.core.actor import Actor, Can
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.language import ngettext
from app.core.paging import page_number
from app.hooks import commands, jobs, listening, queries, rules
from app.hooks.forms import WebhookForm
from app.web import notices, sections
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.notices import Notice
from app.web.pages import render, see_other
from app.web.visitor import actor

__all__ = ["jobs", "listening", "pages"]  # listening is a part of being there
HOME = "/admin/webhooks"
pages = Blueprint("webhooks", __name__, template_folder="templates")
sections.register(
    "configuration", _l("Powiadamianie programów"), _l("Adresy programów, którym portal od razu mówi, co się stało."),
    HOME, 112, needs=Can.CONFIGURE,
)  # fmt: skip


def _told(who: Actor) -> list[Notice]:
    """Programs that hear nothing any more until somebody resumes them."""
    names = queries.disabled(who)
    if not names:
        return []
    title = ngettext("Program nie odbiera zdarzeń z portalu", "Programy nie odbierają zdarzeń z portalu", len(names))
    said = _("Portal przestał je wysyłać: %(names)s. Sprawdź program i wznów wysyłanie.", names=", ".join(names[:5]))
    return [Notice("warn", title, said, HOME, _("Zobacz powiadamianie programów"))]


notices.register("staff", 35, _told)


@pages.get("/webhooks")
@needs(Can.CONFIGURE)
def index() -> str:
    return render("hooks/webhooks.html", webhooks=queries.webhooks(actor()), labels=rules.LABELS)


@pages.route("/webhooks/new", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def new() -> Any:
    form, sentence = filled(WebhookForm), None
    if request.method != "POST":
        return render("hooks/webhook_form.html", form=form, webhook=None, sentence=None)
    if form.validate():
        try:
            public_id, secret = commands.add(actor(), form.name.data or "", form.url.data or "", form.events.data or ())
            return _secret(public_id, secret)
        except Refused as refusal:
            sentence = refuse(form, refusal)
    return render("hooks/webhook_form.html", form=form, webhook=None, sentence=sentence), 422


@pages.get("/webhooks/<webhook>")
@needs(Can.CONFIGURE)
def show(webhook: str) -> str:
    found = queries.webhook(actor(), webhook)
    told = queries.told(actor(), webhook, page_number(request.args.get("page")))
    return render("hooks/webhook.html", webhook=found, told=told, labels=rules.LABELS)


@pages.route("/webhooks/<webhook>/edit", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def edit(webhook: str) -> Any:
    found, sentence = queries.webhook(actor(), webhook), None
    form = filled(WebhookForm, name=found.name, url=found.url, events=list(found.events))
    if request.method != "POST":
        return render("hooks/webhook_form.html", form=form, webhook=found, sentence=None)
    if form.validate():
        try:
            commands.change(actor(), webhook, form.name.data or "", form.url.data or "", form.events.data or ())
            flash(_("Zmiany zostały zapisane."), "success")
            return see_other(f"{HOME}/{webhook}")
        except NotThere:
            raise
        except Refused as refusal:
            sentence = refuse(form, refusal)
    return render("hooks/webhook_form.html", form=form, webhook=found, sentence=sentence), 422


@pages.route("/webhooks/<webhook>/rotate", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def rotate(webhook: str) -> str:
    found = queries.webhook(actor(), webhook)
    if request.method != "POST":
        return render("hooks/webhook_rotate.html", webhook=found)
    return _secret(webhook, commands.rotate(actor(), webhook))


@pages.route("/webhooks/<webhook>/remove", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def remove(webhook: str) -> Any:
    found = queries.webhook(actor(), webhook)
    if request.method != "POST":
        return render("hooks/webhook_remove.html", webhook=found)
    commands.remove(actor(), webhook)
    flash(_("Adres „%(name)s” został usunięty.", name=found.name), "success")
    return see_other(HOME)


@pages.post("/webhooks/<webhook>/pause")
@needs(Can.CONFIGURE)
def pause(webhook: str) -> Any:
    return _done(webhook, commands.pause, _("Wysyłanie jest wstrzymane."))


@pages.post("/webhooks/<webhook>/resume")
@needs(Can.CONFIGURE)
def resume(webhook: str) -> Any:
    return _done(webhook, commands.resume, _("Wysyłanie jest wznowione."))


@pages.post("/webhooks/<webhook>/ping")
@needs(Can.CONFIGURE)
def ping(webhook: str) -> Any:
    return _done(webhook, commands.ping, _("Zdarzenie próbne zaraz wyjdzie. Odśwież stronę, żeby zobaczyć odpowiedź."))


def _done(webhook: str, verb: Any, sentence: str) -> Any:
    try:
        verb(actor(), webhook)
        flash(sentence, "success")
    except Conflict as conflict:
        flash(conflict.message, "error")
    return see_other(f"{HOME}/{webhook}")


def _secret(public_id: str, secret: str) -> str:
    return render("hooks/webhook_secret.html", webhook=queries.webhook(actor(), public_id), secret=secret)
