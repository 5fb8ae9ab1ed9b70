"""Staff pages of a mailout before it goes: writing it, looking it over as any recipient, trying it out, sending it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from flask import Blueprint, flash, make_response, request
from werkzeug.wrappers import Response

from app.attachments.posted import posted
from app.attachments.rules import DOCUMENTS, LETTERS
from app.audience import queries as audiences
from app.audience.forms import offer
from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import language, ngettext
from app.core.paging import page_number
from app.core.public_ids import new_public_id
from app.guard.commands import Held
from app.guard.posted import consent
from app.mailouts import commands, looking, queries
from app.mailouts.commands.writing import drop_unit_files
from app.mailouts.forms import MailoutForm, of, of_template, offer_papers
from app.mailouts.rules import FIELDS, WAITING
from app.mailouts.staff import HOME, pdf
from app.mailouts.unpacking import unit_files
from app.outbox.letters import MAILOUTS
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("mailout_editing", __name__, template_folder="templates")
# A letter of ours as its reader's mail program shows it: with its own style, and nothing else.
MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'"


@pages.route("/mailouts/new", methods=["GET", "POST"])
@needs(Can.SEND_MAILOUTS)
def new() -> str | Response | tuple[str, int]:
    wanted = request.args.get("template")
    form = filled(MailoutForm, **(of_template(queries.template(actor(), wanted)) if wanted else {}))
    if not form.form_key.data:
        form.form_key.data = new_public_id()
    return _edited(form, None)


@pages.route("/mailouts/<public_id>/edit", methods=["GET", "POST"])
@needs(Can.SEND_MAILOUTS)
def edit(public_id: str) -> str | Response | tuple[str, int]:
    sent = queries.mailout(actor(), public_id)
    if sent.state != "draft":
        return see_other(f"{HOME}/{quote(public_id)}")
    return _edited(filled(MailoutForm, **of(sent)), public_id)


@pages.get("/mailouts/<public_id>/check")
@needs(Can.SEND_MAILOUTS)
def check(public_id: str) -> str | Response:
    sent = queries.mailout(actor(), public_id)
    if sent.state != "draft":
        return see_other(f"{HOME}/{quote(public_id)}")
    return _check(public_id)


@pages.post("/mailouts/<public_id>/send")
@needs(Can.SEND_MAILOUTS)
def send(public_id: str) -> Any:
    try:
        state = commands.launch(actor(), public_id, consent(), request.form.get("fingerprint"))
    except Held as held:
        return _check(public_id, guard=held.guard), 422
    except NotThere:
        raise
    except Refused as refusal:
        return _check(public_id, sentence=refusal.message), refusal.status
    if state == WAITING:
        flash(_("Wysyłka czeka na zatwierdzenie przez drugą osobę."), "success")
    return see_other(f"{HOME}/{quote(public_id)}")


@pages.post("/mailouts/<public_id>/test")
@needs(Can.SEND_MAILOUTS)
def test(public_id: str) -> Any:
    number = page_number(request.form.get("n"))
    try:
        where = commands.try_out(actor(), public_id, number)
    except NotThere:
        raise
    except Refused as refusal:
        return _check(public_id, sentence=refusal.message), refusal.status
    flash(_("Wysłano próbę do: %(where)s.", where=where), "success")
    return see_other(f"{HOME}/{quote(public_id)}/check?n={number}")


@pages.post("/mailouts/<public_id>/discard")
@needs(Can.SEND_MAILOUTS)
def discard(public_id: str) -> Response:
    commands.discard(actor(), public_id)
    flash(_("Szkic został usunięty."), "success")
    return see_other(HOME)


@pages.post("/mailouts/<public_id>/files")
@needs(Can.SEND_MAILOUTS)
def files(public_id: str) -> Response:
    """Take a file of all away (`drop`), or those of units (`drop_units`)."""
    if "drop_units" in request.form:
        drop_unit_files(actor(), public_id)
    else:
        number = request.form.get("drop", "")
        commands.drop_file(actor(), public_id, int(number) if re.fullmatch("[0-9]{1,3}", number) else -1)
    return see_other(f"{HOME}/{quote(public_id)}/edit")


@pages.get("/mailouts/<public_id>/mail.html")
@needs(Can.SEND_MAILOUTS)
def mail(public_id: str) -> Response:
    """The e-mail as its recipient sees it."""
    response = make_response(looking.mail(actor(), public_id, page_number(request.args.get("n"))))
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    return response


@pages.get("/mailouts/<public_id>/letter.pdf")
@needs(Can.SEND_MAILOUTS)
def letter(public_id: str) -> Response:
    return pdf(looking.letter(actor(), public_id, page_number(request.args.get("n"))), "list.pdf", inline=True)


@pages.get("/mailouts/<public_id>/paper.pdf")
@needs(Can.SEND_MAILOUTS)
def paper(public_id: str) -> Response:
    """An attachment of one recipient that is made for them, by its place `at` from 1."""
    made = looking.attachment(
        actor(), public_id, page_number(request.args.get("n")), page_number(request.args.get("at")) - 1
    )
    return pdf(made, "zalacznik.pdf", inline=True)


def _edited(form: MailoutForm, public_id: str | None) -> str | Response | tuple[str, int]:
    offer(form, actor())
    offer_papers(form)
    if request.method != "POST":
        return _form(form, public_id)
    try:
        if request.form.get("action") == "count":
            chosen = audiences.checked(actor(), form.chosen())
            return _form(form, public_id, audiences.reach(actor(), chosen, MAILOUTS))
        written = commands.write(actor(), form.order(), (form.form_key.data or "")[:64] or None, public_id)
        _keep_files(written)
    except NotThere:
        raise
    except Refused as refusal:
        return _form(form, public_id, sentence=refuse(form, refusal)), refusal.status
    return see_other(f"{HOME}/{quote(written)}/check")


def _keep_files(public_id: str) -> None:
    shared = posted("files", most=5, allowed=DOCUMENTS)
    if shared:
        commands.add_files(actor(), public_id, shared)
    own = unit_files("unit_files", LETTERS)
    if own:
        unmatched = commands.add_unit_files(actor(), public_id, own)
        matched = len(own) - len(unmatched)
        flash(ngettext("Dopasowano do lokali %(num)d plik.", "Dopasowano do lokali %(num)d plików.", matched),
              "success")  # fmt: skip
        if unmatched:
            names = ", ".join(unmatched[:5])
            flash(_("Bez pary zostały pliki, w których nazwie nie ma kodu lokalu: %(names)s.", names=names), "warning")


def _form(form: MailoutForm, public_id: str | None, reach: Any = None, sentence: str | None = None) -> str:
    about = queries.mailout(actor(), public_id) if public_id else None
    return render(
        "mailouts/new.html",
        form=form,
        reach=reach,
        sentence=sentence,
        mailout=about,
        unit_files=queries.unit_files(actor(), public_id) if public_id else [],
        fields=[(name, str(label)) for name, label in FIELDS.items()],
        templates=[] if public_id else queries.templates(actor()),
        sms_installed=looking.sms_installed(),
    )


def _check(public_id: str, guard: Any = None, sentence: str | None = None) -> str:
    number = page_number(request.values.get("n"))
    key = request.args.get("who") or None
    return render(
        "mailouts/check.html",
        guard=guard,
        sentence=sentence,
        lang=language(),
        home=f"{HOME}/{quote(public_id)}",
        **looking.over(actor(), public_id, number, key),
    )
