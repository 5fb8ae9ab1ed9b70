"""„Coś się nie zgadza”: a doubt about one line of a settlement opens a conversation that carries the line along."""

from __future__ import annotations

from urllib.parse import urlencode

from sqlalchemy import text

from app.accounts.holdings import HeldUnit, holdings
from app.core.actor import Actor, Can
from app.core.clock import today
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.money import money
from app.estate import scope
from app.messages import about
from app.messages.about import Card
from app.messages.rules import SUBJECT_LENGTH
from app.settlements import queries
from app.settlements.queries.mine import Whole
from app.settlements.workings import period_words, workings
from tenants.db import db

NAME, BOOKS = "settlement", "books"
_UNIT_OF_RUN = text(
    "SELECT u.unit_code, r.public_id AS run FROM settlement_run_units u JOIN settlement_runs r ON r.id = u.run_id "
    f"WHERE u.public_id = :settlement AND {scope.units('u.unit_code')}"
)
_UNIT_OF_BOOKS = text(
    "SELECT unit_code FROM media_settlements WHERE number = :number AND until_revision IS NULL "
    f"AND {scope.units('unit_code')}"
)


def address(unit: HeldUnit, reference: str, subject: str) -> str:
    """The page on which a resident writes about a line: `reference` is `PUBLIC_ID/STEP` or `books/NUMBER`."""
    asked = {
        "unit": unit.code, "category": "charges", "subject": subject[:SUBJECT_LENGTH], "about": f"{NAME}/{reference}",
    }  # fmt: skip
    return f"/messages?{urlencode(asked)}"


def card(actor: Actor, reference: str) -> Card | None:
    """What both sides see of the line that a conversation is about."""
    first, _slash, rest = reference.partition("/")
    try:
        return _of_books(actor, rest) if first == BOOKS else _of_run(actor, first, rest)
    except NotThere:
        return None


def _of_run(actor: Actor, settlement: str, key: str) -> Card | None:
    if actor.is_staff:
        if not actor.may(Can.SEE_METERS):
            return None
        values = {"settlement": settlement, **scope.values(actor)}
        row = db.session.execute(_UNIT_OF_RUN, values).one_or_none()
        if row is None:
            return None
        found = queries.whole(actor, _any(row.unit_code), settlement)
        url = f"/admin/media/settlements/{row.run}?{urlencode({'unit': row.unit_code})}"
    else:
        unit, found = _held(actor, settlement)
        url = f"/media/settlements/{settlement}?{urlencode({'unit': unit.code})}"
    return _card(found, key, url)


def _held(actor: Actor, settlement: str) -> tuple[HeldUnit, Whole]:
    for unit in holdings(actor, today()).settled().units:
        try:
            return unit, queries.whole(actor, unit, settlement)
        except NotThere:
            continue
    raise NotThere("")


def _card(found: Whole, key: str, url: str) -> Card | None:
    step = workings(found).step(key)
    if step is None:
        return None
    run, unit = found.run, found.unit
    facts = [
        (_("Rozliczenie"), f"{run.title}, {period_words(run.from_on, run.to_on)} ({run.state_label})"),
        (_("Lokal"), unit.unit_code),
        (_("Wiersz"), step.title),
    ]
    if key in ("advances", "balance", "whole"):
        facts.append((_("Zaliczki"), money(unit.advances)))
        facts.append((_("Wynik"), outcome(unit.balance)))
    elif step.sum or step.amount is not None:
        facts.append((_("Obliczenie"), step.sum or money(step.amount or 0)))
    return Card(_("Pytanie o rozliczenie: %(medium)s", medium=run.medium_label), tuple(facts), url)


def _of_books(actor: Actor, number: str) -> Card | None:
    if actor.is_staff:
        if not actor.may(Can.SEE_METERS):
            return None
        values = {"number": number, **scope.values(actor)}
        code = db.session.execute(_UNIT_OF_BOOKS, values).scalar()
        units = [_any(str(code))] if code else []
        url = None
    else:
        units = list(holdings(actor, today()).settled().units)
        url = f"/media/settlements/books?{urlencode({'number': number})}"
    for unit in units:
        try:
            found = queries.of_books(actor, unit, number)
        except NotThere:
            continue
        facts = (
            (_("Rozliczenie"), f"{found.medium_label}, {period_words(found.from_on, found.to_on)}"),
            (_("Numer w księgach"), found.number),
            (_("Lokal"), unit.code),
            (_("Wynik"), outcome(found.balance)),
        )
        where = f"{url}&{urlencode({'unit': unit.code})}" if url else None
        return Card(_("Pytanie o rozliczenie: %(medium)s", medium=found.medium_label), facts, where)
    return None


def outcome(balance: int) -> str:
    """A balance in words: `do dopłaty 12,34 zł`."""
    if balance > 0:
        return _("do dopłaty %(sum)s", sum=money(balance))
    if balance < 0:
        return _("nadpłata %(sum)s", sum=money(-balance))
    return _("rozliczone co do grosza")


def _any(code: str) -> HeldUnit:
    """A unit with all sight, for staff who have been checked to look after it."""
    return HeldUnit(code, None, None, None, None, None)


about.register(NAME, card)
