"""The account that an application leads to: a new one, or one that the person has already."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from app.accounts import policies
from app.accounts.commands import create_account
from app.accounts.commands.accepting import accept
from app.accounts.commands.contacting import vouch
from app.accounts.commands.managing import managed
from app.accounts.commands.tokens import void_tokens
from app.accounts.models import Account, AccountUnit
from app.accounts.rules import checked_login
from app.core import audit
from app.core.actor import Actor, Role
from app.core.clock import today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.estate import queries as estate
from app.registrations.models import Registration
from tenants.db import db

WAYS = ("two_channels", "letter", "link")
_IN_SCOPE = text(
    "SELECT code FROM units WHERE until_revision IS NULL AND code = ANY(:codes) AND building_code = ANY(:buildings)"
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What staff decided: who in the books it is, which units the account opens, how it is handed over.

    `account` is the public id of an account to link; without it a new one is made, with `login` if that is given.
    `take_contact` writes the application's e-mail and phone into a linked account.
    """

    units: Sequence[str] = ()
    person_code: str | None = None
    account: str | None = None
    login: str | None = None
    way: str = "two_channels"
    take_contact: bool = False


def give(actor: Actor, found: Registration, grant: Grant) -> Account:
    """The account of an application, with units, person and acknowledged texts. Raises `Refused` with the field."""
    if grant.way not in WAYS:
        raise Refused(_("Wybierz, jak przekazać dostęp."), field="way")
    codes = _units(actor, grant.units)
    if grant.person_code:
        _known(actor, grant.person_code)
    if not codes and not grant.person_code:
        raise Refused(_("Wybierz osobę z ewidencji albo wskaż lokal."), field="units")
    account = _linked(actor, found, grant, codes) if grant.account else _made(actor, found, grant, codes)
    for kind, version in (("terms", found.terms_version), ("privacy", found.privacy_version)):
        if version is not None:
            accept(account.id, kind, version, found.address)
    return account


def free_login(person_code: str | None) -> str:
    """A login that nobody has: the person's code, or that with a number, or just a number."""
    wanted = [person_code, *(f"{person_code}-{number}" for number in range(2, 20))] if person_code else []
    for name in wanted:
        if name and _is_free(name):
            return name
    while True:
        name = f"K{secrets.randbelow(10**7):07d}"
        if _is_free(name):
            return name


def _is_free(name: str) -> bool:
    try:
        key = checked_login(name)[1]
    except Refused:
        return False
    taken = select(Account.id).where((Account.login_key == key) | (Account.email == key))
    return db.session.execute(taken).first() is None


def _made(actor: Actor, found: Registration, grant: Grant, codes: tuple[str, ...]) -> Account:
    # Who is in the books sees what the books give them, also what they buy next year; others what staff chose.
    held = set(estate.units_held(actor, grant.person_code, today())) if grant.person_code else set()
    follows = grant.person_code and (not codes or set(codes) == held)
    if actor.buildings is not None:  # who is limited to buildings opens no units of others, not even through the books
        own: Sequence[str] = codes or sorted(estate.known_units(actor, held))
    else:
        own = () if follows else codes
    made = create_account(
        actor,
        (grant.login or "").strip() or free_login(grant.person_code),
        own,
        Role.RESIDENT,
        found.email,
        person_code=grant.person_code,
        locale=found.locale,
    )
    account = made.account
    if grant.person_code is None and account.person_code is not None:
        raise Refused(_("Ten login jest kodem osoby z ewidencji. Wybierz tę osobę albo inny login."), field="login")
    void_tokens(account.id, "activation")
    account.phone = found.phone
    if account.opens_at is None:
        account.opens_at = policies.opening()
    db.session.flush()
    return account


def _linked(actor: Actor, found: Registration, grant: Grant, codes: tuple[str, ...]) -> Account:
    account = _handled(actor, grant.account or "")
    if account.role != Role.RESIDENT or account.person_code != grant.person_code:
        raise NotThere("")
    if account.status != "active":
        raise Refused(_("To konto jest zablokowane albo zamknięte. Najpierw je odblokuj."), field="account")
    before = {"email": str(account.email or ""), "phone": account.phone or ""}
    own = set(db.session.scalars(select(AccountUnit.unit_code).where(AccountUnit.account_id == account.id)))
    held = set(estate.units_held(actor, account.person_code, today())) if account.person_code else set()
    # An account without units of its own follows the books; the first unit that is given would end that.
    new = set(codes) - own if own else set(codes) - held
    for code in sorted((new | held) if new and not own else new):
        row = {"account_id": account.id, "unit_code": code, "since": today(), "follows_books": code in held}
        db.session.execute(insert(AccountUnit).values(row).on_conflict_do_nothing())
    if grant.take_contact:
        vouch(actor, account, found.email or account.email, found.phone or account.phone)
    after = {"email": str(account.email or ""), "phone": account.phone or ""}
    audit.record(actor, "account.linked", account.login, before=before, after=after, units=sorted(new))
    db.session.flush()
    return account


def _handled(actor: Actor, public_id: str) -> Account:
    """The account, locked, if it reaches no further than the actor. Raises `NotThere`, `Refused` on `account`."""
    try:
        return managed(actor, public_id)
    except NotThere:
        raise
    except Refused as refusal:
        raise Refused(refusal.message, field="account") from refusal


def _units(actor: Actor, typed: Sequence[str]) -> tuple[str, ...]:
    """Unit codes, each once, in the actor's buildings. Raises `Refused` on field `units`."""
    codes = tuple(dict.fromkeys(code.strip() for code in typed if code.strip()))
    if actor.buildings is None or not codes:
        return codes
    values = {"codes": list(codes), "buildings": sorted(actor.buildings)}
    known = set(db.session.execute(_IN_SCOPE, values).scalars())
    missing = [code for code in codes if code not in known]
    if missing:
        raise Refused(_("W danych nie ma lokali o kodach: %(codes)s.", codes=", ".join(missing)), field="units")
    return codes


def _known(actor: Actor, code: str) -> None:
    try:
        estate.resident(actor, code, today())
    except NotThere:
        raise Refused(_("W danych nie ma osoby o kodzie „%(code)s”.", code=code), field="person_code") from None
