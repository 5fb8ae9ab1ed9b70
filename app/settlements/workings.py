"""A settlement in plain words and figures, for the page and for paper: every step with its own multiplication."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date

from app.core.language import gettext as _
from app.core.language import language
from app.core.money import NBSP, money
from app.settlements import rules
from app.settlements.queries.mine import Whole
from app.settlements.queries.runs import CostLine, Run, RunUnit
from app.settlements.sharing import half_up


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way: what it is, in words, and the arithmetic; `amount` in grosze where it comes to one.

    `key` names the step in a doubt (`coś się nie zgadza`); `remainder` in grosze is already in `amount`.
    """

    key: str
    title: str
    says: str
    sum: str = ""
    amount: int | None = None
    remainder: int = 0


@dataclass(frozen=True, slots=True)
class Month:
    """The advances of a month, in grosze."""

    month: date
    amount: int


@dataclass(frozen=True, slots=True)
class Workings:
    """The steps in the order in which they are told, top to bottom."""

    costs: tuple[Step, ...]
    shares: tuple[Step, ...]
    prices: tuple[Step, ...]
    use: tuple[Step, ...]
    parts: tuple[Step, ...]
    months: tuple[Month, ...]
    rounded: int

    def step(self, key: str) -> Step | None:
        """The step that a doubt names."""
        every = (*self.costs, *self.shares, *self.prices, *self.use, *self.parts, *fixed_steps())
        return next((step for step in every if step.key == key), None)


def fixed_steps() -> tuple[Step, ...]:
    """Steps that every settlement has beside its arithmetic."""
    return (
        Step("advances", _("Zaliczki"), ""),
        Step("balance", _("Wynik rozliczenia"), ""),
        Step("whole", _("Całe rozliczenie"), ""),
    )


def workings(found: Whole) -> Workings:
    """How a settlement came about."""
    run, unit = found.run, found.unit
    parts = tuple(_part(run, line) for line in unit.lines)
    return Workings(
        tuple(_cost(run, cost, at) for at, cost in enumerate(found.costs, 1)),
        tuple(_shares(run, found.costs)),
        tuple(_price(run, pot) for pot in run.pots),
        tuple(_use(run, unit)),
        parts,
        tuple(Month(date.fromisoformat(each["month"]), int(each["amount"])) for each in unit.months),
        sum(step.remainder for step in parts),
    )


def quantity(value: Decimal, sign: str, least: int = 0) -> str:
    """`1234.5` and `m²` → `1 234,5 m²` with no-break spaces, all decimals that it has and at least so many."""
    return f"{plain(value, least)}{NBSP}{sign}"


def plain(value: Decimal, least: int = 0) -> str:
    """A number with a decimal comma, all decimals that it has and at least so many."""
    text = f"{value.normalize():f}"
    whole, _point, after = text.partition(".")
    sign, digits = ("−", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = f"{int(digits):,}".replace(",", NBSP)
    after = after.ljust(least, "0")
    return f"{sign}{grouped}{',' if after else ''}{after}"


def sign_of(run: Run, basis: str) -> str:
    """The sign of what a pot is shared by."""
    if basis == rules.USE:
        return run.sign
    return {rules.M2: "m²", rules.UNIT: _("lok."), rules.PERSON: _("os."), rules.SHARE: _("udziału")}[basis]


def _cost(run: Run, cost: CostLine, at: int) -> Step:
    said = [cost.document, cost.kind_label, cost.purpose_label]
    says = " · ".join(part for part in said if part)
    if cost.price is not None:
        return Step(f"cost-{at}", cost.name, says, f"{plain(cost.price, 2)}{NBSP}zł/{run.sign}")
    return Step(f"cost-{at}", cost.name, says, "", cost.amount)


def _shares(run: Run, costs: Sequence[CostLine]) -> list[Step]:
    split = [cost for cost in costs if cost.kind == rules.SPLIT]
    fixed = next((pot for pot in run.pots if pot["kind"] == rules.FIXED), None)
    found = []
    if split:
        percent = plain(run.how.fixed_percent)
        whole = sum(cost.amount for cost in split)
        says = _(
            "Według regulaminu %(percent)s tych kosztów to część stała, a reszta – część zmienna.",
            percent=f"{percent}%",
        )
        still = sum(half_up(cost.amount * run.how.fixed_percent / 10_000) for cost in split)
        arithmetic = f"{money(whole)} × {percent}% = {money(still)}"
        if still != half_up(whole * run.how.fixed_percent / 10_000):
            says = f"{says} {_('Każdy koszt jest zaokrąglony do grosza osobno.')}"
        found.append(Step("split", _("Podział na część stałą i zmienną"), says, arithmetic))
    if fixed:
        says = _("Koszty, których nie zmienia to, ile ciepła lub wody kto zużył.")
        found.append(Step("pot-fixed", _("Część stała"), says, "", fixed["grosze"]))
    for pot in run.pots:
        if pot["kind"] == rules.VARIABLE:
            says = _("Koszty, które zależą od zużycia.")
            found.append(Step(f"pot-{pot['key']}", pot_label(pot), says, "", pot["grosze"]))
        elif pot["kind"] == rules.OTHER:
            says = _("Koszty, które każdy lokal ponosi po równo.")
            found.append(Step("pot-other", pot_label(pot), says, "", pot["grosze"]))
    found += _difference(run)
    return found


def _difference(run: Run) -> list[Step]:
    how, missing = run.how, run.totals.get("missing")
    if how.main_use is None or missing is None:
        return []
    lacks, used = Decimal(missing), Decimal(run.totals["used"])
    arithmetic = f"{quantity(how.main_use, run.sign)} − {quantity(used, run.sign)} = {quantity(lacks, run.sign)}"
    title = _("Różnica między licznikiem głównym a sumą lokali")
    if lacks <= 0:
        says = _("Liczniki w lokalach wskazały nie mniej niż licznik główny, więc nikt za różnicę nie płaci.")
        return [Step("pot-difference", title, says, arithmetic)]
    says = {
        rules.BY_USE: _("Koszt tej różnicy jest rozdzielony na lokale według zużycia."),
        rules.BY_UNIT: _("Koszt tej różnicy jest rozdzielony na lokale po równo."),
        rules.NOBODY: _("Koszt tej różnicy nie obciąża lokali."),
    }[how.difference]
    grosze = next((pot["grosze"] for pot in run.pots if pot["key"] == "difference"), run.totals.get("nobody"))
    variable = [pot["grosze"] for pot in run.pots if pot["kind"] == rules.VARIABLE]
    whole = sum(variable) + int(grosze or 0)
    if len(variable) == 1 and not any(pot["kind"] == rules.TARIFF for pot in run.pots):
        share = f"{quantity(lacks, run.sign)} : {quantity(how.main_use, run.sign)}"
        arithmetic = f"{arithmetic}; {money(whole)} × {share} = {money(int(grosze or 0))}"
    return [Step("pot-difference", title, says, arithmetic, grosze)]


def pot_label(pot: dict[str, Any]) -> str:
    """A pot in words."""
    kind, part = pot["kind"], pot["part"]
    if kind == rules.TARIFF:
        return str(pot["name"])
    named = {
        rules.FIXED: _("Część stała"),
        rules.VARIABLE: _("Część zmienna"),
        rules.OTHER: _("Inne koszty"),
        "difference": _("Różnica wodomierzowa"),
    }[kind]
    return f"{named}: {rules.PURPOSES[part]}" if part else named


def _price(run: Run, pot: dict[str, Any]) -> Step:
    sign = sign_of(run, pot["basis"])
    price = f"{plain(Decimal(pot['price']), 2)}{NBSP}zł/{sign}"
    key = f"price-{pot['key']}"
    if pot["kind"] == rules.TARIFF:
        return Step(key, pot_label(pot), _("Cena z taryfy, taka sama dla wszystkich."), price)
    arithmetic = f"{money(pot['grosze'])} : {quantity(Decimal(pot['quantity']), sign)} = {price}"
    says = _("Nikt niczego nie zużył, więc koszt dzielimy po równo.") if pot["even"] else {
        rules.USE: _("Koszt dzielimy przez zużycie wszystkich lokali."),
        rules.M2: _("Koszt dzielimy przez powierzchnię wszystkich lokali."),
        rules.UNIT: _("Koszt dzielimy przez liczbę lokali."),
        rules.PERSON: _("Koszt dzielimy przez liczbę wszystkich mieszkańców."),
        rules.SHARE: _("Koszt dzielimy według udziałów w nieruchomości."),
    }[pot["basis"]]  # fmt: skip
    return Step(key, pot_label(pot), says, arithmetic)


def _use(run: Run, unit: RunUnit) -> list[Step]:
    """How a unit's use was found: meters, coefficient, norm, limits."""
    if not any(pot["basis"] == rules.USE for pot in run.pots):
        return []
    how, found = run.how, list[Step]()
    if unit.by_norm:
        norm, sign = how.lump_norm or Decimal(0), run.sign
        says = _("Ten lokal rozlicza się ryczałtem: %(why)s.", why=unit.lump_label or _("nie było odczytów"))
        base = quantity(unit.area, "m²", 2) if run.medium == rules.HEAT else _(
            "%(persons)s os. × %(months)s mies.", persons=unit.persons, months=run.months
        )  # fmt: skip
        arithmetic = f"{base} × {quantity(norm, sign)} = {quantity(unit.bare, sign)}"
        return [Step("use-lump", _("Zużycie według normy"), says, arithmetic)]
    if "use" in unit.given and unit.use is not None:
        found.append(Step("use-given", _("Zużycie"), _("Podane przez administrację."), quantity(unit.use, run.sign)))
    else:
        found += [_reading(run, each, at) for at, each in enumerate(unit.readings, 1)]
    if how.use_in == rules.DIVIDER and unit.use is not None:
        arithmetic = f"{plain(unit.use)} × {plain(unit.coefficient)} = {quantity(unit.bare, run.sign)}"
        says = _("Współczynnik wyrównawczy uwzględnia położenie lokalu w budynku, na przykład na rogu albo pod dachem.")
        found.append(Step("use-coefficient", _("Współczynnik wyrównawczy"), says, arithmetic))
    if unit.counted != unit.bare:
        says = _("Regulamin ogranicza zużycie, które liczy się do kosztów, względem średniej na m² w rozliczeniu.")
        arithmetic = f"{quantity(unit.bare, run.sign)} → {quantity(unit.counted, run.sign)}"
        found.append(Step("use-limit", _("Granica z regulaminu"), says, arithmetic))
    return found


def _reading(run: Run, each: dict[str, Any], at: int) -> Step:
    first, last = date.fromisoformat(each["from_on"]), date.fromisoformat(each["to_on"])
    start, end, use = Decimal(each["from_value"]), Decimal(each["to_value"]), Decimal(each["use"])
    says = _("Odczyty z %(first)s i %(last)s", first=f"{first:%d.%m.%Y}", last=f"{last:%d.%m.%Y}")
    sign = "" if run.how.use_in == rules.DIVIDER else f"{NBSP}{run.sign}"
    arithmetic = f"{plain(end)} − {plain(start)} = {plain(use)}{sign}"
    return Step(f"use-{at}", _("Licznik %(serial)s", serial=each["serial"]), says, arithmetic)


def _part(run: Run, line: dict[str, Any]) -> Step:
    pot = next(each for each in run.pots if each["key"] == line["pot"])
    sign = sign_of(run, pot["basis"])
    own = Decimal(line["quantity"])
    least = 2 if pot["basis"] == rules.M2 else 0
    arithmetic = (
        f"{quantity(own, sign, least)} × {plain(Decimal(pot['price']), 2)}{NBSP}zł/{sign} = {money(line['product'])}"
    )
    remainder = int(line["amount"]) - int(line["product"])
    return Step(f"part-{pot['key']}", pot_label(pot), "", arithmetic, int(line["amount"]), remainder)


def period_words(first: date, last: date) -> str:
    """A period in words: a calendar year as such, else both days."""
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return _("rok %(year)s", year=first.year)
    return f"{format_date(first, 'd.MM.y', locale=language())} – {format_date(last, 'd.MM.y', locale=language())}"
