"""What staff ask about an audience while they choose it: how many people, and who. Nothing is changed here."""

from __future__ import annotations

import json

from flask import Blueprint, request

from app.audience import queries
from app.audience.forms import AudienceFields, posted_json
from app.audience.rules import Audience
from app.core.actor import Can
from app.core.errors import Refused
from app.core.paging import page_number
from app.outbox.letters import MAILOUTS
from app.web.audiences import needs
from app.web.forms import filled
from app.web.pages import render
from app.web.visitor import actor

pages = Blueprint("audience", __name__, template_folder="templates")


@pages.post("/audience/count")
@needs(Can.SEND_MAILOUTS)
def count() -> str:
    try:
        chosen = _asked()
    except Refused as refusal:
        return render("audience/_count.html", reach=None, label="", sentence=refusal.message)
    label = chosen.label(queries.names(actor()))
    return render("audience/_count.html", reach=queries.reach(actor(), chosen, MAILOUTS), label=label, sentence="")


@pages.post("/audience/people")
@needs(Can.SEND_MAILOUTS)
def people() -> str:
    chosen = _asked()
    return render(
        "audience/people.html",
        page=queries.people(actor(), chosen, page_number(request.form.get("page"))),
        label=chosen.label(queries.names(actor())),
        audience=json.dumps(chosen.as_json()),
    )


def _asked() -> Audience:
    carried = request.form.get("audience_json")
    chosen = filled(AudienceFields).chosen() if carried is None else posted_json(carried)
    return queries.checked(actor(), chosen)
