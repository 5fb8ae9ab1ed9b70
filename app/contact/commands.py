"""Changing what the contact page says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from app.contact import queries, rules
from app.contact.models import ContactEntry
from app.contact.rules import LENGTHS, OfficeHours
from app.core import audit
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.office import settings
from tenants.db import db


def set_hours(actor: Actor, typed: Sequence[str]) -> None:
    """Set the hours of the seven days from Monday. Raises `Refused` with the field `day0` to `day6`, `NotThere`."""
    days = tuple(rules.written(rules.intervals(text, f"day{at}")) for at, text in enumerate(typed[:7]))
    settings.write(actor, OfficeHours(days))


def save(
    actor: Actor,
    kind: str,
    typed: Mapping[str, str | None],
    buildings: Collection[str],
    *,
    open_to_all: bool,
    public_id: str | None = None,
) -> str:
    """Write an entry, a new one without `public_id`; returns its public id. Raises `Refused` with the field,
    `NotThere`."""
    _check(actor, kind)
    values: dict[str, Any] = {field: rules.checked(kind, field, typed.get(field)) for field in LENGTHS}
    values |= {"buildings": _known(actor, buildings), "open": open_to_all}
    if public_id is None:
        return _added(actor, kind, values)
    row = queries.row(actor, public_id)
    before = {field: getattr(row, field) for field in values}
    changed = [field for field in values if before[field] != values[field]]
    for field in changed:
        setattr(row, field, values[field])
    if changed:
        row.changed_at = now()
        audit.record(
            actor,
            "contact.changed",
            f"contact:{public_id}",
            before={field: before[field] for field in changed},
            after={field: values[field] for field in changed},
        )
    return public_id


def _added(actor: Actor, kind: str, values: dict[str, Any]) -> str:
    count, last = db.session.execute(select(func.count(), func.max(ContactEntry.position))).one()
    if count >= rules.MOST:
        raise Refused(_("Na stronie kontaktu zmieści się najwyżej %(most)d wpisów.", most=rules.MOST))
    row = ContactEntry(kind=kind, position=(last or 0) + 1, **values)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "contact.added", f"contact:{row.public_id}", kind=kind, name=row.name)
    return str(row.public_id)


def remove(actor: Actor, public_id: str) -> None:
    """Take an entry off the page. Raises `NotThere`."""
    row = queries.row(actor, public_id)
    audit.record(actor, "contact.removed", f"contact:{public_id}", kind=row.kind, name=row.name, phone=row.phone)
    db.session.delete(row)


def move(actor: Actor, public_id: str, *, up: bool) -> None:
    """Let an entry change places with its neighbour of the same kind; at the end of the list nothing happens."""
    row = queries.row(actor, public_id)
    same = select(ContactEntry).where(ContactEntry.kind == row.kind).order_by(ContactEntry.position, ContactEntry.id)
    rows = list(db.session.scalars(same.with_for_update()))
    at = rows.index(row)
    to = at - 1 if up else at + 1
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
        for position, one in enumerate(rows, 1):
            one.position = position
        audit.record(actor, "contact.moved", f"contact:{public_id}", name=row.name)


def _check(actor: Actor, kind: str) -> None:
    if not actor.may(Can.CONFIGURE) or kind not in rules.KINDS:
        raise NotThere("")


def _known(actor: Actor, codes: Collection[str]) -> list[str]:
    there = [code for code, _address in queries.buildings(actor)]
    if not set(codes) <= set(there):
        raise Refused(_("Wybierz spośród podanych możliwości."), field="buildings")
    return [code for code in there if code in codes]
