"""`STRIPE=fake`: whom it is for, and that what the double holds outlives it."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.local.plan import Plan, Refused
from tests.stripe_double import Double
from tests.stripe_double.__main__ import _keep, _load


def test_without_it_there_is_no_double(tmp_path: Path) -> None:
    plan = Plan.read({"OSIEDLE_VAR": str(tmp_path)})
    assert plan.stripe_port == 0
    assert not [name for name in plan.environment if name.startswith("STRIPE")]


def test_it_gives_every_process_what_it_must_know(tmp_path: Path) -> None:
    plan = Plan.read({"OSIEDLE_VAR": str(tmp_path), "STRIPE": "fake"})
    assert plan.environment["STRIPE_API_BASE"] == f"http://127.0.0.1:{plan.stripe_port}"
    told = plan.state()
    assert {"STRIPE_API_KEY", "STRIPE_API_BASE", "STRIPE_WEBHOOK_SECRET"} <= told.keys()


def test_it_is_told_the_price_list_before_anybody_subscribes(tmp_path: Path) -> None:
    without = Plan.read({"OSIEDLE_VAR": str(tmp_path)}).preparation().words
    told = Plan.read({"OSIEDLE_VAR": str(tmp_path), "STRIPE": "fake"}).preparation().words
    assert told == (*without, ",", "-billing", "sync"), "and a double that is ill stops nothing"


@pytest.mark.parametrize(
    "more",
    [
        {"STRIPE_API_KEY": "sk_live_real"},
        {"OSIEDLE_ENV": "production", "DATABASE_URL": "postgresql://db/x", "REDIS_URL": "redis://r"},
        {"STRIPE": "real"},
    ],
    ids=["beside a real key", "in production", "another word"],
)
def test_it_is_refused_where_money_might_be_meant(tmp_path: Path, more: dict[str, str]) -> None:
    with pytest.raises(Refused, match="STRIPE"):
        Plan.read({"OSIEDLE_VAR": str(tmp_path), "STRIPE": "fake"} | more)


def test_what_it_holds_is_there_after_a_restart(tmp_path: Path) -> None:
    before, after = Double(), Double()
    with before, after:
        made = before.world.add("cus", "customer", "acct_1", name="Łucja")
        before.world.answers[None, "key"] = ("asked", 200, {"id": made["id"]})
        before.world.offset = 86400
        _keep(before, tmp_path / "stripe.json", "")
        _load(after, tmp_path / "stripe.json")
        assert after.world.find("customer", made["id"], "acct_1")["name"] == "Łucja"
        assert after.world.answers == before.world.answers
        assert after.world.offset == 86400
