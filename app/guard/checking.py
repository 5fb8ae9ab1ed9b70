"""Looking through texts before they go to more than one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from sqlalchemy import text

from app.contact import queries as contact
from app.core.actor import Actor
from app.estate import scope
from app.guard import names, rules
from app.guard.rules import ACCOUNT, DEBT, MOST, NAME, PESEL, PHONE, Finding, Span
from app.office.queries import profile
from tenants.db import db

# The list is joined, not searched by ANY of an array, so that it costs the same however long a text is.
_ROLL = text(
    "SELECT DISTINCT unaccent(lower(p.first_name)) AS first, unaccent(lower(p.last_name)) AS last FROM people p "
    "CROSS JOIN LATERAL regexp_split_to_table(unaccent(lower(p.last_name)), '[ -]+') AS part "
    "JOIN unnest(CAST(:words AS text[])) AS w(word) ON w.word = part "
    f"WHERE p.until_revision IS NULL AND p.last_name <> '' AND p.first_name <> '' AND {scope.people('p.code')}"
)


def look(actor: Actor, texts: Mapping[str, str | None]) -> list[Finding]:
    """What may name a person in these texts, by the label of their fields; the gravest first, at most `MOST`.

    Names are compared with the roll of the actor's buildings. What the manager says of itself in
    Kontakt, its numbers, account and the names of its people, is no finding.
    """
    shown = {field: rules.plain(value) for field, value in texts.items() if value and value.strip()}
    found: list[Finding] = []
    words = {field: names.words(value) for field, value in shown.items()}
    phones, staff = _published(actor)
    roll = _roll(actor, set().union(*(names.bases(one) for one in words.values())) if words else set(), staff)
    for field, value in shown.items():
        for kind, spans in _spans(value, words[field], roll, phones):
            found.extend(rules.located(kind, field, value, span) for span in spans)
    once = {(one.kind, one.place, one.found): one for one in found}
    order = list(rules.KINDS)
    return sorted(once.values(), key=lambda one: order.index(one.kind))[:MOST]


def _spans(
    value: str, words: list[names.Word], roll: list[names.Known], phones: set[str]
) -> Iterable[tuple[str, list[Span]]]:
    office = profile()
    accounts = list(islice(rules.accounts(value, {office.bank_account} if office.bank_account else ()), MOST))
    pesels = _outside(rules.pesels(value), accounts)
    yield PESEL, pesels
    yield ACCOUNT, accounts
    yield DEBT, list(islice(rules.debts(value), MOST))
    yield NAME, list(islice(names.named(value, words, roll), MOST))
    yield PHONE, _outside(rules.phones(value, phones), [*accounts, *pesels])


def _published(actor: Actor) -> tuple[set[str], set[str]]:
    """What the manager says of itself in Kontakt: numbers as `rules.phone_key` writes them, and names, folded."""
    office = profile()
    numbers, people = contact.numbers_and_names(actor)
    keys = (rules.phone_key(number) for number in (office.phone, office.emergency, *numbers) if number)
    return {key for key in keys if key}, {rules.folded(name) for name in people}


def _outside(spans: Iterable[Span], taken: list[Span]) -> list[Span]:
    free = (one for one in spans if not any(one[0] < end and start < one[1] for start, end in taken))
    return list(islice(free, MOST))


def _roll(actor: Actor, bases: set[str], staff: set[str]) -> list[names.Known]:
    asked = sorted(base for base in bases if "\0" not in base)
    if not asked:
        return []
    rows = db.session.execute(_ROLL, {"words": asked, **scope.values(actor)})
    return [
        names.Known(tuple(row.first.split()), tuple(row.last.replace("-", " ").split()))
        for row in rows
        if f"{row.first} {row.last}" not in staff
    ]
