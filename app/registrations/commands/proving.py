"""Opening an account by oneself, with facts that only the resident knows.

First the address is confirmed, then the facts are asked for behind the link. Every failure is told in one sentence,
after the same statement; attempts are counted by where they come from and by the account number that is tried.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import Account
from app.accounts.rules import TooMany, network
from app.core import audit, throttle
from app.core.clock import now, today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import language
from app.core.public_ids import digest
from app.credentials.commands import hand_out
from app.office import settings
from app.registrations import mails, rules, tokens
from app.registrations.commands.granting import Grant, give
from app.registrations.commands.sending import Sent, applicant
from app.registrations.models import Registration
from app.registrations.rules import Wish
from app.registrations.ways import Ways
from tenants.bound import current
from tenants.db import db

_FACTS = text(
    "SELECT u.code, b.street || ' ' || b.number || '/' || u.number AS label, o.role, o.person_code, p.first_name, "
    "p.last_name, (SELECT sum(e.debit)::bigint FROM ledger_entries e WHERE e.unit_code = u.code "
    "AND e.until_revision IS NULL AND e.kind = 'charge' AND e.debit > 0 AND e.booked_on = ("
    "SELECT max(l.booked_on) FROM ledger_entries l WHERE l.unit_code = u.code AND l.until_revision IS NULL "
    "AND l.kind = 'charge' AND l.debit > 0 AND l.booked_on <= :today)) AS charged, "
    "EXISTS (SELECT FROM accounts a WHERE a.person_code = o.person_code AND a.status <> 'closed') AS has_account "
    "FROM units u JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL "
    "JOIN occupancies o ON o.unit_code = u.code AND o.until_revision IS NULL AND o.from_on <= :today "
    "AND (o.to_on IS NULL OR o.to_on >= :today) "
    "JOIN people p ON p.code = o.person_code AND p.until_revision IS NULL "
    "WHERE u.until_revision IS NULL AND u.account = :number"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the resident typed: the unit's account number (26 digits) and its last charge in grosze."""

    first_name: str
    last_name: str
    number: str
    amount: int


@dataclass(frozen=True, slots=True)
class _Found:
    unit: str
    role: str
    person_code: str


def ask_proof(email: str, form_key: str) -> None:
    """Mail a link to an address, three a day at most. Raises `NotThere` when the manager keeps this way closed."""
    _open()
    mailed = f"register:mail:{current().id}:{digest(email).hex()[:32]}"
    if throttle.count(mailed, rules.DAY) <= rules.LETTERS_A_DAY:
        mails.proof(email, form_key, now() + timedelta(seconds=tokens.PROOF_SECONDS), language())


def prove(token: str, facts: Facts, sent: Sent) -> Account:
    """Open the account of who proved to be its person, and mail what opens it to the confirmed address.

    Raises `NotThere` for a link that does not work any more, `TooMany`, and `Refused` with one sentence for all.
    """
    _open()
    proof = tokens.read_proof(token)
    if proof is None:
        raise NotThere("")
    email, key = proof
    _count(facts, sent.address)
    found = _proved(facts)
    wish = Wish(facts.first_name, facts.last_name, found.role, found.unit, email, None)
    row = _taken(wish, sent, key)
    actor = applicant(sent.address)
    account = give(actor, row, Grant(person_code=found.person_code, way="link"))
    row.account_id, row.handed = account.id, "link"
    audit.record(actor, "registration.proved", row.public_id, login=account.login)
    hand_out(actor, account, "link")
    return account


def _open() -> None:
    if not settings.fresh(Ways).facts:
        raise NotThere("")


def _count(facts: Facts, address: str) -> None:
    """Count one attempt from this address and one at this account number. Raises `TooMany`."""
    home = f"register:facts:{current().id}"
    limits = (
        (f"{home}:{network(address)}", rules.TRIES_AN_ADDRESS, rules.TRIES_WINDOW),
        (f"{home}:{digest(facts.number).hex()[:32]}", rules.TRIES_AN_ACCOUNT, rules.DAY),
    )
    seconds = 0
    for key, limit, window in limits:
        if throttle.count(key, window) > limit:
            seconds = max(seconds, throttle.wait({key: limit}, window), 1)
    if seconds:
        raise TooMany(_("Za dużo prób. Spróbuj później albo złóż wniosek: biuro założy Ci konto."), seconds)


def _proved(facts: Facts) -> _Found:
    rows = db.session.execute(_FACTS, {"number": facts.number, "today": today()}).all()
    fitting = []
    for row in rows:
        paid = hmac.compare_digest(str(row.charged), str(facts.amount))
        named = rules.same_name(row.first_name or "", facts.first_name)
        called = rules.same_name(row.last_name or "", facts.last_name)
        if paid and named and called and not row.has_account:
            fitting.append(_Found(row.label, row.role, row.person_code))
    if len({found.person_code for found in fitting}) != 1:
        raise Refused(
            _(
                "Nie udało się potwierdzić tych danych. Sprawdź je na ostatnim zawiadomieniu o opłatach. Jeśli masz "
                "już konto, wybierz „Nie pamiętam hasła” na stronie logowania; możesz też złożyć wniosek."
            )
        )
    return fitting[0]


def _taken(wish: Wish, sent: Sent, key: str) -> Registration:
    values = {
        "form_key": f"facts:{key}",
        "digest": wish.digest(),
        "way": "facts",
        "state": "approved",
        "first_name": wish.first_name,
        "last_name": wish.last_name,
        "role": wish.role,
        "unit": wish.unit,
        "email": wish.email,
        "locale": language(),
        "address": sent.address[:60],
        "terms_version": sent.terms_version,
        "privacy_version": sent.privacy_version,
        "email_confirmed_at": now(),
    }
    statement = insert(Registration).values(values).on_conflict_do_nothing(index_elements=["form_key"])
    made: Registration | None = db.session.scalars(statement.returning(Registration)).one_or_none()
    if made is None:
        raise NotThere(_("Ten link został już użyty."))
    return made
