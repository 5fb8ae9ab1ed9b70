"""The same money told by several files counts once, whatever the order; two alike in one file are two."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.finances.pending_rules import Booked, Paid, assigned
from app.statements.rules.sameness import Told, joined, outline, print_of, recognised
from tests.features.imports.doing import change, query
from tests.features.statements import banks
from tests.features.statements.banks import Move
from tests.features.statements.doing import ACCOUNTS, credited, hand_over, publish_books

L1, L2 = ACCOUNTS["L1"], ACCOUNTS["L2"]
OTHER = "83101010230000261395100000"
#: One day of a manager's account: two alike for one unit, two alike for different units, and one of each other kind.
DAY = [
    Move(45000, target=L1, ref="1.1", mass_id="000000000154"),
    Move(45000, target=L1, ref="1.2", mass_id="000000000154"),
    Move(45000, target=L2, ref="1.3", mass_id="000000000207"),
    Move(31000, target=L2, ref="1.4", mass_id="000000000207", payer=OTHER, title="Ćwierć roku"),
]
TELLINGS = {
    "mt942": banks.mbank(DAY[:3], intraday=True),
    "mt940": banks.mbank(DAY),
    "camt": banks.camt([Move(m.amount, m.on, m.title, m.name, m.payer, m.target) for m in DAY]),
    "elx": banks.elixir(DAY),
    "swr": banks.elixir(DAY, virtual=True),
    "mass": banks.mass(DAY),
    "pipe": banks.pipe(DAY),
}
ONCE = [("L1", 45000), ("L1", 45000), ("L2", 31000), ("L2", 45000)]


def clean(app: Any, tenant: Any) -> None:
    for table in ("bank_sightings", "bank_bookings", "bank_statements", "bank_files", "pending_payments"):
        change(app, tenant, f"DELETE FROM {table}")


def counted(app: Any, tenant: Any) -> list[tuple[str, int]]:
    return [(unit, amount) for unit, amount, _state, _entry in credited(app, tenant)]


@pytest.mark.parametrize(
    "order",
    [
        ["mt942", "mt940"], ["mt940", "mt942"], ["elx", "swr"], ["swr", "elx"], ["mt940", "elx", "swr"],
        ["camt", "mt940"], ["mass", "elx", "camt"], ["elx", "mass"], ["pipe", "mt942", "mt940"],
        list(TELLINGS), list(TELLINGS)[::-1],
    ],
    ids="-".join,
)  # fmt: skip
def test_a_day_told_by_many_files_is_counted_once(app: Any, tenant: Any, tmp_path: Path, order: list[str]) -> None:
    publish_books(app, tenant, tmp_path / "first")
    for name in [*order, *order]:
        hand_over(app, tenant, TELLINGS[name], f"{name}.txt")
    assert counted(app, tenant) == ONCE
    assert query(app, tenant, "SELECT count(*) FROM bank_bookings") == [(len(DAY),)]


@given(order=st.lists(st.sampled_from(sorted(TELLINGS)), min_size=1, max_size=6))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_order_and_repetition_of_files_never_change_what_a_unit_is_credited(
    app: Any, standing: Any, order: list[str]
) -> None:
    clean(app, standing)
    for name in [*order, "swr", "mt940"]:
        hand_over(app, standing, TELLINGS[name], f"{name}.txt")
    assert counted(app, standing) == ONCE


@pytest.fixture(scope="module")
def standing(app: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    from tests.conftest import _new_tenant

    tenant = _new_tenant(app)
    publish_books(app, tenant, tmp_path_factory.mktemp("sameness") / "first")
    return tenant


def test_a_reference_in_the_title_gives_way_to_an_account_that_another_file_tells(
    app: Any, tenant: Any, tmp_path: Path
) -> None:
    publish_books(app, tenant, tmp_path / "first")
    paid = Move(45000, title="Czynsz L1 listopad", target=L2)
    hand_over(app, tenant, banks.elixir([paid]))
    assert counted(app, tenant) == [("L1", 45000)]
    hand_over(app, tenant, banks.mass([paid]))
    assert counted(app, tenant) == [("L2", 45000)]


def test_a_title_that_a_format_cuts_or_writes_otherwise_is_the_same_payment(
    app: Any, tenant: Any, tmp_path: Path
) -> None:
    publish_books(app, tenant, tmp_path / "first")
    whole, cut, plain = (
        Move(45000, target=L1, title=title)
        for title in (
            "Czynsz 07/2026 lokal nr 15A, część za wodę",
            "Czynsz 07/2026",
            "CZYNSZ 07/2026 LOKAL NR 15A CZESC",
        )
    )
    for content in (banks.mass([cut]), banks.pipe([whole]), banks.elixir([plain]), banks.mass([cut])):
        hand_over(app, tenant, content)
    assert counted(app, tenant) == [("L1", 45000)]


def test_two_months_paid_on_one_day_are_two_payments(app: Any, tenant: Any, tmp_path: Path) -> None:
    publish_books(app, tenant, tmp_path / "first")
    months = [Move(45000, target=L1, title=f"Czynsz {month}/2026") for month in ("07", "08")]
    for content in (banks.mass(months[:1]), banks.pipe(months), banks.elixir(months), banks.mass(months[1:])):
        hand_over(app, tenant, content)
    assert counted(app, tenant) == [("L1", 45000), ("L1", 45000)]


# --- the rules alone, over many worlds ---

TRUE = st.tuples(
    st.sampled_from("AB"), st.sampled_from([100, 200]), st.sampled_from(["T1", "T2"]), st.sampled_from("PQ")
)
FILES = st.lists(st.tuples(st.sampled_from(["mt", "day", "elx", "swr", "bare"]), st.randoms()), max_size=5)


def told(world: list[tuple[Any, ...]], kind: str) -> list[Told]:
    """The world as one format tells it."""
    made = []
    for at, (title, amount, target, payer) in enumerate(world):
        printed = print_of(date(2026, 11, 10), amount, "PLN")
        known = {
            "mt": {"refs": (f"tnr:{at}",), "account": "M", "payer": payer, "target": target},
            "day": {"refs": (f"tnr:{at}",), "account": "M"},
            "elx": {"account": "M", "payer": payer},
            "swr": {"payer": payer, "target": target},
            "bare": {},
        }[kind]
        made.append(Told(printed, amount, "PLN", outline(title * 3), **known))  # type: ignore[arg-type]
    return made


def merged(known: list[Told], file: list[Told]) -> list[Told]:
    made = list(known)
    for telling, at in zip(file, recognised(file, known), strict=True):
        if at is None:
            made.append(telling)
        else:
            made[at] = joined(made[at], telling)
    return made


@given(world=st.lists(TRUE, max_size=8), files=FILES, chance=st.randoms())
@settings(max_examples=300, deadline=None)
def test_whatever_is_told_in_whatever_order_the_money_is_what_it_was(
    world: list[tuple[Any, ...]], files: list[tuple[str, Any]], chance: Any
) -> None:
    """Each file lists the day in an order of its own; some tell no ids, no payers or no targets."""
    swr, whole = ("swr", chance), ("mt", chance)
    for kinds in ([*files, swr], [swr, *files], [whole, *files], [*files, whole]):
        known: list[Told] = []
        for kind, shuffle in kinds:
            file = told(world, kind)
            shuffle.shuffle(file)
            known = merged(known, file)
        assert len(known) == len(world)
        assert Counter((one.amount, one.target) for one in known) == Counter((w[1], w[2]) for w in world)


PAYMENT = st.builds(
    lambda unit, amount, day: (unit, amount, date(2026, 11, day)),
    st.sampled_from("AB"), st.sampled_from([100, 200]), st.integers(1, 30),
)  # fmt: skip
PAID = st.lists(PAYMENT, max_size=6)


@given(payments=PAID, entries=PAID)
@settings(max_examples=200, deadline=None)
def test_entries_stand_for_payments_once_and_for_as_many_as_can_be(payments: list[Any], entries: list[Any]) -> None:
    waiting = [Paid(at, *values) for at, values in enumerate(payments)]
    books = [Booked(str(at), *values) for at, values in enumerate(entries)]
    found = assigned(waiting, books)
    assert len(set(found.values())) == len(found)
    by_entry = {entry.entry: entry for entry in books}
    for payment in waiting:
        if payment.key in found:
            entry = by_entry[found[payment.key]]
            assert (entry.unit, entry.amount) == (payment.unit, payment.amount)
            assert -3 <= (entry.on - payment.on).days <= 21
    for shuffled in itertools.islice(itertools.permutations(waiting), 3):
        assert assigned(shuffled, reversed(books)) == found
    assert len(found) == _most(waiting, books)


def _most(payments: list[Paid], entries: list[Booked]) -> int:
    """The size of a largest pairing, by trying."""
    pairs: dict[str, int] = {}

    def place(payment: Paid, seen: set[str]) -> bool:
        for entry in entries:
            near = -3 <= (entry.on - payment.on).days <= 21
            if (entry.unit, entry.amount) == (payment.unit, payment.amount) and near and entry.entry not in seen:
                seen.add(entry.entry)
                held = pairs.get(entry.entry)
                if held is None or place(next(p for p in payments if p.key == held), seen):
                    pairs[entry.entry] = payment.key
                    return True
        return False

    return sum(place(payment, set()) for payment in payments)
