"""Which ways to an account a manager keeps open."""

from __future__ import annotations

from dataclasses import dataclass

from app.office import settings


@settings.group("registration")
@dataclass(frozen=True, slots=True)
class Ways:
    """`paper`: a signed application in the office; `form`: the form on the page, which staff check;
    `facts`: facts that only the resident knows open an account at once. Any combination, also none."""

    paper: bool = True
    form: bool = True
    facts: bool = False
