"""While pages are being served an import takes its time; alone it does not wait."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from app.imports import pacing
from app.imports.pacing import LONGEST, PAUSE, Pace
from app.imports.progress import Progress
from config.settings import libpq_url
from tenants.context import Mode, bind
from tenants.db import db


def told(*ended: int, every: float = 1.0) -> Pace:
    """What comes of these numbers of ended transactions, the last of them at 100 s."""
    pace = Pace()
    first = 100.0 - every * (len(ended) - 1)
    for number, each in enumerate(ended):
        pace.seen(each, first + number * every)
    return pace


def rests(pace: Pace, at: float, took: float) -> float:
    """Seconds of rest before a block at `at`, when the block before took so long."""
    pace.rest(at - took - LONGEST)
    return pace.rest(at)


@pytest.mark.parametrize("ended", [(5000,), (5000, 5001), (5000, 5001, 5002), (5000, 5009)])
def test_alone_an_import_does_not_wait(ended: tuple[int, ...]) -> None:
    assert rests(told(*ended), 100.01, 0.01) == 0


def test_beside_pages_it_rests_longer_than_it_works() -> None:
    pace = told(5000, 5031)
    assert rests(pace, 100.02, 0.01) == pytest.approx(PAUSE * 0.01)
    assert rests(pace, 102.0, 0.005) == pytest.approx(PAUSE * 0.005)


def test_what_is_held_up_anyway_is_not_held_back_for_long() -> None:
    assert rests(told(5000, 5031), 101.0, 0.9) == LONGEST


def test_when_the_last_page_is_out_it_goes_on_at_its_own_speed() -> None:
    assert rests(told(5000, 5031), 103.5, 0.01) == 0


def test_a_few_pages_between_two_quick_looks_are_pages() -> None:
    assert rests(told(5000, 5006, every=0.2), 100.01, 0.01) > 0
    assert rests(told(5000, 5004, every=0.2), 100.01, 0.01) == 0


def test_transactions_of_others_are_seen(app: Any, tenant: Any) -> None:
    with app.app_context(), bind(tenant, Mode.BULK):
        progress = Progress(1)
        with psycopg.connect(libpq_url(app.settings.database_url), autocommit=True) as other:
            for _ in range(50):
                other.execute("SELECT 1")
            other.execute("SELECT pg_stat_force_next_flush()")
        progress("units", 1, 0.5)
        assert progress._pace.rest(progress._told + 1) > 0
        db.session.rollback()


def test_without_any_way_it_does_not_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "RESTS", False)
    assert rests(told(5000, 5031), 100.02, 0.01) == 0
