"""The nightly window: between which hours, and on which days, the manager's data are to arrive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from app.core.clock import WARSAW, local
from app.core.errors import Refused
from app.core.language import gettext as _
from app.office import settings

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


@settings.group("data_due")
@dataclass(frozen=True, slots=True)
class DataDue:
    """When data are due (Europe/Warsaw). They are looked for since the hour `opens` before; `days`: Monday is 0."""

    on: bool = False
    opens: int = 18
    hour: int = 6
    days: tuple[int, ...] = EVERY_DAY


@dataclass(frozen=True, slots=True)
class Window:
    """One night: `day` is the day on whose morning the data are due; `opens` and `due` are moments in UTC."""

    day: date
    opens: datetime
    due: datetime


def last_due(rules: DataDue, moment: datetime) -> Window | None:
    """The newest window that has ended by now; None when nothing is ever due."""
    if not rules.on or not rules.days:
        return None
    today = local(moment).date()
    for back in range(8):
        found = _window(rules, today - timedelta(days=back))
        if found.day.weekday() in rules.days and found.due <= moment:
            return found
    return None


def _window(rules: DataDue, day: date) -> Window:
    """Right also in the nights when clocks change: hours are of the clock on the wall."""
    evening = day if rules.opens < rules.hour else day - timedelta(days=1)
    return Window(day, _moment(evening, rules.opens), _moment(day, rules.hour))


def _moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), WARSAW).astimezone(UTC)


def checked(on: bool, opens: int | None, hour: int | None, days: Iterable[int]) -> DataDue:
    """The rules as they are kept. Raises `Refused` with the field."""
    chosen = tuple(sorted(set(days)))
    if opens is None or not 0 <= opens <= 23:
        raise Refused(_("Podaj godzinę od 0 do 23."), field="opens")
    if hour is None or not 0 <= hour <= 23:
        raise Refused(_("Podaj godzinę od 0 do 23."), field="hour")
    if opens == hour:
        raise Refused(_("Obie godziny są takie same. Podaj, od kiedy i do kiedy czekamy na dane."), field="hour")
    if set(chosen) - set(EVERY_DAY) or (on and not chosen):
        raise Refused(_("Wybierz przynajmniej jeden dzień."), field="days")
    return DataDue(on, opens, hour, chosen)
