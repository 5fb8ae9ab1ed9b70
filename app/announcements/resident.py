"""Wiadomości: announcements and mailouts for this resident in one list; read, confirmed, and later in the archive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, flash, g, request

from app.accounts.holdings import holdings
from app.accounts.switching import switch
from app.announcements import commands, markup, queries
from app.announcements.queries import board
from app.announcements.queries.board import Hanging
from app.attachments.serving import WIDTHS, handed_out, picture
from app.core.actor import Actor
from app.core.clock import today
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import Page, page_number
from app.mailouts import received
from app.outbox.rules import as_html
from app.web import afterwards, menu
from app.web import pages as web
from app.web.pages import render, see_other
from app.web.visitor import actor, maybe_actor
from tenants.http import TENANT

HOME = "/news"
PAGE_SIZE = 20
VIEWS = ("all", "unread", "archive")
pages = Blueprint("news", __name__, template_folder="templates")


def _unread(who: Actor) -> int:
    """For the menu: exact on the pages of news, elsewhere some seconds old."""
    on_news = request.path.startswith(HOME)
    return max(0, board.unread(who, fresh=on_news) - g.get("news_opened", 0))


menu.register("resident", _l("Wiadomości"), "news.index", "bell", 50, module="news", count=_unread)


def _failures() -> list[board.Failure]:
    """What goes wrong now, for the banner above residents' pages and the log-in."""
    who = maybe_actor()
    if who is None or (who.is_resident and who.waits_for is None):
        return board.failures(who)
    return []


web.provide(TENANT, lambda: {"failures": _failures})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list: an announcement or a mailout."""

    url: str
    title: str
    text: str
    at: datetime
    is_new: bool
    locale: str | None = None
    one: Hanging | None = None


@pages.get(HOME)
def index() -> str:
    view = request.args.get("view", "all")
    view = view if view in VIEWS else "all"
    number = page_number(request.args.get("page"))
    lines = _lines(view)
    chosen = switch(holdings(actor(), today()))
    return render(
        "news/index.html",
        page=Page(lines[(number - 1) * PAGE_SIZE : number * PAGE_SIZE], number, PAGE_SIZE, len(lines)),
        page_url=f"{HOME}?{urlencode({'view': view, 'page': ''})}",
        view=view,
        fresh=board.unread(actor(), fresh=True),
        units=chosen.units,
    )


@pages.get("/news/<letter>")
def letter(letter: str) -> str:
    """An announcement or a mailout. That it was opened is noted once the page's own transaction is over."""
    who = actor()
    switch(holdings(who, today()))
    try:
        found = board.one(who, letter)
    except NotThere:
        mailout = received.one(who, letter)
        if mailout.public_id in board.taken_back():
            raise
        if mailout.is_new and who.watcher is None:
            afterwards.do(partial(commands.mark_letter_read, who, mailout.public_id))
            g.news_opened = 1
        return render("news/letter.html", letter=mailout, body=as_html(mailout.body))
    if who.watcher is None and not found.read:
        afterwards.do(partial(commands.mark_read, who, found))
        g.news_opened = 0 if found.is_over else 1  # what will have been noted by the time the page is read
    return _announcement(found)


@pages.get("/news/<letter>/attachment")
def attachment(letter: str) -> Response:
    """A file that came with a mailout, by its place `n` in the list."""
    mailout = received.one(actor(), letter)
    place = page_number(request.args.get("n")) - 1
    if mailout.public_id in board.taken_back() or place >= len(mailout.files):
        raise NotThere(_("Nie ma takiego pliku."))
    return handed_out(*mailout.files[place])


@pages.post("/news/<letter>/confirm")
def confirm(letter: str) -> Any:
    commands.confirm(actor(), letter)
    flash(_("Dziękujemy. Zarządca widzi Twoje potwierdzenie."), "success")
    return see_other(f"{HOME}/{quote(letter)}")


@pages.post("/news/read")
def read_all() -> Any:
    commands.mark_all_read(actor())
    flash(_("Oznaczono wszystkie jako przeczytane."), "success")
    return see_other(HOME)


@pages.get("/news/<announcement>/files/<announcement_file>")
def file(announcement: str, announcement_file: str) -> Response:
    found = _file(announcement, announcement_file)
    return handed_out(found.file_id, found.name)


@pages.get("/news/<announcement>/pictures/<announcement_file>")
def shown_picture(announcement: str, announcement_file: str) -> Response:
    found = _file(announcement, announcement_file)
    return picture(found.file_id, width=WIDTHS[0] if "small" in request.args else WIDTHS[-1])


def _announcement(found: Hanging) -> str:
    files = queries.seen_files(found.id)
    at = f"{HOME}/{quote(found.public_id)}"
    shown = [
        markup.Picture(f"{at}/pictures/{one.public_id}", one.words or found.title)
        for one in files
        if one.role == "picture"
    ]
    return render(
        "news/announcement.html",
        one=found,
        html=markup.html(found.body, shown),
        beside=[shown[number - 1] for number in markup.beside(found.body, len(shown))],
        files=[one for one in files if one.role == "attachment"],
        here=at,
        may_confirm=actor().watcher is None,
    )


def _lines(view: str) -> list[Line]:
    if view == "archive":
        return [_line(one) for one in board.archive(actor())]
    found = board.hanging(actor())
    # A mailout that carried the words of an announcement is not said twice.
    carried = {one.mailout for one in (*found, *board.archive(actor())) if one.mailout} | board.taken_back()
    letters = [
        Line(f"{HOME}/{quote(one.public_id)}", one.subject, one.body, one.at, one.is_new)
        for one in received.every(actor())
        if one.public_id not in carried
    ]
    lines = [line for line in [*map(_line, found), *letters] if view == "all" or line.is_new]
    # What goes wrong now comes first, then what is important and has not been read, then by time.
    return sorted(lines, key=lambda line: (_rank(line), line.at), reverse=True)


def _rank(line: Line) -> int:
    if line.one is None:
        return 0
    waits = not line.one.read or (line.one.confirm and line.one.confirmed_at is None)
    return 2 if line.one.is_going_on else 1 if line.one.importance == "important" and waits else 0


def _line(one: Hanging) -> Line:
    url, words = f"{HOME}/{quote(one.public_id)}", markup.excerpt(one.body)
    return Line(url, one.title, words, one.at, not one.read, one.locale, one)


def _file(announcement: str, public_id: str) -> queries.StaffFile:
    found = board.one(actor(), announcement)
    file = next((one for one in queries.seen_files(found.id) if one.public_id == public_id), None)
    if file is None:
        raise NotThere(_("Nie ma takiego pliku."))
    return file
