"""Benchmarks of Osiedle: each prints a ratio of one run, on servers of its own."""

from __future__ import annotations

import contextlib
import json
import operator
import sys
from typing import Any

import click

from tests.bench.place import place

ROWS = [200_000]  # of a ledger, for `import`
FLEET = [1000]  # managers, for `fleet`
BESIDE: list[bool] = []  # whether pages are let go first, if only that of `import` is measured
COMPARE = {"<=": operator.le, ">=": operator.ge}


def _page(seconds: float | None, quick: bool) -> dict[str, Any]:
    from tests.bench import page

    return page.run(seconds or (2.0 if quick else 8.0), 3 if quick else 7, 20 if quick else page.TENANTS)


def _import(seconds: float | None, quick: bool) -> dict[str, Any]:
    from tests.bench import imports

    if BESIDE:
        with place() as here:
            figures = imports.beside(here, 20_000 if quick else ROWS[0], 1 if quick else 5, rests=BESIDE[0])
        return {
            "figures": {"import": figures},
            "checks": [("p95 of residents beside an import to that without", figures["p95_ratio"], "<=", 1.5)],
        }
    with place() as here:
        figures = imports.run(here, 20_000, 2) if quick else imports.run(here, ROWS[0], 1 if ROWS[0] > 500_000 else 3)
    return {
        "figures": {"import": figures},
        "checks": [
            ("speed of new rows to COPY", figures["new_to_copy"], ">=", 0.6),
            ("speed of the same package again to the first time", figures["again_to_new"], ">=", 2.5),
            ("time with 1 % changed to unchanged rows", figures["changed_to_same"], "<=", 1.3),
            ("MB written ahead for the same package again", figures["again_wal_mb"], "<=", 1.0),
            ("MB in all processes of the import", figures["peak_mb"], "<=", 300),
            ("p95 of residents beside an import to that without", figures["p95_ratio"], "<=", 1.5),
        ],
    }


def _mailout(seconds: float | None, quick: bool) -> dict[str, Any]:
    from tests.bench import mailout

    with place() as here:
        figures = mailout.run(here.settings, 500, 2, 2_000) if quick else mailout.run(here.settings)
    return {
        "figures": {"mailout": figures},
        "checks": [
            ("speed to smtplib over one connection", figures["ratio"], ">=", 0.45),
            ("the same where each answer takes 20 ms", figures["slow_ratio"], ">=", 6.0),
            ("the same where only each message does", figures["thoughtful_ratio"], ">=", 6.0),
            (f"seconds to queue {figures['recipients']} personal papers", figures["queue_seconds"], "<=", 10.0),
            ("MB that sending papers adds to a worker", figures["paper_mb"], "<=", 60.0),
        ],
    }


def _fairness(seconds: float | None, quick: bool) -> dict[str, Any]:
    from tests.bench import fairness

    with place() as here:
        figures = fairness.run(here, 3_000, 5) if quick else fairness.run(here)
    worst = figures["beside_worst"]
    return {
        "figures": {"fairness": figures},
        "checks": [("seconds to a password reset beside a mass", worst, "<=", 5.0)],
    }


def _provision(seconds: float | None, quick: bool) -> dict[str, Any]:
    from tests.bench import provision

    return provision.run(5 if quick else 15)


def _migrate(seconds: float | None, quick: bool) -> dict[str, Any]:
    from tests.bench import migrate

    return migrate.run(20, 2) if quick else migrate.run()


def _lists(seconds: float | None, quick: bool) -> dict[str, Any]:
    from tests.bench import lists

    with place() as here:
        figures = lists.run(here, 600, 3) if quick else lists.run(here)
    return {
        "figures": {"lists": figures},
        "checks": [
            ("p95 in ms of the slowest list of staff", figures["slowest_ms"], "<=", 300),
            ("p95 in ms of the slowest sum or search over everything", figures["slowest_whole_ms"], "<=", 1000),
        ],
    }


def _fleet(seconds: float | None, quick: bool) -> dict[str, Any]:
    from tests.bench import fleet

    return fleet.run(20 if quick else FLEET[0])


def _run(seconds: float | None, quick: bool) -> dict[str, Any]:
    from tests.bench import starting

    return starting.run(cached=quick)


BENCHES = {
    "page": _page,
    "import": _import,
    "mailout": _mailout,
    "fairness": _fairness,
    "provision": _provision,
    "migrate": _migrate,
    "lists": _lists,
    "run": _run,
    "fleet": _fleet,
}


@click.command(help=__doc__)
@click.argument("what", type=click.Choice([*BENCHES, "all"]), default="all")
@click.option("--json", "as_json", is_flag=True, help="One JSON on standard output and nothing else.")
@click.option("--seconds", type=float, help="Length of a round of `page`.")
@click.option("--quick", is_flag=True, help="Small and short: shows that it works, not how fast.")
@click.option("--rows", type=click.IntRange(1_000, 2_000_000), help="Rows of the ledger of `import`.")
@click.option("--tenants", type=click.IntRange(2, 20_000), help="Managers of `fleet`, 1000 unless said.")
@click.option(
    "--beside",
    type=click.Choice(["rest", "none"]),
    help="Of `import` only what residents wait beside it, with its pauses or without.",
)
def main(
    what: str,
    as_json: bool,
    seconds: float | None,
    quick: bool,
    rows: int | None,
    tenants: int | None,
    beside: str | None,
) -> None:
    FLEET[0] = tenants or FLEET[0]
    ROWS[0] = rows or ROWS[0]
    BESIDE[:] = [] if beside is None else [beside == "rest"]
    results: dict[str, Any] = {}
    for name in BENCHES if what == "all" else [what]:
        with contextlib.redirect_stdout(sys.stderr):
            try:
                results[name] = BENCHES[name](seconds, quick)
            except RuntimeError as problem:
                results[name] = {"figures": {}, "checks": [], "missing": str(problem)}
        if not as_json:
            _tell(name, results[name])
    if as_json:
        print(json.dumps(results, ensure_ascii=False, indent=1))
    sys.exit(0 if all(_met(check) for result in results.values() for check in result["checks"]) else 1)


def _tell(name: str, result: dict[str, Any]) -> None:
    for who, figures in result["figures"].items():
        print(f"{name}: {who}: " + ", ".join(f"{key} {value}" for key, value in figures.items()))
    for check in result["checks"]:
        what, value, sign, target = check
        print(f"{name}: {what}: {value} (target {sign} {target}) {'met' if _met(check) else 'MISSED'}")
    for key, value in result.items():
        if key not in ("figures", "checks") and value:
            print(f"{name}: {key}: {value}")


def _met(check: tuple[str, float, str, float]) -> bool:
    _what, value, sign, target = check
    return bool(COMPARE[sign](value, target))


if __name__ == "__main__":
    main(prog_name="flask bench")
