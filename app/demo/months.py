"""Months as whole numbers and the few dates that the books need."""

from datetime import date, timedelta


def month_of(day: date) -> int:
    """The month of a day, counted from year 0: consecutive months differ by one."""
    return day.year * 12 + day.month - 1


def month(year: int, number: int) -> int:
    """The month `number` (1 to 12) of `year` on the same count."""
    return year * 12 + number - 1


def year_of(month_count: int) -> int:
    """The calendar year that a counted month belongs to."""
    return month_count // 12


def day_in(month_count: int, day: int) -> date:
    """A day of a counted month; ValueError when the month is shorter."""
    return date(month_count // 12, month_count % 12 + 1, day)


def last_day(month_count: int) -> date:
    """The last day of a counted month."""
    return day_in(month_count + 1, 1) - timedelta(days=1)


def period(month_count: int) -> str:
    """`2026-11`, as the ledger's period column has it."""
    return f"{month_count // 12}-{month_count % 12 + 1:02d}"


def slashed(month_count: int) -> str:
    """`11/2026`, as titles have it."""
    return f"{month_count % 12 + 1:02d}/{month_count // 12}"


def banking_day(day: date) -> date:
    """The day itself, or the Monday after when it falls on a weekend: banks do not book then."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
