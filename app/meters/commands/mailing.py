"""The receipt of readings by e-mail, to whom it belongs and only when they ask for it."""

from __future__ import annotations

from sqlalchemy import text

from app.core.actor import Actor
from app.core.clock import local
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.meters.queries.receipts import receipt
from app.meters.rules import METERS
from app.meters.story import quantity
from app.outbox import commands as outbox
from app.outbox import letters
from tenants.db import db

LETTER = "reading_receipt"
letters.register(letters.Kind(LETTER, _l("Potwierdzenie stanu liczników"), lane="urgent"))
_ACCOUNT = text(
    "SELECT public_id, nullif(email, '') AS email, locale FROM accounts WHERE id = :account AND status = 'active'"
)


def mail_receipt(actor: Actor, public_id: str) -> str:
    """Send the actor's own receipt to the address of the account, once; returns the address.

    Raises `NotThere`, `Refused` for an account without an address.
    """
    found = receipt(actor, public_id)
    account = db.session.execute(_ACCOUNT, {"account": actor.account_id}).one_or_none()
    if account is None or not account.email:
        raise Refused(_("Na Twoim koncie nie ma adresu e-mail. Dodasz go w zakładce Moje dane."))
    rows = [[str(METERS.get(row.medium, "")), row.serial, quantity(row.value, row.medium)] for row in found.rows]
    context = {
        "unit": found.unit_code,
        "day": f"{found.day:%d.%m.%Y}",
        "at": f"{local(found.created_at):%d.%m.%Y, %H:%M}",
        "rows": rows,
        "link": external(f"/media/meters/receipts/{found.public_id}"),
    }
    key = f"account:{account.public_id}"
    outbox.post(LETTER, f"receipt:{found.public_id}", key, account.email, None, context, locale=account.locale or "pl")
    return str(account.email)
