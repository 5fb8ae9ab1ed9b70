"""Bringing tenants' schemas to the newest revision.

The SQL of a step is rendered once and run for each tenant in one pipelined transaction that also writes the
registry row; the registry is the queue. A blocked tenant is tried again later, a failing one is reported and
the others go on; a killed run continues where it was.
"""

from __future__ import annotations

import io
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory

from tenants.names import checked_schema
from tenants.progress import Run

TENANT_HISTORY = Path(__file__).resolve().parent.parent / "migrations" / "tenant"
LOCK_TIMEOUT = "2s"
STATEMENT_TIMEOUT = "5min"
ATTEMPTS = 6
PART = 100  # tenants between two looks at how many have failed
MOST_FAILURES = 4
log = logging.getLogger(__name__)
_rendering = threading.RLock()


@dataclass(frozen=True, slots=True)
class Step:
    """One revision as plain statements; `{role}` stands for the tenant's role."""

    revision: str
    down_revision: str | None
    statements: tuple[str, ...]
    transactional: bool
    expands: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one tenant in a run; `result` is `migrated`, `current`, `failed` or `held`."""

    slug: str
    schema: str
    before: str
    after: str
    result: str
    seconds: float
    error: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def history(location: Path | None = None) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(location or TENANT_HISTORY))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


@cache
def steps(location: Path | None = None) -> tuple[Step, ...]:
    """All steps from the first to the newest."""
    # Alembic's `op` is one for the process: two first requests that rendered at once would take it from each other.
    with _rendering:
        scripts = list(history(location).walk_revisions())[::-1]
        return tuple(_render(script) for script in scripts)


def head_revision() -> str:
    return steps()[-1].revision


@cache
def served_revisions() -> frozenset[str]:
    """Revisions that this code can serve: the newest, and the one before if the newest step only expands."""
    newest = steps()[-1]
    if newest.expands and newest.down_revision:
        return frozenset({newest.revision, newest.down_revision})
    return frozenset({newest.revision})


def _render(script: Any) -> Step:
    buffer = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": buffer, "transactional_ddl": False}
    )
    collected: list[str] = []
    context.impl.static_output = lambda statement: collected.append(statement.strip().rstrip(";"))  # type: ignore[method-assign, assignment]
    with Operations.context(context):
        script.module.upgrade()
    return Step(
        revision=script.revision,
        down_revision=script.down_revision,
        statements=tuple(statement for statement in collected if statement),
        transactional=getattr(script.module, "transactional", True),
        expands=getattr(script.module, "expands", False),
    )


def steps_from(revision: str, location: Path | None = None) -> tuple[Step, ...]:
    """The steps that a schema on `revision` still lacks. Raises `LookupError` for an unknown revision."""
    known = steps(location)
    names = [step.revision for step in known]
    if revision not in names:
        raise LookupError(f"unknown revision {revision!r}")
    return known[names.index(revision) + 1 :]


def steps_until(revision: str, location: Path | None = None) -> tuple[Step, ...]:
    """The steps that lead from nothing to `revision`. Raises `LookupError` for an unknown revision."""
    return steps(location)[: len(steps(location)) - len(steps_from(revision, location))]


def migrate(
    owner_url: str,
    slugs: list[str] | None = None,
    *,
    canaries: Sequence[str] = (),
    jobs: int = 2,
    location: Path | None = None,
    report: Callable[[Outcome], None] | None = None,
    by: str = "cli",
) -> list[Outcome]:
    """Bring the named tenants (or all) to the newest revision and say what became of each, as soon as it is known.

    Two tenants go first, or those named as `canaries`, then one in a hundred, then the rest in parts; when a named
    canary fails, or everything so far, or too many of those that were tried, the rest is held back. How far it is
    stands in `platform.migration_runs`. Raises `LookupError` for a canary that is not among the tenants.
    """
    outcomes: list[Outcome] = []
    with ExitStack() as stack:
        first = stack.enter_context(psycopg.connect(owner_url, prepare_threshold=None))
        rows = first.execute(
            "SELECT id, slug FROM platform.tenants WHERE %(slugs)s::text[] IS NULL OR slug = ANY(%(slugs)s) "
            "ORDER BY id",
            {"slugs": slugs},
        ).fetchall()
        first.rollback()
        chosen = _chosen(rows, canaries)
        target = steps(location)[-1].revision
        run = stack.enter_context(Run(owner_url, by=by, target=target, total=len(rows)))
        connections = [first]
        for _ in range(min(jobs, len(rows)) - 1):
            connections.append(stack.enter_context(psycopg.connect(owner_url, prepare_threshold=None)))
        told = _teller(run, report)
        for name, wave in _waves([row[0] for row in rows], chosen):
            run.wave(name)
            if too_many_failed(outcomes) or _canary_failed(outcomes, len(chosen)):
                found = [Outcome(slug, "", "", "", "held", 0.0) for number, slug in rows if number in set(wave)]
                for outcome in found:
                    told(outcome)
            else:
                found = _run_wave(connections, wave, location, told)
            outcomes.extend(found)
    return outcomes


def too_many_failed(outcomes: list[Outcome]) -> bool:
    """Whether a run should stop: everything failed so far, or at least four and more than one in a hundred."""
    failed = sum(outcome.result in ("failed", "held") for outcome in outcomes)
    return bool(outcomes) and (failed == len(outcomes) or (failed >= MOST_FAILURES and failed * 100 > len(outcomes)))


def _canary_failed(outcomes: list[Outcome], chosen: int) -> bool:
    return any(outcome.result == "failed" for outcome in outcomes[:chosen])


def _teller(run: Run, report: Callable[[Outcome], None] | None) -> Callable[[Outcome], None]:
    one_at_a_time = threading.Lock()

    def tell(outcome: Outcome) -> None:
        run.count(outcome.result)
        if report:
            with one_at_a_time:
                report(outcome)

    return tell


def _chosen(rows: Sequence[tuple[Any, ...]], canaries: Sequence[str]) -> list[int]:
    numbers = {slug: number for number, slug in rows}
    strangers = [slug for slug in canaries if slug not in numbers]
    if strangers:
        raise LookupError(f"not among those to migrate: {', '.join(strangers)}")
    return list(dict.fromkeys(numbers[slug] for slug in canaries))


def _waves(ids: list[int], chosen: list[int]) -> Iterator[tuple[str, list[int]]]:
    first = len(chosen) or 2
    ids = chosen + [number for number in ids if number not in set(chosen)]
    second = first + max(8, len(ids) // 100)
    if ids:
        yield "canaries", ids[:first]
    if len(ids) > first:
        yield "few", ids[first:second]
    for start in range(second, len(ids), PART):
        yield "rest", ids[start : start + PART]


def _run_wave(
    connections: list[psycopg.Connection[Any]],
    ids: list[int],
    location: Path | None,
    tell: Callable[[Outcome], None],
) -> list[Outcome]:
    """The tenants shared out to the connections, each of which works in a thread of its own."""
    shares = [ids[number :: len(connections)] for number in range(len(connections))]
    with ThreadPoolExecutor(max_workers=len(connections)) as pool:
        done = pool.map(lambda connection, share: _run_share(connection, share, location, tell), connections, shares)
        return [outcome for part in done for outcome in part]


def _run_share(
    connection: psycopg.Connection[Any], ids: list[int], location: Path | None, tell: Callable[[Outcome], None]
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    waiting = list(ids)
    for attempt in range(ATTEMPTS):
        blocked: list[int] = []
        for tenant_id in waiting:
            outcome = _migrate_one(connection, tenant_id, location, last=attempt == ATTEMPTS - 1)
            if outcome is None:
                blocked.append(tenant_id)
            else:
                tell(outcome)
                outcomes.append(outcome)
        waiting = blocked
        if not waiting:
            break
        time.sleep(0.2 * 2**attempt)
    return outcomes


def _migrate_one(
    connection: psycopg.Connection[Any], tenant_id: int, location: Path | None, *, last: bool
) -> Outcome | None:
    """One tenant, step by step; None when it is blocked and worth another try."""
    started = time.monotonic()
    slug = schema = before = after = ""
    try:
        while True:
            row = connection.execute(
                "SELECT slug, schema, revision FROM platform.tenants WHERE id = %s FOR UPDATE SKIP LOCKED",
                (tenant_id,),
            ).fetchone()
            if row is None:
                connection.rollback()
                if last:
                    return Outcome(
                        slug or str(tenant_id), schema, before, after, "failed", 0.0, "locked by another run"
                    )
                return None
            slug, schema, after = row
            before = before or after
            remaining = steps_from(after, location)
            if not remaining:
                connection.rollback()  # nothing was written; a commit would wait for the disk
                result = "current" if before == after else "migrated"
                return Outcome(slug, schema, before, after, result, time.monotonic() - started)
            _apply(connection, tenant_id, checked_schema(schema), remaining[0])
            if len(remaining) == 1:
                after = remaining[0].revision
                return Outcome(slug, schema, before, after, "migrated", time.monotonic() - started)
    except psycopg.errors.LockNotAvailable as error:
        connection.rollback()
        if not last:
            return None
        return _failure(connection, tenant_id, Outcome(slug, schema, before, after, "failed", 0.0, str(error)))
    except (psycopg.Error, LookupError, ValueError) as error:
        connection.rollback()
        seconds = time.monotonic() - started
        return _failure(connection, tenant_id, Outcome(slug, schema, before, after, "failed", seconds, str(error)))


def _apply(connection: psycopg.Connection[Any], tenant_id: int, schema: str, step: Step) -> None:
    written = (
        "UPDATE platform.tenants SET revision = %s, migrated_at = now(), migration_error = NULL WHERE id = %s",
        (step.revision, tenant_id),
    )
    statements = [statement.replace("{role}", f'"{schema}"') for statement in step.statements]
    if not step.transactional:
        connection.commit()
        connection.autocommit = True
        try:
            connection.execute(f'SET search_path TO "{schema}", ext'.encode())
            for statement in statements:
                connection.execute(statement.encode())
            connection.execute(b"RESET search_path")
            connection.execute(*written)
        finally:
            connection.autocommit = False
        return
    with connection.pipeline(), connection.cursor() as cursor:
        for setting in (
            f"SET LOCAL lock_timeout TO '{LOCK_TIMEOUT}'",
            f"SET LOCAL statement_timeout TO '{STATEMENT_TIMEOUT}'",
            f'SET LOCAL search_path TO "{schema}", ext',
            *statements,
        ):
            cursor.execute(setting.encode())
        cursor.execute(*written)
        connection.commit()


def _failure(connection: psycopg.Connection[Any], tenant_id: int, outcome: Outcome) -> Outcome:
    connection.execute("UPDATE platform.tenants SET migration_error = %s WHERE id = %s", (outcome.error, tenant_id))
    connection.commit()
    log.warning("migration of %s failed: %s", outcome.slug, outcome.error)
    return outcome
