"""What of the portal a conversation is about: a reference such as `settlement/…/fixed`, kept with the conversation.

The feature that knows the subject registers what both sides see of it: `about.register("settlement", card)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.core.actor import Actor

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Card:
    """What the reader sees: a title, facts as (term, value), and the address of the page, or none."""

    title: str
    facts: tuple[tuple[str, str], ...]
    url: str | None = None


Resolver = Callable[[Actor, str], Card | None]
_resolvers: dict[str, Resolver] = {}


def register(name: str, resolver: Resolver) -> None:
    """Make a kind of subjects known. The resolver gets who reads and what follows the name and a slash; it answers
    None for what is not there or not this reader's to see."""
    _resolvers[name] = resolver


def card(actor: Actor, reference: str | None) -> Card | None:
    """What an actor sees of a reference; None without one, or where there is nothing of theirs."""
    name, _slash, rest = (reference or "").replace("\0", "").partition("/")
    resolver = _resolvers.get(name)
    if resolver is None or not rest or len(rest) > LONGEST:
        return None
    return resolver(actor, rest)
