"""Words and figures of the slice that residents see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.core.language import gettext as _
from app.core.language import ngettext


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the schedule."""

    public_id: str
    name: str
    starts_on: date
    ends_on: date
    done_on: date | None

    def state(self, today: date) -> str:
        """`done`, `late`, `running` or `ahead`."""
        if self.done_on is not None:
            return "done"
        if self.ends_on < today:
            return "late"
        return "running" if self.starts_on <= today else "ahead"

    def words(self, today: date) -> str:
        """How far it is, in a few words."""
        state = self.state(today)
        if state == "done":
            return _("zakończony %(day)s", day=f"{self.done_on:%d.%m.%Y}")
        if state == "late":
            days = (today - self.ends_on).days
            return ngettext("%(num)d dzień po terminie", "%(num)d dni po terminie", days)
        return _("trwa") if state == "running" else _("przed nami")


@dataclass(frozen=True, slots=True)
class Money:
    """A line of the budget, gross, in grosze."""

    public_id: str
    name: str
    planned: int
    spent: int


def share(spent: int, planned: int) -> int:
    """How much of the plan was spent, in whole per cent; 0 where nothing was planned."""
    return spent * 100 // planned if planned else 0
