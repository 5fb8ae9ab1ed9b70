"""Problems of managers, each a condition on the registry and the gathered figures, so that a list can be filtered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, true

from app.core.clock import local, now
from app.core.language import lazy_gettext as _l
from app.fleet import plans, rules
from app.fleet.models import PlanLimits
from app.fleet.models import TenantFigures as F
from tenants.migrating import head_revision
from tenants.models import TenantRow as T

#: Name → (sentence, how bad it is: `bad` stops something, `warn` wants a look).
LABELS: Mapping[str, tuple[Any, str]] = {
    "migration": (_l("nieudana aktualizacja bazy"), "bad"),
    "behind": (_l("baza do aktualizacji"), "warn"),
    "jobs": (_l("nieudane zadania"), "bad"),
    "stuck": (_l("zadania czekają za długo"), "bad"),
    "late": (_l("dane nie dotarły na czas"), "warn"),
    "imports": (_l("nieudane importy"), "warn"),
    "old": (_l("dawno nie było importu"), "warn"),
    "empty": (_l("jeszcze bez danych"), "warn"),
    "letters": (_l("wiadomości nie dochodzą"), "warn"),
    "hooks": (_l("webhooki nie docierają"), "warn"),
    "full": (_l("limit planu przekroczony"), "warn"),
    "nearly": (_l("limit planu na wyczerpaniu"), "warn"),
    "stale": (_l("brak świeżych danych"), "warn"),
}


def conditions() -> dict[str, ColumnElement[bool]]:
    """Each problem as a condition, as it stands at this moment; never NULL."""
    moment = now()
    served = T.status == "active"
    sent = F.letters_sent + F.letters_failed
    nearly, full = _used(rules.NEARLY), _used(rules.FULL)
    found = {
        "migration": T.migration_error.is_not(None),
        "behind": and_(T.revision != head_revision(), T.migration_error.is_(None)),
        "jobs": F.jobs_failed > 0,
        "stuck": and_(served, F.jobs_since < F.gathered_at - rules.STUCK),
        "late": F.data_late,
        "imports": F.failed_imports > 0,
        "old": and_(served, F.last_import_at < moment - rules.OLD_IMPORT),
        "empty": and_(served, F.last_import_at.is_(None), T.created_at < moment - rules.NO_IMPORT),
        "letters": or_(
            F.letters_held > 0,
            and_(F.letters_failed >= rules.FEWEST_FAILED, F.letters_failed * rules.FAILED_SHARE >= sent),
        ),
        "hooks": F.hooks_off + F.hooks_failing > 0,
        "full": full,
        "nearly": and_(nearly, ~func.coalesce(full, False)),
        "stale": and_(served, or_(F.gathered_at.is_(None), F.gathered_at < moment - rules.STALE)),
    }
    return {name: func.coalesce(found[name], False) for name in LABELS}


def _used(percent: int) -> ColumnElement[bool]:
    """Whether something is used up to this share of what the plan is meant for."""
    month = local(now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    letters = and_(F.gathered_at >= month, F.letters_month * 100 >= PlanLimits.letters * percent)
    room = (F.files_size + F.tables_size) * 100 >= plans.storage_limit() * percent
    parts = (F.units * 100 >= PlanLimits.units * percent, room, letters)
    return or_(*(func.coalesce(part, False) for part in parts))


def any_of(found: Mapping[str, ColumnElement[bool]]) -> ColumnElement[bool]:
    """Whether there is any problem at all."""
    return or_(~true(), *found.values())
