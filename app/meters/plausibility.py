"""Whether a reading can be true: what cannot be is refused, what is odd is asked about. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.meters.usage import WARM, Reading, Step, rolled, step, usual_a_day

LOWER, ROLLED, HIGH, ZERO = "lower", "rolled", "high", "zero"
DOUBTS = {
    LOWER: _l("mniej niż poprzednio"),
    ROLLED: _l("licznik zaczął od zera"),
    HIGH: _l("dużo więcej niż zwykle"),
    ZERO: _l("bez zużycia"),
}
#: So many times the usual use is far more than usual.
FAR_MORE = 3
#: Below so much a month, in the medium's unit, nothing is far more; above so much a day everything is without history.
SMALL = {"cold_water": 4, "hot_water": 3, "heat": 3, "electricity": 150, "gas": 30}
MOST_A_DAY = {"cold_water": 1, "hot_water": 1, "heat": 1, "electricity": 40, "gas": 15}
ZERO_DAYS = 14
WHOLE_DIGITS, DECIMALS = 8, 3
_NUMBER = re.compile(rf"\d{{1,{WHOLE_DIGITS}}}(?:[.,]\d{{1,{DECIMALS}}})?")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a reading is asked about: `code` of `DOUBTS`, the last value and day, the use since (None: none)."""

    code: str
    last: Decimal
    day: date
    use: Decimal | None


def value(typed: str, field: str | None = None) -> Decimal:
    """A number as typed from a meter: comma or dot, up to three decimals. Raises `Refused` on `field`."""
    plain = _SPACES.sub("", typed[:100])
    if plain.startswith("-"):
        raise Refused(_("Stan licznika nie może być ujemny."), field=field)
    if _NUMBER.fullmatch(plain) and plain.isascii():
        return Decimal(plain.replace(",", ".")).quantize(Decimal("0.001"))
    if re.fullmatch(r"\d+[.,]\d{4,}", plain):
        raise Refused(_("Podaj najwyżej trzy cyfry po przecinku."), field=field)
    if re.fullmatch(r"\d{9,}.*", plain):
        raise Refused(_("To za dużo cyfr. Przepisz tylko stan licznika, bez numeru."), field=field)
    raise Refused(_("Podaj stan cyframi, na przykład 123,456."), field=field)


def check_day(
    day: date, today: date, last: date | None, allowed: tuple[date, date] | None = None, field: str | None = None
) -> None:
    """Raises `Refused` for a day on which it cannot have been read: to come, before the last reading, not allowed."""
    if day > today:
        raise Refused(_("Data odczytu nie może być z przyszłości."), field=field)
    if allowed is not None and not allowed[0] <= day <= allowed[1]:
        first, until = (f"{one:%d.%m.%Y}" for one in allowed)
        raise Refused(_("Podaj odczyt z dnia od %(first)s do %(last)s.", first=first, last=until), field=field)
    if last is not None and day < last:
        raise Refused(_("Mamy już późniejszy odczyt, z %(day)s.", day=f"{last:%d.%m.%Y}"), field=field)


def doubts(medium: str, read: Reading, steps: Sequence[Step], last: Reading | None) -> list[Doubt]:
    """What is odd about a reading after the `last` one before it; `steps` are the history of its place."""
    if last is None:
        return []
    days = (read.day - last.day).days
    if read.value < last.value:
        over = rolled(last.value, read.value)
        return [Doubt(LOWER if over is None else ROLLED, last.value, last.day, over)]
    use = step(last, read).use or Decimal(0)
    usual = usual_a_day(steps, last.day)
    if use == 0:
        cold = medium != "heat" or not {last.day.month, read.day.month} <= WARM
        odd = days >= ZERO_DAYS and cold and usual is not None and usual > 0
        return [Doubt(ZERO, last.value, last.day, use)] if odd else []
    if _far_more(medium, use, max(days, 1), usual):
        return [Doubt(HIGH, last.value, last.day, use)]
    return []


def _far_more(medium: str, use: Decimal, days: int, usual: Decimal | None) -> bool:
    if usual is None:
        return use > MOST_A_DAY.get(medium, 1) * days + SMALL.get(medium, 5)
    return use > FAR_MORE * usual * days and use > SMALL.get(medium, 5) * max(Decimal(1), Decimal(days) / 30)
