"""Inviting staff, and changing what they may do and where. Nobody hands out rights that are not theirs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from app.accounts import commands, rules
from app.accounts.commands import mending
from app.accounts.commands.admins import keep_one, one_at_a_time
from app.accounts.commands.entering import ask_anew
from app.accounts.commands.managing import managed
from app.accounts.models import Account, StaffScope
from app.core import audit
from app.core.actor import OUTSIDE, Actor, Can, Role
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.estate import queries as estate
from tenants.db import db


def invite(actor: Actor, login: str, email: str, role: str, buildings: Sequence[str] = ()) -> Account:
    """Open an account of staff and mail the link that sets its password; the same again changes nothing.

    `buildings` are codes; none is all. Raises `Refused` with the field at fault, `Conflict`, `NotThere`.
    """
    _may(actor)
    wanted = _staff_role(actor, role)
    if not rules.checked_email(email):
        raise Refused(_("Podaj adres e-mail: wyślemy na niego zaproszenie."), field="email")
    codes = _codes(actor, buildings, ())
    try:
        with db.session.begin_nested():
            account = commands.create_account(actor, login, (), wanted, email, by_mail=True).account
    except Conflict:
        invited = _invited(login, email, wanted)
        if invited is None:
            raise
        return invited
    _limit(account, codes)
    audit.record(actor, "staff.invited", account.login, role=wanted.value, buildings=codes)
    return account


def change(actor: Actor, public_id: str, role: str, buildings: Sequence[str]) -> Account:
    """Give a member of staff another role and other buildings; it counts from their next click.

    With another role open sessions owe what a login would, such as a second factor that the role must have.

    Raises `Refused` for one's own account and for the last administrator, `NotThere`.
    """
    account, before = _held(actor, public_id)
    wanted = _staff_role(actor, role)
    codes = _codes(actor, buildings, before)
    if account.status == "closed":
        raise Refused(_("To konto jest już zamknięte."))
    if wanted is not Role.ADMIN or codes:
        keep_one(account)
    if account.id == actor.account_id:
        raise Refused(_("Nie możesz zmienić własnych uprawnień; poproś innego administratora."), field="role")
    was = {"role": str(account.role), "buildings": list(before)}
    now = {"role": wanted.value, "buildings": codes}
    account.role = wanted.value
    _limit(account, codes)
    if was["role"] != now["role"]:
        db.session.flush()
        ask_anew(account)
    if was != now:
        audit.record(actor, "staff.changed", account.login, before=was, after=now)
    return account


def block(actor: Actor, public_id: str) -> Account:
    """Let a member of staff in no more, from the next click on. Raises as `change`."""
    _held(actor, public_id)
    return commands.block(actor, public_id)


def unblock(actor: Actor, public_id: str) -> Account:
    """Let a member of staff in again. Raises `Refused`, `NotThere`."""
    _held(actor, public_id)
    return commands.unblock(actor, public_id)


def remind(actor: Actor, public_id: str) -> Account:
    """Mail a new link to somebody who was invited; older ones end. Raises `Conflict` when they have a password."""
    account, _buildings = _held(actor, public_id)
    if account.password_hash is not None:
        raise Conflict(_("Ta osoba ma już hasło; nowe ustawi przez „Nie pamiętam hasła”."))
    return commands.renew_link(actor, public_id)[0]


def remove(actor: Actor, public_id: str, reason: str) -> Account:
    """Close the account of somebody who works here no more; what they did stays in the log. Raises as `change`."""
    _held(actor, public_id)
    return mending.close(actor, public_id, reason)


def _may(actor: Actor) -> None:
    if not actor.may(Can.MANAGE_STAFF) or actor.buildings is not None:
        raise NotThere("")


def _held(actor: Actor, public_id: str) -> tuple[Account, tuple[str, ...]]:
    """The account of staff, locked, and its buildings. Who administers changes one at a time."""
    _may(actor)
    one_at_a_time()
    account = managed(actor, public_id)
    if account.role in OUTSIDE:
        raise NotThere("")
    found = select(StaffScope.building_code).where(StaffScope.account_id == account.id).order_by("building_code")
    return account, tuple(db.session.execute(found).scalars())


def _staff_role(actor: Actor, role: str) -> Role:
    wanted = rules.checked_role(actor, role)
    if wanted in OUTSIDE:
        raise Refused(_("Wybierz rolę pracownika."), field="role")
    return wanted


def _codes(actor: Actor, buildings: Sequence[str], kept: Sequence[str]) -> list[str]:
    known = {code for code, _label in estate.buildings(actor)} | set(kept)
    unknown = [code for code in buildings if code not in known]
    if unknown:
        raise Refused(_("Wybierz budynki z listy."), field="buildings")
    return sorted(set(buildings))


def _limit(account: Account, codes: Sequence[str]) -> None:
    db.session.flush()
    db.session.execute(delete(StaffScope).where(StaffScope.account_id == account.id))
    if codes:
        db.session.execute(insert(StaffScope), [{"account_id": account.id, "building_code": code} for code in codes])


def _invited(login: str, email: str, role: Role) -> Account | None:
    """The invitation that a second click asks for again."""
    found = select(Account).where(
        Account.login_key == rules.normal_form(login),
        Account.email == rules.checked_email(email),
        Account.role == role.value,
        Account.password_hash.is_(None),
        Account.status == "active",
    )
    account: Account | None = db.session.scalars(found).one_or_none()
    return account
