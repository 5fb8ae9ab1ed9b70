"""Staff give a payment back: written down first, sent by a job under a key of its own."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.core import audit, jobs
from app.core.actor import Actor, Can
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.office.rules import without_controls
from app.paying import rules
from app.paying.commands.starting import CHECK_JOB
from app.paying.models import OnlinePayment, OnlineRefund
from tenants.db import db

REFUND_JOB = "paying.refund"
LONGEST_REASON = 300
_OURS = text(
    "SELECT coalesce(sum(amount) FILTER (WHERE state = 'asked'), 0)::bigint, coalesce(sum(amount), 0)::bigint "
    "FROM online_refunds WHERE payment_id = :payment AND state <> 'failed'"
)


@dataclass(frozen=True, slots=True)
class Return:
    """What is to go back, in grosze (None: nothing that can be read was typed), and why; `form_key` is the form's, so
    that one sent twice gives back once."""

    amount: int | None
    reason: str
    form_key: str


def ask(actor: Actor, public_id: str, wish: Return) -> str:
    """Give a paid payment back, or a part of it; returns the return's public id, of the first one for the form.

    Raises `NotThere`; `Refused` without a reason, or on an amount that is not left; `Conflict` when it is not paid, is
    disputed, or when the form was sent before with another amount.
    """
    payment = _payment(actor, public_id)
    said = " ".join(without_controls(wish.reason, "reason").split())
    if not said:
        raise Refused(_("Napisz, dlaczego oddajesz pieniądze. Zobaczą to tylko pracownicy."), field="reason")
    if len(said) > LONGEST_REASON:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(max)d znaków.", max=LONGEST_REASON), field="reason")
    form_key = wish.form_key.replace("\0", "")[:64] or new_public_id()
    first = db.session.query(OnlineRefund).filter_by(payment_id=payment.id, form_key=form_key).one_or_none()
    if first is not None:
        if first.amount != wish.amount:
            raise Conflict(_("Ten zwrot jest już zlecony na inną kwotę. Odśwież stronę."), field="amount")
        return first.public_id
    _may_go_back(payment)
    amount = rules.given_back(wish.amount, _left(payment))
    made = new_public_id()
    refund = OnlineRefund(
        public_id=made, payment_id=payment.id, amount=amount, reason=said, call_key=f"refund-{made}",
        asked_by=actor.login, form_key=form_key,
    )  # fmt: skip
    db.session.add(refund)
    audit.record(actor, "online_payment.refund_asked", public_id, after={"amount": amount})
    db.session.flush()
    jobs.enqueue(REFUND_JOB, made, {"public_id": made}, lane="urgent")
    return made


def look_again(actor: Actor, public_id: str) -> None:
    """Have Stripe asked anew about a payment. Raises `NotThere`."""
    _payment(actor, public_id)
    jobs.enqueue(CHECK_JOB, public_id, {"public_id": public_id}, lane="urgent")


def _may_go_back(payment: OnlinePayment) -> None:
    if payment.dispute in rules.DISPUTED:
        raise Conflict(_("Bank płacącego prowadzi spór o tę płatność. Odpowiedz na niego w panelu Stripe."))
    if payment.state != "paid":
        raise Conflict(_("Oddać można tylko płatność, która doszła i nie została jeszcze oddana."))
    if _left(payment) <= 0:
        raise Conflict(_("Zwrot całej tej płatności jest już w toku. Odśwież stronę."))


def _left(payment: OnlinePayment) -> int:
    asked, ours = db.session.execute(_OURS, {"payment": payment.id}).one()
    return rules.left(payment.amount + payment.fee, payment.refunded, asked, ours)


def _payment(actor: Actor, public_id: str) -> OnlinePayment:
    if not actor.may(Can.MATCH_PAYMENTS):
        raise NotThere(_("Nie ma takiej strony."))
    found = (
        db.session.query(OnlinePayment).filter_by(public_id=public_id.replace("\0", "")).with_for_update().one_or_none()
    )
    if found is None:
        raise NotThere(_("Nie ma takiej płatności."))
    return found
