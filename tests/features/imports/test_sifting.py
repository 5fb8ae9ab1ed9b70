"""What the books hold is told while a package is read; the outcome is that of comparing all of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from app.imports import sifting
from app.imports.report import SheetCounts
from app.imports.staging import LONG
from tests.factories import packages
from tests.features.imports.doing import books, publish

EXAMPLES = int(os.environ.get("IMPORT_EXAMPLES", "6"))
DAY, LATER = date(2026, 11, 1), date(2026, 11, 2)
NEVER = 10**9
# fmt: off
COMPONENTS = [["E", "Eksploatacja", "m2", "zależna"], ["W", "Woda", "m3", "niezależna"]]
METERS = [["W1", "L1", "zw", "kuchnia", DAY, None, None]]
LEDGER = ["2026/1", "L1", "naliczenie", "opłaty", DAY, LATER, "2026-11", Decimal("1234.50"), None, "F 1", "Żółć 5"]
CHARGE = ["L1", "E", DAY, None, Decimal("48.50"), Decimal("3.20"), Decimal("155.20"), "z \\ ukośnikiem"]
READING = ["W1", DAY, Decimal("12.34"), None]
# fmt: on
#: Other values of the cells of a row, in their order.
OTHERS: dict[str, tuple[list[Any], list[Any]]] = {
    "ledger": (LEDGER, ["2026/2", "L2", "korekta", "woda", LATER, None, None, Decimal("1234.51"), None, None, "\\N"]),
    "charges": (CHARGE, ["L2", "W", LATER, LATER, Decimal("48.51"), Decimal("3.21"), Decimal("-155.20"), None]),
    "readings": (READING, [None, LATER, Decimal("12.35"), "radio"]),
}


def package(path: Path, **sheets: list[list[Any]]) -> Path:
    small = packages.small()
    whole = {name: small[name] for name in ("buildings", "units")} | {"components": COMPONENTS, "meters": METERS}
    return packages.archive(path, {**whole, **sheets})


@pytest.fixture
def staged(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """However little the books hold, it is sifted; how many rows of each sheet were left for the stage."""
    found: dict[str, int] = {}
    compare = sifting.compare

    def compared(connection: Connection, known: sifting.Known, rows: int) -> SheetCounts:
        found[known.sheet] = connection.execute(text(f"SELECT count(*) FROM stage_{known.sheet}")).scalar_one()
        return compare(connection, known, rows)

    monkeypatch.setattr(sifting, "MANY", 0)
    monkeypatch.setattr(sifting, "compare", compared)
    yield found


def test_only_what_differs_is_staged(app: Any, tenant: Any, tmp_path: Path, staged: dict[str, int]) -> None:
    held = {sheet: [row] for sheet, (row, _) in OTHERS.items()}
    publish(app, tenant, package(tmp_path / "1.zip", **held))
    assert staged == {}
    more = {
        "ledger": [[f"N{number}", *LEDGER[1:]] for number in range(3)],
        "readings": [["W1", LATER, *READING[2:]]],
    }
    report = publish(app, tenant, package(tmp_path / "2.zip", **{sheet: held[sheet] + more.get(sheet, [])
                                                                 for sheet in held}))  # fmt: skip
    assert {sheet: report["sheets"][sheet]["added"] for sheet in LONG} == {"charges": 0, "ledger": 3, "readings": 1}
    assert staged == {"charges": 0, "ledger": 3, "readings": 1}
    assert report["sheets"]["charges"]["unchanged"] == 1


@pytest.mark.parametrize(("sheet", "cell"), [
    (sheet, cell) for sheet, (_, others) in OTHERS.items() for cell, other in enumerate(others)
    if other is not None or OTHERS[sheet][0][cell] is not None
    if not (sheet == "readings" and cell == 0)
])  # fmt: skip
def test_another_value_in_any_cell_is_seen(
    app: Any, tenant: Any, tmp_path: Path, staged: dict[str, int], sheet: str, cell: int
) -> None:
    row, others = OTHERS[sheet]
    publish(app, tenant, package(tmp_path / "1.zip", **{sheet: [row]}))
    other = [*row[:cell], others[cell], *row[cell + 1 :]]
    report = publish(app, tenant, package(tmp_path / "2.zip", **{sheet: [other]}))
    counts = report["sheets"][sheet]
    assert (counts["changed"] or (counts["added"] and counts["withdrawn"])) == 1, counts
    assert staged == {sheet: 1}


@pytest.mark.parametrize("title", [LEDGER[-1], "inny"])
def test_a_key_that_comes_again_is_refused_with_its_row(
    app: Any, tenant: Any, tmp_path: Path, staged: dict[str, int], title: str
) -> None:
    publish(app, tenant, package(tmp_path / "1.zip", ledger=[LEDGER]))
    report = publish(app, tenant, package(tmp_path / "2.zip", ledger=[LEDGER, [*LEDGER[:-1], title]]))
    assert staged == {"ledger": 1}
    assert (report["status"], report["errors"][0]["code"], report["errors"][0]["row"]) == ("refused", "doubled-key", 3)
    assert len(books(app, tenant)["ledger"]) == 1


codes = st.sampled_from(["A", "B", "C", "D\\N", "E'\"", "Ż"])
titles = st.sampled_from([None, "x", "\\N", "\\\\N", "a\\tb", "a b", "ą", ";", '"', "0"])
amounts = st.integers(1, 10**6).map(lambda grosze: Decimal(grosze) / 100)
ledger_rows = st.tuples(
    codes, st.sampled_from(["L1", "L2", "L2", "L9"]), st.just("korekta"), st.sampled_from([None, "woda"]),
    st.sampled_from([DAY, LATER]), st.sampled_from([None, LATER]), st.sampled_from([None, "2026-11"]),
    st.one_of(amounts, amounts, amounts, st.just("dużo")), st.none(), titles, titles,
)  # fmt: skip
charge_rows = st.tuples(
    st.sampled_from(["L1", "L2"]), st.sampled_from(["E", "W"]), st.sampled_from([DAY, LATER]), st.none(),
    st.sampled_from([Decimal("1.00"), Decimal("0.10")]), amounts, amounts, titles,
)  # fmt: skip
states = st.tuples(
    st.lists(ledger_rows, max_size=7, unique_by=lambda row: row[0]) | st.lists(ledger_rows, max_size=4),
    st.lists(charge_rows, max_size=3, unique_by=lambda row: row[:3]),
    st.booleans(),
)


@settings(
    max_examples=EXAMPLES, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(plan=st.lists(states, min_size=2, max_size=4))
def test_sifted_or_compared_in_full_it_is_the_same(app: Any, new_tenant: Callable[..., Any], plan: list[Any]) -> None:
    sifted, full, astray = new_tenant(post=False), new_tenant(post=False), new_tenant(post=False)
    known: dict[str, list[Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, (ledger, charges, again) in enumerate(plan):
            if again and known:
                # Most of what comes was there before, in another order.
                ledger = [*reversed(known["ledger"]), *ledger[:1]]
            known = {"ledger": ledger, "charges": charges}
            path = package(Path(folder) / f"{number}.zip", **known)
            told = [publish_so(app, tenant, path, way) for tenant, way in (
                (sifted, "sifted"), (full, "full"), (astray, "astray"),
            )]  # fmt: skip
            assert told[0] == told[1] == told[2]
            assert books(app, sifted) == books(app, full) == books(app, astray)


def publish_so(app: Any, tenant: Any, path: Path, way: str) -> dict[str, Any]:
    """The report, without what tells imports apart. Gone `astray`, the hashes of what the books hold are wrong."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sifting, "MANY", NEVER if way == "full" else 0)
        if way == "astray":
            right = sifting._text
            patch.setattr(sifting, "_text", lambda sheet: f"CASE WHEN id % 2 = 0 THEN 'x' ELSE {right(sheet)} END")
        report = publish(app, tenant, path)
    return {name: value for name, value in report.items() if name not in ("id", "as_of")}
