"""One line of a log as people read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.audit.queries import Entry
from app.audit.wording import action_label, actor_kind_label, field_label, value_text


@dataclass(frozen=True, slots=True)
class Change:
    """One field that changed."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log in words: what changed, and what else was noted as (label, value)."""

    at: datetime
    who: str
    kind: str
    what: str
    subject: str
    address: str | None
    changes: list[Change]
    notes: list[tuple[str, str]]


def line(one: Entry) -> Line:
    """The line in words."""
    detail = dict(one.detail or {})
    before, after = detail.pop("before", None), detail.pop("after", None)
    old: dict[str, Any] = before if isinstance(before, dict) else {}
    new: dict[str, Any] = after if isinstance(after, dict) else {}
    if old or new:
        detail.pop("fields", None)
    names = list(dict.fromkeys([*old, *new]))
    return Line(
        at=one.at,
        who=one.actor,
        kind=actor_kind_label(one.actor_kind),
        what=action_label(one.action),
        subject=one.subject,
        address=one.address,
        changes=[_change(name, old.get(name), new.get(name)) for name in names],
        notes=[
            (field_label(name), value_text(value, name))
            for name, value in detail.items()
            if value not in (None, [], "")
        ],
    )


def _change(name: str, old: Any, new: Any) -> Change:
    return Change(field_label(name), value_text(old, name), value_text(new, name))
