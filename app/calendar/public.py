"""The feed behind a private link: read by calendars of phones and computers, which cannot log in.

It holds no name; the unit is told by its code, and only where there are several.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from flask import Blueprint, Response

from app.accounts.holdings import holdings
from app.calendar import ical, queries, rules
from app.calendar.ical import Entry
from app.calendar.queries import Feed, Subscriber
from app.calendar.rules import Event
from app.core.clock import today
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.language import use
from app.core.links import external
from app.core.money import money
from app.finances.tabs import MODULE
from app.office.queries import profile
from app.web import menu
from app.web.visitor import maybe_actor
from tenants.bound import current

pages = Blueprint("calendar", __name__)
menu.pages_of(MODULE, "public.calendar")
SHORTEST_SECRET = 40


@pages.get("/calendar/<secret>.ics")
def feed(secret: str) -> Response:
    found = queries.subscriber(maybe_actor(), secret) if len(secret) >= SHORTEST_SECRET else None
    if found is None:
        raise NotThere("")
    mine = holdings(found.actor, today()).settled()
    if not mine.units:
        raise NotThere("")
    first, last = rules.window(today())
    with use(found.locale or profile().locale):
        several = len(mine.units) > 1
        entries = [
            _entry(event, found, several)
            for unit in mine.units
            for event in queries.events(found.actor, unit, first, last, today())
            if event.kind != "allowance" or found.feed.allowances
        ]
        name = _("Opłaty za mieszkanie")
        body = ical.written(name, entries, mine.as_of or datetime(2000, 1, 1, tzinfo=UTC))
    answer = Response(body, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="kalendarz.ics"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _entry(event: Event, found: Subscriber, several: bool) -> Entry:
    # A day that was expected and has been charged since is the same day to a calendar.
    kind = "due" if event.kind == "expected" else event.kind
    told = ":".join((found.public_id, kind, event.unit_code, event.day.isoformat(), event.ref))
    uid = f"{hashlib.sha256(told.encode()).hexdigest()[:32]}@{current().host.partition(':')[0]}"
    said = _summary(event, found.feed) + (f" ({event.unit_code})" if several else "")
    return Entry(uid, event.day, said, _description(event, found.feed), external("/payments/calendar"))


def _summary(event: Event, feed: Feed) -> str:
    if event.amount is None or not feed.amounts:
        return event.label
    if event.kind in ("settlement", "period"):
        way = _("dopłata") if event.amount > 0 else _("zwrot")
        return f"{event.label}: {way} {money(abs(event.amount))}" if event.amount else event.label
    return f"{event.label}: {money(event.amount)}"


def _description(event: Event, feed: Feed) -> str:
    """What is known besides; titles of payments can name who paid, and new rates are sums."""
    if event.kind == "payment" or (event.kind == "rates" and not feed.amounts):
        return ""
    return event.detail
