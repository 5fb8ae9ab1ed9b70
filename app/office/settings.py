"""Groups of rules that a manager may set. Features declare them, pages and rules ask for them.

A group is a frozen dataclass whose fields all have defaults and are JSON: str, int, bool, or tuples and dicts of
these. Declaring one needs no migration:

    @settings.group("registration")
    @dataclass(frozen=True, slots=True)
    class Registration:
        online: bool = True

    settings.read(Registration).online
    settings.write(actor, replace(settings.read(Registration), online=False))
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.dialects.postgresql import insert

from app.core import audit
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import NotThere
from app.office.models import OfficeSetting
from app.office.portal_rules import Languages, Letters, MenuRules, Nightly
from app.office.queries import forget, fresh_profile, profile
from tenants.bound import current
from tenants.db import db

__all__ = ["Languages", "Letters", "MenuRules", "Nightly", "fresh", "group", "read", "write"]
Group = TypeVar("Group")
_names: dict[type, str] = {}


def group(name: str) -> Callable[[type[Group]], type[Group]]:
    """Declare a group of settings under this name."""

    def declare(made: type[Group]) -> type[Group]:
        _names[made] = name
        return made

    return declare


def read(kind: type[Group]) -> Group:
    """The group as the bound tenant set it, at most three seconds old; what it never set is at its default."""
    office = profile()
    made: Group | None = office.groups.get(kind)
    if made is None:
        made = office.groups[kind] = _made(kind, office.settings.get(_names[kind]) or {})
    return made


def fresh(kind: type[Group]) -> Group:
    """The group as this transaction sees it: what commands that depend on it ask."""
    return _made(kind, fresh_profile().settings.get(_names[kind]) or {})


def write(actor: Actor, value: Any) -> None:
    """Set a whole group; what changed is audited with before and after. Raises `NotThere` without the right."""
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")
    name, kind = _names[type(value)], type(value)
    before, after = dataclasses.asdict(fresh(kind)), dataclasses.asdict(value)
    changed = [field for field in after if before[field] != after[field]]
    if changed:
        row = insert(OfficeSetting).values(name=name, value=after)
        db.session.execute(
            row.on_conflict_do_update(index_elements=["name"], set_={"value": after, "changed_at": now()})
        )
        audit.record(
            actor,
            "office.settings_changed",
            name,
            before={field: before[field] for field in changed},
            after={field: after[field] for field in changed},
        )
    forget(current().id)


def _made(kind: type[Group], stored: dict[str, Any]) -> Group:
    known = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: _frozen(value) for name, value in stored.items() if name in known})


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


for _kind, _name in ((Letters, "letters"), (Languages, "languages"), (Nightly, "nightly"), (MenuRules, "menu")):
    group(_name)(_kind)
