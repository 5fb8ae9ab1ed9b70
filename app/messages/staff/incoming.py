"""The register of incoming mail, for who asks what became of an answer by mail."""

from __future__ import annotations

from flask import request

from app.core.actor import Can
from app.core.paging import page_number
from app.mailroom import queries as mailroom
from app.messages.mails import REPLY
from app.messages.staff.frame import INCOMING, pages, tabs
from app.web.audiences import needs
from app.web.pages import render
from app.web.visitor import actor


@pages.get("/messages/incoming")
@needs(Can.SEE_MESSAGES)
def incoming() -> str:
    found = mailroom.arrivals(actor(), page_number(request.args.get("page")))
    return render("messages/incoming.html", page=found, page_url=f"{INCOMING}?page=", reply=REPLY, tabs=tabs())
