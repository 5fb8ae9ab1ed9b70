"""A new manager against its bare DDL: the same statements as one string in one transaction, nothing else.

And the whole way of a trial, from its confirmation to a portal that answers.
"""

from __future__ import annotations

import time
from statistics import median
from typing import Any

import psycopg

from tenants.migrating import head_revision
from tenants.provisioning import provision, remove
from tenants.schema import statements_for
from tests.bench import trial
from tests.bench.place import Place, place

BARE = 900_000  # schemas of the bare side, far from the numbers that the registry gives


def run(rounds: int = 15) -> dict[str, Any]:
    """Times of both in alternating rounds. Ours also connects and registers; bare keeps its connection."""
    times: dict[str, list[float]] = {"ours": [], "bare": []}
    with place() as here, psycopg.connect(here.owner_url, autocommit=True) as connection:
        head_revision()
        for number in range(rounds + 1):
            slug = f"bench{number:03d}"
            started = time.perf_counter()
            _ours(here, slug)
            ours = time.perf_counter() - started
            schema = f"t_{BARE + number}"
            statements = ";\n".join(["BEGIN", *statements_for(schema), "COMMIT"]).encode()
            started = time.perf_counter()
            connection.execute(statements)
            bare = time.perf_counter() - started
            for what in ("SCHEMA", "OWNED BY", "ROLE"):
                connection.execute(f'DROP {what} "{schema}"{" CASCADE" if what == "SCHEMA" else ""}'.encode())
            remove(here.settings.database_url, slug)
            if number:  # the first of each warms caches
                times["ours"].append(ours)
                times["bare"].append(bare)
        whole = trial.run(here, rounds)
    ratio = round(median(a / b for a, b in zip(times["ours"], times["bare"], strict=True)), 3)
    return {
        "figures": {name: {"ms": round(1000 * median(each), 1)} for name, each in times.items()} | {"trial": whole},
        "checks": [
            ("time of a new manager to its bare DDL", ratio, "<=", 2.0),
            ("ms from the yes to a trial to its portal's first page", whole["ms"], "<=", 1000),
        ],
    }


def _ours(here: Place, slug: str) -> None:
    base = here.settings.base_domain
    provision(here.settings.database_url, slug=slug, name="Benchmark", kind="cooperative", base_domain=base)
