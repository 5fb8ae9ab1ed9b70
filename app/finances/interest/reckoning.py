"""Interest for delay on one document (k.c. art. 481): simple, on actual days of a year of 365, rounded once.

It runs from the day after the last day for payment (`days.last_day`) to the day of payment, both included, or to
today; at each change of the rate and after each part payment a new span begins. There is no interest on interest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from app.finances.interest.crediting import Document
from app.finances.interest.days import last_day

YEAR = 365
ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rate:
    """The yearly rate in percent from a day on, until the next one; `checked_on` is when an operator last saw that no
    newer one had been announced."""

    from_on: date
    percent: Decimal
    checked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Days, first and last included, on which the same sum (grosze) was unpaid at the same rate (percent)."""

    first: date
    last: date
    base: int
    percent: Decimal

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def exact(self) -> Fraction:
        """Interest in grosze, not rounded."""
        return self.base * self.days * Fraction(self.percent) / (100 * YEAR)

    @property
    def ten_thousandths(self) -> int:
        """The same in hundredths of a grosz, for showing how the sum comes about."""
        return rounded(self.exact * 100)


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The interest on a document: `grosze` is the exact sum of the spans, rounded once.

    `late_from` is the first day of delay, `missing_days` how many of them lie before the first known rate.
    """

    spans: tuple[Span, ...]
    grosze: int
    late_from: date
    missing_days: int


def reckoned(document: Document, rates: Sequence[Rate], today: date, held_until: date | None = None) -> Reckoning:
    """Interest up to today (included). `rates` in order of days; on days up to `held_until` none is reckoned.

    A document that bears none, and one that was paid in time, has no spans.
    """
    if not document.bears_interest or document.due_on is None:
        return Reckoning((), 0, today, 0)
    late_from = last_day(document.due_on) + ONE
    first = max(late_from, held_until + ONE) if held_until else late_from
    known = max(first, rates[0].from_on) if rates else today + ONE
    last_unpaid = _last_day_of_delay(document, today)
    missing = max(0, (min(known - ONE, last_unpaid) - first).days + 1) if last_unpaid >= first else 0
    spans = tuple(_spans(document, rates, known, today))
    return Reckoning(spans, rounded(sum((span.exact for span in spans), Fraction(0))), late_from, missing)


def rounded(exact: Fraction) -> int:
    """Half a grosz and more is a grosz, for sums of zero and above."""
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def _spans(document: Document, rates: Sequence[Rate], first: date, today: date) -> list[Span]:
    """Days from `first` to today, cut where the unpaid sum or the rate changes."""
    changes = {day + ONE for day, _grosze in document.payments} | {rate.from_on for rate in rates}
    cuts = [first, *sorted(day for day in changes if first < day <= today)]
    made = []
    for start, after in zip(cuts, [*cuts[1:], today + ONE], strict=True):
        base = document.amount - sum(grosze for day, grosze in document.payments if day < start)
        if base > 0 and start < after:
            percent = next(rate.percent for rate in reversed(rates) if rate.from_on <= start)
            made.append(Span(start, after - ONE, base, percent))
    return made


def _last_day_of_delay(document: Document, today: date) -> date:
    if document.unpaid or not document.payments:
        return today
    return min(today, max(day for day, _grosze in document.payments))
