"""Who refers to stored files: features say so, and what nobody refers to is removed in time."""

from __future__ import annotations

_selects: dict[str, str] = {}


def owner(name: str, select: str) -> None:
    """Say that a feature refers to stored files; `select` is SQL that gives their ids, NULLs allowed."""
    _selects[name] = select


def references() -> str:
    """SQL that gives the ids of all files somebody refers to."""
    return " UNION ALL ".join(_selects.values()) or "SELECT CAST(NULL AS bigint)"
