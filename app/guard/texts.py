"""The manager's own texts (Regulamin, dane osobowe, instrukcja) are looked through like everything that many read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.actor import Actor
from app.core.language import lazy_gettext as _l
from app.guard import posted, subjects
from app.guard.checking import look
from app.guard.commands import decide
from app.office.texts import looking

subjects.register("text", _l("Tekst zarządcy"), "/admin/configuration/texts/{}")


def look_through(actor: Actor, kind: str, texts: Mapping[str, str], answer: Any) -> None:
    """Look for personal data in a text; keeps the actor's decision. Raises `commands.Held`."""
    decide(actor, f"text:{kind}", look(actor, texts), answer)


looking.install(look_through, posted.consent)
