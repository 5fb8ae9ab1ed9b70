"""The manager's configuration: features register their pages, `/admin/configuration` lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.core.actor import Can


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the configuration: lazy `label` and `hint`, its address, its place, and who may open it."""

    label: Any
    hint: Any
    path: str
    order: int
    needs: Can = Can.CONFIGURE


_sections: dict[str, Section] = {}


def register(label: Any, hint: Any, path: str, order: int, needs: Can = Can.CONFIGURE) -> None:
    """Add a page, such as `/admin/configuration/passwords`."""
    _sections[path] = Section(label, hint, path, order, needs)


def sections(can: frozenset[Can]) -> list[Section]:
    """The pages that somebody with these rights may open, in order."""
    return sorted((one for one in _sections.values() if one.needs in can), key=lambda one: (one.order, one.path))
