"""Reads of the calendar: events of a unit from every feature that has some, and whose a private link is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.allowances import queries as allowances
from app.calendar import rules
from app.calendar.rules import Event
from app.core.actor import Actor, Role
from app.core.language import gettext as _
from app.core.money import money
from app.core.public_ids import digest
from app.finances import tariff
from app.finances.queries.charges import charges
from app.finances.queries.dates import Dated, dated, last_charge
from app.finances.tariff import Line
from app.meters import queries as meters
from app.meters.queries import windows as reading_windows
from app.settlements import queries as settlements
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Feed:
    """An account's private link: what it holds, and since when."""

    amounts: bool
    allowances: bool
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Whose calendar a link is: the actor, a random id, and the language (None: the manager's)."""

    actor: Actor
    public_id: str
    locale: str | None
    feed: Feed


_FEED = text("SELECT amounts, allowances, made_at FROM calendar_feeds WHERE account_id = :account")
_SUBSCRIBER = text(
    "SELECT a.id, a.login, a.person_code, a.public_id, a.locale, f.amounts, f.allowances, f.made_at "
    "FROM calendar_feeds f JOIN accounts a ON a.id = f.account_id "
    "WHERE f.digest = :digest AND a.status = 'active' AND a.role = 'resident'"
)


def events(actor: Actor, unit: HeldUnit, first: date, last: date, today: date) -> list[Event]:
    """What is on a unit's days between two of them, in order: of its debts only what the actor may see."""
    lines = charges(actor, unit, min(first, today))
    found = [_of_ledger(one, unit) for one in dated(actor, unit, first, last)]
    found += _expected(actor, unit, lines, today)
    found += [_of_rates(step, unit) for step in tariff.steps(lines, today) if not step.open]
    found += [
        Event(one.to_on, "period", unit.code, one.balance, _("%(what)s, od %(first)s do %(last)s", what=one.label,
              first=f"{one.from_on:%d.%m.%Y}", last=f"{one.to_on:%d.%m.%Y}"), one.number)
        for one in settlements.settled_periods(actor, unit, first, last)
    ]  # fmt: skip
    for window in reading_windows.of_unit(actor, unit, first, last, today):
        found.append(Event(window.opens_on, "readings_from", unit.code, None, window.label, window.public_id))
        found.append(Event(window.closes_on, "readings_to", unit.code, None, window.label, window.public_id))
    found += [
        Event(one.day, "meter", unit.code, None, one.label, one.serial)
        for one in meters.verifications(actor, unit, first, last)
    ]
    found += [
        Event(one.to_on, "allowance", unit.code, None, _("decyzja %(decision)s", decision=one.decision), one.decision)
        for one in allowances.decisions(actor)
        if one.unit_code == unit.code
    ]
    return rules.ordered(event for event in found if first <= event.day <= last)


def feed(actor: Actor) -> Feed | None:
    """The actor's own private link, if there is one."""
    row = db.session.execute(_FEED, {"account": actor.account_id}).first()
    return Feed(*row) if row else None


def subscriber(_actor: Actor | None, secret: str) -> Subscriber | None:
    """Whose calendar a private link is, whoever asks for it; None for a dead one and for an account that is not
    active."""
    row = db.session.execute(_SUBSCRIBER, {"digest": digest(secret)}).first()
    if row is None:
        return None
    account_id, login, person, public_id, locale, *kept = row
    who = Actor(kind="account", login=login, account_id=account_id, role=Role.RESIDENT, person_code=person)
    return Subscriber(who, public_id, locale, Feed(*kept))


def _of_ledger(one: Dated, unit: HeldUnit) -> Event:
    if one.kind == "due":
        return Event(one.day, "due", unit.code, one.amount, _for_month(one.period), "")
    return Event(one.day, one.kind, unit.code, one.amount, one.title or "", one.entry)


def _expected(actor: Actor, unit: HeldUnit, lines: list[Line], today: date) -> list[Event]:
    """Days on which months not charged yet will fall due, if all stays as it was last and as it is announced."""
    last = last_charge(actor, unit) if lines else None
    if last is None:
        return []
    days = rules.expected(rules.habit(last.month, last.due_on), today)
    sums = [(month, due, tariff.total(tariff.in_force(lines, month))) for month, due in days]
    return [
        Event(due, "expected", unit.code, total, _for_month(f"{month:%Y-%m}"), "")
        for month, due, total in sums
        if total > 0
    ]


def _of_rates(step: tariff.Step, unit: HeldUnit) -> Event:
    said = _("miesięcznie %(after)s zamiast %(before)s", after=money(step.after), before=money(step.before))
    return Event(step.day, "rates", unit.code, None, said, "")


def _for_month(period: str | None) -> str:
    return _("za %(period)s", period=f"{period[5:]}/{period[:4]}") if period else ""
