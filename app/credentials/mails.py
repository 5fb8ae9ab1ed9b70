"""Letters that hand out credentials. The identifier and the start password never travel in the same one."""

from __future__ import annotations

from datetime import datetime

from app.accounts.mails import activation_path
from app.accounts.models import Account
from app.core.actor import OUTSIDE
from app.core.language import DEFAULT
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.gateways import gsm
from app.outbox import letters
from app.outbox.commands import post, post_sms

letters.register(letters.Kind("identifier", _l("Twój login do portalu mieszkańca"), lane="urgent"))
letters.register(letters.Kind("start_password", _l("Hasło startowe"), secret=True, lane="urgent"))


def identifier(account: Account, cause: str, email: str, phone: str, until: datetime, lane: str) -> None:
    """The login, the address of the portal and what is found there; says where the password comes."""
    context = {
        "login": account.login,
        "portal": external("/login"),
        "phone": gsm.masked(phone),
        "expires_at": until.isoformat(),
        "staff": account.role not in OUTSIDE,
    }
    post(
        letter="identifier", cause=cause, recipient_key=_key(account), address=email,
        context=context, lane=lane, locale=account.locale or DEFAULT,
    )  # fmt: skip


def start_password(account: Account, cause: str, phone: str, password: str, until: datetime, lane: str) -> None:
    """The start password alone."""
    context = {"password": password, "expires_at": until.isoformat()}
    post_sms(
        "start_password", cause, _key(account), phone, context,
        secret=True, lane=lane, locale=account.locale or DEFAULT,
    )  # fmt: skip


def link(account: Account, cause: str, email: str, secret: str, until: datetime, lane: str) -> None:
    """The link with which a password is chosen."""
    context = {
        "login": account.login,
        "link": external(activation_path(secret)),
        "expires_at": until.isoformat(),
        "staff": account.role not in OUTSIDE,
    }
    post(
        letter="activation", cause=cause, recipient_key=_key(account), address=email,
        context=context, lane=lane, locale=account.locale or DEFAULT,
    )  # fmt: skip


def _key(account: Account) -> str:
    return f"account:{account.public_id}"
