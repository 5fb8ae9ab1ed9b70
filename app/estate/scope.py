"""Staff who are limited to some buildings see and change only what belongs to these.

Parts of SQL for statements of features, with the parameter that they need: `values(actor)`. A person belongs to the
buildings in which they have a title, or had one.
"""

from __future__ import annotations

from typing import Any

from app.core.actor import Actor

UNITS = "SELECT code FROM units WHERE until_revision IS NULL AND building_code = ANY(CAST(:scope AS text[]))"
PEOPLE = f"SELECT person_code FROM occupancies WHERE until_revision IS NULL AND unit_code IN ({UNITS})"
_ANY = "CAST(:scope AS text[]) IS NULL"


def units(column: str) -> str:
    """A condition: the unit whose code stands in `column` is the actor's business."""
    return f"({_ANY} OR {column} IN ({UNITS}))"


def people(column: str) -> str:
    """A condition: the person whose code stands in `column` is the actor's business."""
    return f"({_ANY} OR {column} IN ({PEOPLE}))"


def buildings(column: str) -> str:
    """A condition: the building whose code stands in `column` is the actor's business."""
    return f"({_ANY} OR {column} = ANY(CAST(:scope AS text[])))"


def accounts(alias: str) -> str:
    """A condition: the account `alias` is a resident's, of a person or with a unit that is the actor's business."""
    return (
        f"({_ANY} OR ({alias}.role = 'resident' AND ({alias}.person_code IN ({PEOPLE}) OR {alias}.id IN "
        f"(SELECT account_id FROM account_units WHERE unit_code IN ({UNITS})))))"
    )


def values(actor: Actor) -> dict[str, Any]:
    """The parameter of the conditions."""
    return {"scope": None if actor.buildings is None else sorted(actor.buildings)}
