"""Letters about access. Links are built from the tenant's own record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.accounts import rules
from app.accounts.models import Account
from app.core.actor import Role
from app.core.clock import now
from app.core.language import DEFAULT, language
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.core.public_ids import new_public_id
from app.outbox import letters
from app.outbox.commands import post
from tenants.bound import current

letters.register(letters.Kind("password_changed", _l("Hasło do portalu zostało zmienione"), lane="urgent"))


def activation_path(secret: str) -> str:
    return f"/activate/{secret}"


def reset_path(secret: str) -> str:
    return f"/password/reset/{secret}"


def activation(account: Account, secret: str, until: datetime) -> None:
    """The link with which a new account gets its first password."""
    _post(
        account,
        "activation",
        secret=True,
        link=external(activation_path(secret)),
        expires_at=until.isoformat(),
        staff=account.role != Role.RESIDENT,
        locale=DEFAULT,
    )


def password_reset(account: Account, secret: str) -> None:
    """The link that was asked for with "I do not remember my password"."""
    minutes = int(rules.RESET_LIFE.total_seconds()) // 60
    _post(account, "password_reset", secret=True, link=external(reset_path(secret)), minutes=minutes)


def password_changed(account: Account) -> None:
    """Tells the owner that somebody, hopefully they, changed the password."""
    _post(account, "password_changed", secret=False, at=now().isoformat(), host=current().host)


def _post(account: Account, letter: str, *, secret: bool, locale: str | None = None, **context: Any) -> None:
    """Post in the account's language; failing that in `locale`, or in that of the page its owner is looking at."""
    if not account.email:
        return
    post(
        letter=letter,
        cause=f"{letter}:{new_public_id()}",
        recipient_key=f"account:{account.public_id}",
        address=str(account.email),
        name=None,
        context={"login": account.login, **context},
        lane="urgent",
        secret=secret,
        locale=account.locale or locale or language(),
    )
