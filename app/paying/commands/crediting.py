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
    "SELECT EXISTS (SELECT FROM pending_payments WHERE unit_code = :unit AND amount = ANY(:amounts) "
    "AND source <> :source "
    "AND state <> 'withdrawn' AND regexp_replace(upper(title), '[^A-Z0-9]', '', 'g') LIKE '%' || :reference || '%')"
)
# Payments on their way of which some money is gone again: the books may hold them whole beside what went back.
_BACK = text(
    "SELECT o.id FROM online_payments o JOIN pending_payments p ON p.source = :source "
    "AND p.source_ref = o.public_id AND p.state = 'pending' WHERE o.refunded > 0 OR o.dispute = 'lost' ORDER BY o.id"
)


def credit(payment: OnlinePayment) -> None:
    """Bring the credit of a payment in step with what is known; the turn of pairing must be held.

    One that an entry of the books stands for stays booked when the money goes back: the entry is not free for another
    payment, and the manager's accounting books the return itself.
    """
    ref = payment.public_id
    kept = db.session.execute(_KEPT, {"source": SOURCE, "ref": ref}).one_or_none()
    counted = kept is not None and kept.state != "withdrawn"
    wanted = _wanted(payment)
    told = wanted > 0 and _told(payment, wanted)
    if told:
        wanted = 0
    if counted and kept is not None and (kept.amount == wanted or (kept.state == "booked" and not told)):
        return
    if wanted != payment.amount and wanted and _booked_whole(payment):
        return
    _count(payment, wanted, counted)


def _wanted(payment: OnlinePayment) -> int:
    lost = (payment.dispute_amount or 0) if payment.dispute == "lost" else 0
    return rules.creditable(payment.state, payment.amount, payment.refunded + lost)


def _count(payment: OnlinePayment, amount: int, counted: bool) -> None:
    """Have `amount` count and nothing beside it."""
    if counted:
        pending.withdraw(SOURCE, payment.public_id)
    if amount:
        day = local(payment.paid_at or now()).date()
        title = f"Płatność internetowa {payment.reference}"
        pending.credit(SOURCE, [Credit(payment.public_id, payment.unit_code, amount, day, title)])
    if counted or amount:
        pending.settle()


def _booked_whole(payment: OnlinePayment) -> bool:
    """Whether the books hold all of a payment of which a part went back: accounting books that part by itself."""
    trial = db.session.begin_nested()
    _count(payment, payment.amount, True)
    kept = db.session.execute(_KEPT, {"source": SOURCE, "ref": payment.public_id}).one_or_none()
    if kept is not None and kept.state == "booked":
        trial.commit()
        return True
    trial.rollback()
    return False


def _told(payment: OnlinePayment, amount: int) -> bool:
    values = {
        "unit": payment.unit_code,
        "amounts": [amount, payment.amount],
        "source": SOURCE,
        "reference": payment.reference,
    }
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
    """An entry that is gone may have stood for money that went back meanwhile: that is not on its way again. One that
    came may stand for a payment of which a part went back."""
    found = list(db.session.execute(_BACK, {"source": SOURCE}).scalars())
    if found:
        pending.wait_for_turn()
    for payment in db.session.query(OnlinePayment).filter(OnlinePayment.id.in_(found)).order_by(OnlinePayment.id):
        if not (_wanted(payment) and _booked_whole(payment)):
            credit(payment)


@events.on("imports.published")
def published(revision: int) -> None:
    """The same, where a package holds less than the one before."""
    undone(revision)
