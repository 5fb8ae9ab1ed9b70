"""A mailout to oneself, before it goes to others."""

from __future__ import annotations

from sqlalchemy import text

from app.audience.rules import audience
from app.core import audit
from app.core.actor import Actor
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import language
from app.core.public_ids import new_public_id
from app.mailouts import personal
from app.mailouts.commands.writing import locked
from app.mailouts.rules import Channels
from app.outbox.commands import post, post_sms
from app.outbox.rules import filled
from tenants.db import db

_OWN = text("SELECT nullif(email::text, '') AS email, nullif(phone, '') AS phone FROM accounts WHERE id = :me")


def try_out(actor: Actor, public_id: str, number: int = 1) -> str:
    """Send a mailout as its recipient number `number` would get it to the actor alone; returns where it goes.

    Raises `Refused` for an actor without an address, or a mailout to nobody.
    """
    row = locked(actor, public_id)
    seen = personal.sample(row, audience(row.audience), number)
    if seen is None:
        raise Refused(_("W tej grupie nie ma nikogo."), field="audience")
    me = db.session.execute(_OWN, {"me": actor.account_id}).one_or_none()
    channels, cause, places = Channels.of(row.channels), f"mailout-test:{new_public_id()}", []
    key = f"account:{actor.login}"
    if channels.text and me is not None and me.email:
        context = {
            "subject": _("[Próba] %(subject)s", subject=filled(row.subject, seen.fields)),
            "body_text": filled(row.body, seen.fields),
            "attachments": seen.attachments,
        }
        post("mailout", cause, key, me.email, actor.name, context, lane="urgent", locale=language())
        places.append(me.email)
    if channels.sms and me is not None and me.phone:
        post_sms("mailout", cause, key, me.phone, {"text": filled(row.sms_text, seen.fields)})
        places.append(me.phone)
    if not places:
        raise Refused(_("Twoje konto nie ma adresu e-mail ani telefonu. Dodaj je w ustawieniach konta."))
    audit.record(actor, "mailout.tried", f"mailout:{public_id}", title=row.subject)
    return ", ".join(places)
