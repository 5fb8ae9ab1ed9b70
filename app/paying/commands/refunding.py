"""Staff give a payment back: written down first, sent by a job under a key of its own."""

from __future__ import annotations

from app.core import audit, jobs
from app.core.actor import Actor, Can
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.office.rules import without_controls
from app.paying.commands.starting import CHECK_JOB
from app.paying.models import OnlinePayment, OnlineRefund
from tenants.db import db

REFUND_JOB = "paying.refund"
LONGEST_REASON = 300


def ask(actor: Actor, public_id: str, reason: str) -> str:
    """Give a paid payment back whole, fee and all; returns the return's public id.

    Raises `NotThere`, `Refused` without a reason, `Conflict` when it is not paid or is going back already.
    """
    payment = _payment(actor, public_id)
    said = " ".join(without_controls(reason, "reason").split())
    if not said:
        raise Refused(_("Napisz, dlaczego oddajesz pieniądze. Zobaczą to tylko pracownicy."), field="reason")
    if len(said) > LONGEST_REASON:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(max)d znaków.", max=LONGEST_REASON), field="reason")
    if payment.state != "paid":
        raise Conflict(_("Oddać można tylko płatność, która doszła i nie została jeszcze oddana."))
    live = db.session.query(OnlineRefund.id).filter(
        OnlineRefund.payment_id == payment.id, OnlineRefund.state != "failed"
    )
    if live.first() is not None:
        raise Conflict(_("Zwrot tej płatności jest już w toku. Odśwież stronę."))
    made = new_public_id()
    amount = payment.amount + payment.fee - payment.refunded
    db.session.add(
        OnlineRefund(
            public_id=made,
            payment_id=payment.id,
            amount=amount,
            reason=said,
            call_key=f"refund-{made}",
            asked_by=actor.login,
        )
    )
    audit.record(actor, "online_payment.refund_asked", public_id, after={"amount": amount})
    db.session.flush()
    jobs.enqueue(REFUND_JOB, made, {"public_id": made}, lane="urgent")
    return made


def look_again(actor: Actor, public_id: str) -> None:
    """Have Stripe asked anew about a payment. Raises `NotThere`."""
    _payment(actor, public_id)
    jobs.enqueue(CHECK_JOB, public_id, {"public_id": public_id}, lane="urgent")


def _payment(actor: Actor, public_id: str) -> OnlinePayment:
    if not actor.may(Can.MATCH_PAYMENTS):
        raise NotThere(_("Nie ma takiej strony."))
    found = (
        db.session.query(OnlinePayment).filter_by(public_id=public_id.replace("\0", "")).with_for_update().one_or_none()
    )
    if found is None:
        raise NotThere(_("Nie ma takiej płatności."))
    return found
