"""The annual information of heat as rows of (term, value), for the page and for paper alike."""

from __future__ import annotations

from decimal import Decimal

from app.core.language import gettext as _
from app.core.money import money
from app.settlements import rules
from app.settlements.information import HeatYear
from app.settlements.workings import period_words, plain, quantity

Rows = list[tuple[str, str]]


def building(info: HeatYear) -> Rows:
    """Of the buildings of the run."""
    run = info.heat.run
    found = [
        (_("Okres"), period_words(run.from_on, run.to_on)),
        (_("Kupione ciepło"), quantity(info.bought, "GJ") if info.bought else _("zarządca podał koszt, bez ilości GJ")),
        (_("Koszt ciepła na ogrzewanie"), money(info.for_heating)),
        (_("Koszt ciepła na podgrzanie wody"), money(info.for_water) if info.hot else _("rozliczany osobno")),
        (_("Koszty stałe ogrzewania"), money(info.fixed)),
        (_("Koszty zmienne ogrzewania"), money(info.variable)),
        (_("Powierzchnia rozliczanych lokali"), quantity(run.area, "m²", 2)),
        (_("Zarejestrowane zużycie"), quantity(run.used, run.sign)),
    ]
    if run.area:
        found.append((_("Koszt ciepła na m²"), f"{plain(_zloty(info.for_heating, run.area), 2)} zł/m²"))
        found.append(
            (_("Zużycie na m²"), quantity((run.used / run.area).quantize(Decimal("0.0001")), f"{run.sign}/m²"))
        )
    return found


def unit(info: HeatYear) -> Rows:
    """Of the unit."""
    run, one = info.heat.run, info.heat.unit
    found = [
        (_("Powierzchnia lokalu"), quantity(one.area, "m²", 2)),
        (_("Zarejestrowane zużycie"), _("brak odczytu, ryczałt") if one.use is None else quantity(one.use, run.sign)),
    ]
    if run.how.use_in == rules.DIVIDER:
        found.append((_("Współczynnik wyrównawczy"), plain(one.coefficient)))
    found += [
        (_("Zużycie rozliczone"), quantity(one.counted, run.sign)),
        (_("Koszt stały"), money(info.own_fixed)),
        (_("Koszt zmienny"), money(info.own_variable)),
        (_("Koszt razem"), money(one.cost)),
    ]
    if one.area:
        found.append((_("Koszt na m²"), f"{plain(_zloty(one.cost, one.area), 2)} zł/m²"))
    if info.average is not None:
        average = f"{plain(info.average.quantize(Decimal('0.01')), 2)} zł/m²"
        found.append((_("Średnio w budynku na m²"), average))
    else:
        found.append((_("Średnio w budynku na m²"), _("nie podajemy: lokali z odczytem jest za mało")))
    before = info.before
    found.append((_("Koszt rok wcześniej"), money(int(before)) if before is not None else _("nie ma rozliczenia")))
    return found


def _zloty(grosze: int, over: Decimal) -> Decimal:
    return (Decimal(grosze) / 100 / over).quantize(Decimal("0.01"))
