"""The head of printed letters."""

from __future__ import annotations

from typing import Any

from app.office import logo
from app.office.commands import contact_of
from app.office.queries import Office


def letterhead(office: Office) -> dict[str, Any]:
    """What the layout of paper shows of the manager: its contact, and the logo as a list of the PNG's bytes."""
    picture = logo.picture()
    return contact_of(office) | ({"logo": list(picture)} if picture else {})
