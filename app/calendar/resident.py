"""Kalendarz: the days of a unit, by month or as a list, and the private link by which other calendars read them."""

from __future__ import annotations

from typing import Any

from babel.dates import get_day_names
from flask import Blueprint, flash, request
from wtforms import BooleanField, Form

from app.accounts.holdings import holdings
from app.allowances import queries as allowances
from app.calendar import commands, queries, rules
from app.core.clock import today
from app.core.language import gettext as _
from app.core.language import language
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.finances import tabs
from app.finances.frame import frame
from app.web.forms import filled
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME, FEED = "/payments/calendar", "/payments/calendar/feed"
LIST_MONTHS = 3
pages = Blueprint("calendar", __name__, template_folder="templates")
tabs.register(HOME, _l("Kalendarz"), 30, "calendar")


class FeedForm(Form):
    amounts = BooleanField(
        _l("Pokazuj kwoty"),
        description=_l("Zobaczy je każdy, kto ma dostęp do kalendarza w Twoim telefonie lub komputerze."),
    )
    allowances = BooleanField(
        _l("Pokazuj koniec dodatku mieszkaniowego"),
        description=_l("Zaznacz tylko wtedy, gdy nikt inny nie ogląda tego kalendarza."),
    )


@pages.get(HOME)
def index() -> str:
    unit, around = frame(holdings(actor(), today()))
    month = rules.month_of(request.args.get("month", ""), today())
    listed = request.args.get("view") == "list"
    span = LIST_MONTHS if listed else 1
    if unit is not None:
        last = rules.last_day(rules.moved(month, span - 1))
        found = queries.events(actor(), unit, month, last, today())
        around |= {
            "weeks": [] if listed else rules.weeks(month, found),
            "months": rules.months_between(month, span, found),
            "address": _address(unit.code, month, listed, span),
        }
    names = get_day_names("wide", locale=language())
    return render(
        "calendar/index.html",
        month=month,
        listed=listed,
        today=today(),
        day_names=[(names[day], get_day_names("abbreviated", locale=language())[day]) for day in range(7)],
        **around,
    )


@pages.get(FEED)
def feed() -> str:
    return _feed_page(None)


@pages.post(FEED)
def make_feed() -> Any:
    form = filled(FeedForm)
    granted = allowances.granted(actor())
    secret = commands.make_feed(
        actor(), amounts=bool(form.amounts.data), allowances=granted and bool(form.allowances.data)
    )
    return _feed_page(external(f"/calendar/{secret}.ics"))


@pages.post(f"{FEED}/withdraw")
def withdraw_feed() -> Any:
    commands.withdraw_feed(actor())
    flash(_("Link do kalendarza już nie działa."), "success")
    return see_other(FEED)


def _feed_page(link: str | None) -> str:
    kept = queries.feed(actor())
    form = filled(FeedForm, amounts=kept.amounts, allowances=kept.allowances) if kept else filled(FeedForm)
    _unit, around = frame(holdings(actor(), today()))
    return render(
        "calendar/feed.html",
        form=form,
        feed=kept,
        link=link,
        subscribe=link.replace("http", "webcal", 1).replace("webcals:", "webcal:", 1) if link else None,
        granted=allowances.granted(actor()),
        here=FEED,
        **around,
    )


def _address(unit: str, month: Any, listed: bool, span: int) -> dict[str, dict[str, str]]:
    """Queries of the addresses around this view: what is before and after it, today, and both views."""
    same = {"unit": unit} | ({"view": "list"} if listed else {})
    shown = f"{month:%Y-%m}"
    return {
        "before": {**same, "month": f"{rules.moved(month, -span):%Y-%m}"},
        "after": {**same, "month": f"{rules.moved(month, span):%Y-%m}"},
        "now": same,
        "month": {"unit": unit, "month": shown},
        "list": {"unit": unit, "month": shown, "view": "list"},
    }
