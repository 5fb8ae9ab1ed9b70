"""What is due on a site: parts of the zone say what they wait for, the first page lists it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.works.access import Place


@dataclass(frozen=True, slots=True)
class Due:
    """Something that somebody has to do until a day. `what` is a sentence, `url` where it is done."""

    on: date
    what: str
    url: str
    icon: str = "clock"


Source = Callable[[Place, date, date], list[Due]]
_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Have a part asked: `source(place, today, last)` gives what is due until `last`, and what is late already."""
    _sources[name] = source


def due(place: Place, today: date, last: date) -> list[Due]:
    """All that is due until a day, the most urgent first."""
    found = [one for source in _sources.values() for one in source(place, today, last)]
    return sorted(found, key=lambda one: (one.on, one.what))
