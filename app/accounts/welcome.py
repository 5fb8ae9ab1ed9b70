"""The first login: password, e-mail, notifications. Nothing but a forced change of the password holds anybody up."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.accounts import commands, queries, rules
from app.accounts.forms import FirstContactForm
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.web.audiences import open_before_change
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("welcome", __name__, template_folder="templates")
NOTIFICATIONS = "/settings/notifications?welcome=1"


@pages.get("/welcome")
@open_before_change
def start() -> Any:
    who = actor()
    if not who.is_resident:
        return see_other("/admin/")
    own = queries.contacts_of(who)
    if own.welcomed:
        return see_other("/")
    return render("accounts/welcome.html", own=own, password_done=not (who.must_change_password or who.advised))


@pages.route("/welcome/contact", methods=["GET", "POST"])
def contact() -> Any:
    who = actor()
    own = queries.contacts_of(who)
    if not who.is_resident:
        raise NotThere("")
    if own.welcomed:
        return see_other("/settings/contact")
    form = filled(
        FirstContactForm,
        email=own.waiting_email or own.email,
        phone=rules.readable_phone(own.waiting_phone or own.phone),
    )
    if request.method != "POST" or not form.validate():
        return render("accounts/welcome_contact.html", form=form, own=own), 422 if form.errors else 200
    try:
        email = commands.change_email(who, form.email.data or "", None)
        phone = commands.change_phone(who, form.phone.data or "", None)
    except Refused as refusal:
        sentence = refuse(form, refusal)
        return render("accounts/welcome_contact.html", form=form, own=own, sentence=sentence), refusal.status
    if email:
        flash(_("Wysłaliśmy wiadomość na adres %(email)s. Otwórz w niej link, aby potwierdzić adres.", email=email), "")
    if phone:
        flash(_("Wysłaliśmy SMS z kodem. Wpisz go w Konfiguracji, w „Danych podstawowych”."), "")
    return see_other(NOTIFICATIONS)


@pages.post("/welcome/skip")
def skip() -> Any:
    if request.form.get("skip"):
        commands.finish_welcome(actor(), skipped=True)
    return see_other("/")


@pages.route("/welcome/done", methods=["GET", "POST"])
def done() -> Any:
    who = actor()
    if not who.is_resident:
        return see_other("/admin/")
    if request.method == "POST" and request.form.get("finish"):
        commands.finish_welcome(who, skipped=False)
        return see_other("/")
    own = queries.contacts_of(who)
    return see_other("/") if own.welcomed else render("accounts/welcome_done.html", own=own)
