"""Letters about second factors: the owner hears of every change."""

from __future__ import annotations

from app.accounts.models import Account
from app.core.clock import now
from app.core.language import language
from app.core.language import lazy_gettext as _l
from app.core.public_ids import new_public_id
from app.outbox import letters
from app.outbox.commands import post
from tenants.bound import current

letters.register(letters.Kind("factor_changed", _l("Zmiana w logowaniu dwuetapowym"), lane="urgent"))


def changed(account: Account, verb: str, name: str) -> None:
    """Tell the owner what happened: `verb` is one of those in the template `mail/factor_changed`."""
    if not account.email:
        return
    post(
        letter="factor_changed",
        cause=f"factor_changed:{new_public_id()}",
        recipient_key=f"account:{account.public_id}",
        address=str(account.email),
        context={
            "login": account.login,
            "verb": verb,
            "name": name,
            "at": now().isoformat(),
            "host": current().host,
        },
        locale=account.locale or language(),
    )
