"""Letters to whoever paid, when money goes back. They name the payment and no amount, like all letters about money."""

from __future__ import annotations

from sqlalchemy import text

from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.office.queries import profile
from app.outbox import letters
from app.outbox.commands import post
from app.paying.models import OnlinePayment, OnlineRefund
from tenants.db import db

MADE, FAILED = "online_refund", "online_refund_failed"
letters.register(letters.Kind(MADE, _l("Oddajemy Twoją płatność"), lane="urgent"))
letters.register(letters.Kind(FAILED, _l("Zwrot Twojej płatności nie doszedł"), lane="urgent"))
_PAYER = text(
    "SELECT public_id, email::text AS email, locale FROM accounts WHERE id = :account AND status = 'active' "
    "AND email <> ''"
)


def refund_went(payment: OnlinePayment, refund: OnlineRefund, before: str) -> bool:
    """Tell the payer that a return is made, or that one they were told of has failed; whether a letter is new.

    A return that Stripe never took is the staff's business: the payer has not heard of it.
    """
    if refund.state == "failed":
        letter = FAILED if before != "asked" else None
    else:
        letter = MADE if before == "asked" else None
    payer = db.session.execute(_PAYER, {"account": payment.account_id}).one_or_none() if letter else None
    if letter is None or payer is None:
        return False
    context = {
        "number": payment.reference,
        "whole": refund.amount == payment.amount + payment.fee,
        "link": external(f"/payments/online/{payment.public_id}"),
    }
    locale = payer.locale or profile().locale
    cause, key = f"{letter}:{refund.public_id}", f"account:{payer.public_id}"
    return post(letter, cause, key, payer.email, None, context, locale=locale)
