"""What banks told goes when nobody has to keep it any more, by whole years; what still matters stays."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.core.clock import today
from app.gateways import files
from app.office import settings
from app.personal.commands import forget_old
from app.personal.rules import Retention
from app.statements.commands.forgetting import forget_bookings, kept_since
from tenants.context import bind
from tests.features.imports.doing import change, query, scalar
from tests.features.statements import banks
from tests.features.statements.banks import Move
from tests.features.statements.doing import ACCOUNTS, bookings, hand_over, publish_books

RENT = Move(45000, target=ACCOUNTS["L1"])
TABLES = ("bank_files", "bank_statements", "bank_sightings", "bank_bookings", "pending_payments")


@pytest.fixture
def manager(app: Any, tenant: Any, tmp_path: Path) -> Any:
    publish_books(app, tenant, tmp_path / "first")
    return tenant


def night(app: Any, tenant: Any) -> Any:
    with app.app_context(), bind(tenant):
        return forget_old(60)


def counts(app: Any, tenant: Any) -> list[int]:
    return [scalar(app, tenant, f"SELECT count(*) FROM {table}") for table in TABLES]


def age(app: Any, tenant: Any, day: str) -> None:
    """Everything that is there now was told on that day."""
    change(app, tenant, f"UPDATE bank_bookings SET value_on = '{day}', booked_on = '{day}'")
    change(app, tenant, f"UPDATE bank_statements SET from_on = '{day}', to_on = '{day}'")
    change(app, tenant, f"UPDATE bank_files SET created_at = '{day}', finished_at = '{day}'")
    change(app, tenant, "UPDATE pending_payments SET state = 'booked'")


def test_years_count_from_the_end_of_the_year() -> None:
    assert kept_since(date(2026, 1, 1), 6) == date(2020, 1, 1) == kept_since(date(2026, 12, 31), 6)


def test_what_is_older_goes_with_its_file_and_what_is_younger_stays(app: Any, manager: Any) -> None:
    with app.app_context(), bind(manager):
        year = today().year - settings.fresh(Retention).bank_years
    hand_over(app, manager, banks.pko([RENT]))
    age(app, manager, f"{year}-01-01")
    before = counts(app, manager)
    night(app, manager)
    assert counts(app, manager) == before and min(before) == 1, "six years after its year it is still kept"
    key = scalar(app, manager, "SELECT storage_key FROM bank_files")
    age(app, manager, f"{year - 1}-12-31")
    hand_over(app, manager, banks.camt([Move(46000, target=ACCOUNTS["L2"])]))
    gone = night(app, manager)
    assert (gone["bookings"], gone["statements"], gone["bank files"]) == (1, 1, 1)
    assert query(app, manager, "SELECT amount FROM bank_bookings") == [(46000,)]
    assert counts(app, manager) == [1, 1, 1, 1, 1]
    with app.app_context(), bind(manager), pytest.raises(FileNotFoundError), files.files().local_path(key):
        pass


def test_what_waits_stays_however_old(app: Any, manager: Any) -> None:
    unnamed = Move(45000, title="Czynsz za listopad", name="ANNA KOWALSKA")
    hand_over(app, manager, banks.pko([unnamed, RENT]))
    age(app, manager, "2001-05-05")
    change(app, manager, "UPDATE pending_payments SET state = 'pending'")
    night(app, manager)
    assert sorted(line[0] for line in bookings(app, manager)) == ["credited", "queued"]
    assert counts(app, manager)[:2] == [1, 1], "their statement and file stay with them"


def test_a_booking_goes_after_the_one_that_takes_it_back(app: Any, manager: Any) -> None:
    hand_over(app, manager, banks.pko([RENT, Move(46000, target=ACCOUNTS["L2"])]))
    age(app, manager, "2001-05-05")
    change(
        app, manager,
        "UPDATE bank_bookings SET state = 'reversal', value_on = '2024-01-02', booked_on = '2024-01-02', unit_code = "
        "NULL, way = NULL, reverses_id = (SELECT min(id) FROM bank_bookings) WHERE amount = 46000",
    )  # fmt: skip
    night(app, manager)
    assert len(bookings(app, manager)) == 2
    change(app, manager, "UPDATE bank_bookings SET value_on = '2001-05-06', booked_on = '2001-05-06'")
    night(app, manager)
    assert [line[0] for line in bookings(app, manager)] == ["credited"]
    night(app, manager)
    assert counts(app, manager) == [0, 0, 0, 0, 0]


def test_much_goes_in_batches(app: Any, manager: Any) -> None:
    hand_over(app, manager, banks.pko([Move(45000 + each, target=ACCOUNTS["L1"]) for each in range(5)]))
    age(app, manager, "2001-05-05")
    with app.app_context(), bind(manager):
        assert [forget_bookings(date(2010, 1, 1), 2) for _ in range(4)] == [2, 2, 1, 0]
