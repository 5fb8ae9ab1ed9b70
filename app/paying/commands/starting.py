"""A resident begins to pay: the intent is written and committed first, then Stripe is asked once under its key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.dialects.postgresql import insert

from app.accounts.holdings import HeldUnit
from app.core import audit, jobs
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.links import external
from app.core.public_ids import new_public_id
from app.gateways.payments.online import Order
from app.office import settings
from app.paying import connection, rules
from app.paying.models import OnlinePayment
from tenants.db import db

CHECK_JOB = "paying.check"
HOME = "/payments/online"
MOST_OPEN = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for, in grosze; `form_key` is the form's, so that one sent twice is one payment."""

    amount: int
    form_key: str


def start(actor: Actor, unit: HeldUnit, wish: Wish) -> str:
    """Write a payment down; returns its public id, of the first one if the form was sent twice.

    The fee is fixed here, and shown before Stripe's page opens. Raises `NotThere` where online payments are off,
    `Refused`, `Conflict` for a form that began a payment of other money.
    """
    online = settings.fresh(rules.Online)
    account = connection.mine()
    if not online.on or not actor.is_resident or not unit.sight.balance:
        raise NotThere(_("Nie ma takiej strony."))
    if account is None or not account.ready or account.account is None:
        raise Refused(_("Płatności przez internet są chwilowo niedostępne. Zapłać zwykłym przelewem."))
    amount = rules.payable(wish.amount, online)
    form_key = wish.form_key.replace("\0", "")[:64] or new_public_id()
    mine = db.session.query(OnlinePayment).filter_by(account_id=actor.account_id)
    if mine.filter(OnlinePayment.form_key != form_key, OnlinePayment.state.in_(("intended", "created"))).count() >= (
        MOST_OPEN
    ):
        raise Refused(_("Masz już kilka rozpoczętych płatności. Dokończ jedną z nich albo poczekaj, aż wygasną."))
    public_id = new_public_id()
    values = {
        "public_id": public_id, "reference": rules.new_reference(), "account_id": actor.account_id,
        "form_key": form_key, "unit_code": unit.code, "amount": amount, "fee": rules.fee(amount, online),
        "stripe_account": account.account, "call_key": f"online-{public_id}", "closes_at": now() + rules.OPEN_FOR,
    }  # fmt: skip
    once = insert(OnlinePayment).values(values).on_conflict_do_nothing(index_elements=["account_id", "form_key"])
    if db.session.execute(once.returning(OnlinePayment.id)).first() is None:
        return _same(mine.filter_by(form_key=form_key).one(), unit, amount)
    jobs.enqueue(CHECK_JOB, public_id, {"public_id": public_id}, after=rules.OPEN_FOR.total_seconds())
    audit.record(actor, "online_payment.started", public_id, after={"unit": unit.code, "amount": amount})
    return public_id


def _same(begun: OnlinePayment, unit: HeldUnit, amount: int) -> str:
    """The payment that a form began, where it is sent again as it was. Raises `Conflict` where it is not."""
    if (begun.unit_code, begun.amount) != (unit.code, amount):
        raise Conflict(_("Ten formularz zaczął już inną płatność. Sprawdź kwotę i wyślij go jeszcze raz."))
    return begun.public_id


def called(actor: Actor, public_id: str) -> Order | str:
    """What to ask Stripe for, or the address of the page that is open already. The caller commits before it asks.

    Raises `NotThere` for a payment of somebody else, `Conflict` for one that is over.
    """
    payment = own(actor, public_id)
    if payment.state == "created" and payment.session_url and payment.closes_at > now():
        return payment.session_url
    if payment.state not in ("intended", "created") or payment.closes_at <= now() + timedelta(minutes=1):
        raise Conflict(_("Ta płatność jest już zakończona. Zacznij nową."))
    if not settings.fresh(rules.Online).on:
        raise NotThere(_("Nie ma takiej strony."))
    if payment.called_at is None:
        payment.called_at = now()
        payment.closes_at = now() + rules.OPEN_FOR
        jobs.enqueue(CHECK_JOB, public_id, {"public_id": public_id}, after=60)
        db.session.flush()
    return order(payment)


def order(payment: OnlinePayment) -> Order:
    """The request of a payment, the same each time."""
    back = external(f"{HOME}/{payment.public_id}")
    lines = [(f"Opłaty za lokal {payment.unit_code}", payment.amount)]
    if payment.fee:
        lines.append(("Opłata za płatność przez internet", payment.fee))
    return Order(
        account=payment.stripe_account,
        key=payment.call_key,
        public_id=payment.public_id,
        about=f"{payment.reference}, lokal {payment.unit_code}",
        lines=tuple(lines),
        methods=rules.methods(rules.Online(fee=payment.fee)),
        done_url=f"{back}?back=done",
        back_url=f"{back}?back=left",
        closes_at=payment.closes_at,
    )


def opened(public_id: str, session_id: str, url: str) -> None:
    """Stripe has opened the page; said twice it is the same."""
    payment = db.session.query(OnlinePayment).filter_by(public_id=public_id).with_for_update().one()
    payment.session_id, payment.session_url = session_id, url
    if payment.state == "intended":
        payment.state = "created"
    db.session.flush()


def own(actor: Actor, public_id: str) -> OnlinePayment:
    """A payment that the actor began, locked. Raises `NotThere`."""
    found = (
        db.session.query(OnlinePayment)
        .filter_by(public_id=public_id.replace("\0", ""), account_id=actor.account_id)
        .with_for_update()
        .one_or_none()
    )
    if found is None or actor.account_id is None:
        raise NotThere(_("Nie ma takiej płatności."))
    return found
