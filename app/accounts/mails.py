"""Letters about access. Links are built from the tenant's own record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.accounts import rules
from app.accounts.models import Account
from app.core.actor import OUTSIDE
from app.core.clock import now
from app.core.language import DEFAULT, language
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.core.public_ids import new_public_id
from app.outbox import letters
from app.outbox.commands import post, post_sms
from tenants.bound import current

for _kind in (
    letters.Kind("password_changed", _l("Hasło do portalu zostało zmienione"), lane="urgent"),
    letters.Kind("temporary_password", _l("Hasło tymczasowe do portalu"), secret=True, lane="urgent"),
    letters.Kind("email_confirm", _l("Potwierdź adres e-mail"), secret=True, lane="urgent"),
    letters.Kind("email_changed", _l("Adres e-mail konta w portalu został zmieniony"), secret=True, lane="urgent"),
    letters.Kind("phone_changed", _l("Numer telefonu konta w portalu został zmieniony"), lane="urgent"),
    letters.Kind("phone_code", _l("Kod do portalu"), secret=True, lane="urgent"),
    letters.Kind("unlock_code", _l("Kod odblokowania logowania"), secret=True, lane="urgent"),
):
    letters.register(_kind)


def activation_path(secret: str) -> str:
    return f"/activate/{secret}"


def reset_path(secret: str) -> str:
    return f"/password/reset/{secret}"


def confirm_path(secret: str) -> str:
    return f"/email/confirm/{secret}"


def object_path(secret: str) -> str:
    return f"/email/object/{secret}"


def activation(account: Account, secret: str, until: datetime) -> None:
    """The link with which a new account gets its first password."""
    _post(
        account,
        "activation",
        secret=True,
        link=external(activation_path(secret)),
        expires_at=until.isoformat(),
        staff=account.role not in OUTSIDE,
        locale=DEFAULT,
    )


def password_reset(account: Account, secret: str) -> None:
    """The link that was asked for with "I do not remember my password"."""
    minutes = int(rules.RESET_LIFE.total_seconds()) // 60
    _post(account, "password_reset", secret=True, link=external(reset_path(secret)), minutes=minutes)


def password_changed(account: Account) -> None:
    """Tells the owner that somebody, hopefully they, changed the password."""
    _post(account, "password_changed", secret=False, at=now().isoformat(), host=current().host)


def temporary_password(account: Account, password: str, until: datetime) -> None:
    """The password that opens nothing but the choice of another; without the login, which its owner typed."""
    _post(
        account,
        "temporary_password",
        secret=True,
        password=password,
        expires_at=until.isoformat(),
        host=current().host,
        minutes=max(1, round((until - now()).total_seconds() / 60)),
    )


def email_confirm(account: Account, address: str, secret: str, until: datetime) -> None:
    """The link that makes an address the account's."""
    link = external(confirm_path(secret))
    _post(account, "email_confirm", secret=True, address=address, link=link, expires_at=until.isoformat())


def email_changed(account: Account, old: str, secret: str, until: datetime) -> None:
    """Tells the old address, with a way to object."""
    _post(
        account,
        "email_changed",
        secret=True,
        address=old,
        at=now().isoformat(),
        removed=account.email is None,
        link=external(object_path(secret)),
        expires_at=until.isoformat(),
    )


def phone_changed(account: Account, old: str | None) -> None:
    """Tells the owner by e-mail; failing that by SMS to the old number."""
    if account.email:
        _post(account, "phone_changed", secret=False, at=now().isoformat(), removed=account.phone is None)
    elif old:
        _text(account, "phone_changed", old, secret=False, at=now().isoformat())


def phone_code(account: Account, number: str, code: str) -> None:
    """The code that makes a number the account's."""
    until = (now() + rules.LIVES["phone"]).isoformat()
    _text(account, "phone_code", number, secret=True, code=code, expires_at=until)


def unlock_code(account: Account, code: str) -> None:
    """The code that ends a lock-out, by e-mail."""
    _post(account, "unlock_code", secret=True, code=code, minutes=_minutes("unlock"))


def unlock_sms(account: Account, code: str) -> None:
    """The code that ends a lock-out, by SMS."""
    until = (now() + rules.LIVES["unlock"]).isoformat()
    _text(account, "unlock_code", account.phone, secret=True, code=code, expires_at=until)


def _minutes(purpose: str) -> int:
    return int(rules.LIVES[purpose].total_seconds()) // 60


def _text(account: Account, letter: str, number: str | None, *, secret: bool, **context: Any) -> None:
    post_sms(
        letter,
        f"{letter}:{new_public_id()}",
        f"account:{account.public_id}",
        number,
        {"host": current().host, **context},
        secret=secret,
        locale=account.locale or language(),
    )


def _post(
    account: Account,
    letter: str,
    *,
    secret: bool,
    address: str | None = None,
    locale: str | None = None,
    **context: Any,
) -> None:
    """Post to the account's address or to `address`, in the account's language; failing that in `locale`, or in
    that of the page its owner is looking at."""
    to = address or account.email
    if not to:
        return
    post(
        letter=letter,
        cause=f"{letter}:{new_public_id()}",
        recipient_key=f"account:{account.public_id}",
        address=str(to),
        name=None,
        context={"login": account.login, **context},
        lane="urgent",
        secret=secret,
        locale=account.locale or locale or language(),
    )
