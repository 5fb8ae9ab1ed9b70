"""What the charts of a unit's money show, without a database: bars, the sentence that says the same, and a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from app.core.language import gettext as _
from app.core.language import language
from app.core.money import amount, money
from app.finances.tariff import Line
from app.web.charting import SERIES, Chart, Column, bars


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart, the names of its series, the sentence beside it, and its figures as a table; rows newest first."""

    chart: Chart
    series: tuple[str, ...]
    says: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def balances(months: Sequence[tuple[date, int]]) -> Picture | None:
    """The balance at the end of each month, in grosze, oldest first; None where there are fewer than two."""
    if len(months) < 2:
        return None
    series = (_("zaległość"), _("nadpłata"))
    columns = [Column(_short(month), (max(grosze, 0), min(grosze, 0))) for month, grosze in months]
    rows = tuple((_long(month), (amount(grosze), _word(grosze))) for month, grosze in reversed(months))
    return Picture(
        bars(columns, series),
        series,
        _balance_says(months),
        (_("Koniec miesiąca"), _("Saldo"), _("Co to znaczy")),
        rows,
    )


def components(months: Sequence[tuple[date, Sequence[Line]]]) -> Picture | None:
    """What was charged every month, by component, oldest month first; the smallest ones together.

    None where fewer than two months were charged.
    """
    charged = [(month, Counter[str]()) for month, lines in months if lines]
    if len(charged) < 2:
        return None
    names: dict[str, str] = {}
    whole = Counter[str]()
    by_month = dict(charged)
    for month, lines in months:
        for line in lines:
            by_month[month][line.code] += line.amount
            whole[line.code] += abs(line.amount)
            names[line.code] = line.name
    fits = [code for code, _sum in whole.most_common()]
    shown = fits if len(fits) <= SERIES else fits[: SERIES - 1]
    series = tuple(names[code] for code in shown) + ((_("pozostałe"),) if len(fits) > SERIES else ())
    columns, rows = [], []
    for month, amounts in charged:
        parts = [amounts[code] for code in shown]
        total = sum(amounts.values())
        if len(fits) > SERIES:
            parts.append(total - sum(parts))
        columns.append(Column(_short(month), tuple(parts)))
        rows.append((_long(month), (*(amount(part) for part in parts), amount(total))))
    return Picture(
        bars(columns, series),
        series,
        _charge_says(by_month),
        (_("Miesiąc"), *series, _("Razem")),
        tuple(reversed(rows)),
    )


def _balance_says(months: Sequence[tuple[date, int]]) -> str:
    month, now = months[-1]
    said = [_("Teraz: %(word)s %(sum)s.", word=_word(now), sum=money(abs(now))) if now else _("Teraz: rozliczone.")]
    worst, most = max(months, key=lambda each: each[1])
    if most > 0 and worst != month:
        said.append(_("Najwyższa zaległość: %(sum)s (%(month)s).", sum=money(most), month=_long(worst)))
    return " ".join(said)


def _charge_says(by_month: dict[date, Counter[str]]) -> str:
    totals = {month: sum(amounts.values()) for month, amounts in by_month.items()}
    first, last = min(totals), max(totals)
    said = _(
        "%(first)s: %(before)s, %(last)s: %(after)s.",
        first=_long(first), before=money(totals[first]), last=_long(last), after=money(totals[last]),
    )  # fmt: skip
    said = said[:1].upper() + said[1:]
    difference = totals[last] - totals[first]
    if not difference:
        return said
    more = _("To o %(sum)s więcej.", sum=money(difference))
    less = _("To o %(sum)s mniej.", sum=money(-difference))
    return f"{said} {more if difference > 0 else less}"


def _word(grosze: int) -> str:
    return _("zaległość") if grosze > 0 else _("nadpłata") if grosze < 0 else _("rozliczone")


def _short(month: date) -> str:
    return format_date(month, "LLL y", locale=language())


def _long(month: date) -> str:
    return format_date(month, "LLLL y", locale=language())
