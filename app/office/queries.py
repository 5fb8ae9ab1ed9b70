"""Reading the manager's profile."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text

from app.office.models import OfficeProfile, OfficeSetting
from app.office.rules import DEFAULT_ACCENT, short_name
from tenants.bound import current
from tenants.db import db

KEPT_SECONDS = 3.0
_COLUMNS = (
    "name",
    "short_name",
    "phone",
    "email",
    "street_line",
    "city_line",
    "accent",
    "locale",
    "idle_minutes",
    "hours",
    "kind",
)
_SETTINGS = select(func.coalesce(func.jsonb_object_agg(OfficeSetting.name, OfficeSetting.value), text("'{}'::jsonb")))
_ONE = select(
    *(getattr(OfficeProfile, column) for column in _COLUMNS), _SETTINGS.scalar_subquery().label("settings")
).where(OfficeProfile.id == 1)
_kept: dict[int, tuple[float, Office]] = {}


@dataclass(frozen=True, slots=True)
class Office:
    """The manager as pages and letters show it."""

    name: str
    short_name: str
    phone: str | None
    email: str | None
    street_line: str | None
    city_line: str | None
    accent: str
    locale: str
    idle_minutes: int
    hours: str | None
    kind: str
    settings: dict[str, Any]


def profile() -> Office:
    """The profile of the bound tenant, at most three seconds old.

    What is remembered is filed under the tenant's id, which is never given out twice.
    """
    tenant = current()
    kept = _kept.get(tenant.id)
    if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    found = fresh_profile()
    _kept[tenant.id] = (time.monotonic(), found)
    return found


def fresh_profile() -> Office:
    """The profile as this transaction sees it."""
    row = db.session.execute(_ONE).one_or_none()
    if row is None:  # the row is written with the schema; without it pages must still work
        tenant = current()
        return Office(
            tenant.name,
            short_name(tenant.name),
            None,
            None,
            None,
            None,
            DEFAULT_ACCENT,
            "pl",
            30,
            None,
            tenant.kind,
            {},
        )
    values = row._asdict()
    return Office(**{**values, "short_name": values["short_name"] or short_name(values["name"])})


def forget(tenant_id: int) -> None:
    """Forget what is remembered of a tenant's profile in this process."""
    _kept.pop(tenant_id, None)
