"""How long an import still takes: said of the first one too, never below zero, and without leaps."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports import estimating, progress, running
from app.imports.estimating import CALM, LEAST, SOONEST, STAGES, SWING, Forecast, part_done, still_left
from app.imports.reading.stream import open_package
from tests.factories import packages
from tests.features.imports.doing import change, publish, query
from tests.features.imports.test_conservation import big_package
from tests.features.imports.test_pages import Desk, desk  # noqa: F401
from tests.pages import inspect

steps = st.lists(st.tuples(st.floats(0, 300), st.floats(-0.2, 1.2)), min_size=1, max_size=60)


@given(steps)
def test_it_is_never_below_zero_and_never_leaps(told: list[tuple[float, float]]) -> None:
    forecast, at, before, done = Forecast(1000.0), 1000.0, None, 0.0
    for passed, part in told:
        at += passed
        left = forecast.left(at, part)
        assert forecast.done >= done and 0 <= forecast.done <= 1, "what is done stays done"
        done = forecast.done
        if left is None:
            assert before is None, "once it is known it is said"
            continue
        assert left >= 0 and math.isfinite(left)
        if before is not None:
            expected = max(0.0, before - passed)
            swing = max(expected, CALM) * ((1 + SWING) ** min(passed, 60) - 1)
            assert abs(left - expected) <= swing * 1.001 + 1e-6
        before = left


@given(st.floats(5, 3600), st.floats(0.2, 3))
def test_at_an_even_pace_it_is_right_all_the_time(seconds: float, every: float) -> None:
    forecast, at = Forecast(0.0), 0.0
    while (at := at + every) < seconds:
        left = forecast.left(at, at / seconds)
        if at >= SOONEST and at / seconds >= LEAST:
            assert left == pytest.approx(seconds - at, abs=0.01)
        else:
            assert left is None


@given(st.floats(20, 600), st.floats(0.3, 4))
def test_after_a_start_at_another_pace_it_comes_right(seconds: float, slower: float) -> None:
    """The first tenth of the work goes at a pace of its own; before the last fifth the forecast has followed."""
    first = seconds / 10 * slower
    whole = first + seconds * 9 / 10
    forecast, left = Forecast(0.0), None
    for at in range(1, int(whole * 0.9)):
        done = at / first / 10 if at < first else 0.1 + (at - first) / seconds
        left = forecast.left(at, done)
        if at > whole * 0.8 and at > 15:
            assert left is not None and abs(left - (whole - at)) <= 0.35 * whole + 5


def test_stages_follow_each_other_and_make_one_whole() -> None:
    ends = [part_done(name, share) for name in STAGES for share in (-1.0, 0.0, 0.5, 1.0, 7.0)]
    assert (
        ends == sorted(ends)
        and ends[0] == 0
        and ends[-1] == pytest.approx(1)
        and sum(STAGES.values()) == pytest.approx(1)
    )


@given(st.floats(0, 1e6), st.floats(-10, 1e6))
def test_a_forecast_runs_down_and_is_withdrawn_once_it_is_wrong(left: float, since: float) -> None:
    now = still_left(left, since)
    assert now is None or 0 <= now <= left + 1
    assert (now is None) == (since > left + max(estimating.PATIENCE, left / 2))
    assert still_left(None, since) is None


@pytest.mark.parametrize("make", [packages.archive, packages.folder, packages.workbook], ids=lambda made: made.__name__)
def test_what_part_is_read_grows_to_the_whole(tmp_path: Path, make: Callable[..., Path]) -> None:
    seen: list[float] = []
    path = make(tmp_path / ("p.xlsx" if make is packages.workbook else "p"), big_package(1, 6_000))
    with open_package(path, name="p.zip", progress=lambda _sheet, _rows, share: seen.append(share)) as package:
        for sheet in package.sheets():
            for _block in sheet.blocks:
                pass
        assert not package.findings.errors
    assert seen == sorted(seen) and seen[-1] == pytest.approx(1, abs=0.05)
    # Nearly everything lies in one sheet, of which each block is a part.
    assert max(after - before for before, after in pairwise(seen)) < 0.4


def test_the_first_import_of_all_says_how_long_it_takes(
    app: Any, new_tenant: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = new_tenant(post=False)
    monkeypatch.setattr(progress, "PROGRESS_SECONDS", 0)
    monkeypatch.setattr(estimating, "SOONEST", 0)
    told: list[tuple[str, int, float | None]] = []

    class Heard(progress.Progress):
        def _tell(self) -> None:
            super()._tell()
            told.append((self._stage, int(100 * self._forecast.done), self._forecast._left))

    monkeypatch.setattr(running, "Progress", Heard)
    assert publish(app, tenant, packages.archive(tmp_path / "a.zip", big_package(1, 6_000)))["status"] == "published"
    percents = [percent for _, percent, _ in told]
    assert percents == sorted(percents) and percents[-1] <= 100
    known = [left for stage, _, left in told if stage == "reading" and left is not None]
    assert len(known) >= 4 and min(known) >= 0, told
    assert query(app, tenant, "SELECT rows_expected FROM imports") == [(None,)], "no import has been here before"


@pytest.mark.parametrize(
    ("left", "ago", "words"),
    [(120, 0, "Zostało około 2 minut."), (50, 0, "Zostało około 50 sekund."), (65, 60, "Zostało kilka sekund."),
     (30, 600, None), (None, 0, None)],
)  # fmt: skip
def test_the_page_says_it_in_words(
    desk: Callable[..., Desk],  # noqa: F811
    tmp_path: Path,
    left: int | None,
    ago: int,
    words: str | None,
) -> None:
    staff = desk()
    path = packages.archive(tmp_path / "a.zip", packages.small())
    page = staff.hand_over(path.read_bytes(), "a.zip").headers["Location"]
    told = (datetime.now(UTC) - timedelta(seconds=ago)).isoformat(timespec="seconds")
    change(
        staff.app, staff.tenant,
        "UPDATE imports SET status = 'running', progress = jsonb_build_object('stage', 'reading', 'rows', 4000, "
        "'total', NULL, 'sheet', 'ledger', 'percent', 40, 'left', CAST(:left AS int), 'told', CAST(:told AS text))",
        left=left, told=told,
    )  # fmt: skip
    shown = inspect(staff.get(page))
    assert "Przeczytano 4 000 wierszy." in shown.replace("\xa0", " ")
    assert (words in shown) if words else ("Zostało" not in shown)
