"""How a line of the log becomes a link of the chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

GENESIS = bytes(32)
FIELDS = ("id", "at", "actor_kind", "actor", "action", "subject", "detail", "address")

ALTERED, DELETED, GAP, INSERTED, CUT = "altered", "deleted", "gap", "inserted", "cut"


@dataclass(frozen=True, slots=True)
class Link:
    """One sealed line: its place, the hash kept there, and the line's fields, None when the line is gone."""

    sequence: int
    entry_id: int
    hash: bytes
    fields: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a chain breaks first. `kind` is `altered`, `deleted`, `gap`, `inserted` or `cut`.

    `sequence` is the place in the chain, `entry_id` the line in the log; either may be unknown.
    """

    kind: str
    sequence: int | None
    entry_id: int | None


def canonical(fields: Mapping[str, object]) -> bytes:
    """A line as bytes: JSON of all `FIELDS`, keys in order, no spaces, UTF-8. `detail` is text already."""
    line = {name: fields[name] for name in FIELDS}
    return json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")


def sealed(previous: bytes, fields: Mapping[str, object]) -> bytes:
    """The hash of a line that follows the line whose hash is `previous`."""
    return hashlib.sha256(previous + canonical(fields)).digest()


def broken(links: Iterable[Link], previous: bytes = GENESIS, place: int = 0) -> tuple[Broken | None, bytes, int]:
    """Walk links in order from a known hash and place: the first that breaks, then the last good hash and place."""
    for link in links:
        if link.sequence != place + 1:
            return Broken(GAP, place + 1, None), previous, place
        if link.fields is None:
            return Broken(DELETED, link.sequence, link.entry_id), previous, place
        if sealed(previous, link.fields) != link.hash:
            return Broken(ALTERED, link.sequence, link.entry_id), previous, place
        previous, place = link.hash, link.sequence
    return None, previous, place
