"""Random packages and undos against a plain model of the books: every revision equal, row by row, to the grosz."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import packages
from tests.features.imports.doing import books, publish, take_back

EXAMPLES = int(os.environ.get("IMPORT_EXAMPLES", "6"))
Ledger = dict[str, tuple[str, int]]

entries = st.dictionaries(
    st.sampled_from([f"E{number}" for number in range(6)]),
    st.tuples(st.sampled_from(["L1", "L2"]), st.integers(-10**12, 10**12)),
    max_size=6,
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("snapshot"), entries),
        st.tuples(st.just("increment"), entries),
        st.tuples(st.just("undo"), st.integers(0, 5)),
    ),
    min_size=2,
    max_size=6,
)


class Model:
    """The books as a dictionary a revision."""

    def __init__(self) -> None:
        self.states: list[Ledger] = [{}]

    @property
    def now(self) -> Ledger:
        return self.states[-1]

    def become(self, state: Ledger) -> bool:
        """True when this is a new revision."""
        if state == self.now:
            return False
        self.states.append(dict(state))
        return True


def package(folder: Path, number: int, entries: Ledger, first: bool) -> Path:
    rows = [
        [entry, unit, "korekta", None, date(2026, 11, 1), None, None,
         Decimal(grosze) / 100 if grosze >= 0 else None, Decimal(-grosze) / 100 if grosze < 0 else None, None, None]
        for entry, (unit, grosze) in entries.items()
    ]  # fmt: skip
    small = packages.small()
    sheets = {name: small[name] for name in ("buildings", "units")} if first else {}
    return packages.archive(folder / f"{number}.zip", {**sheets, "ledger": rows})


def seen(app: Any, tenant: Any, revision: int | None = None) -> Ledger:
    return {row[0]: (row[1], row[7] - row[8]) for row in books(app, tenant, revision)["ledger"]}


@settings(
    max_examples=EXAMPLES, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(plan=steps)
def test_books_are_what_the_model_says(app: Any, new_tenant: Callable[..., Any], plan: list[Any]) -> None:
    tenant, model = new_tenant(post=False), Model()
    with tempfile.TemporaryDirectory() as folder:
        # Units first, so that the ledger's references hold; revision 1 is the empty ledger.
        assert publish(app, tenant, package(Path(folder), 0, {}, True))["revision"] == 1
        model.states.append({})
        for number, (kind, what) in enumerate(plan, 1):
            if kind == "undo":
                revision = 2 + what % max(1, len(model.states) - 2)
                if revision >= len(model.states):
                    continue
                new = model.become(model.states[revision - 1])
                report = take_back(app, tenant, revision)
            else:
                wanted = what if kind == "snapshot" else {**model.now, **what}
                new = model.become(wanted)
                report = publish(app, tenant, package(Path(folder), number, what, False), mode=kind)
            assert report["status"] == ("published" if new else "unchanged"), report
            assert report["revision"] == len(model.states) - 1
            assert seen(app, tenant) == model.now
    assert [seen(app, tenant, number) for number in range(len(model.states))] == model.states
