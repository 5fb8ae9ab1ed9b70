"""What the office does about second factors: the rule of who must have one, and a reset for who lost theirs."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts.commands import end_sessions
from app.accounts.commands.managing import managed
from app.accounts.models import Account
from app.core import audit
from app.core.actor import GRANTS, Actor, Can, Role
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.factors import accounts, mails, rules
from app.factors.enrolling import forget_all
from app.office import settings
from tenants.db import db


def set_rule(actor: Actor, required_staff: str) -> None:
    """Say whose work needs a second factor; open sessions of those who lack one wait for it at once.

    The actor's own session is left, so that the page can answer. Raises `NotThere`, `Refused`.
    """
    rule = rules.checked_rule(required_staff)
    settings.write(actor, rule)
    accounts.make_wait(rule, actor.session_id)


def reset(actor: Actor, public_id: str, note: str) -> Account:
    """Take all second factors from an account whose owner lost them, and end its sessions; the owner is told.

    `note` says how staff made sure who asks. Raises `NotThere` also for who may do more than the actor,
    `Refused` on field `note`, for one's own account, and where there is nothing to reset.
    """
    account = resettable(actor, public_id)
    checked = rules.checked_note(note)
    if account.id == actor.account_id:
        raise Refused(_("Własne zabezpieczenia zmienisz w swojej konfiguracji."))
    if not forget_all(accounts.RING, account.id):
        raise Refused(_("To konto nie ma drugiego kroku logowania."))
    end_sessions(account.id)
    audit.record(actor, "factor.reset", account.login, note=checked)
    mails.changed(account, "reset", "")
    return account


def resettable(actor: Actor, public_id: str) -> Account:
    """The account, locked, if this actor may reset its factors. Raises `NotThere`, `Refused` as `managed` does."""
    if not actor.may(Can.MANAGE_ACCOUNTS) or "\0" in public_id:
        raise NotThere("")
    role = db.session.scalar(select(Account.role).where(Account.public_id == public_id))
    if role is None or not (actor.kind == "system" or GRANTS[Role(role)] <= actor.can):
        raise NotThere("")
    return managed(actor, public_id)
