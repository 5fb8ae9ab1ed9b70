"""A payment counts for its unit once: as a payment on its way, until the books or a bank's file speak of it."""

from __future__ import annotations

from sqlalchemy import text

from app.core import events
from app.core.clock import local, now
from app.finances.commands import pending
from app.finances.commands.pending import Credit
from app.paying import rules
from app.paying.models import OnlinePayment
from tenants.db import db

SOURCE = "online"
_KEPT = text("SELECT state, amount FROM pending_payments WHERE source = :source AND source_ref = :ref")
# A bank's own credit of the unit that names the payment is the same money, told by another.
_TOLD = text(
    "SELECT EXISTS (SELECT FROM pending_payments WHERE unit_code = :unit AND amount = :amount AND source <> :source "
    "AND state <> 'withdrawn' AND regexp_replace(upper(title), '[^A-Z0-9]', '', 'g') LIKE '%' || :reference || '%')"
)
_BACK = text(
    "SELECT o.public_id FROM online_payments o JOIN pending_payments p ON p.source = :source "
    "AND p.source_ref = o.public_id AND p.state = 'pending' WHERE o.state = 'refunded'"
)


def credit(payment: OnlinePayment) -> None:
    """Bring the credit of a payment in step with what is known; the turn of pairing must be held.

    One that an entry of the books stands for stays booked when the money goes back: the entry is not free for another
    payment, and the manager's accounting books the return itself.
    """
    ref = payment.public_id
    kept = db.session.execute(_KEPT, {"source": SOURCE, "ref": ref}).one_or_none()
    counted = kept is not None and kept.state != "withdrawn"
    wanted = rules.creditable(payment.state, payment.amount, payment.refunded)
    told = wanted > 0 and _told(payment, wanted)
    if told:
        wanted = 0
    if counted and kept is not None and (kept.amount == wanted or (kept.state == "booked" and not told)):
        return
    if counted:
        pending.withdraw(SOURCE, ref)
    if wanted:
        day = local(payment.paid_at or now()).date()
        title = f"Płatność internetowa {payment.reference}"
        pending.credit(SOURCE, [Credit(ref, payment.unit_code, wanted, day, title)])
    if counted or wanted:
        pending.settle()


def _told(payment: OnlinePayment, amount: int) -> bool:
    values = {"unit": payment.unit_code, "amount": amount, "source": SOURCE, "reference": payment.reference}
    return bool(db.session.execute(_TOLD, values).scalar_one())


def _again(titles: list[str]) -> None:
    """Look again at the payments that these titles name."""
    named = sorted({reference for title in titles for reference in rules.references(title)})
    if not named:
        return
    pending.wait_for_turn()
    found = db.session.query(OnlinePayment).filter(OnlinePayment.reference.in_(named)).with_for_update()
    for payment in found.order_by(OnlinePayment.id):
        credit(payment)


@events.on("payments.credited")
def told_by_another(source: str, titles: list[str]) -> None:
    """A bank's file has brought what may be an online payment."""
    if source != SOURCE:
        _again(titles)


@events.on("payments.withdrawn")
def taken_back_by_another(source: str, titles: list[str]) -> None:
    """What a bank's file had brought counts no more, so what it stood for does."""
    if source != SOURCE:
        _again(titles)


@events.on("imports.undone")
def undone(revision: int) -> None:
    """An entry that is gone may have stood for money that went back meanwhile: that is not on its way again."""
    for ref in list(db.session.execute(_BACK, {"source": SOURCE}).scalars()):
        pending.withdraw(SOURCE, ref)


@events.on("imports.published")
def published(revision: int) -> None:
    """The same, where a package holds less than the one before."""
    undone(revision)
