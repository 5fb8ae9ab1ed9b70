"""What the unit in the middle of each building used in a month, reckoned at night and after each import.

Units, not people: a household of four is beside one of one. A building with fewer than five units that were read over
the whole month has no median, so that nobody's use can be guessed.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from app.core import events, jobs
from app.meters.usage import next_month
from tenants.db import db

JOB = "meters.medians"
MONTHS = 26
FEWEST_UNITS = 5
# A step of a meter is spread evenly over its days; a unit counts in a month of which each place was read on all days.
_REFRESH = text(
    "WITH reads AS (SELECT serial, read_on, value FROM meter_readings WHERE until_revision IS NULL AND read_on >= :from"
    " UNION ALL SELECT t.serial, t.read_on, t.value FROM reported_readings t WHERE t.live AND t.state = 'accepted' "
    "AND t.read_on >= :from AND NOT EXISTS (SELECT FROM meter_readings b WHERE b.until_revision IS NULL "
    "AND b.serial = t.serial AND b.read_on = t.read_on)), "
    "steps AS (SELECT serial, lag(read_on) OVER w AS first_on, read_on AS last_on, value - lag(value) OVER w AS use "
    "FROM reads WINDOW w AS (PARTITION BY serial ORDER BY read_on)), "
    "parts AS (SELECT u.building_code, u.code AS unit_code, m.medium, coalesce(m.location, '') AS location, "
    "c.month, least(c.until_on, s.last_on) - greatest(c.month - 1, s.first_on) AS days, c.days AS whole, "
    "s.use / (s.last_on - s.first_on) * (least(c.until_on, s.last_on) - greatest(c.month - 1, s.first_on)) AS use "
    "FROM steps s JOIN meters m ON m.serial = s.serial AND m.until_revision IS NULL "
    "JOIN units u ON u.code = m.unit_code AND u.until_revision IS NULL "
    "JOIN (SELECT CAST(g AS date) AS month, CAST(g + interval '1 month' AS date) - 1 AS until_on, "
    "CAST(g + interval '1 month' AS date) - CAST(g AS date) AS days "
    "FROM generate_series(CAST(:first AS timestamp), CAST(:last AS timestamp), interval '1 month') g) c "
    "ON c.until_on > s.first_on AND c.month <= s.last_on "
    "WHERE s.use >= 0 AND s.last_on > s.first_on), "
    "of_places AS (SELECT building_code, unit_code, medium, location, month, sum(use) AS use, "
    "sum(days) >= max(whole) AS covered FROM parts GROUP BY 1, 2, 3, 4, 5), "
    "of_units AS (SELECT building_code, unit_code, medium, month, sum(use) AS use FROM of_places "
    "GROUP BY 1, 2, 3, 4 HAVING bool_and(covered)) "
    "INSERT INTO meter_medians (building_code, medium, month, units, median) "
    "SELECT building_code, medium, month, count(*), "
    "round(CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY use) AS numeric), 3) "
    "FROM of_units GROUP BY 1, 2, 3 HAVING count(*) >= :fewest"
)


@events.on("imports.published")
def published(revision: int) -> None:
    """Have the medians reckoned anew once the books are committed."""
    jobs.enqueue(JOB, "medians", {}, lane="bulk", after=5)


def refresh(today: date) -> None:
    """Reckon the medians of the last two years anew."""
    last = today.replace(day=1)
    first = last
    for _month in range(MONTHS):
        first = _month_before(first)
    db.session.execute(text("DELETE FROM meter_medians"))
    values = {"from": first.replace(year=first.year - 1), "first": first, "last": last, "fewest": FEWEST_UNITS}
    db.session.execute(_REFRESH, values)


def _month_before(month: date) -> date:
    before = month.replace(year=month.year - 1, month=12) if month.month == 1 else month.replace(month=month.month - 1)
    assert next_month(before) == month
    return before
