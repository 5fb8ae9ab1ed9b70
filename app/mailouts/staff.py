"""Staff pages of mailouts: the list, one with its live counts, and what can be done with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, flash, make_response, request
from werkzeug.wrappers import Response

from app.audience import queries as audiences
from app.core.actor import Can
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.language import ngettext
from app.core.paging import Page, page_number
from app.mailouts import commands, printing, queries
from app.mailouts.queries import Sent
from app.mailouts.rules import DRAFT, LETTERS, PAPERS, PAUSED, SCHEDULED, SENDING, WAITING, stage_label
from app.web import menu
from app.web.audiences import needs
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/mailouts"
pages = Blueprint("mailouts", __name__, template_folder="templates")
menu.register("staff", _l("Wysyłki"), "mailouts.index", "send", 40, Can.SEE_MAILOUTS, module="mailouts_office")
menu.pages_of("mailouts_office", "staff.mailout_editing")
_CHANNELS = {"email": _l("E-mail"), "sms": _l("SMS"), "letter": _l("List")}


@pages.get("/mailouts")
@needs(Can.SEE_MAILOUTS)
def index() -> str:
    found = queries.mailouts(actor(), page_number(request.args.get("page")))
    may_send = Can.SEND_MAILOUTS in actor().can
    return render(
        "mailouts/list.html",
        page=Page([_row(sent) for sent in found.rows], found.number, found.size, found.total),
        page_url=f"{HOME}?page=",
        new_url=f"{HOME}/new" if may_send else None,
        templates_url=f"{HOME}/templates" if may_send else None,
    )


@pages.get("/mailouts/<public_id>")
@needs(Can.SEE_MAILOUTS)
def show(public_id: str) -> str | Response:
    sent = queries.mailout(actor(), public_id)
    if sent.state == DRAFT:
        if Can.SEND_MAILOUTS in actor().can:
            return see_other(f"{HOME}/{quote(public_id)}/check")
        return render("mailouts/show.html", **_about(sent), **_progress(sent))
    return render("mailouts/show.html", **_about(sent), **_progress(sent))


@pages.get("/mailouts/<public_id>/progress")
@needs(Can.SEE_MAILOUTS)
def progress(public_id: str) -> str:
    return render("mailouts/_progress.html", fragment=True, **_progress(queries.mailout(actor(), public_id)))


@pages.post("/mailouts/<public_id>/approve")
@needs(Can.SEND_MAILOUTS)
def approve(public_id: str) -> Response:
    try:
        commands.approve(actor(), public_id)
        flash(_("Wysyłka jest zatwierdzona."), "success")
    except Refused as refusal:
        flash(refusal.message, "error")
    return _back(public_id)


@pages.post("/mailouts/<public_id>/pause")
@needs(Can.SEND_MAILOUTS)
def pause(public_id: str) -> Response:
    waiting = commands.pause(actor(), public_id)
    flash(ngettext("Wysyłka wstrzymana. Czeka %(num)d wiadomość.", "Wysyłka wstrzymana. Czeka %(num)d wiadomości.",
                   waiting), "success")  # fmt: skip
    return _back(public_id)


@pages.post("/mailouts/<public_id>/resume")
@needs(Can.SEND_MAILOUTS)
def resume(public_id: str) -> Response:
    commands.resume(actor(), public_id)
    flash(_("Wysyłka toczy się dalej."), "success")
    return _back(public_id)


@pages.post("/mailouts/<public_id>/cancel")
@needs(Can.SEND_MAILOUTS)
def cancel(public_id: str) -> Response:
    stopped = commands.cancel(actor(), public_id)
    flash(ngettext("Wysyłka przerwana. Nie wyjdzie %(num)d wiadomość.", "Wysyłka przerwana. Nie wyjdzie %(num)d "
                   "wiadomości.", stopped), "success")  # fmt: skip
    return _back(public_id)


@pages.post("/mailouts/<public_id>/prints")
@needs(Can.SEND_MAILOUTS)
def prints(public_id: str) -> Response:
    """Prepare the letters that nobody has printed yet."""
    try:
        printing.start(actor(), public_id)
        flash(_("Przygotowujemy listy. Za chwilę pojawią się na tej stronie."), "success")
    except Refused as refusal:
        flash(refusal.message, "error")
    return _back(public_id)


@pages.get("/mailouts/<public_id>/prints/<mailout_print>.pdf")
@needs(Can.SEND_MAILOUTS)
def part(public_id: str, mailout_print: str) -> Response:
    return pdf(printing.part_pdf(actor(), public_id, mailout_print), "listy.pdf")


@pages.post("/mailouts/<public_id>/prints/<mailout_print>/posted")
@needs(Can.SEND_MAILOUTS)
def posted(public_id: str, mailout_print: str) -> Response:
    count = printing.posted(actor(), public_id, mailout_print)
    flash(ngettext("Odnotowano nadanie: %(num)d list.", "Odnotowano nadanie: %(num)d listów.", count), "success")
    return _back(public_id)


def pdf(made: bytes, name: str, inline: bool = False) -> Response:
    """A PDF of ours, to be kept or looked at."""
    response = make_response(made)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    return response


def _about(sent: Sent) -> dict[str, Any]:
    ways = [str(_CHANNELS[name]) for name in ("email", "sms") if getattr(sent.channels, name)]
    if sent.channels.letter != "none":
        ways.append(str(LETTERS[sent.channels.letter]))
    return {
        "mailout": sent,
        "audience_label": sent.audience.label(audiences.names(actor())) if _may_send() else sent.audience.label(),
        "ways": ways,
        "papers": [str(PAPERS[name][1]) for name in sent.papers],
        "unit_files": len(queries.unit_files(actor(), sent.public_id)),
    }


def _progress(sent: Sent) -> dict[str, Any]:
    address = f"{HOME}/{quote(sent.public_id)}"
    parts, unprinted = printing.prints(actor(), sent.public_id)
    busy = sent.stage in (SENDING, SCHEDULED) or printing.busy(actor(), sent.public_id)
    may = _may_send()
    return {
        "counts": sent.counts,
        "waiting": sent.waiting,
        "stage": sent.stage,
        "stage_label": stage_label(sent.stage),
        "run_at": sent.run_at,
        "channels": [(str(_CHANNELS[name]), row) for name, row in queries.progress(actor(), sent.public_id).items()],
        "put_off": queries.put_off(actor(), sent.public_id),
        "problems": queries.problems(actor(), sent.public_id, page_number(request.args.get("page"))),
        "page_url": f"{address}?page=",
        "url": address,
        "prints": parts,
        "unprinted": unprinted,
        "may": may,
        "can_pause": may and sent.stage == SENDING,
        "can_resume": may and sent.stage == PAUSED,
        "can_cancel": may and sent.stage in (SENDING, PAUSED, SCHEDULED, WAITING),
        "can_approve": may and sent.stage == WAITING and not sent.mine,
        "progress_url": f"{address}/progress" if busy else None,
    }


def _row(sent: Sent) -> dict[str, Any]:
    label, kind = stage_label(sent.stage)
    if sent.stage == "done" and sent.counts.failed:
        label, kind = _("z błędami"), "warn"
    return {
        "url": f"{HOME}/{quote(sent.public_id)}",
        "subject": sent.subject or sent.sms_text[:80],
        "created_at": sent.created_at,
        "created_by": sent.created_by,
        "recipients": sent.counts.recipients or sent.recipients,
        "sent": sent.counts.sent,
        "failed": sent.counts.failed,
        "skipped": sent.counts.skipped,
        "stage_label": label,
        "stage_kind": kind,
    }


def _may_send() -> bool:
    return Can.SEND_MAILOUTS in actor().can


def _back(public_id: str) -> Response:
    return see_other(f"{HOME}/{quote(public_id)}")
