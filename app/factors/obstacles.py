"""A second step that somebody cannot take any more, among the reasons why they cannot log in."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.queries import obstacles
from app.accounts.queries.obstacles import AccountState, Obstacle
from app.core.actor import Actor
from app.core.language import gettext as _
from app.factors.accounts import RING
from app.factors.keyring import has_factor


def second_step(actor: Actor, found: AccountState) -> Iterable[Obstacle]:
    """Stops whoever gave the right password last and came no further."""
    if found.status == "active" and has_factor(RING, found.id):
        last = next(iter(obstacles.attempts(actor, found)), None)
        stuck = last is not None and last.outcome.startswith("factor")
        sentence = _("Po haśle konto wymaga drugiego kroku. Jeśli mieszkaniec zgubił telefon lub klucz, usuń ten krok.")
        yield Obstacle("factor", sentence, stops=stuck, see="factors/reset")


obstacles.sources.append(second_step)
