"""The register of incoming mail: what came, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.language import lazy_gettext as _l
from app.core.paging import Page
from tenants.db import db

PAGE_SIZE = 50
# What a note's `outcome` and, for letters of programs, its `reason` mean.
OUTCOMES: dict[str, Any] = {
    "taken": _l("przyjęty"),
    "unverified": _l("czeka na sprawdzenie"),
    "refused": _l("odrzucony"),
    "ignored": _l("pominięty"),
}
SIGNS: dict[str, Any] = {
    "own-letter": _l("To nasz własny list, który wrócił."),
    "too-many-hops": _l("List krążył między serwerami."),
    "report": _l("Zawiadomienie serwera pocztowego."),
    "empty-sender": _l("Zawiadomienie serwera pocztowego."),
    "program": _l("Napisał go program, nie człowiek."),
    "list-id": _l("List z listy wysyłkowej."),
    "list-unsubscribe": _l("List z listy wysyłkowej."),
}
_LIST = text(
    "SELECT at, prefix, about, sender, title, outcome, reason, count(*) OVER () FROM incoming_mail "
    "ORDER BY id DESC LIMIT :size OFFSET :skip"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A letter that came: its sender and title are what it claims. `about` is the public id of what it is about."""

    at: datetime
    prefix: str
    about: str
    sender: str
    title: str
    outcome: str
    reason: str | None

    @property
    def label(self) -> str:
        return str(OUTCOMES.get(self.outcome, self.outcome))

    @property
    def why(self) -> str:
        """A sentence for who wonders why a letter went nowhere; nothing for one that was taken."""
        if self.outcome != "ignored":
            return self.reason or ""
        return str(SIGNS.get(self.reason or "", _l("Automatyczna odpowiedź, nie napisał jej człowiek.")))


def arrivals(actor: Actor, number: int = 1) -> Page[Line]:
    """What came by mail, newest first. Raises `NotThere` for who may not see all messages of the manager."""
    if not actor.may(Can.SEE_MESSAGES) or actor.buildings is not None:
        raise NotThere("")
    rows = db.session.execute(_LIST, {"size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE}).all()
    return Page([Line(*row[:7]) for row in rows], number, PAGE_SIZE, rows[0][7] if rows else 0)
