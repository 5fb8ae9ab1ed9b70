"""Which connection a tenant gets: one that has served it lately, if it can.

The first transaction of a tenant on a connection costs PostgreSQL some five milliseconds, to read what the schema's
tables look like and to plan; later ones a tenth of that. So tenants keep to their connections, which also keeps
down what each of PostgreSQL's processes remembers. That is all: any connection may serve any tenant, and enters its
role and schema with each transaction (`tenants.routing`).
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from sqlalchemy import QueuePool
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import queue

from tenants.bound import current, is_bound

# Tenants that a connection is taken to remember: about as many as it keeps the statements of (`tenants.reading`).
REMEMBERED = 64


def serves(info: dict[Any, Any], tenant_id: int) -> None:
    """Note whom a connection serves; `info` is SQLAlchemy's dictionary of the connection."""
    served: OrderedDict[int, None] = info.setdefault("served", OrderedDict())
    served[tenant_id] = None
    served.move_to_end(tenant_id)
    if len(served) > REMEMBERED:
        served.popitem(last=False)


class _Idle(queue.Queue[ConnectionPoolEntry]):
    """The connections that wait for work."""

    def _get(self) -> ConnectionPoolEntry:
        """The one used last among those that served the bound tenant, else the one that served the fewest."""
        wanted = current().id if is_bound() else None
        found = next((entry for entry in reversed(self.queue) if wanted in _served(entry)), None)
        if found is None:
            found = min(self.queue, key=lambda entry: len(_served(entry)))
        self.queue.remove(found)
        return found


def _served(entry: ConnectionPoolEntry) -> OrderedDict[int, None]:
    served: OrderedDict[int, None] = entry.info.get("served", OrderedDict())
    return served


class TenantPool(QueuePool):
    """A pool of connections that know their tenants."""

    _queue_class = _Idle
