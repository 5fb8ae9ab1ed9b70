"""What a monitoring system reads of the platform, its queues and its managers.

A manager is told by its number in the registry: names, subdomains and schemas stay here. Figures of managers are the
gathered ones (`osiedle_tenant_figures_age_seconds` says how old), so reading them enters no manager's schema.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import redis
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import Connection, text

from app.core.jobs import LANES
from tenants.db import PLATFORM, db
from tenants.migrating import head_revision
from tenants.names import schema_name

MOST_BELLS = 10_000
_AGE = "extract(epoch FROM now() - {})"
# name → its description, and label → SQL of its value in a row of the gathered figures
_OF_TENANTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "osiedle_tenant_units": ("Units in the books", "", {"": "units"}),
    "osiedle_tenant_accounts": ("Accounts that are open", "of", {"residents": "accounts", "staff": "staff"}),
    "osiedle_tenant_bytes": ("Bytes on disk", "of", {"files": "files_size", "tables": "tables_size"}),
    "osiedle_tenant_jobs": (
        "Jobs by state", "state", {"waiting": "jobs_waiting", "running": "jobs_running", "failed": "jobs_failed"},
    ),
    "osiedle_tenant_letters": (
        "Letters: waiting now, and of the last seven days", "state",
        {"waiting": "letters_waiting", "sent": "letters_sent", "failed": "letters_failed", "held": "letters_held"},
    ),
    "osiedle_tenant_import_age_seconds": ("Age of the last good import", "", {"": _AGE.format("last_import_at")}),
    "osiedle_tenant_failed_imports": ("Imports that failed since the last good one", "", {"": "failed_imports"}),
    "osiedle_tenant_figures_age_seconds": ("Age of what is told of a manager", "", {"": _AGE.format("gathered_at")}),
}  # fmt: skip
_VALUES = [value for _about, _label, values in _OF_TENANTS.values() for value in values.values()]
_FIGURES = text(
    f"SELECT tenant_id, {', '.join(_VALUES)} FROM platform.tenant_figures ORDER BY tenant_id"
)  # constants of this file


class Metrics:
    """A collector of `prometheus_client`; asks when it is asked. Redis that is away leaves its gauges out."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with db.engines[PLATFORM].connect() as connection:
            yield from _platform(connection)
            yield from _tenants(connection)
            numbers = {schema_name(row[0]): str(row[0]) for row in connection.execute(_IDS)}
        yield from _queues(self._redis_url, numbers)


_IDS = text("SELECT id FROM platform.tenants")
_BY_STATUS = text("SELECT status, count(*) FROM platform.tenants GROUP BY status")
_MIGRATIONS = text(
    "SELECT count(*) FILTER (WHERE migration_error IS NOT NULL), count(*) FILTER (WHERE revision <> :head) "
    "FROM platform.tenants"
)
_JOBS = text("SELECT state, count(*) FROM platform.jobs WHERE state <> 'done' GROUP BY state")


def _platform(connection: Connection) -> Iterator[GaugeMetricFamily]:
    tenants = GaugeMetricFamily("osiedle_tenants", "Managers by status", labels=["status"])
    for status, count in connection.execute(_BY_STATUS):
        tenants.add_metric([status], count)
    failed, behind = connection.execute(_MIGRATIONS, {"head": head_revision()}).one()
    jobs = GaugeMetricFamily("osiedle_platform_jobs", "The platform's own jobs by state", labels=["state"])
    for state, count in connection.execute(_JOBS):
        jobs.add_metric([state], count)
    yield tenants
    yield GaugeMetricFamily("osiedle_tenant_migrations_failed", "Managers whose last migration failed", value=failed)
    yield GaugeMetricFamily("osiedle_tenants_behind", "Managers not on the newest revision", value=behind)
    yield jobs


def _tenants(connection: Connection) -> Iterator[GaugeMetricFamily]:
    rows = connection.execute(_FIGURES).all()
    place = 1
    for name, (about, label, values) in _OF_TENANTS.items():
        family = GaugeMetricFamily(name, about, labels=["tenant", label] if label else ["tenant"])
        for word in values:
            for row in rows:
                if row[place] is not None:
                    family.add_metric([str(row[0]), word] if label else [str(row[0])], float(row[place]))
            place += 1
        yield family


def _queues(url: str, numbers: dict[str, str]) -> Iterator[GaugeMetricFamily]:
    waiting = GaugeMetricFamily("osiedle_queue_waiting", "Doorbells that no worker took", labels=["lane", "tenant"])
    lengths = GaugeMetricFamily("osiedle_queue_length", "All doorbells of a lane", labels=["lane"])
    try:
        with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
            for lane in LANES:
                key = f"rq:queue:osiedle-{lane}"
                bells: Any = client.lrange(key, 0, MOST_BELLS - 1)
                lengths.add_metric([lane], float(client.llen(key)))  # type: ignore[arg-type]
                for schema, count in sorted(Counter(bell.decode().split("-")[0] for bell in bells).items()):
                    waiting.add_metric([lane, numbers.get(schema, PLATFORM)], count)
            workers: Any = client.scard("rq:workers")
    except redis.RedisError:
        return
    yield waiting
    yield lengths
    yield GaugeMetricFamily("osiedle_workers", "Worker processes that are alive", value=float(workers))
