"""A unit's meters as a resident reads them: by medium and place, each with its readings and what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

from app.core.language import gettext as _
from app.core.language import language
from app.meters import usage
from app.meters.queries.register import Median
from app.meters.rules import MEDIA_ORDER, METERS, SETTLED, SIGNS, SOURCES
from app.meters.usage import Meter, Place, Reading, Step
from app.web.charting import Chart, groups

SOON_DAYS = 90
MONTH_DAYS = Decimal("30.4375")
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Verified:
    """How the verification (legalizacja) stands: `kind` is good, warn, bad or unknown, `says` what that means."""

    kind: str
    label: str
    says: str


@dataclass(frozen=True, slots=True)
class Line:
    """A reading as it is shown: `use` since the one before in words, `mark` what is special about it."""

    day: date
    value: str
    source: str
    use: str
    pace: str
    mark: str
    serial: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class PlaceStory:
    """The meters at one place: how the present one stands, what there is to tell, the readings newest first."""

    title: str
    serial: str
    installed_on: date | None
    removed_on: date | None
    verified: Verified
    tells: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class UsePicture:
    """Use by month: the chart, the names of its series, what it says, and the same figures as a table."""

    chart: Chart
    series: tuple[str, ...]
    says: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    units: int


@dataclass(frozen=True, slots=True)
class MediumStory:
    """One medium of a unit: the places in use, those that are no more, and the picture of all together."""

    medium: str
    label: str
    sign: str
    places: tuple[PlaceStory, ...]
    gone: tuple[PlaceStory, ...]
    picture: UsePicture | None


def told(places: Sequence[Place], medians: dict[str, dict[date, Median]], today: date) -> list[MediumStory]:
    """The stories of all media of a unit, in the order in which people think of them."""
    order = {medium: number for number, medium in enumerate(MEDIA_ORDER)}
    found = []
    for medium in sorted({place.medium for place in places}, key=lambda one: order.get(one, 99)):
        mine = [place for place in places if place.medium == medium]
        here = [place for place in mine if place.now.removed_on is None or place.now.removed_on > today]
        found.append(
            MediumStory(
                medium,
                str(SETTLED.get(medium, medium)),
                SIGNS.get(medium, ""),
                tuple(_place(place, today) for place in here),
                tuple(_place(place, today) for place in mine if place not in here),
                picture(mine, medians.get(medium, {}), today),
            )
        )
    return found


def quantity(value: Decimal, medium: str) -> str:
    """A quantity with its unit, in the Polish way: `1 234,567 m³`."""
    return f"{format_decimal(value, format='#,##0.###', locale='pl')} {SIGNS.get(medium, '')}".strip()


def verified(meter: Meter, today: date) -> Verified:
    """How a meter's verification stands on a day."""
    until = meter.verified_until
    if until is None:
        return Verified("unknown", _("brak daty"), _("W ewidencji nie ma daty końca legalizacji tego licznika."))
    day, left = f"{until:%d.%m.%Y}", (until - today).days
    if left < 0:
        return Verified(
            "bad",
            _("upłynęła %(day)s", day=day),
            _("Zarządca powinien wymienić lub zalegalizować licznik. Do tego czasu rozliczenie może być ryczałtowe."),
        )
    if left <= SOON_DAYS:
        words = _("kończy się dzisiaj") if not left else _("kończy się %(day)s, za %(days)d dni", day=day, days=left)
        return Verified("warn", words, _("Zarządca umówi się z Tobą na wymianę lub legalizację. Nie musisz nic robić."))
    return Verified("good", _("ważna do %(day)s", day=day), "")


def picture(places: Sequence[Place], medians: dict[date, Median], today: date) -> UsePicture | None:
    """Use of the last twelve months with the year before beside it; None where not one whole month was read."""
    months = usage.summed([usage.by_month(place.steps) for place in places])
    whole = _whole_months(places)
    last = max((month for month in whole if month <= today), default=None)
    if last is None:
        return None
    shown = [_moved(last, -back) for back in range(MONTHS - 1, -1, -1)]
    shown = shown[next((at for at, month in enumerate(shown) if month in whole), 0) :]
    before = [_moved(month, -12) for month in shown]
    medium = places[0].medium
    rows = [
        (month, _of(month, months, whole), _of(past, months, whole)) for month, past in zip(shown, before, strict=True)
    ]
    has_past, has_median = any(row[2] is not None for row in rows), any(month in medians for month in shown)
    series = (
        _("Twój lokal"),
        *((_("rok wcześniej"),) if has_past else ()),
        *((_("mediana budynku"),) if has_median else ()),
    )
    values = []
    for month, now, past in rows:
        median = medians[month].use if month in medians else None
        values.append((now, *((past,) if has_past else ()), *((median,) if has_median else ())))
    chart = groups(
        [format_date(month, "LLL y", locale=language()) for month in shown],
        [[None if value is None else int(value * 1000) for value in row] for row in values],
        series,
        lambda thousandths: quantity(Decimal(thousandths) / 1000, medium),
    )
    table = [
        (
            format_date(month, "LLLL y", locale=language()),
            tuple("–" if one is None else quantity(one, medium) for one in row),
        )
        for month, row in zip(shown, values, strict=True)
    ]
    least = min((medians[month].units for month in shown if month in medians), default=0)
    return UsePicture(chart, series, _says(rows, medium), (_("Miesiąc"), *series), tuple(reversed(table)), least)


def _says(rows: Sequence[tuple[date, Decimal | None, Decimal | None]], medium: str) -> str:
    """The picture in a sentence: the sum, and how it compares with the same months a year before."""
    known = [now for _month, now, _past in rows if now is not None]
    said = _("Razem przez %(months)d mies.: %(use)s.", months=len(known), use=quantity(sum(known, Decimal(0)), medium))
    both = [(now, past) for _month, now, past in rows if now is not None and past is not None]
    if both:
        now, past = (sum((pair[at] for pair in both), Decimal(0)) for at in (0, 1))
        difference = quantity(abs(now - past), medium)
        if now > past:
            said += " " + _("To o %(sum)s więcej niż w tych samych miesiącach rok wcześniej.", sum=difference)
        elif now < past:
            said += " " + _("To o %(sum)s mniej niż w tych samych miesiącach rok wcześniej.", sum=difference)
    return said


def _of(month: date, months: dict[date, Decimal], whole: set[date]) -> Decimal | None:
    return months.get(month) if month in whole else None


def _whole_months(places: Sequence[Place]) -> set[date]:
    """Months of which every place that was read in them was read on all days."""
    covers = [usage.covered(place.steps) for place in places]
    return {
        month
        for month in {month for one in covers for month in one}
        if all(one.get(month, 0) in (0, (usage.next_month(month) - month).days) for one in covers)
    }


def _moved(month: date, by: int) -> date:
    place = month.year * 12 + month.month - 1 + by
    return date(place // 12, place % 12 + 1, 1)


def _place(place: Place, today: date) -> PlaceStory:
    now = place.now
    return PlaceStory(
        (place.location or str(METERS.get(place.medium, place.medium)))[:1].upper()
        + (place.location or str(METERS.get(place.medium, place.medium)))[1:],
        now.serial,
        now.installed_on,
        now.removed_on,
        verified(now, today),
        tuple(_tells(place)),
        tuple(_lines(place)),
    )


def _tells(place: Place) -> list[str]:
    said = []
    for old, new in zip(place.meters, place.meters[1:], strict=False):
        end = old.readings[-1].value if old.readings else None
        start = new.readings[0].value if new.readings else None
        day = f"{old.removed_on:%d.%m.%Y}" if old.removed_on else ""
        said.append(
            _(
                "%(day)s wymieniono licznik %(old)s na %(new)s. Stary skończył na %(end)s, nowy zaczął od "
                "%(start)s; zużycie liczymy z obu.",
                day=day,
                old=old.serial,
                new=new.serial,
                end=quantity(end, place.medium) if end is not None else "–",
                start=quantity(start, place.medium) if start is not None else "–",
            )
        )
    since = place.now.stuck_since if place.now.removed_on is None else None
    if since is not None:
        said.append(
            _(
                "Od %(day)s licznik pokazuje tyle samo. Jeśli nikt wtedy nie korzystał, wszystko jest w porządku. "
                "Jeśli korzystał, licznik mógł się zatrzymać: napisz do nas, sprawdzimy go.",
                day=f"{since:%d.%m.%Y}",
            )
        )
    return said


def _lines(place: Place) -> list[Line]:
    """Newest first; a replaced meter's below its successor's, and what waits for staff where its day is."""
    found: list[Line] = []
    for meter in place.meters:
        steps: list[Step | None] = [None, *meter.steps][: len(meter.readings)]
        mine = [_line(meter, place, read, one) for read, one in zip(meter.readings, steps, strict=True)]
        mine += [_waiting(meter, read) for read in meter.waiting]
        found += sorted(mine, key=lambda line: line.day)
    return found[::-1]


def _line(meter: Meter, place: Place, read: Reading, one: Step | None) -> Line:
    mark, kind = _mark(meter, place, one)
    if read.told is not None:
        told = _("Podano %(told)s, liczy się odczyt zarządcy.", told=quantity(read.told, meter.medium))
        mark = f"{mark} {told}".strip()
    use = "" if one is None or one.use is None else quantity(one.use, meter.medium)
    spread = "" if one is None else pace(one, meter.medium)
    return Line(read.day, quantity(read.value, meter.medium), _source(read), use, spread, mark, meter.serial, kind)


def _waiting(meter: Meter, read: Reading) -> Line:
    mark = _("Czeka na sprawdzenie przez administrację, więc zużycia jeszcze nie liczymy.")
    return Line(read.day, quantity(read.value, meter.medium), _source(read), "", "", mark, meter.serial, "warn")


def _source(read: Reading) -> str:
    return str(SOURCES.get(read.origin) or read.source or "")


def pace(one: Step, medium: str) -> str:
    """Over how many days, and how much that is a month; electricity by the day."""
    if one.a_day is None:
        return ""
    each = one.a_day if medium == "electricity" else one.a_day * MONTH_DAYS
    rounded = quantity(each.quantize(Decimal("0.01")), medium)
    if medium == "electricity":
        return _("%(days)d dni, %(use)s na dzień", days=one.days, use=rounded)
    return _("%(days)d dni, %(use)s na miesiąc", days=one.days, use=rounded)


def _mark(meter: Meter, place: Place, one: Step | None) -> tuple[str, str]:
    if one is None:
        first = place.meters[0] is meter
        return ("" if first else _("Początek nowego licznika %(serial)s.", serial=meter.serial)), ""
    if one.rolled:
        return _("Licznik doszedł do końca i zaczął od zera; zużycie to uwzględnia."), ""
    if one.use is None:
        return (
            _(
                "Odczyt jest niższy niż poprzedni, więc nie liczymy z niego zużycia. Mógł to być błąd odczytu "
                "albo odwrócony licznik."
            ),
            "warn",
        )
    return "", ""
