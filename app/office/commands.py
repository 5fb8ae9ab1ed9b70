"""Changing the manager's profile."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.core import audit, events, jobs
from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.office import rules
from app.office.models import OfficeProfile
from app.office.queries import Office, forget, fresh_profile
from tenants.bound import current
from tenants.db import PLATFORM, db

CONTACT_JOB = "office.contact"


def found(session: Session, *, name: str, kind: str, email: str | None = None) -> None:
    """Write the first profile of a tenant that is being made, through the session that makes it."""
    session.add(OfficeProfile(id=1, name=name, kind=kind, email=email, locale="pl"))


def update_profile(actor: Actor, **changes: Any) -> Office:
    """Change the named fields of the profile and return it. Raises `Refused` with the field, `NotThere`.

    The registry's copy of name and contact, which the page of a suspended tenant shows, follows by a job.
    """
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")
    values = {field: _checked(field, value) for field, value in changes.items()}
    before = _stored(values)
    changed = sorted(field for field, value in values.items() if before[field] != value)
    if {"name", "city_line"} & set(changed):
        events.happened("office.renaming")
    if changed:
        db.session.execute(
            update(OfficeProfile).where(OfficeProfile.id == 1).values({field: values[field] for field in changed})
        )
        audit.record(
            actor,
            "office.updated",
            "office",
            fields=changed,
            before={field: before[field] for field in changed},
            after={field: values[field] for field in changed},
        )
        jobs.enqueue(CONTACT_JOB, "office", lane="urgent")
    forget(current().id)
    return fresh_profile()


def _stored(fields: Iterable[str]) -> dict[str, Any]:
    """These fields as they are, the row locked: what is compared is what is replaced."""
    columns = [getattr(OfficeProfile, field) for field in fields]
    if not columns:
        return {}
    row = db.session.execute(select(*columns).where(OfficeProfile.id == 1).with_for_update()).one_or_none()
    return dict(row._mapping) if row else dict.fromkeys(fields)


def copy_contact() -> None:
    """Bring the registry's copy of the bound tenant's name, kind and contact in step with its profile."""
    office = fresh_profile()
    contact = contact_of(office)
    with db.engines[PLATFORM].begin() as connection:
        connection.execute(
            text(
                "UPDATE platform.tenants SET name = :name, kind = :kind, contact = CAST(:contact AS jsonb) "
                "WHERE id = :id"
            ),
            {
                "name": office.name,
                "kind": office.kind,
                "contact": json.dumps(contact, ensure_ascii=False),
                "id": current().id,
            },
        )


def contact_of(office: Office) -> dict[str, str]:
    """What a stranger may see of the manager: name, phone, e-mail, address in lines and in one; no empty ones."""
    fields = {name: getattr(office, name) for name in ("name", "phone", "email", "street_line", "city_line")}
    fields["address"] = ", ".join(line for line in (office.street_line, office.city_line) if line)
    return {field: value for field, value in fields.items() if value}


def _checked(field: str, value: Any) -> Any:
    if field == "accent":
        return rules.chosen_accent(value)
    if field == "locale":
        return rules.checked_locale(value)
    if field == "idle_minutes":
        return rules.checked_idle(value)
    if field == "kind":
        return rules.checked_kind(value)
    if field == "bank_account":
        return rules.checked_bank_account(value)
    if field == "nip":
        return rules.checked_nip(value)
    if field not in rules.LENGTHS:
        raise TypeError(f"the profile has no field {field!r}")
    return rules.checked_text(field, value)
