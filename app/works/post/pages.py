"""Poczta: all letters of a site by thread, one thread, its print, its files; letters that wait to be looked at."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, request

from app.attachments.serving import handed_out, picture
from app.core.clock import today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.paging import page_number
from app.web import afterwards
from app.web.pages import render, see_other
from app.web.visitor import actor
from app.works.access import place
from app.works.frame import framed
from app.works.post import cards, due, marking  # noqa: F401  # due says what is due
from app.works.post.commands import deciding, drafts, sending
from app.works.post.queries import listing, people, reading
from app.works.post.queries.listing import Wanted
from app.works.post.writing import reply_form, thread_page

pages = Blueprint("works_post", __name__, template_folder="templates")


@pages.get("/<site>/mail")
def letters(site: str) -> str:
    here = place(actor(), site)
    wanted = Wanted.of(here, request.args)
    asked = {"which": wanted.which, "person": wanted.person, "q": wanted.search}
    asked |= {"files": "1"} if wanted.files else {}
    asked |= {"due": "1"} if wanted.due else {}
    kept = {name: value for name, value in asked.items() if value}
    return framed(
        "post/list.html",
        here,
        page=listing.threads(here, wanted, page_number(request.args.get("page"))),
        page_url=f"{here.url}/mail?{urlencode({**kept, 'page': ''})}",
        wanted=wanted,
        choices=listing.choices(here),
        people=people.people(here),
        outsiders=listing.outsiders(here),
        counts=listing.counts(here),
        drafts=len(drafts.drafts(here)),
        day=today(),
    )


@pages.get("/<site>/mail/<works_thread>")
def thread(site: str, works_thread: str) -> str:
    here = place(actor(), site)
    found = reading.thread(here, works_thread)
    afterwards.do(partial(marking.mark_read, here, found.id, found.newest.id))
    return thread_page(here, found, reply_form(here, found))


@pages.get("/<site>/mail/<works_thread>/print")
def printed(site: str, works_thread: str) -> str:
    here = place(actor(), site)
    return render("post/print.html", here=here, thread=reading.thread(here, works_thread), me=here.author.account_id)


@pages.post("/<site>/mail/<works_thread>/state")
def state(site: str, works_thread: str) -> Any:
    here = place(actor(), site)
    closed = request.form.get("closed") == "1"
    sending.close(actor(), here, works_thread, closed=closed)
    flash(_("Wątek jest zakończony.") if closed else _("Wątek jest znowu otwarty."), "success")
    return see_other(f"{here.url}/mail/{works_thread}")


@pages.get("/<site>/mail/letters/<works_letter>")
def letter(site: str, works_letter: str) -> Any:
    """Where a letter stands: whoever has its id is taken to its thread."""
    here = place(actor(), site)
    found = reading.thread_of(here, works_letter)
    return see_other(f"{here.url}/mail/{found}#{works_letter}")


@pages.get("/<site>/mail/letters/<works_letter>/card.vcf")
def card(site: str, works_letter: str) -> Response:
    here = place(actor(), site)
    found = reading.letter(here, works_letter)
    if not found.cards:
        raise NotThere("")
    response = Response(cards.vcard(here.name, found.cards), content_type=cards.VCARD)
    response.headers["Content-Disposition"] = f'attachment; filename="{cards.FILE_NAME}"'
    return response


@pages.post("/<site>/mail/letters/<works_letter>/accept")
def accept(site: str, works_letter: str) -> Any:
    return _decided(site, works_letter, accepted=True)


@pages.post("/<site>/mail/letters/<works_letter>/drop")
def drop(site: str, works_letter: str) -> Any:
    return _decided(site, works_letter, accepted=False)


def _decided(site: str, works_letter: str, *, accepted: bool) -> Any:
    here = place(actor(), site)
    try:
        where = reading.thread_of(here, works_letter)
        (deciding.accept if accepted else deciding.drop)(actor(), here, works_letter)
    except NotThere:
        raise
    except Refused as refusal:
        flash(refusal.message, "error")
        return see_other(f"{here.url}/mail/{where}")
    flash(_("List jest już w wątku.") if accepted else _("List został odrzucony."), "success")
    return see_other(f"{here.url}/mail/{where}" if accepted else f"{here.url}/mail")


@pages.get("/<site>/mail/attachments/<works_letter_file>")
def file(site: str, works_letter_file: str) -> Response:
    file_id, name = reading.file(place(actor(), site), works_letter_file)
    return handed_out(file_id, name)


@pages.get("/<site>/mail/attachments/<works_letter_file>/picture")
def file_picture(site: str, works_letter_file: str) -> Response:
    file_id, _name = reading.file(place(actor(), site), works_letter_file)
    return picture(file_id)
