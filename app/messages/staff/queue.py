"""Who waits for the office: conversations with filters and search, and a first word to a resident."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import flash, request
from wtforms.fields.choices import SelectChoice

from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.paging import page_number
from app.core.public_ids import new_public_id
from app.messages import commands, queries, rules
from app.messages.forms import OfficeMessageForm
from app.messages.posting import MEGABYTES, uploads
from app.messages.queries.listing import LATE, MINE, NOBODY, UNVERIFIED, WAITS
from app.messages.staff.frame import HOME, pages, tabs, told
from app.web.audiences import accepts_upload, needs
from app.web.forms import filled
from app.web.pages import render, see_other
from app.web.visitor import actor


@pages.get("/messages")
@needs(Can.SEE_MESSAGES)
def index() -> str:
    given = {name: request.args.get(name, "") for name in ("state", "category", "whose", "q")}
    wanted = queries.Wanted.of(given["state"], given["category"], given["whose"], given["q"])
    shown = {"state": wanted.state, "category": wanted.category, "whose": wanted.whose, "q": wanted.search}
    found = queries.threads(actor(), page_number(request.args.get("page")), wanted)
    return render(
        "messages/queue.html",
        page=found,
        page_url=f"{HOME}?{urlencode({**shown, 'page': ''})}",
        shown=shown,
        states=_states(),
        categories=list(rules.CATEGORIES.items()),
        whose=[(MINE, _("moje")), (NOBODY, _("niczyje"))],
        work=queries.work(actor()),
        ways=_ways(shown),
        tabs=tabs(),
        new_url=f"{HOME}/new" if Can.ANSWER_MESSAGES in actor().can else None,
    )


@pages.get("/messages/new")
@needs(Can.ANSWER_MESSAGES)
def new() -> str:
    form = filled(
        OfficeMessageForm,
        form_key=new_public_id(),
        login=request.args.get("login", "")[:100],
        unit=request.args.get("unit", "")[:100],
    )
    return _new_page(form)


@pages.post("/messages/new")
@needs(Can.ANSWER_MESSAGES)
@accepts_upload(MEGABYTES)
def start() -> Any:
    form = filled(OfficeMessageForm)
    try:
        public_id = commands.start(
            actor(),
            form.login.data or "",
            unit=form.unit.data,
            subject=form.subject.data or "",
            category=form.category.data or "",
            body=form.body.data or "",
            files=uploads(),
            form_key=form.form_key.data or "",
        )
    except NotThere:
        raise
    except Refused as refusal:
        return _new_page(form, refusal), refusal.status
    flash(_("Wiadomość została wysłana."), "success")
    return see_other(f"{HOME}/{public_id}")


def _new_page(form: OfficeMessageForm, refusal: Refused | None = None) -> str:
    form.category.choices = [SelectChoice(key, str(label)) for key, label in rules.CATEGORIES.items()]
    return render("messages/office_new.html", form=form, **told(form, refusal))


def _states() -> list[tuple[str, Any]]:
    more = [(WAITS, _("wszystkie bez odpowiedzi")), (LATE, _("po terminie"))]
    return [*more, *rules.STATES.items(), (UNVERIFIED, _("z listami do sprawdzenia"))]


def _ways(shown: dict[str, str]) -> list[dict[str, Any]]:
    """Short ways to what is asked for most, each with how much there is."""
    work = queries.work(actor())
    ways = [
        (_("Bez odpowiedzi"), {"state": WAITS}, work.waiting),
        (_("Po terminie"), {"state": LATE}, work.late),
        (_("Moje"), {"state": WAITS, "whose": MINE}, work.mine),
        (_("Do sprawdzenia"), {"state": UNVERIFIED}, work.unverified),
    ]
    chosen = {name: value for name, value in shown.items() if value}
    return [
        {"label": label, "count": count, "url": f"{HOME}?{urlencode(query)}", "current": query == chosen}
        for label, query, count in ways
    ]
