"""Letting people in: somebody new by e-mail, with an account of their own, or somebody who has one."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy import func, select

from app.accounts.commands import create_account
from app.accounts.commands.opening import issue_token
from app.accounts.models import Account
from app.accounts.rules import checked_email, identifier_key
from app.core.actor import Actor, Can, Role, system
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.texts import line
from app.works import mails
from app.works.access import Place
from app.works.commands import add_member, locked_member
from app.works.models import WorksMember
from app.works.rules import LENGTHS, Right, checked_duty, checked_rights
from tenants.db import db

MOST_MEMBERS = 300


def invite(
    actor: Actor, place: Place, email: str, name: str, duty: str, firm: str = "", rights: Sequence[str] | None = None
) -> WorksMember:
    """Let somebody take part by their e-mail address: with the account that they have in works, or a new one.

    What else the address belongs to, such as a resident's account, is never told. Raises `Refused` with the field,
    `Conflict`, `NotThere`.
    """
    place.need(Right.MANAGE)
    address = checked_email(email)
    if address is None:
        raise Refused(_("Podaj adres e-mail: na niego wyślemy zaproszenie."), field="email")
    line(name, "name", LENGTHS["name"], missing=_("Podaj imię i nazwisko."))
    checked_duty(duty)
    checked_rights(list(rights or ()))
    count = select(func.count()).select_from(WorksMember).where(WorksMember.site_id == place.id)
    if db.session.execute(count).scalar_one() >= MOST_MEMBERS:
        raise Refused(_("Budowa może mieć najwyżej %(most)d uczestników.", most=MOST_MEMBERS))
    known = db.session.execute(
        select(Account)
        .where(Account.email == address, Account.role == Role.COLLABORATOR.value, Account.status != "closed")
        .order_by(Account.id)
        .limit(1)
    ).scalar_one_or_none()
    if known is not None:
        member = add_member(actor, place, known.id, name, duty, firm, rights)
        _tell(known, place, member)
        return member
    # Its first login is drawn, so that it tells nothing; whoever it belongs to chooses their own.
    made = create_account(system("works"), f"budowa-{secrets.randbelow(10**8):08d}", [], Role.COLLABORATOR, address)
    member = add_member(actor, place, made.account.id, name, duty, firm, rights)
    if made.secret is not None and made.expires_at is not None:
        mails.invitation(made.account, place, member.name, duty, made.secret, made.expires_at)
    return member


def attach(
    actor: Actor, place: Place, login: str, name: str, duty: str, firm: str = "", rights: Sequence[str] | None = None
) -> WorksMember:
    """Let an account that exists take part, by its login. Staff only, who know the logins. Raises as `invite`."""
    place.need(Right.MANAGE)
    if not actor.may(Can.MANAGE_WORKS):
        raise NotThere("")
    found = select(Account).where(Account.login_key == identifier_key(login), Account.status == "active")
    account = db.session.execute(found).scalar_one_or_none()
    if account is None or (actor.buildings is not None and account.role != Role.COLLABORATOR):
        raise Refused(_("Nie ma czynnego konta o takim loginie."), field="login")
    member = add_member(actor, place, account.id, name, duty, firm, rights)
    _tell(account, place, member)
    return member


def remind(_actor: Actor, place: Place, public_id: str) -> None:
    """Send a new link to a member who has not chosen a password yet. Raises `Refused` for one who has, `NotThere`."""
    place.need(Right.MANAGE)
    member = locked_member(place, public_id)
    account = db.session.get_one(Account, member.account_id)
    if account.password_hash is not None or account.role != Role.COLLABORATOR:
        raise Refused(_("Ta osoba ma już hasło; nowe ustawi przez „Nie pamiętam hasła”."))
    secret, until = issue_token(account.id, "activation")
    mails.invitation(account, place, member.name, member.duty, secret, until)


def _tell(account: Account, place: Place, member: WorksMember) -> None:
    if account.password_hash is None:
        secret, until = issue_token(account.id, "activation")
        mails.invitation(account, place, member.name, member.duty, secret, until)
    elif account.email:
        mails.added(account, place, member.name, member.duty, now())
