"""From a bank's file to a unit: whose the money is, and what the books say of it later."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.features.imports.doing import take_back
from tests.features.statements import banks
from tests.features.statements.banks import Move
from tests.features.statements.doing import ACCOUNTS, bookings, credited, hand_over, publish_books

RENT = Move(45000, target=ACCOUNTS["L1"])


@pytest.fixture
def manager(app: Any, tenant: Any, tmp_path: Path) -> Any:
    publish_books(app, tenant, tmp_path / "first")
    return tenant


@pytest.mark.parametrize(
    "write",
    [banks.pko, banks.angled, banks.camt, banks.mass, banks.pipe, lambda moves: banks.elixir(moves, virtual=True)],
    ids=["pko", "millennium", "camt", "mass", "pipe", "elixir"],
)
def test_money_for_a_units_own_account_is_on_its_way_to_that_unit(app: Any, manager: Any, write: Any) -> None:
    report = hand_over(app, manager, write([RENT]))
    assert report["status"] == "published" and report["bookings"]["credited"] == 1, report
    assert credited(app, manager) == [("L1", 45000, "pending", None)]


def test_a_mass_payment_id_leads_to_the_account_that_it_ends(app: Any, manager: Any) -> None:
    hand_over(app, manager, banks.mbank([Move(45000, mass_id="000000001234", ref="179171073864111.010001")]))
    assert bookings(app, manager) == [("credited", "B1-A-003", "mass")]


def test_a_small_id_is_believed_only_at_the_bank_that_made_the_accounts(app: Any, manager: Any) -> None:
    """Every bank numbers its payers from one: L2 is payer 207 at another bank."""
    paid = [Move(45000, mass_id="000000000207", ref="1.1")]
    hand_over(app, manager, banks.mbank(paid, account="29114010810000267002001002"))
    assert bookings(app, manager) == [("queued", None, None)]
    hand_over(app, manager, banks.mbank([Move(46000, mass_id="000000000207", ref="1.2")]))
    assert bookings(app, manager)[1] == ("credited", "L2", "mass")


def test_a_code_in_the_title_is_a_reference_and_a_name_alone_is_none(app: Any, manager: Any) -> None:
    named = Move(45000, title="Czynsz za lokal B1/A/003 listopad")
    unnamed = Move(45000, title="Czynsz za listopad", name="ANNA KOWALSKA")
    hand_over(app, manager, banks.pko([named, unnamed]))
    assert bookings(app, manager) == [("credited", "B1-A-003", "title"), ("queued", None, None)]


def test_the_entry_of_the_books_takes_the_place_of_the_payment_on_its_way(
    app: Any, manager: Any, tmp_path: Path
) -> None:
    hand_over(app, manager, banks.pko([RENT]))
    report = publish_books(app, manager, tmp_path / "second", ("2", "L1", date(2026, 11, 12), "450.00"))
    assert credited(app, manager) == [("L1", 45000, "booked", "2")]
    take_back(app, manager, report["revision"])
    assert credited(app, manager) == [("L1", 45000, "pending", None)]
    hand_over(app, manager, banks.pko([RENT]))
    assert credited(app, manager) == [("L1", 45000, "pending", None)]


def test_a_payment_that_the_books_hold_already_is_never_on_its_way(app: Any, manager: Any, tmp_path: Path) -> None:
    publish_books(app, manager, tmp_path / "second", ("2", "L1", date(2026, 11, 10), "450.00"))
    hand_over(app, manager, banks.camt([RENT]))
    assert credited(app, manager) == [("L1", 45000, "booked", "2")]


def test_one_entry_stands_for_one_payment_only(app: Any, manager: Any, tmp_path: Path) -> None:
    twice = [RENT, Move(45000, target=ACCOUNTS["L1"], on=date(2026, 11, 11))]
    hand_over(app, manager, banks.pko(twice))
    publish_books(app, manager, tmp_path / "second", ("2", "L1", date(2026, 11, 10), "450.00"))
    assert [state for _unit, _amount, state, _entry in credited(app, manager)] == ["booked", "pending"]


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (("2", "L2", date(2026, 11, 10), "450.00"), "another unit"),
        (("2", "L1", date(2026, 11, 10), "450.01"), "another amount"),
        (("2", "L1", date(2026, 10, 10), "450.00"), "the month before"),
        (("2", "L1", date(2026, 12, 10), "450.00"), "the month after"),
    ],
)
def test_what_is_another_payment_takes_nothings_place(
    app: Any, manager: Any, tmp_path: Path, entry: tuple[Any, ...], why: str
) -> None:
    hand_over(app, manager, banks.pko([RENT]))
    publish_books(app, manager, tmp_path / "second", entry)
    assert credited(app, manager) == [("L1", 45000, "pending", None)], why


def test_what_the_bank_takes_back_is_withdrawn_in_either_order(app: Any, manager: Any) -> None:
    back = Move(-45000, target=ACCOUNTS["L1"], mark="RC", on=date(2026, 11, 11))
    files = [banks.pko([RENT]), banks.camt([back])]
    for content in files:
        hand_over(app, manager, content)
    assert credited(app, manager) == []
    assert sorted(state for (state,) in bookings(app, manager, "state")) == ["returned", "reversal"]


def test_a_reversal_that_comes_before_its_payment_withdraws_it_too(app: Any, manager: Any) -> None:
    back = Move(-45000, target=ACCOUNTS["L1"], mark="RC", on=date(2026, 11, 11))
    for content in (banks.pko([back]), banks.pko([RENT])):
        hand_over(app, manager, content)
    assert credited(app, manager) == []


def test_money_that_went_out_and_foreign_money_credit_nobody(app: Any, manager: Any) -> None:
    euros = banks.pko([RENT]).replace(b"PLN", b"EUR")
    out = Move(-45000, target=ACCOUNTS["L1"])
    given_back = Move(45000, target=ACCOUNTS["L1"], mark="RD")
    for content in (euros, banks.pko([out]), banks.pko([given_back])):
        hand_over(app, manager, content)
    assert credited(app, manager) == []
    assert {state for (state,) in bookings(app, manager, "state")} == {"other"}


def test_a_statement_that_does_not_add_up_credits_nobody_until_a_person_says_so(app: Any, manager: Any) -> None:
    report = hand_over(app, manager, banks.pko([RENT], off=100))
    assert report["status"] == "published" and report["bookings"]["held"] == 1
    assert [warning["code"] for warning in report["warnings"]] == ["unbalanced"]
    assert credited(app, manager) == []
    hand_over(app, manager, banks.pko([RENT]))
    assert credited(app, manager) == [("L1", 45000, "pending", None)]


def test_an_account_that_several_units_share_tells_none_of_them(app: Any, tenant: Any, tmp_path: Path) -> None:
    publish_books(app, tenant, tmp_path / "first", accounts=dict.fromkeys(ACCOUNTS, ACCOUNTS["L1"]))
    hand_over(app, tenant, banks.pko([RENT]))
    assert bookings(app, tenant) == [("queued", None, None)]


def test_a_number_that_a_unit_had_before_still_reaches_it(app: Any, manager: Any, tmp_path: Path) -> None:
    publish_books(app, manager, tmp_path / "second", accounts=ACCOUNTS | {"L1": "17102010261234000000009999"})
    hand_over(app, manager, banks.pko([RENT], account="83101010230000261395100000"))
    assert credited(app, manager) == [("L1", 45000, "pending", None)]


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)], ids=str)
def test_a_day_that_no_bank_knows_is_refused(app: Any, manager: Any, day: date) -> None:
    for mark in ("", "RC"):
        move = Move(-45000 if mark else 45000, on=day, target=ACCOUNTS["L1"], mark=mark)
        report = hand_over(app, manager, banks.camt([move]), "wyciag.xml")
        assert report["status"] == "refused" and report["errors"][0]["code"] == "date", report
    assert credited(app, manager) == []


def test_a_sum_that_no_bank_holds_is_refused(app: Any, manager: Any) -> None:
    report = hand_over(app, manager, banks.pipe([Move(999_999_999_999_999_99, target=ACCOUNTS["L1"])]))
    assert report["status"] == "refused" and report["errors"][0]["code"] == "amount", report


@pytest.mark.parametrize("place", [":28C:000", "NTRFNONREF", "~20Op", "~38PL", ":25:/PL"])
def test_signs_that_no_text_holds_break_nothing(app: Any, manager: Any, place: str) -> None:
    content = banks.pko([RENT]).replace(place.encode(), place.encode() + b"\0")
    assert hand_over(app, manager, content)["status"] in ("published", "refused")
