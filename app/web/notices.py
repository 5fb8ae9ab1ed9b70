"""What a start page tells its visitors first: features register what they have to say, nobody keeps a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice. `kind` is `info`, `warn` or `bad`; `url` and `label` are a link below the text, or empty."""

    kind: str
    title: str
    text: str
    url: str = ""
    label: str = ""


Teller = Callable[[Actor], Iterable[Notice]]
_tellers: dict[str, list[tuple[int, Teller]]] = {"staff": []}


def register(audience: str, order: int, teller: Teller) -> None:
    """Have `teller(actor)` asked for notices whenever somebody opens the start page of `staff`."""
    _tellers[audience].append((order, teller))


def notices(audience: str, actor: Actor) -> list[Notice]:
    """All that is to be told, in order."""
    told = sorted(_tellers[audience], key=lambda one: one[0])
    return [notice for _order, teller in told for notice in teller(actor)]
