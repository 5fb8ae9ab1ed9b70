"""Reads of profiles, for those who run imports."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.imports.models import ImportProfile
from app.imports.reading.looking import Tab
from app.imports.reading.mapping import Plan, plan
from tenants.db import db

PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile. `mapping` as `reading.mapping` reads it; `sample` the first rows of a file, `sample_file` its name."""

    public_id: str
    name: str
    mapping: dict[str, Any]
    standing: bool
    changed_by: str
    changed_at: datetime
    sample_file: str | None
    sample: list[Tab]
    sample_key: str | None
    sample_faults: list[dict[str, Any]]

    @property
    def plan(self) -> Plan:
        return plan(self.mapping)

    def said(self, sheet: str) -> dict[str, Any]:
        """What the mapping says of one sheet."""
        return dict((self.mapping.get("sheets") or {}).get(sheet) or {})


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """A profile in a list; `sheets` are the English names of those it speaks of."""

    public_id: str
    name: str
    standing: bool
    changed_by: str
    changed_at: datetime
    sheets: list[str]


def profiles(actor: Actor) -> list[ProfileLine]:
    """Every profile, by name. Raises `NotThere` for who may not run imports."""
    _only_importers(actor)
    found = db.session.execute(
        select(
            ImportProfile.public_id, ImportProfile.name, ImportProfile.standing, ImportProfile.changed_by,
            ImportProfile.changed_at, ImportProfile.mapping,
        ).order_by(ImportProfile.name)
    )  # fmt: skip
    return [
        ProfileLine(
            row.public_id, row.name, row.standing, row.changed_by, row.changed_at, list(row.mapping.get("sheets") or {})
        )
        for row in found
    ]


def one(actor: Actor, public_id: str) -> Profile:
    """One profile. Raises `NotThere`."""
    row = found(actor, public_id)
    sample = row.sample or {}
    return Profile(
        row.public_id, row.name, dict(row.mapping), row.standing, row.changed_by, row.changed_at,
        sample.get("file"), [Tab.kept(tab) for tab in sample.get("tabs", [])], row.sample_key,
        sample.get("faults", []),
    )  # fmt: skip


def found(actor: Actor, public_id: str) -> ImportProfile:
    """The row of a profile. Raises `NotThere`."""
    _only_importers(actor)
    row = None
    if PUBLIC_ID.fullmatch(public_id):
        row = db.session.query(ImportProfile).filter_by(public_id=public_id).one_or_none()
    if row is None:
        raise NotThere(_("Nie ma takiego profilu importu."))
    return row


def _only_importers(actor: Actor) -> None:
    if not actor.may(Can.RUN_IMPORTS):
        raise NotThere(_("Nie ma takiej strony."))
