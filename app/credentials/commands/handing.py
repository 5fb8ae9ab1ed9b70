"""Handing credentials to one account. Whatever was handed out before stops working."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from app.accounts import policies
from app.accounts import rules as accounts
from app.accounts.commands import end_sessions, set_start_password
from app.accounts.commands.opening import issue_token
from app.accounts.commands.tokens import void_tokens
from app.accounts.models import Account, AccountToken
from app.core import audit
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.runtime import settings
from app.credentials import mails, rules, sealing
from app.credentials.commands.wiping import wipe_later
from app.credentials.models import CredentialIssue
from app.credentials.recipients import Recipient, of_account
from app.outbox.commands import withdraw
from tenants.bound import current
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Issued:
    """What was handed out. `password` is set for the way `screen` only: it is shown once, to who asked.

    `email` and `phone` are where it went; `paper` says that there is a letter to print.
    """

    public_id: str
    login: str
    way: str
    expires_at: datetime
    email: str | None = None
    phone: str | None = None
    paper: bool = False
    password: str | None = field(default=None, repr=False)


def hand_out(actor: Actor, account: Account, way: str, *, batch_id: int | None = None, lane: str = "urgent") -> Issued:
    """Hand out credentials for an account by a way of `rules.WAYS`, or on the `screen`; older ones end.

    A password that the owner chose stays until new credentials are used, except that two channels and the screen
    replace it. The caller has made sure that the account is the actor's business.
    Raises `NotThere` without the right, `Refused` with field `way`, `Busy`.
    """
    if not actor.may(Can.MANAGE_ACCOUNTS):
        raise NotThere("")
    accounts.checked_role(actor, account.role)
    if account.status != "active":
        raise Refused(_("To konto nie jest czynne; najpierw je odblokuj."), field="way")
    recipient = of_account(account)
    _possible(way, recipient)
    _end_older(account)
    _must_change, until = policies.start_terms()
    issue = CredentialIssue(account_id=account.id, batch_id=batch_id, way=way, issued_by=actor.login, expires_at=until)
    db.session.add(issue)
    db.session.flush()
    issued = _WAYS[way](account, recipient, issue, lane)
    if issued.paper:
        wipe_later()
    audit.record(actor, "credentials.handed_out", account.login, way=way, expires_at=until.isoformat())
    return issued


def _two_channels(account: Account, recipient: Recipient, issue: CredentialIssue, lane: str) -> Issued:
    email, phone = recipient.reach.email or "", recipient.reach.phone or ""
    password = _start_password(account, issue)
    mails.identifier(account, issue.cause, email, phone, issue.expires_at, lane)
    mails.start_password(account, issue.cause, phone, password, issue.expires_at, lane)
    return Issued(issue.public_id, account.login, issue.way, issue.expires_at, email, phone)


def _letter(account: Account, recipient: Recipient, issue: CredentialIssue, _lane: str) -> Issued:
    code = rules.new_code()
    db.session.add(
        AccountToken(
            secret_digest=code_digest(account.id, rules.code_form(code)),
            purpose="letter",
            account_id=account.id,
            expires_at=issue.expires_at,
        )
    )
    _seal(issue, account, recipient, code=code)
    return Issued(issue.public_id, account.login, issue.way, issue.expires_at, paper=True)


def _link(account: Account, recipient: Recipient, issue: CredentialIssue, lane: str) -> Issued:
    secret, issue.expires_at = issue_token(account.id, "activation")
    mails.link(account, issue.cause, recipient.reach.email or "", secret, issue.expires_at, lane)
    return Issued(issue.public_id, account.login, issue.way, issue.expires_at, recipient.reach.email)


def _screen(account: Account, recipient: Recipient, issue: CredentialIssue, _lane: str) -> Issued:
    password = _start_password(account, issue)
    _seal(issue, account, recipient, password=password)
    return Issued(issue.public_id, account.login, issue.way, issue.expires_at, paper=True, password=password)


_WAYS = {rules.TWO_CHANNELS: _two_channels, rules.LETTER: _letter, rules.LINK: _link, rules.SCREEN: _screen}


def code_digest(account_id: int, code: str) -> bytes:
    """What is stored of a letter's code: keyed, because people type it and it is shorter than a link's secret."""
    said = f"{current().id}:{account_id}:{code}"
    return hmac.new(settings().derived_key("credentials.letter"), said.encode(), hashlib.sha256).digest()


def _start_password(account: Account, issue: CredentialIssue) -> str:
    password = accounts.start_password(policies.password_policy())
    must_change, _until = policies.start_terms()
    set_start_password(account, password, must_change=must_change, until=issue.expires_at)
    return password


def _seal(issue: CredentialIssue, account: Account, recipient: Recipient, **secret: str) -> None:
    words = {"login": account.login, "name": recipient.name, "address": list(recipient.reach.postal)}
    issue.sealed = sealing.seal({**words, **secret, "expires_at": issue.expires_at.isoformat()})


def _possible(way: str, recipient: Recipient) -> None:
    if way == rules.SCREEN:
        return
    found = next((offer for offer in rules.offers(recipient.reach) if offer.way == way), None)
    if found is None:
        raise Refused(_("Wybierz jedną z podanych możliwości."), field="way")
    if found.against is not None:
        raise Refused(rules.told(found.against), field="way")


def _end_older(account: Account) -> None:
    """No code, link or start password that was handed out before opens the account any more."""
    open_issues = select(CredentialIssue).where(
        CredentialIssue.account_id == account.id, CredentialIssue.ended_at.is_(None)
    )
    for issue in db.session.scalars(open_issues.with_for_update()):
        issue.ended_at, issue.sealed = now(), None
        withdraw(issue.cause)
    void_tokens(account.id)
    if account.start_password_until is not None:
        account.password_hash = account.start_password_until = None
        account.must_change_password = account.advise_change = False
        db.session.flush()
        end_sessions(account.id)
