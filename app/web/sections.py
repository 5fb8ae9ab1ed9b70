"""Pages that list pages: features register theirs, nobody keeps a list.

Places: `settings` is Konfiguracja of everybody with an account, `configuration` the manager's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core.actor import Actor, Can


@dataclass(frozen=True, slots=True)
class Section:
    """One page: lazy `label` and `hint`, its address, its place in the order, who may open it.

    `shown` decides by the visitor, beside what else is asked.
    """

    label: Any
    hint: Any
    path: str
    order: int
    needs: Can | None = None
    audience: str | None = None
    shown: Callable[[Actor], bool] | None = None


_sections: dict[str, dict[str, Section]] = {"settings": {}, "configuration": {}}


def register(
    place: str,
    label: Any,
    hint: Any,
    path: str,
    order: int,
    needs: Can | None = None,
    audience: str | None = None,
    shown: Callable[[Actor], bool] | None = None,
) -> None:
    """Add a page, such as `/admin/configuration/passwords`; `audience` is `resident`, `staff` or `works`, None all."""
    _sections[place][path] = Section(label, hint, path, order, needs, audience, shown)


def sections(place: str, actor: Actor) -> list[Section]:
    """The pages that somebody may open, in order."""
    open_to_them = [
        one
        for one in _sections[place].values()
        if (one.needs is None or one.needs in actor.can)
        and one.audience in (None, actor.audience)
        and (one.shown is None or one.shown(actor))
    ]
    return sorted(open_to_them, key=lambda one: (one.order, one.path))
