"""Mends of the office for residents who cannot get in, and what it corrects for them. Each is in the audit log."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.accounts import rules
from app.accounts.commands import contacting, leaving
from app.accounts.commands.admins import one_at_a_time
from app.accounts.commands.managing import managed, renew_link
from app.accounts.commands.passwords import unlock as forget_attempts
from app.accounts.models import Account, AccountUnit
from app.accounts.queries import reach
from app.core import audit
from app.core.actor import Actor
from app.core.clock import today
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.estate import queries as estate
from tenants.db import db

NOTE_LENGTH = 500


def unlock(actor: Actor, public_id: str) -> Account:
    """End a lock-out: failed attempts at this login count no more. Raises `NotThere`, `Refused`."""
    account = managed(actor, public_id)
    forget_attempts(account)
    audit.record(actor, "account.unlocked", account.login)
    return account


def open_now(actor: Actor, public_id: str) -> Account:
    """Let an account in at once that was to open with the next nightly data. Raises `NotThere`, `Refused`."""
    account = managed(actor, public_id)
    if account.opens_at is not None:
        before = {"opens_at": account.opens_at.isoformat()}
        account.opens_at = None
        audit.record(actor, "account.opened_early", account.login, before=before, after={"opens_at": None})
    return account


def remind(actor: Actor, public_id: str) -> Account:
    """Send once more the link or code for an address or number that waits. Raises `Conflict` when none waits."""
    account = managed(actor, public_id)
    if not contacting.remind(account):
        raise Conflict(_("Żaden adres ani numer nie czeka już na potwierdzenie."))
    audit.record(actor, "account.confirmation_resent", account.login)
    return account


def reset(actor: Actor, public_id: str, identity: str) -> tuple[Account, str, datetime, str | None]:
    """A link to a new password for somebody whose identity staff have checked; how is `identity`.

    Raises `Refused` on `identity`, `NotThere`. Returns what `renew_link` does.
    """
    return renew_link(actor, public_id, identity=_note(identity, "identity"))


def correct(actor: Actor, public_id: str, *, login: str, email: str, phone: str, identity: str) -> Account:
    """Set login, e-mail and phone as staff vouch for them; the old address is told, sessions go on.

    Raises `Refused` with the field at fault, `Conflict` for a login that is taken, `NotThere`.
    """
    said = _note(identity, "identity")
    account = managed(actor, public_id)
    if account.status == "closed":
        raise Refused(_("To konto jest już zamknięte."))
    before = {"login": account.login, "email": account.email, "phone": account.phone}
    _rename(account, login)
    contacting.vouch(actor, account, email, phone)
    after = {"login": account.login, "email": account.email, "phone": account.phone}
    changed = [name for name in after if str(before[name] or "") != str(after[name] or "")]
    if changed:
        audit.record(
            actor,
            "account.corrected",
            account.login,
            before={name: str(before[name] or "") for name in changed},
            after={name: str(after[name] or "") for name in changed},
            identity=said,
        )
    return account


def grant_unit(actor: Actor, public_id: str, code: str) -> Account:
    """Let an account see a unit from today on. Raises `Refused` on `unit`, `NotThere`."""
    account, wanted = managed(actor, public_id), code.strip()
    if wanted not in estate.known_units(actor, [wanted]):
        raise Refused(_("W danych nie ma lokalu o kodzie „%(code)s”.", code=wanted), field="unit")
    held = _written(actor, account)
    if wanted not in held:
        _write(actor, account, [wanted])
        audit.record(actor, "account.unit_granted", account.login, unit=wanted)
    return account


def revoke_unit(actor: Actor, public_id: str, code: str) -> Account:
    """Let an account see a unit no more, from now on; that it did stays as history. Raises `NotThere`."""
    account = managed(actor, public_id)
    if code not in _written(actor, account):
        raise NotThere("")
    row = db.session.get_one(AccountUnit, (account.id, code))
    row.until = today() - timedelta(days=1)
    audit.record(actor, "account.unit_revoked", account.login, unit=code)
    return account


def attach_titles(actor: Actor, public_id: str) -> Account:
    """Let an account see all units to which its person has a title today. Raises `Conflict` when there is none."""
    account = managed(actor, public_id)
    titles = estate.units_held(actor, account.person_code, today()) if account.person_code else []
    mine = sorted(estate.known_units(actor, titles))
    if not mine:
        raise Conflict(_("Ta osoba nie ma dziś tytułu do żadnego lokalu."))
    held = _written(actor, account)
    missing = [code for code in mine if code not in held]
    _write(actor, account, missing)
    if missing:
        audit.record(actor, "account.unit_granted", account.login, units=missing)
    return account


def close(actor: Actor, public_id: str, reason: str) -> Account:
    """Close an account at its owner's wish or the manager's decision. Raises `NotThere`, `Refused`, `Conflict`."""
    said = _note(reason, "reason")
    one_at_a_time()
    return leaving.close(actor, managed(actor, public_id), said)


def _note(typed: str, field: str) -> str:
    said = " ".join(typed.split())
    if len(said) < 3:
        sentence = _("Napisz, jak sprawdzono tożsamość.") if field == "identity" else _("Podaj powód.")
        raise Refused(sentence, field=field)
    if len(said) > NOTE_LENGTH or not said.isprintable():
        raise Refused(_("Ten tekst jest za długi: najwyżej %(most)d znaków.", most=NOTE_LENGTH), field=field)
    return said


def _rename(account: Account, typed: str) -> None:
    shown, key = rules.checked_login(typed)
    if key != account.login_key:
        same = (Account.login_key == key) | (Account.email == key)
        if db.session.execute(select(Account.id).where(same, Account.id != account.id)).first() is not None:
            raise Conflict(_("Ten login jest już zajęty."), field="login")
    account.login, account.login_key = shown, key
    db.session.flush()


def _written(actor: Actor, account: Account) -> set[str]:
    """The units that an account sees today, each now a row of its own: with the first row the books fall silent."""
    held = reach.units_of(actor, account.id, account.person_code, today())
    _write(actor, account, held, anew=False)
    return set(held)


def _write(actor: Actor, account: Account, codes: list[str], *, anew: bool = True) -> None:
    if not codes:
        return
    titles = set(estate.units_held(actor, account.person_code, today())) if account.person_code else set()
    rows = insert(AccountUnit).values(
        [
            {"account_id": account.id, "unit_code": code, "since": today(), "follows_books": code in titles}
            for code in codes
        ]
    )
    keys = [AccountUnit.account_id, AccountUnit.unit_code]
    again = {"since": today(), "until": None, "follows_books": rows.excluded.follows_books}
    written = rows.on_conflict_do_update(index_elements=keys, set_=again) if anew else None
    db.session.execute(written if written is not None else rows.on_conflict_do_nothing(index_elements=keys))
    db.session.expire_all()
