"""Who leaves is charged no more: the subscription at Stripe follows the closing, also while Stripe is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.billing import state, subscribing
from app.core import work
from app.core.actor import system
from app.core.errors import Conflict
from app.onboarding.commands import delete_manager
from app.operators import commands as operators
from tests.features.billing.conftest import PASSWORD, Manager
from tests.features.closing.test_closing import House
from tests.pages import inspect
from worker import entry

CHOICE = {"plan": "basic", "plan_interval": "month"}


class Paying(House):
    """A manager with a subscription that lives."""

    def __init__(self, app: Any, tenant: Any, stripe: Any) -> None:
        super().__init__(app, tenant)
        self.stripe = stripe
        admin = Manager(app, tenant).browser("admin")
        admin.get("/admin/billing")
        assert stripe.pay(admin.post("/admin/billing/checkout", **CHOICE).headers["Location"])
        self.hear()
        stripe.lose()

    def hear(self) -> None:
        with self.app.app_context():
            subscribing.refresh(self.tenant.id)
            work.commit()

    def work(self) -> None:
        """What the closing asked for is done, as by a worker."""
        for (row,) in self.rows(
            "SELECT id FROM platform.jobs WHERE name = 'closing.subscription' AND key = :key AND state = 'waiting'",
            key=self.id,
        ):
            self.rows("UPDATE platform.jobs SET run_after = now() WHERE id = :id", id=row)
            with self.app.app_context():
                entry.run(None, row)

    @property
    def subscription(self) -> Any:
        return self.stripe.every("subscription")[0]

    @property
    def account(self) -> state.Account:
        with self.app.app_context():
            return state.account(self.tenant.id)


@pytest.fixture
def paying(app: Any, new_tenant: Callable[..., Any], stripe_double: Any) -> Paying:
    with app.app_context():
        subscribing.sync(system("tests"))
        work.commit()
    return Paying(app, new_tenant(post=False, admin_password=PASSWORD), stripe_double)


def confirmed(paying: Paying) -> None:
    assert "subskrypcja w Stripe nie będzie odnawiana" in inspect(paying.first.get(paying.path))
    assert paying.ask(paying.first) == 303
    paying.archive()
    assert paying.subscription["cancel_at_period_end"] is False, "nothing is decided yet"
    assert "zakończy się po potwierdzeniu" in inspect(paying.first.get(paying.path))
    assert paying.confirm(paying.second) == 303


def test_a_confirmed_closing_ends_the_renewal_and_the_deletion_the_subscription(paying: Paying) -> None:
    confirmed(paying)
    assert "czeka, aż Stripe" in inspect(paying.first.get(paying.path))
    paying.work()
    assert paying.subscription["cancel_at_period_end"] is True
    assert "bez dalszych opłat" in inspect(paying.first.get(paying.path))
    assert "Zakończono odnawianie subskrypcji" in inspect(paying.first.get("/audit"))
    paying.rows("UPDATE platform.closings SET delete_after = now() WHERE public_id = :id", id=paying.id)
    paying.night()
    assert not paying.exists
    assert paying.subscription["status"] == "canceled"
    assert [one["status"] for one in paying.stripe.every("subscription")] == ["canceled"]


def test_a_closing_that_is_taken_back_renews_again(paying: Paying) -> None:
    confirmed(paying)
    paying.work()
    assert paying.take_back(paying.first) == 303
    paying.work()
    assert paying.subscription["cancel_at_period_end"] is False
    assert paying.account.cancels is False


def test_what_the_manager_had_ended_itself_stays_ended(paying: Paying) -> None:
    admin = Manager(paying.app, paying.tenant).browser("admin")
    admin.get("/admin/billing")
    paying.stripe.in_portal(admin.post("/admin/billing/portal").headers["Location"], "cancel")
    paying.hear()
    assert paying.ask(paying.first) == 303
    paying.archive()
    assert paying.confirm(paying.second) == 303
    paying.work()
    assert paying.take_back(paying.first) == 303
    paying.work()
    assert paying.subscription["cancel_at_period_end"] is True


def test_while_stripe_is_away_it_is_asked_again_with_the_same_key(paying: Paying) -> None:
    confirmed(paying)
    paying.stripe.faults.once("POST /v1/subscriptions/", "lost", times=2)
    paying.work()
    waits = "SELECT state, error FROM platform.jobs WHERE name = 'closing.subscription' AND key = :key"
    assert [row.state for row in paying.rows(waits, key=paying.id)] == ["waiting"]
    assert "czeka, aż Stripe" in inspect(paying.first.get(paying.path))
    paying.work()
    assert paying.account.cancels is True
    asked = [key for method, path, _account, key in paying.stripe.asked if path.startswith("/v1/subscriptions/sub_")
             and method == "POST"]  # fmt: skip
    assert len(asked) == 3 and len(set(asked)) == 1


def test_nobody_is_deleted_while_stripe_would_go_on_charging(paying: Paying) -> None:
    confirmed(paying)
    paying.rows("UPDATE platform.closings SET delete_after = now() WHERE public_id = :id", id=paying.id)
    paying.stripe.faults.down = True
    paying.night()
    assert paying.exists
    assert "Stripe nie zakończył jeszcze" in inspect(paying.second.get(paying.path))
    paying.stripe.faults.down = False
    paying.stripe.faults.once("DELETE /v1/subscriptions/", "lost", times=2)
    paying.night()
    assert paying.exists, "done at Stripe, but nobody knows"
    paying.night()
    assert not paying.exists
    assert paying.subscription["status"] == "canceled"


def test_the_command_line_ends_the_subscription_too_and_only_of_who_is_suspended(paying: Paying) -> None:
    with paying.app.app_context():
        with pytest.raises(Conflict):
            delete_manager(system("tests"), paying.tenant.slug, paying.tenant.slug)
        assert paying.subscription["status"] == "active"
        operators.suspend(system("tests"), paying.tenant.slug, "odchodzi")
        work.commit()
        delete_manager(system("tests"), paying.tenant.slug, paying.tenant.slug)
    assert paying.subscription["status"] == "canceled"


def test_events_of_whom_is_gone_are_taken_and_harm_nothing(
    paying: Paying, stripe_posts: Callable[[bytes, str], int]
) -> None:
    with paying.app.app_context():
        operators.suspend(system("tests"), paying.tenant.slug, "odchodzi")
        work.commit()
        delete_manager(system("tests"), paying.tenant.slug, paying.tenant.slug)
    paying.stripe.happen("invoice.paid", paying.stripe.every("invoice")[0])
    paying.stripe.happen("customer.subscription.updated", paying.subscription)
    events = [event["id"] for event in paying.stripe.waiting()]
    assert len(events) > 2
    assert set(paying.stripe.deliver(stripe_posts, order=reversed, times=2)) == {200}
    due = "SELECT id FROM platform.jobs WHERE name = 'stripe_events.hand_over' AND state = 'waiting'"
    for (row,) in paying.rows(due):
        with paying.app.app_context():
            entry.run(None, row)
    states = "SELECT DISTINCT state FROM platform.stripe_events WHERE event_id = ANY(:ids)"
    assert [row.state for row in paying.rows(states, ids=events)] == ["done"]
    assert paying.rows("SELECT 1 FROM platform.billing_accounts WHERE tenant_id = :id", id=paying.tenant.id) == []
