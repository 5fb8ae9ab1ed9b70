"""Where documents came from: parts above say it, the page of a document shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.works.access import Place


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document came from: a sentence, and the address at which that can be read."""

    what: str
    url: str


#: `source(place, document_id)` gives what the one who stands there may know of it; `document_id` is the row's id.
Source = Callable[[Place, int], list[Origin]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Have a part asked."""
    if source not in _sources:
        _sources.append(source)


def origins(place: Place, document_id: int) -> list[Origin]:
    """Where a document of the site came from, as far as the one who stands there may know it."""
    return [one for source in _sources for one in source(place, document_id)]
