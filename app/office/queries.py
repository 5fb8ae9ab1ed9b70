"""Reading the manager's profile."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from app.office.rules import DEFAULT_ACCENT, LOCALES, short_name
from tenants import reading
from tenants.bound import current

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
    "bank_account",
    "emergency",
    "logo",
    "nip",
)
_ONE = text(
    f"SELECT {', '.join(_COLUMNS)}, "
    "(SELECT coalesce(jsonb_object_agg(s.name, s.value), '{}'::jsonb) FROM office_settings s) AS settings "
    "FROM office_profile WHERE id = 1"
)
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
    bank_account: str | None
    emergency: str | None
    logo: str | None
    nip: str | None
    settings: dict[str, Any]
    groups: dict[type, Any] = field(default_factory=dict, compare=False, repr=False)  # made of these

    @property
    def sender_name(self) -> str:
        """The name in the From of letters."""
        return self._set("letters", "sender_name") or self.name

    @property
    def reply_to(self) -> str | None:
        """Where answers to letters go."""
        return self._set("letters", "reply_to") or self.email

    @property
    def signature(self) -> str:
        """What stands under every letter; may have several lines, may be empty."""
        return str(self._set("letters", "signature") or "")

    @property
    def nightly_hour(self) -> int | None:
        """The hour (Europe/Warsaw) about which data are renewed each day, if the manager says so."""
        hour: int | None = self._set("nightly", "hour")
        return hour

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that visitors may choose from."""
        return tuple(self._set("languages", "offered") or LOCALES)

    @property
    def logo_path(self) -> str | None:
        """The address of the logo, which changes with the picture."""
        return f"/logo/{self.logo}.png" if self.logo else None

    @property
    def theme_path(self) -> str:
        """The address of the style sheet, which changes with the colour."""
        return f"/theme.css?v={self.accent.removeprefix('#')}"

    def _set(self, group: str, field: str) -> Any:
        return (self.settings.get(group) or {}).get(field)


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
    found = reading.rows(_ONE, {})
    if not found:  # the row is written with the schema; without it pages must still work
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
            None,
            None,
            None,
            None,
            {},
        )
    name, short, *rest = found[0]
    return Office(name, short or short_name(name), *rest)


def forget(tenant_id: int) -> None:
    """Forget what is remembered of a tenant's profile in this process."""
    _kept.pop(tenant_id, None)
