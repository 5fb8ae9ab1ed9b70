"""Where documents of a kind have pages of their own: parts of the zone say it, lists and the page of files link there.

Addresses are below the site's own (`/works/<site>/`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Own:
    """The pages of a kind: `show(public_id)` of one document, and `add` where a new one is made (None: nowhere)."""

    show: Callable[[str], str]
    add: str | None = None
    #: What the link to `add` says; lazy.
    words: Any = ""
    #: Whether a document (its id) is settled, so that only those who manage the site may withdraw it.
    settled: Callable[[int], bool] | None = None


_own: dict[str, Own] = {}


def register(kind: str, own: Own) -> None:
    """Say that documents of a kind have pages of their own, such as `register("invoice", Own(lambda id: …))`."""
    _own[kind] = own


def own(kind: str) -> Own | None:
    """The pages of a kind, if it has any of its own."""
    return _own.get(kind)


def address(kind: str, public_id: str) -> str:
    """Where a document is looked at, below the address of its site."""
    found = _own.get(kind)
    return found.show(public_id) if found else f"files/{public_id}"


def adding() -> list[tuple[str, Any]]:
    """(address, words) of each kind that is made on a page of its own."""
    return [(one.add, one.words) for one in _own.values() if one.add]
