"""When a new account opens, and how long what opens it lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.core.errors import Refused
from app.core.language import gettext as _

START_DAYS = range(1, 91)
TEMPORARY_HOURS = range(1, 25)
SESSION_HOURS = range(1, 25)


@dataclass(frozen=True, slots=True)
class Access:
    """How people get in: `change` of a start password is `forced` or `recommended`; it works for `start_days`.

    With `wait_for_night` a new account opens when the next nightly data is there. Somebody who forgot the password
    gets (`reset`) a `link`, or a `temporary` password that works once, for `temporary_hours`.
    """

    change: str = "forced"
    start_days: int = 14
    wait_for_night: bool = False
    reset: str = "link"
    temporary_hours: int = 2

    @property
    def forced(self) -> bool:
        return self.change == "forced"

    @property
    def start_life(self) -> timedelta:
        return timedelta(days=self.start_days)


@dataclass(frozen=True, slots=True)
class Sessions:
    """How long somebody stays logged in at most, in hours; the idle time is the office profile's."""

    hours: int = 12

    @property
    def life(self) -> timedelta:
        return timedelta(hours=self.hours)


SESSION_LIFE = Sessions().life


def checked_access(access: Access) -> Access:
    """Raises `Refused` with the field at fault."""
    if access.change not in ("forced", "recommended"):
        raise Refused(_("Wybierz jedną z podanych możliwości."), field="change")
    if access.reset not in ("link", "temporary"):
        raise Refused(_("Wybierz jedną z podanych możliwości."), field="reset")
    _within(access.start_days, START_DAYS, "start_days")
    _within(access.temporary_hours, TEMPORARY_HOURS, "temporary_hours")
    return access


def checked_sessions(sessions: Sessions) -> Sessions:
    """Raises `Refused` with the field at fault."""
    _within(sessions.hours, SESSION_HOURS, "hours")
    return sessions


def _within(value: int, allowed: range, field: str) -> None:
    if value not in allowed:
        raise Refused(_("Podaj liczbę od %(least)d do %(most)d.", least=allowed[0], most=allowed[-1]), field=field)
