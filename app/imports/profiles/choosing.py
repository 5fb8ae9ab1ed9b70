"""By which mapping a package is read: the profile that was named, the standing one, or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.core.errors import Refused
from app.core.language import gettext as _
from app.imports.models import ImportProfile
from app.imports.reading.sheets import SHEETS
from tenants.db import db

#: Named in place of a profile: read by the names of the contract, whatever stands.
NO_PROFILE = "-"


@dataclass(frozen=True, slots=True)
class Choice:
    """The name of the profile, if any, and the mapping to read by (see `reading.mapping`), if any."""

    profile: str | None = None
    mapping: dict[str, Any] | None = None


def choose(profile: str | None = None, sheet: str | None = None) -> Choice:
    """What a package handed over with these words is read by.

    `profile` is a name, `NO_PROFILE`, or nothing for the standing profile; `sheet` the English name of what a lone
    CSV file holds. Raises `Refused` for a name that is not there.
    """
    wanted = (profile or "").strip()
    found = None
    if wanted != NO_PROFILE:
        found = _named(wanted) if wanted else db.session.query(ImportProfile).filter_by(standing=True).one_or_none()
    mapping = dict(found.mapping) if found else {}
    if sheet:
        if sheet not in SHEETS:
            raise Refused(_("Nie ma arkusza o nazwie „%(name)s”.", name=sheet[:80]), field="sheet")
        mapping["single"] = sheet
    return Choice(found.name if found else None, mapping or None)


def _named(name: str) -> ImportProfile:
    found = None if "\0" in name else db.session.query(ImportProfile).filter_by(name=name).one_or_none()
    if found is None:
        raise Refused(_("Nie ma profilu importu o nazwie „%(name)s”.", name=name[:80]), field="profile")
    return found
