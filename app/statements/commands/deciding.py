"""What persons decide: whose the money is, that it is nobody's, that a statement counts as it is, and back again."""

from __future__ import annotations

import re

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from app.core import audit
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.finances.commands import pending
from app.statements.commands.crediting import credit, decide, link_reversals, release
from app.statements.commands.taking import rematch
from app.statements.directory import directory, wait_for_turn
from app.statements.models import BankBooking, BankStatement, BookingSighting, KnownPayer, MassScheme
from app.statements.rules.matching import Found, Paid, mass_ids
from tenants.db import db

_UNIT = text("SELECT code FROM units WHERE until_revision IS NULL AND (code = :code OR upper(code) = upper(:code))")


def match(actor: Actor, public_id: str, unit: str, *, learn: bool) -> str:
    """Credit a waiting booking to a unit; returns the unit's code. With `learn` the same payer's money, and money
    under the same mass-payment id, goes there from now on. Raises `NotThere`, `Refused`, `Conflict`."""
    row = _booking(actor, public_id)
    code = _unit(unit)
    if row.state not in ("queued", "held"):
        raise Conflict(_("Ktoś już zdecydował o tej wpłacie. Odśwież stronę."))
    before = {"state": row.state}
    credit([(row, Found(code, "person"))])
    row.decided_by, row.decided_at = actor.login, now()
    taught = _teach(actor, row, code) if learn else []
    audit.record(actor, "statement.matched", row.public_id, before=before, after={"unit": code}, learned=bool(taught))
    db.session.flush()
    pending.settle()
    if taught:
        rematch()
    return code


def ignore(actor: Actor, public_id: str) -> None:
    """Say that a waiting booking is no resident's payment. Raises `NotThere`, `Conflict`."""
    row = _booking(actor, public_id)
    if row.state not in ("queued", "held"):
        raise Conflict(_("Ktoś już zdecydował o tej wpłacie. Odśwież stronę."))
    before = {"state": row.state}
    row.state, row.decided_by, row.decided_at = "ignored", actor.login, now()
    audit.record(actor, "statement.ignored", row.public_id, before=before, after={"state": "ignored"})


def undo(actor: Actor, public_id: str) -> None:
    """Take a decision back, a rule's or a person's: the booking waits again, and what it taught is forgotten.

    No rule decides of it any more. Raises `NotThere`, `Conflict`.
    """
    row = _booking(actor, public_id)
    if row.state not in ("credited", "ignored"):
        raise Conflict(_("Tej decyzji nie można już cofnąć. Odśwież stronę."))
    before = {"state": row.state, "unit": row.unit_code}
    if row.unit_code and row.way in ("person", "payer", "mass"):
        _forget(row, row.unit_code)
    release(row, "queued")
    row.decided_by, row.decided_at = actor.login, now()
    audit.record(actor, "statement.unmatched", row.public_id, before=before, after={"state": "queued"})
    db.session.flush()
    pending.settle()


def accept(actor: Actor, public_id: str) -> None:
    """Take a statement that does not add up as it is: what it told counts. Raises `NotThere`, `Conflict`."""
    _may(actor)
    wait_for_turn()
    statement = db.session.query(BankStatement).filter_by(public_id=public_id).one_or_none()
    if statement is None:
        raise NotThere(_("Nie ma takiego wyciągu."))
    if statement.balanced is not False or statement.accepted_by:
        raise Conflict(_("Ten wyciąg nie czeka na potwierdzenie. Odśwież stronę."))
    statement.accepted_by = actor.login
    audit.record(actor, "statement.accepted", public_id)
    db.session.flush()
    told = db.session.query(BankBooking).join(BookingSighting, BookingSighting.booking_id == BankBooking.id)
    decide(told.filter(BookingSighting.statement_id == statement.id).all(), directory())
    link_reversals()
    pending.settle()


def add_scheme(actor: Actor, prefix: str, purpose: str, main_account: str) -> None:
    """Say how a bank makes the manager's virtual accounts. Raises `Refused`, `NotThere`."""
    _may(actor)
    wait_for_turn()
    digits = re.sub(r"[\s-]", "", prefix)
    if not re.fullmatch(r"[0-9]{8,20}", digits):
        raise Refused(_("Podaj od 8 do 20 cyfr, bez dwóch cyfr kontrolnych z początku rachunku."), field="prefix")
    named = " ".join(purpose.replace("\0", "").split())[:100]
    if not named:
        raise Refused(_("Podaj, do czego służą te rachunki, na przykład „opłaty za lokale”."), field="purpose")
    main = re.sub(r"[\s-]", "", main_account).upper().removeprefix("PL") or None
    if main and not re.fullmatch(r"[0-9]{26}", main):
        raise Refused(_("Numer rachunku ma 26 cyfr."), field="main_account")
    if db.session.query(MassScheme.id).filter_by(prefix=digits).first():
        raise Conflict(_("Ten początek rachunku jest już na liście."), field="prefix")
    public_id = new_public_id()
    db.session.add(
        MassScheme(public_id=public_id, prefix=digits, purpose=named, main_account=main, created_by=actor.login)
    )
    audit.record(actor, "statement.scheme_added", public_id, after={"prefix": digits, "title": named})
    db.session.flush()
    rematch()


def remove_scheme(actor: Actor, public_id: str) -> None:
    """Forget a scheme; what it has credited stays. Raises `NotThere`."""
    _may(actor)
    scheme = db.session.query(MassScheme).filter_by(public_id=public_id).one_or_none()
    if scheme is None:
        raise NotThere(_("Nie ma takiego schematu."))
    audit.record(actor, "statement.scheme_removed", public_id, before={"prefix": scheme.prefix})
    db.session.delete(scheme)


def forget_payer(actor: Actor, public_id: str) -> None:
    """Forget what a decision taught; what it has credited stays. Raises `NotThere`."""
    _may(actor)
    payer = db.session.query(KnownPayer).filter_by(public_id=public_id).one_or_none()
    if payer is None:
        raise NotThere(_("Nie ma takiej reguły."))
    audit.record(actor, "statement.payer_forgotten", public_id, before={"unit": payer.unit_code})
    db.session.delete(payer)


def _may(actor: Actor) -> None:
    if not actor.may(Can.MATCH_PAYMENTS):
        raise NotThere(_("Nie ma takiej strony."))


def _booking(actor: Actor, public_id: str) -> BankBooking:
    """A booking, with nobody else at it; of money that came, for of nothing else anything is to be decided."""
    _may(actor)
    wait_for_turn()
    found = db.session.query(BankBooking).filter_by(public_id=public_id).populate_existing().one_or_none()
    if found is None:
        raise NotThere(_("Nie ma takiej wpłaty."))
    return found


def _unit(said: str) -> str:
    wanted = said.replace("\0", "").strip()[:100]
    if not wanted:
        raise Refused(_("Wybierz lokal albo podaj jego kod."), field="unit")
    codes = list(db.session.execute(_UNIT, {"code": wanted}).scalars())
    if wanted in codes:
        return wanted
    if len(codes) != 1:
        raise Refused(_("W ewidencji nie ma lokalu o kodzie „%(code)s”.", code=wanted), field="unit")
    return str(codes[0])


def _lessons(row: BankBooking) -> list[tuple[str, str]]:
    """What the booking tells its payer by: (kind, value)."""
    prefixes = db.session.query(MassScheme.prefix).order_by(MassScheme.prefix)
    paid = Paid(row.title, row.payer, row.account, row.target, row.mass_id, tuple(row.numbers))
    found = [("mass", each) for each in mass_ids(paid, [prefix for (prefix,) in prefixes])]
    return found + ([("payer", row.payer)] if row.payer and row.payer.strip("0") else [])


def _teach(actor: Actor, row: BankBooking, code: str) -> list[tuple[str, str]]:
    lessons = _lessons(row)
    for kind, value in lessons:
        known = insert(KnownPayer).values(
            public_id=new_public_id(), kind=kind, value=value, unit_code=code, learned_by=actor.login
        )
        db.session.execute(
            known.on_conflict_do_update(
                index_elements=["kind", "value"],
                set_={"unit_code": code, "learned_by": actor.login, "learned_at": now()},
            )
        )
    return lessons


def _forget(row: BankBooking, code: str) -> None:
    for kind, value in _lessons(row):
        db.session.query(KnownPayer).filter_by(kind=kind, value=value, unit_code=code).delete()
