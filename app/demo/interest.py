"""Statutory interest for delay (odsetki ustawowe za opóźnienie): simple, by day, by dated rates."""

from collections.abc import Sequence
from datetime import date, timedelta

# First day of each rate and the yearly rate in hundredths of a percent. Later rates are a matter of data,
# not of this module: callers pass their own table.
Rates = Sequence[tuple[date, int]]

RATES: Rates = (
    (date(2022, 7, 8), 1200),
    (date(2022, 9, 8), 1225),
    (date(2023, 9, 7), 1150),
    (date(2023, 10, 5), 1125),
    (date(2025, 5, 8), 1075),
    (date(2025, 7, 3), 1050),
    (date(2025, 9, 4), 1025),
    (date(2025, 10, 9), 1000),
    (date(2025, 11, 6), 975),
    (date(2025, 12, 4), 950),
)


def interest(grosze: int, due: date, paid: date, rates: Rates = RATES) -> int:
    """Interest in grosze on `grosze` from the day after `due` up to and with `paid`, rounded once, half up.

    Zero when paid in time. ValueError when the delay began before the first rate of the table.
    """
    if paid <= due:
        return 0
    first = due + timedelta(days=1)
    if first < rates[0][0]:
        raise ValueError(f"no rate is known for {first}")
    weighted = 0
    end = paid
    for since, rate in reversed(rates):
        start = max(since, first)
        if start <= end:
            weighted += rate * ((end - start).days + 1)
            end = start - timedelta(days=1)
        if end < first:
            break
    return (grosze * weighted * 2 + 3_650_000) // (2 * 3_650_000)
