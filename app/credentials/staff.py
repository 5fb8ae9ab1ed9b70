"""Handing out start credentials, one by one and in batches."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, flash, make_response, request
from wtforms.fields.choices import SelectChoice

from app.accounts.commands.managing import managed
from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.paging import page_number
from app.core.public_ids import new_public_id
from app.credentials import commands, places, queries, rules, showing
from app.credentials.commands import batching, printing
from app.credentials.forms import BatchForm, WayForm
from app.estate import queries as estate
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/credentials"
pages = Blueprint("credentials", __name__, template_folder="templates")


@pages.route("/accounts/<public_id>/credentials", methods=["GET", "POST"])
@needs(Can.MANAGE_ACCOUNTS)
def account(public_id: str) -> Any:
    """Choose how to hand out, and see what was handed out before."""
    form = filled(WayForm)
    if request.method != "POST":
        return _account_page(public_id, form)
    try:
        issued = commands.hand_out(actor(), managed(actor(), public_id), form.way.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        sentence = refuse(form, refusal)
        return _account_page(public_id, form, sentence), refusal.status
    if issued.password is not None:
        shown = queries.standing(actor(), public_id)
        return _unkept(make_response(render("credentials/shown.html", issued=issued, about=shown)))
    flash(showing.done(issued), "success")
    return see_other(f"/admin/accounts/{quote(public_id)}/credentials")


@pages.post("/credentials/letters/<public_id>")
@needs(Can.MANAGE_ACCOUNTS)
def letter(public_id: str) -> Response:
    """The letter of one issue, as long as it is kept."""
    login, made = printing.letter_pdf(actor(), public_id)
    name = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in login)
    return _pdf(made, f"list-{name}.pdf")


@pages.route("/credentials", methods=["GET", "POST"])
@needs(Can.MANAGE_ACCOUNTS)
def batches() -> Any:
    """Begin a batch, and see the earlier ones."""
    form = filled(BatchForm)
    everybody = _("Wszystkie budynki")
    form.building.choices = [SelectChoice(code, label) for code, label in [("", everybody), *estate.buildings(actor())]]
    if not form.form_key.data:
        form.form_key.data = new_public_id()
    if request.method != "POST":
        return _batches_page(form)
    try:
        if request.form.get("action") == "start":
            order = batching.Order(form.place(), form.way.data or "", bool(form.unopened.data))
            return see_other(f"{HOME}/{quote(batching.start(actor(), order, form.form_key.data or ''))}")
        places.checked(actor(), form.place())
        return _batches_page(form, meant=places.meant(actor(), form.place(), bool(form.unopened.data)))
    except NotThere:
        raise
    except Refused as refusal:
        return _batches_page(form, error=refuse(form, refusal)), refusal.status


@pages.get("/credentials/<public_id>")
@needs(Can.MANAGE_ACCOUNTS)
def batch(public_id: str) -> str:
    """How far a batch is, who was not reached, and its letters."""
    return render("credentials/batch.html", **_progress(public_id))


@pages.get("/credentials/<public_id>/progress")
@needs(Can.MANAGE_ACCOUNTS)
def progress(public_id: str) -> str:
    return render("credentials/_progress.html", fragment=True, **_progress(public_id))


@pages.post("/credentials/<public_id>/letters")
@needs(Can.MANAGE_ACCOUNTS)
def letters(public_id: str) -> Response:
    """One file of the letters of a batch."""
    number = page_number(request.form.get("part"))
    return _pdf(printing.part_pdf(actor(), public_id, number), f"listy-{number}.pdf")


@pages.post("/credentials/<public_id>/printed")
@needs(Can.MANAGE_ACCOUNTS)
def printed(public_id: str) -> Any:
    printing.printed(actor(), public_id)
    flash(_("Pliki z listami zostały usunięte."), "success")
    return see_other(f"{HOME}/{quote(public_id)}")


def _account_page(public_id: str, form: WayForm, error: str | None = None) -> str:
    about = queries.standing(actor(), public_id)
    possible = [offer.way for offer in about.offers if offer.against is None]
    form.way.choices = [SelectChoice(way, showing.way(way, about.recipient)) for way in [*possible, rules.SCREEN]]
    if not form.way.data:
        form.way.data = possible[0]
    return render(
        "credentials/account.html",
        form=form,
        error=error,
        about=about,
        refused=[(rules.LABELS[one.way], rules.told(one.against)) for one in about.offers if one.against],
        issues=[showing.issue(one) for one in about.issues],
        back_url=f"/admin/accounts/{quote(public_id)}",
    )


def _batches_page(form: BatchForm, *, meant: places.Meant | None = None, error: str | None = None) -> str:
    found = queries.batches(actor(), page_number(request.args.get("page")))
    labels = {way: str(label) for way, label in rules.LABELS.items()}
    return render(
        "credentials/batches.html",
        form=form,
        meant=meant,
        error=error,
        page=found,
        page_url=f"{HOME}?page=",
        labels=labels,
        limited=actor().buildings is not None,
    )


def _progress(public_id: str) -> dict[str, Any]:
    found = queries.batch(actor(), public_id)
    address = f"{HOME}/{quote(public_id)}"
    return {
        "batch": found,
        "ways": [(rules.LABELS[way], count) for way, count in found.by_way.items()],
        "channels": [(showing.CHANNELS[channel.name], channel) for channel in found.channels],
        "missed": queries.missed(actor(), public_id, page_number(request.args.get("page"))),
        "page_url": f"{address}?page=",
        "url": address,
        "channel_labels": showing.CHANNELS,
        "progress_url": f"{address}/progress" if found.busy else None,
    }


def _pdf(made: bytes, name: str) -> Response:
    response = make_response(made)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return _unkept(response)


def _unkept(response: Response) -> Response:
    """Secrets must stay neither in a browser's memory of pages nor in a proxy's."""
    response.headers["Cache-Control"] = "no-store"
    return response
