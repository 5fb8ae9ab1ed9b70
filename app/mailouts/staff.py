"""Staff pages of mailouts: list, new → preview → send, and the result with live counts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.audience import queries as audiences
from app.audience.forms import offer
from app.audience.rules import Audience
from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import lazy_gettext as _l
from app.core.paging import Page, page_number
from app.core.public_ids import new_public_id
from app.mailouts import commands, queries, rules
from app.mailouts.forms import MailoutForm
from app.mailouts.queries import Sent
from app.office.queries import profile
from app.outbox.letters import MAILOUTS
from app.web import menu
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/mailouts"
pages = Blueprint("mailouts", __name__, template_folder="templates")
menu.register("staff", _l("Wysyłki"), "mailouts.index", "send", 40, Can.SEE_MAILOUTS)


@pages.get("/mailouts")
@needs(Can.SEE_MAILOUTS)
def index() -> str:
    found = queries.mailouts(actor(), page_number(request.args.get("page")))
    rows = [_row(sent) for sent in found.rows]
    return render(
        "mailouts/list.html",
        page=Page(rows, found.number, found.size, found.total),
        page_url=f"{HOME}?page=",
        new_url=f"{HOME}/new" if Can.SEND_MAILOUTS in actor().can else None,
    )


@pages.route("/mailouts/new", methods=["GET", "POST"])
@needs(Can.SEND_MAILOUTS)
def new() -> str | Response | tuple[str, int]:
    form = filled(MailoutForm)
    offer(form, actor())
    if not form.form_key.data:
        form.form_key.data = new_public_id()
    wish = request.form.get("action", "preview") if request.method == "POST" else ""
    if wish in ("", "edit"):
        return render("mailouts/new.html", form=form, reach=None)
    try:
        if wish == "count":
            chosen = _audience(form)
            return render("mailouts/new.html", form=form, reach=audiences.reach(actor(), chosen, MAILOUTS))
        if wish == "send":
            public_id = commands.send(
                actor(), form.subject.data or "", form.body.data or "", form.as_json(), form.form_key.data[:64]
            )
            return see_other(f"{HOME}/{quote(public_id)}")
        return _preview(form)
    except NotThere:
        raise
    except Refused as refusal:
        refuse(form, refusal)
        return render("mailouts/new.html", form=form, reach=None), refusal.status


@pages.get("/mailouts/<public_id>")
@needs(Can.SEE_MAILOUTS)
def show(public_id: str) -> str:
    sent = queries.mailout(actor(), public_id)
    about = asdict(sent) | {"audience_label": sent.audience.label(audiences.names(actor()))}
    return render("mailouts/show.html", mailout=about, **_progress(sent))


@pages.get("/mailouts/<public_id>/progress")
@needs(Can.SEE_MAILOUTS)
def progress(public_id: str) -> str:
    return render("mailouts/_progress.html", fragment=True, **_progress(queries.mailout(actor(), public_id)))


def _preview(form: MailoutForm) -> str:
    chosen = _audience(form)
    seen = queries.preview(actor(), rules.subject(form.subject.data), rules.body(form.body.data), chosen)
    return render(
        "mailouts/preview.html",
        subject=seen.subject,
        body_text=seen.body,
        audience_label=chosen.label(audiences.names(actor())),
        reach=audiences.reach(actor(), chosen, MAILOUTS),
        fields=_carried(form),
        sender=profile().name,
    )


def _audience(form: MailoutForm) -> Audience:
    return audiences.checked(actor(), form.chosen())


def _carried(form: MailoutForm) -> list[tuple[str, str]]:
    """The form as hidden fields."""
    found: list[tuple[str, str]] = []
    for field in form:
        if isinstance(field.data, list):
            found += [(field.name, value) for value in field.data]
        elif field.data is True:
            found.append((field.name, "y"))
        elif field.data:
            found.append((field.name, field.data))
    return found


def _row(sent: Sent) -> dict[str, Any]:
    head = {"url": f"{HOME}/{sent.public_id}", "subject": sent.subject}
    return head | {"created_at": sent.created_at, "created_by": sent.created_by} | asdict(sent.counts)


def _progress(sent: Sent) -> dict[str, Any]:
    address = f"{HOME}/{sent.public_id}"
    return {
        "counts": sent.counts,
        "problems": queries.problems(actor(), sent.public_id, page_number(request.args.get("page"))),
        "page_url": f"{address}?page=",
        "progress_url": f"{address}/progress" if sent.counts.waiting else None,
    }
