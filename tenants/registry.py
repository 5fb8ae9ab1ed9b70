"""The register of tenants: host or slug in, frozen `Tenant` out.

A web process remembers what it read for as long as it hears the database say that nothing changed
(`LISTEN osiedle_registry`, rung by triggers on the registry's tables). While it does not hear, it asks each
time: a suspended manager is never served from memory.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Engine, text

CHANNEL = "osiedle_registry"
_COLUMNS = (
    "t.id, t.slug, t.name, t.kind, t.status, t.status_reason, t.contact, t.database, t.schema, t.revision, t.standing, "
    "(SELECT d.host FROM platform.domains d WHERE d.tenant_id = t.id AND d.main) AS main"
)
# a server that is gone without a word must be noticed: until then a change would not be heard
_ALIVE: dict[str, Any] = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 2}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tenant:
    """One manager as the rest of the code sees it. `schema` is also the name of its database role.

    `standing` is `good`, or what the manager's staff may still do while nobody pays: `read_only`, `staff_off`.
    """

    id: int
    slug: str
    name: str
    kind: str
    status: str
    status_reason: str | None
    contact: dict[str, Any] = field(hash=False)
    database: str
    schema: str
    revision: str
    host: str
    standing: str = "good"

    @property
    def suspended(self) -> bool:
        return self.status == "suspended"


class Registry:
    """Look-ups of tenants through the platform engine."""

    def __init__(self, engine: Engine, listen_url: str, base_domain: str) -> None:
        self._engine = engine
        self._listen_url = listen_url
        self._base = base_domain
        self._cache: dict[str, Tenant] = {}
        self._generation = 0
        self._hearing = False
        self._listener_pid: int | None = None
        self._lock = threading.Lock()

    def by_slug(self, slug: str) -> Tenant | None:
        return self._one("t.slug = :value", slug)

    def by_id(self, tenant_id: int) -> Tenant | None:
        return self._one("t.id = :value", tenant_id)

    def by_host(self, host: str, base_hostname: str) -> Tenant | None:
        """The tenant that answers on this host name (lower case, no port): exact look-up, no guessing."""
        known, generation = self._cache.get(host), self._generation
        if known is not None and self._hearing:
            return known
        slug = host.removesuffix("." + base_hostname) if host.endswith("." + base_hostname) else None
        if slug is not None:
            found = None if "." in slug else self.by_slug(slug)
        else:
            found = self._one("t.id = (SELECT d.tenant_id FROM platform.domains d WHERE d.host = :value)", host)
        with self._lock:
            if self._hearing and found is not None and generation == self._generation:
                self._cache[host] = found
        return found

    def all(self, slugs: Iterable[str] | None = None) -> list[Tenant]:
        """Every tenant, or those named, by slug."""
        wanted = list(slugs) if slugs is not None else None
        condition = "TRUE" if wanted is None else "t.slug = ANY(:value)"
        return self._many(condition, wanted)

    def watch(self) -> None:
        """Start listening for changes in this process; safe to call again, also after a fork."""
        with self._lock:
            if self._listener_pid == os.getpid():
                return
            self._listener_pid = os.getpid()
            self._hearing = False
            self._cache.clear()
        threading.Thread(target=self._listen, name="registry", daemon=True).start()

    def _one(self, condition: str, value: Any) -> Tenant | None:
        rows = self._many(condition, value)
        return rows[0] if rows else None

    def _many(self, condition: str, value: Any) -> list[Tenant]:
        statement = text(f"SELECT {_COLUMNS} FROM platform.tenants t WHERE {condition} ORDER BY t.slug")
        with self._engine.connect() as connection:
            rows = connection.execute(statement, {} if value is None else {"value": value}).all()
        return [self._tenant(dict(row._mapping)) for row in rows]

    def _tenant(self, row: dict[str, Any]) -> Tenant:
        """Links lead to the tenant's main domain where it chose one, else to its subdomain; the port is everybody's."""
        main, port = row.pop("main"), self._base.partition(":")[1:]
        return Tenant(**row, host=main + "".join(port) if main else f"{row['slug']}.{self._base}")

    def _listen(self) -> None:
        pause = threading.Event()
        while self._listener_pid == os.getpid():
            try:
                with psycopg.connect(self._listen_url, autocommit=True, connect_timeout=5, **_ALIVE) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._forget(hearing=True)
                    for _notice in connection.notifies():
                        self._forget(hearing=True)
            except psycopg.Error as error:
                log.info("registry: not hearing the database (%s)", type(error).__name__)
            self._forget(hearing=False)
            pause.wait(1)

    def _forget(self, *, hearing: bool) -> None:
        with self._lock:
            self._generation += 1
            self._cache.clear()
            self._hearing = hearing
