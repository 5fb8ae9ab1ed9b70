"""Whatever Stripe, banks, the books and staff say, in whatever order and however often: money counts once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.accounts.holdings import holdings
from app.core.actor import Actor, Role
from app.core.clock import today
from app.finances.commands import pending
from app.gateways.payments.online import Seen
from app.paying import rules
from app.paying.commands import following, starting
from app.paying.commands.starting import Wish
from tenants.context import bind
from tenants.db import db
from tests.features.paying.street import Street

BEGUN = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
# What became of a payment, as far as Stripe knew at successive moments.
LIVES = (
    ("open", "paid"), ("open", "processing", "paid"), ("open", "failed"), ("open", "expired"),
    ("open", "processing", "failed"), ("open", "paid", "back"), ("open", "paid", "part", "back"),
    ("open", "paid", "back", "paid"),
)  # fmt: skip


def seen(word: str, public_id: str, total: int) -> Seen:
    back = {"back": total, "part": total // 3}.get(word, 0)
    state = "paid" if word in ("back", "part") else word
    return Seen(state, total, "pln", public_id, intent=f"pi_{public_id}", refunded=back)


@st.composite
def stories(draw: Any) -> tuple[tuple[str, ...], list[int], list[str]]:
    """A life of a payment, the moments of it that are told, in the order of telling, and what a bank says between."""
    life = draw(st.sampled_from(LIVES))
    told = draw(st.lists(st.integers(0, len(life) - 1), min_size=1, max_size=8))
    between = draw(st.lists(st.sampled_from(("nothing", "bank", "bank back")), min_size=len(told), max_size=len(told)))
    return life, draw(st.permutations([*told, len(life) - 1])), [*between, "nothing"]


def test_money_counts_once_in_whatever_order_it_is_told(street: Street) -> None:
    street.enter()
    account = street.rows("SELECT id FROM accounts WHERE login = 'P1'")[0][0]
    actor = Actor(kind="account", login="P1", account_id=account, role=Role.RESIDENT, person_code="P1")

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(stories())
    def told(story: tuple[tuple[str, ...], list[int], list[str]]) -> None:
        life, order, between = story
        with street.app.app_context(), bind(street.tenant):
            try:
                _tell(actor, life, order, between)
            finally:
                db.session.rollback()

    told()


def _tell(actor: Actor, life: tuple[str, ...], order: list[int], between: list[str]) -> None:
    db.session.execute(text("DELETE FROM pending_payments"))
    db.session.execute(text("DELETE FROM online_payments"))
    unit = holdings(actor, today()).units[0]
    public_id = starting.start(actor, unit, Wish(12_345, "k"))
    payment = starting.own(actor, public_id)
    total, bank = payment.amount + payment.fee, False
    starting.opened(public_id, "cs_1", "https://x.example/")
    for at, said in zip(order, between, strict=True):
        following.follow(public_id, seen(life[at], public_id, total), BEGUN + timedelta(minutes=at))
        if said == "bank":
            told = pending.Credit("b", unit.code, 12_345, today(), f"Zapłata {payment.reference}")
            pending.credit("bank", [told])
            pending.settle()
            bank = True
        elif said == "bank back":
            pending.withdraw("bank", "b")
            bank = False
    rows = db.session.execute(
        text("SELECT source, amount FROM pending_payments WHERE state <> 'withdrawn' ORDER BY source")
    ).all()
    by_bank = [("bank", 12_345)] if bank else []
    # The last word of the life was told at some time, so what it says counts, and nothing beside it.
    by_us = [("online", 12_345)] if life[-1] == "paid" and not bank else []
    assert [tuple(row) for row in rows] == by_bank + by_us, (life, order, between)


@given(st.sampled_from(LIVES), st.data())
def test_a_payment_ends_as_the_last_word_says(life: tuple[str, ...], data: Any) -> None:
    """Also when words between were never heard."""
    heard = data.draw(st.lists(st.booleans(), min_size=len(life), max_size=len(life)))
    state = "created"
    for word, was_heard in zip(life, [*heard[:-1], True], strict=True):
        if was_heard:
            state = rules.next_state(state, seen(word, "x", 300), 300)
    expected = {"back": "refunded"}.get(life[-1], life[-1])
    assert state == expected


@given(st.integers(200, 5_000_000), st.integers(0, 1000), st.integers(0, 30))
def test_a_fee_is_whole_grosze_and_never_more_than_was_said(amount: int, fixed: int, permille: int) -> None:
    fee = rules.fee(amount, rules.Online(fee=fixed, fee_permille=permille))
    assert fixed <= fee <= fixed + amount * permille / 1000
    assert rules.creditable("paid", amount, 0) == amount
    assert rules.creditable("paid", amount, amount + fee) == rules.creditable("expired", amount, 0) == 0


@given(st.text(max_size=60))
def test_any_title_can_be_searched_for_references(title: str) -> None:
    reference = rules.new_reference()
    assert reference in rules.references(f"{title} {reference[:5]}-{reference[5:].lower()}")
