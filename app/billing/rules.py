"""What follows when nobody pays, or a trial or subscription ends with nothing after it, and what may be written into an
invoice. Pure.

Steps: `good` → `warned` → `read_only` (staff change nothing) → `staff_off` (staff see only what they owe) →
`suspended` (the portal is closed). Residents read until the last one.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import pairwise

from app.core import money
from app.core.errors import Refused
from app.core.language import gettext as _

STAGES = ("good", "warned", "read_only", "staff_off", "suspended")
#: What a stage lets the manager's staff do: the `standing` in the register of tenants.
STANDINGS = {"read_only": "read_only", "staff_off": "staff_off"}
#: Days between two steps at least, so that an old invoice written late, or a week without us, closes nobody at once.
SHORTEST_STAY = 7
#: Nobody loses anything earlier than this many days after the date of payment.
SHORTEST_GRACE = 14
LONGEST = 365
#: So many days before the last day of a trial its administrators are written to.
TRIAL_MARKS = (7, 1)
MOST_GROSZE = 100_000_000_00
_NUMBER = re.compile(r"[0-9A-Za-zĄĆĘŁŃÓŚŹŻąćęłńóśźż/._ -]{1,40}")


@dataclass(frozen=True, slots=True)
class Steps:
    """How many days after the date of payment each step comes; `remind_days` apart the warnings are repeated.

    After a trial or a subscription that ended they are counted from its last day.

    `due_days` is the time for payment of a new invoice, `trial_days` the length of a trial.
    """

    trial_days: int = 30
    due_days: int = 14
    warn_days: int = 1
    remind_days: int = 7
    read_only_days: int = 21
    staff_off_days: int = 45
    suspend_days: int = 75

    def days(self, stage: str) -> int:
        """After how many days a stage begins. Raises `KeyError` for `good`."""
        return {
            "warned": self.warn_days,
            "read_only": self.read_only_days,
            "staff_off": self.staff_off_days,
            "suspended": self.suspend_days,
        }[stage]


@dataclass(frozen=True, slots=True)
class Lapse:
    """What ended with nothing after it: `kind` is `trial` or `subscription`, `since` the first day without."""

    kind: str
    since: date


@dataclass(frozen=True, slots=True)
class Next:
    """The next step if nobody pays, and its day."""

    stage: str
    on: date


def checked_steps(steps: Steps) -> Steps:
    """The same, if they make sense. Raises `Refused` with the field that is at fault."""
    for name, value in asdict(steps).items():
        if not 1 <= value <= LONGEST:
            raise Refused(_("Podaj liczbę dni od 1 do %(most)d.", most=LONGEST), field=name)
    if steps.read_only_days < SHORTEST_GRACE:
        raise Refused(
            _("Zarządca musi mieć na zapłatę co najmniej %(least)d dni po terminie.", least=SHORTEST_GRACE),
            field="read_only_days",
        )
    order = ("warn_days", "read_only_days", "staff_off_days", "suspend_days")
    for earlier, later in pairwise(order):
        least = getattr(steps, earlier) + (SHORTEST_STAY if earlier != "warn_days" else 1)
        if getattr(steps, later) < least:
            raise Refused(_("Ten krok musi nastąpić najwcześniej %(least)d dni po terminie.", least=least), field=later)
    return steps


def stage_after(days: int, steps: Steps) -> str:
    """The stage that so many days after the date of payment would ask for."""
    reached = [stage for stage in STAGES[1:] if days >= steps.days(stage)]
    return reached[-1] if reached else "good"


def next_stage(current: str, since: date | None, overdue_since: date | None, today: date, steps: Steps) -> str:
    """The stage from today on. Down at once; up by one step, and not before the current one was told long enough.

    `overdue_since` is the first day after the oldest unpaid date of payment, or of a lapse, None when nothing is
    overdue; `since` is the day on which the current stage began.
    """
    if overdue_since is None:
        return "good"
    wanted = STAGES.index(stage_after((today - overdue_since).days + 1, steps))
    here = STAGES.index(current)
    if wanted <= here:
        return STAGES[wanted]
    if here > 0 and since is not None and (today - since).days < SHORTEST_STAY:
        return current
    return STAGES[here + 1]


def next_step(current: str, since: date | None, overdue_since: date | None, today: date, steps: Steps) -> Next | None:
    """What follows the current stage if nobody pays, and when; None after the last."""
    here = STAGES.index(current)
    if overdue_since is None or here + 1 >= len(STAGES):
        return None
    stage = STAGES[here + 1]
    day = overdue_since + timedelta(days=steps.days(stage) - 1)
    if here > 0 and since is not None:
        day = max(day, since + timedelta(days=SHORTEST_STAY))
    return Next(stage, max(day, today + timedelta(days=1)))


def reminder(overdue_since: date, today: date, steps: Steps) -> int:
    """The number of the warning that is due: it grows every `remind_days`, so each is written once."""
    return max(0, (today - overdue_since).days) // steps.remind_days


def lapse(trial_until: date | None, ended_on: date | None, today: date) -> Lapse | None:
    """What ended before today: of a trial and a subscription the one that lasted longer. None while one lasts."""
    ends = [(day, kind) for day, kind in ((ended_on, "subscription"), (trial_until, "trial")) if day is not None]
    if not ends:
        return None
    last, kind = max(ends, key=lambda end: end[0])
    return Lapse(kind, last + timedelta(days=1)) if last < today else None


def trial_mark(trial_until: date, today: date) -> int | None:
    """Which of `TRIAL_MARKS` a trial has come to; None before the first one and after the last day."""
    left = (trial_until - today).days
    reached = [mark for mark in TRIAL_MARKS if 0 <= left <= mark]
    return min(reached) if reached else None


def checked_number(typed: str) -> str:
    """The number of an invoice. Raises `Refused` on field `number`."""
    number = " ".join((typed or "")[:200].split())
    if not _NUMBER.fullmatch(number):
        raise Refused(_("Podaj numer faktury, na przykład 12/11/2026: najwyżej 40 znaków."), field="number")
    return number


def checked_net(typed: str) -> int:
    """A net amount in grosze. Raises `Refused` on field `net`."""
    found = money.typed(typed)
    if found is None or not 0 < found <= MOST_GROSZE:
        raise Refused(_("Podaj kwotę netto w złotych, na przykład 249,00."), field="net")
    return found


def checked_day(typed: str, field: str) -> date:
    """A calendar day. Raises `Refused` on the field."""
    try:
        day = date.fromisoformat((typed or "").strip())
    except ValueError:
        raise Refused(_("Podaj datę."), field=field) from None
    if not date(2020, 1, 1) <= day <= date(2100, 1, 1):
        raise Refused(_("Ta data jest poza zakresem."), field=field)
    return day


def checked_line(typed: str | None, field: str, most: int = 200) -> str:
    """One line of text, perhaps empty. Raises `Refused` on the field."""
    line = " ".join((typed or "").split())
    if len(line) > most or not line.isprintable():
        raise Refused(_("Ten tekst może mieć najwyżej %(most)d znaków.", most=most), field=field)
    return line
