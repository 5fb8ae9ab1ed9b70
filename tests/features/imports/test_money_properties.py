"""What must always hold of the books: balances, undo, order, neighbours, and one total wherever it is read."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.core.money import amount, plain
from config.settings import libpq_url
from tests.factories import packages
from tests.features.imports.doing import books, imports, publish, query, scalar, take_back
from tests.features.imports.test_pages import Desk, desk  # noqa: F401
from tests.pages import inspect
from tests.worker.conftest import process, until

EXAMPLES = int(os.environ.get("IMPORT_EXAMPLES", "6"))
UNITS, ACCOUNTS = ("L1", "L2"), ("opłaty", "woda", "co")
NAMES = {"opłaty": "rent", "woda": "water", "co": "heat"}
HELD_UP = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE ledger_entries%'"
Entry = tuple[str, str, int]  # unit, account as packages call it, grosze: positive is a debit
Ledger = dict[str, Entry]

ledgers = st.dictionaries(
    st.integers(1, 9).map(lambda number: f"E{number}"),
    st.tuples(st.sampled_from(UNITS), st.sampled_from(ACCOUNTS), st.integers(-(10**12), 10**12)),
    max_size=9,
)
quick = settings(
    max_examples=EXAMPLES, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


def rows(ledger: Ledger) -> list[list[Any]]:
    return [
        [entry, unit, "korekta", account, date(2026, 11, 1), None, None,
         Decimal(grosze) / 100 if grosze >= 0 else None, Decimal(-grosze) / 100 if grosze < 0 else None, None, None]
        for entry, (unit, account, grosze) in ledger.items()
    ]  # fmt: skip


def package(path: Path, ledger: Ledger, **others: Any) -> Path:
    small = packages.small()
    return packages.archive(
        path, {"buildings": small["buildings"], "units": small["units"], "ledger": rows(ledger), **others}
    )


def balances(ledger: Ledger) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for unit, account, grosze in ledger.values():
        found[unit, NAMES[account]] = found.get((unit, NAMES[account]), 0) + grosze
    return found


def balances_at(app: Any, tenant: Any, revision: int) -> dict[tuple[str, str], int]:
    """Σ debit − Σ credit in SQL, by unit and account, of what the books held at a revision."""
    found = query(
        app, tenant,
        "SELECT unit_code, account, sum(debit)::bigint - sum(credit)::bigint FROM ledger_entries "
        "WHERE since_revision <= :at AND (until_revision IS NULL OR until_revision > :at) GROUP BY 1, 2",
        at=revision,
    )  # fmt: skip
    return {(unit, account): grosze for unit, account, grosze in found}


@quick
@given(states=st.lists(ledgers, min_size=1, max_size=4))
def test_a_balance_is_debits_minus_credits_for_every_unit_account_and_revision(
    app: Any, new_tenant: Callable[..., Any], states: list[Ledger]
) -> None:
    tenant, held = new_tenant(post=False), {0: dict[tuple[str, str], int]()}
    with tempfile.TemporaryDirectory() as folder:
        for number, state in enumerate(states):
            before = balances_at(app, tenant, max(held))
            report = publish(app, tenant, package(Path(folder) / f"{number}.zip", state))
            assert report["status"] in ("published", "unchanged"), report
            held[report["revision"]] = balances(state)
            _compared(report, before, held[report["revision"]])
    for revision, wanted in held.items():
        assert balances_at(app, tenant, revision) == wanted
    for revision in sorted(held)[:0:-1]:
        take_back(app, tenant, revision)
    assert not any(books(app, tenant).values()), "undone one after the other, nothing is left"
    for revision, wanted in held.items():
        assert balances_at(app, tenant, revision) == wanted, "and what was can still be shown"


def _compared(report: dict[str, Any], before: dict[Any, int], after: dict[Any, int]) -> None:
    """The preview's balances and sums are the differences of the two states."""
    if report["comparison"] is None or "ledger" not in report["comparison"]["sums"]:
        assert before == after
        return
    changes = {}
    for unit in UNITS:
        was, now = (sum(grosze for (code, _), grosze in state.items() if code == unit) for state in (before, after))
        if was != now:
            changes[unit] = {"unit": unit, "before": plain(was), "after": plain(now), "change": plain(now - was)}
    told = report["comparison"]["balances"]
    assert {each["unit"]: each for each in told} == changes
    assert report["comparison"]["balances_changed"] == len(changes)
    sizes = [abs(Decimal(each["change"])) for each in told]
    assert sizes == sorted(sizes, reverse=True)
    sums = report["comparison"]["sums"]["ledger"]
    assert sums["debit"]["after"] == report["totals"]["ledger"]["debit"]
    assert sums["credit"]["after"] == report["totals"]["ledger"]["credit"]


@quick
@given(first=ledgers, others=st.lists(ledgers, min_size=1, max_size=3), back_to=st.integers(0, 3))
def test_undo_returns_every_number(
    app: Any, new_tenant: Callable[..., Any], first: Ledger, others: list[Ledger], back_to: int
) -> None:
    tenant, states = new_tenant(post=False), []
    with tempfile.TemporaryDirectory() as folder:
        for number, state in enumerate([first, *others]):
            publish(app, tenant, package(Path(folder) / f"{number}.zip", state))
            newest = scalar(app, tenant, "SELECT max(number) FROM revisions")
            states = [*states[: newest - 1], books(app, tenant)]
    wanted = 1 + back_to % len(states)
    take_back(app, tenant, wanted)
    assert books(app, tenant) == (states[wanted - 2] if wanted > 1 else {sheet: [] for sheet in states[0]})


def independent() -> dict[str, dict[str, Any]]:
    """Packages none of which refers to what another brings or changes."""
    small = packages.small()
    return {
        "people": {"people": small["people"]},
        "ledger": {"ledger": small["ledger"]},
        "components": {"components": [["WODA", "Woda", "m3", None], ["REM", "Remonty", "m2", "zależna"]]},
        "meters": {"meters": [["M1", "L1", "zw", None, None, None, None]]},
    }


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_independent_packages_does_not_matter(
    app: Any, new_tenant: Callable[..., Any], tmp_path: Path, seed: int
) -> None:
    small, parts = packages.small(), independent()
    ground = packages.archive(tmp_path / "0.zip", {"buildings": small["buildings"], "units": small["units"]})
    paths = {name: packages.archive(tmp_path / f"{name}.zip", tables) for name, tables in parts.items()}
    orders = list(permutations(parts))
    states = []
    for order in (orders[0], random.Random(seed).choice(orders[1:])):
        tenant = new_tenant(post=False)
        publish(app, tenant, ground)
        for name in order:
            assert publish(app, tenant, paths[name])["status"] == "published", (order, name)
        states.append(books(app, tenant))
    assert states[0] == states[1]


def test_two_managers_at_once_do_not_wait_for_each_other(
    app: Any, new_tenant: Callable[..., Any], tmp_path: Path
) -> None:
    """One is held in the middle of its import, with everything locked that an import locks; the other passes."""
    held, free = new_tenant(post=False), new_tenant(post=False)
    path = package(tmp_path / "a.zip", {"E1": ("L1", "opłaty", 100)})
    publish(app, held, path)
    publish(app, free, path)
    other = package(tmp_path / "b.zip", {"E1": ("L1", "opłaty", 200)})
    url = libpq_url(app.settings.database_url)
    with psycopg.connect(url) as somebody, psycopg.connect(url, autocommit=True) as watcher:
        # Holding the row that the import must close stops it in the midst of writing.
        somebody.execute(f"SELECT 1 FROM {held.schema}.ledger_entries FOR UPDATE".encode())
        with process(app, lambda: publish(app, held, other)):
            until(lambda: watcher.execute(HELD_UP).fetchone() is not None, 60)
            assert publish(app, free, other)["revision"] == 2
            assert imports(app, held)[-1] == ("running", None)
            somebody.rollback()
            until(lambda: imports(app, held)[-1] == ("published", 2), 60)


Desks = Callable[..., Desk]


def test_the_report_the_pages_and_sql_say_the_same_totals(desk: Desks, tmp_path: Path) -> None:  # noqa: F811
    dice, staff = random.Random(4), desk("admin")
    ledger = {
        f"E{n}": (dice.choice(UNITS), dice.choice(ACCOUNTS), dice.randrange(-10**9, 10**9)) for n in range(300)
    }  # fmt: skip
    page = staff.hand_over(package(tmp_path / "a.zip", ledger).read_bytes(), "a.zip").headers["Location"]
    staff.work_off()
    debit = sum(grosze for _, _, grosze in ledger.values() if grosze > 0)
    credit = -sum(grosze for _, _, grosze in ledger.values() if grosze < 0)
    held = query(
        staff.app, staff.tenant,
        "SELECT sum(debit)::bigint, sum(credit)::bigint, count(*) FROM ledger_entries WHERE until_revision IS NULL",
    )  # fmt: skip
    assert held == [(debit, credit, 300)]
    report = scalar(staff.app, staff.tenant, "SELECT report FROM imports")
    assert report["totals"]["ledger"] == {"debit": plain(debit), "credit": plain(credit)}
    assert report["sheets"]["ledger"]["rows"] == report["sheets"]["ledger"]["added"] == 300
    shown = inspect(staff.get(page))
    assert amount(debit) in shown and amount(credit) in shown
    for unit in UNITS:
        balance = sum(grosze for code, _, grosze in ledger.values() if code == unit)
        assert amount(balance) in shown, "the largest changes of balance stand on the page of the import"
