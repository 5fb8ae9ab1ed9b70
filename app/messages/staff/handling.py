"""Buttons of a conversation: its state, who deals with it, and letters of unknown senders."""

from __future__ import annotations

from typing import Any

from flask import flash, request

from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.messages import commands
from app.messages.forms import HandlingForm
from app.messages.staff.frame import HOME, pages
from app.messages.staff.thread import filled_fresh, thread_page
from app.web.audiences import needs
from app.web.forms import filled
from app.web.pages import see_other
from app.web.visitor import actor


@pages.post("/messages/<thread>/state")
@needs(Can.ANSWER_MESSAGES)
def state(thread: str) -> Any:
    commands.set_state(actor(), thread, request.form.get("state", ""))
    return see_other(f"{HOME}/{thread}")


@pages.post("/messages/<thread>/take")
@needs(Can.ANSWER_MESSAGES)
def take(thread: str) -> Any:
    commands.take(actor(), thread)
    return see_other(f"{HOME}/{thread}")


@pages.post("/messages/<thread>/handling")
@needs(Can.ANSWER_MESSAGES)
def handle(thread: str) -> Any:
    form = filled(HandlingForm)
    try:
        if form.due_on.process_errors:
            raise Refused(_("Podaj datę w postaci 2026-11-30."), field="due_on")
        commands.handle(
            actor(), thread, login=form.login.data or "", category=form.category.data or "", due_on=form.due_on.data
        )
    except NotThere:
        raise
    except Refused as refusal:
        form.due_on.errors, form.due_on.process_errors = [], []
        return thread_page(thread, filled_fresh(), refusal, handling=form), refusal.status
    flash(_("Zapisano."), "success")
    return see_other(f"{HOME}/{thread}")


@pages.post("/messages/unverified/<message>/accept")
@needs(Can.ANSWER_MESSAGES)
def accept(message: str) -> Any:
    thread = commands.accept(actor(), message)
    flash(_("List jest teraz wiadomością mieszkańca i czeka na odpowiedź."), "success")
    return see_other(f"{HOME}/{thread}")


@pages.post("/messages/unverified/<message>/drop")
@needs(Can.ANSWER_MESSAGES)
def drop(message: str) -> Any:
    thread = commands.drop(actor(), message)
    flash(_("List został odrzucony."), "success")
    return see_other(f"{HOME}/{thread}")
