"""Reads of the books for staff. Each asks for the right to see residents, and for the actor's own buildings."""

from __future__ import annotations

from app.core.actor import Actor, Can
from app.core.errors import NotThere


def only_staff(actor: Actor) -> None:
    """Raises `NotThere` for whoever may not see residents."""
    if not actor.may(Can.SEE_RESIDENTS):
        raise NotThere("")
