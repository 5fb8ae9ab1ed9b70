"""Names that leave the schema: Redis keys and file paths always carry the tenant that they belong to."""

from __future__ import annotations

from tenants.bound import current


def redis_key(*parts: str | int) -> str:
    """A Redis key of the bound tenant."""
    return ":".join(["osiedle", current().schema, *(str(part) for part in parts)])


def file_root() -> str:
    """The folder, relative to the storage, that holds the bound tenant's files."""
    return current().schema
