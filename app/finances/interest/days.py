"""When a term ends: the next day that is no day off."""

from __future__ import annotations

from datetime import date, timedelta

from app.core.workdays import days_off as days_off
from app.core.workdays import easter as easter
from app.core.workdays import is_working


def last_day(due_on: date) -> date:
    """The day on which what is due can still be paid in time: a term that ends on a Saturday or a statutory day off
    ends on the next day that is neither (k.c. art. 115)."""
    day = due_on
    while not is_working(day):
        day += timedelta(days=1)
    return day
