"""A fleet of managers: opening them, a step over all, one page of each, and what memory all that takes."""

from __future__ import annotations

import time
from statistics import median, quantiles
from typing import Any

import psycopg

from app.core.actor import system
from app.onboarding.commands import open_manager
from tenants.migrating import migrate
from tests.bench import processes
from tests.bench.migrate import _histories
from tests.bench.place import Place, place

TENANTS = 1000
PASSWORD = "Fleet-of-managers-7"
MB = 1024 * 1024


def run(tenants: int = TENANTS) -> dict[str, Any]:
    """Times in ms are of one manager each; memory is PSS, so shared pages count once."""
    with place() as here:
        before = processes.memory(here.postmaster) / MB
        opened = _open(here, tenants)
        first, again = _visit(here, tenants), _visit(here, tenants)
        after = processes.memory(here.postmaster) / MB
        step, failed = _migrate(here)
        with psycopg.connect(here.owner_url) as connection:
            row = connection.execute(
                "SELECT pg_database_size(current_database()) / 1048576, (SELECT count(*) FROM pg_class)"
            ).fetchone()
        assert row is not None
        tenth = max(1, tenants // 10)
        growth = median(opened[-tenth:]) / median(opened[:tenth])
    return {
        "figures": {
            "opening": {"ms": _ms(median(opened)), "p95": _ms(_p95(opened)), "last_to_first_tenth": round(growth, 2)},
            "migrating": {"ms": _ms(step / tenants), "seconds_of_all": round(step, 1), "failed": failed},
            "page": {"first_ms": _ms(median(first)), "first_p95": _ms(_p95(first)), "again_ms": _ms(median(again))},
            "memory": {
                "postgres_mb_before": round(before),
                "postgres_mb_after_pages": round(after),
                "mb_for_each_manager": round((after - before) / tenants, 2),
            },
            "database": {"mb": row[0], "mb_for_each_manager": round(row[0] / tenants, 1), "pg_class": row[1]},
        },
        "checks": [
            (f"opening the last tenth of {tenants} managers to the first", round(growth, 2), "<=", 1.5),
            ("managers whose migration failed", failed, "<=", 0),
        ],
    }


def _open(here: Place, tenants: int) -> list[float]:
    """As an operator does it: schema, role, profile and administrator."""
    times = []
    for number in range(tenants + 1):
        slug = f"fleet{number:04d}"
        started = time.perf_counter()
        with here.app.app_context():
            open_manager(system("bench"), slug, f"SM {number}", "cooperative", "a@b.example", PASSWORD, post=False)
        times.append(time.perf_counter() - started)
    return times[1:]  # the first one renders the DDL


def _visit(here: Place, tenants: int) -> list[float]:
    times = []
    for number in range(1, tenants + 1):
        client = here.app.test_client()
        started = time.perf_counter()
        answer = client.get("/login", base_url=f"http://fleet{number:04d}.{here.settings.base_domain}")
        times.append(time.perf_counter() - started)
        if answer.status_code != 200:
            raise RuntimeError(f"a page answered {answer.status_code}")
    return times


def _migrate(here: Place) -> tuple[float, int]:
    ours, _usual = _histories(here.folder)
    started = time.perf_counter()
    outcomes = migrate(here.owner_url, jobs=2, location=ours)
    return time.perf_counter() - started, sum(outcome.result != "migrated" for outcome in outcomes)


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)
