"""How a part of the copy of one's data is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Read:
    """A statement over `:account`, `:person` and `:keys` (of the outbox), and the headings of its columns."""

    name: str
    title: Any
    columns: tuple[Any, ...]
    statement: str
