"""The arithmetic of settlements: to the grosz, whoever comes first, whatever was used."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.settlements import rules
from app.settlements.outliers import BALANCE, FAR, HIGH, NEGATIVE, NONE_USED, UNREAD, Figures, outliers
from app.settlements.placing import FEWEST, placing
from app.settlements.reckoning import Cost, Given, Reckoning, reckon
from app.settlements.rules import Parameters
from app.settlements.sharing import half_up, shares

D = Decimal
quick = settings(max_examples=50, deadline=None)
uses = st.decimals(min_value=0, max_value=900, places=3)
units = st.lists(
    st.builds(
        Given,
        code=st.just(""),
        area=st.decimals(min_value=0, max_value=120, places=2),
        persons=st.integers(0, 6),
        share=st.decimals(min_value=0, max_value=1, places=4),
        use=st.none() | uses,
        coefficient=st.decimals(min_value=D("0.3"), max_value=2, places=3),
        lump=st.booleans(),
        advances=st.integers(0, 900_000),
    ),
    min_size=1,
    max_size=8,
).map(lambda found: [replace(each, code=f"L{at:02d}") for at, each in enumerate(found)])
costs = st.lists(
    st.builds(
        Cost,
        name=st.just("koszt"),
        kind=st.sampled_from([rules.FIXED, rules.VARIABLE, rules.SPLIT, rules.OTHER]),
        amount=st.integers(-50_000, 90_000_000),
        purpose=st.sampled_from(["", "water", "heat"]),
    )
    | st.builds(
        Cost,
        name=st.just("taryfa"),
        kind=st.just(rules.TARIFF),
        price=st.decimals(min_value=0, max_value=200, places=4),
    ),
    max_size=5,
)
percents = st.none() | st.decimals(min_value=0, max_value=300, places=1)
parameters = st.builds(
    Parameters,
    fixed_percent=st.decimals(min_value=0, max_value=100, places=1),
    fixed_basis=st.sampled_from(list(rules.BASES)),
    use_in=st.sampled_from(list(rules.USES)),
    main_use=st.none() | st.decimals(min_value=0, max_value=9000, places=3),
    difference=st.sampled_from(list(rules.DIFFERENCES)),
    lump_norm=st.none() | st.decimals(min_value=0, max_value=12, places=2),
    least_percent=percents,
    most_percent=percents,
).filter(lambda how: None in (how.least_percent, how.most_percent) or how.least_percent <= how.most_percent)
media = st.sampled_from(list(rules.MEDIA))


def by_code(found: Reckoning) -> dict[str, int]:
    return {unit.code: unit.cost for unit in found.units}


@quick
@given(costs, parameters, units, media)
def test_units_sums_are_the_buildings_cost_to_the_grosz(
    bills: list[Cost], how: Parameters, people: list[Given], medium: str
) -> None:
    found = reckon(bills, how, people, medium, 12)
    assert found.agrees
    invoiced = sum(cost.amount for cost in bills)
    if not any(cost.kind == rules.TARIFF for cost in bills):
        assert found.cost == invoiced == found.charged + found.nobody
    if how.difference != rules.NOBODY:
        assert found.nobody == 0
    for unit, known in zip(found.units, people, strict=True):
        assert unit.cost == sum(line.amount for line in unit.lines)
        assert unit.balance == unit.cost - known.advances
        pots = {pot.key: pot for pot in found.pots}
        for line in unit.lines:
            assert line.product == half_up(line.quantity * pots[line.pot].price), "what is shown multiplies again"
            assert abs(line.remainder) <= 1, "a rounding is never more than a grosz"
    for pot in found.pots:
        parts = [line.amount for unit in found.units for line in unit.lines if line.pot == pot.key]
        assert sum(parts) == pot.grosze


@quick
@given(costs, parameters, units, media, st.randoms())
def test_the_order_of_units_and_costs_makes_no_difference(
    bills: list[Cost], how: Parameters, people: list[Given], medium: str, dice: object
) -> None:
    mixed, shuffled = list(people), list(bills)
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    assert by_code(reckon(bills, how, people, medium, 6)) == by_code(reckon(shuffled, how, mixed, medium, 6))


@quick
@given(units, st.integers(0, 20_000_000), st.decimals(min_value=0, max_value=100, places=3), st.integers(0, 11))
def test_who_uses_more_never_pays_less(people: list[Given], grosze: int, more: Decimal, which: int) -> None:
    at = which % len(people)
    people = [replace(each, use=each.use if each.use is not None else D(3), lump=False) for each in people]
    thirsty = [*people]
    thirsty[at] = replace(people[at], use=(people[at].use or D(0)) + more)
    bills, how = [Cost("faktura", rules.SPLIT, grosze)], Parameters(fixed_percent=D(40))
    before, after = (by_code(reckon(bills, how, each, rules.HEAT, 12)) for each in (people, thirsty))
    code = people[at].code
    # Where nobody used anything all have the same part: the first to use something takes all of it.
    assert after[code] >= before[code]
    if sum(each.use for each in people if each.use) > 0:
        assert all(after[other] <= before[other] + 1 for other in before if other != code)


@quick
@given(st.integers(-(10**9), 10**9), st.dictionaries(st.text(min_size=1, max_size=3), uses, min_size=1))
def test_shares_are_within_a_grosz_of_exact(grosze: int, weights: dict[str, Decimal]) -> None:
    found = shares(grosze, weights)
    assert sum(found.values()) == grosze
    whole = sum(weights.values())
    if whole:
        assert all(abs(found[key] - grosze * weight / whole) <= 1 for key, weight in weights.items())


def test_nobody_to_share_among_is_told() -> None:
    with pytest.raises(ValueError):
        shares(100, {})
    assert reckon([Cost("x", rules.FIXED, 100)], Parameters(), [], rules.HEAT, 1).units == ()


def test_a_heat_settlement_by_hand() -> None:
    """40 % of 10 000,00 by 100 m², the rest by units of dividers × coefficient; counted with a pocket calculator."""
    people = [
        Given("1", D("52.40"), use=D(1000), coefficient=D("0.8"), advances=400_000),
        Given("2", D("47.60"), use=D(200), coefficient=D("1"), advances=300_000),
    ]
    how = Parameters(fixed_percent=D(40), use_in=rules.DIVIDER)
    found = reckon([Cost("Faktura 1/2025", rules.SPLIT, 1_000_000)], how, people, rules.HEAT, 12)
    first, second = found.units
    assert [line.amount for line in first.lines] == [209_600, 480_000], "52,40 m² × 40 zł; 800 jedn. × 6 zł"
    assert [line.amount for line in second.lines] == [190_400, 120_000]
    assert (first.cost, first.balance, second.balance) == (689_600, 289_600, 10_400)
    assert [pot.price for pot in found.pots] == [D("40.0000"), D("6.0000")]


def test_a_negative_balance_is_an_overpayment() -> None:
    found = reckon(
        [Cost("x", rules.TARIFF, price=D("14.62"))], Parameters(), [Given("1", D(40), use=D(10), advances=20_000)],
        rules.COLD, 12,
    )  # fmt: skip
    assert found.units[0].cost == 14_620 and found.units[0].balance == -5_380


def test_hot_water_counts_twice_as_water_and_as_heating() -> None:
    bills = [
        Cost("woda", rules.VARIABLE, 14_620, purpose=rules.WATER_PART),
        Cost("ciepło", rules.VARIABLE, 34_000, purpose=rules.HEAT_PART),
    ]
    found = reckon(bills, Parameters(), [Given("1", D(40), use=D(10))], rules.HOT, 12)
    assert {pot.part: pot.price for pot in found.pots} == {"water": D("14.6200"), "heat": D("34.0000")}
    assert found.units[0].cost == 48_620


@pytest.mark.parametrize(
    ("difference", "one", "other", "nobody"),
    [("use", 8000, 2000, 0), ("unit", 7400, 2600, 0), ("none", 6400, 1600, 2000)],
)
def test_the_difference_of_water_meters_goes_where_the_rules_say(
    difference: str, one: int, other: int, nobody: int
) -> None:
    people = [Given("1", D(40), use=D(64)), Given("2", D(40), use=D(16))]
    how = Parameters(main_use=D(100), difference=difference)
    found = reckon([Cost("faktura", rules.VARIABLE, 10_000)], how, people, rules.COLD, 12)
    assert ([unit.cost for unit in found.units], found.nobody, found.missing) == ([one, other], nobody, D(20))
    assert found.agrees
    # the units' meters showed more than the main one: nobody gets anything back for it
    more = reckon([Cost("faktura", rules.VARIABLE, 10_000)], replace(how, main_use=D(70)), people, rules.COLD, 12)
    assert more.missing == D(-10) and sum(unit.cost for unit in more.units) == 10_000


def test_lumps_count_by_persons_and_months_or_by_area() -> None:
    people = [Given("1", D(40), persons=3, use=D(10), lump=True), Given("2", D(50), use=None, persons=1)]
    how = Parameters(lump_norm=D(6))
    water = reckon([Cost("t", rules.TARIFF, price=D(1))], how, people, rules.COLD, 12)
    assert [unit.counted for unit in water.units] == [D(216), D(72)] and all(unit.lump for unit in water.units)
    heat = reckon([Cost("t", rules.TARIFF, price=D(1))], how, people, rules.HEAT, 12)
    assert [unit.counted for unit in heat.units] == [D(240), D(300)]


def test_limits_hold_use_near_the_average_a_square_metre() -> None:
    people = [Given("1", D(50), use=D(0)), Given("2", D(50), use=D(100)), Given("3", D(100), use=D(100))]
    how = Parameters(least_percent=D(50), most_percent=D(150))
    found = reckon([Cost("x", rules.VARIABLE, 100_00)], how, people, rules.HEAT, 12)
    assert [unit.counted for unit in found.units] == [D(25), D(75), D(100)]
    assert found.units[0].bare == 0 and found.agrees


def test_a_cost_of_which_nobody_had_a_quantity_is_even() -> None:
    people = [Given("1", D(0), use=D(0)), Given("2", D(0), use=D(0)), Given("3", D(0), use=D(0))]
    found = reckon([Cost("x", rules.FIXED, 100), Cost("y", rules.VARIABLE, 100)], Parameters(), people, rules.HEAT, 1)
    assert sorted(unit.cost for unit in found.units) == [66, 66, 68] and all(pot.even for pot in found.pots)


def test_outliers_are_named() -> None:
    usual = [Figures(f"L{at}", D(30), D(50), 50_000, 100) for at in range(6)]
    odd = [
        Figures("much", D(300), D(50), 50_000, 0), Figures("none", D(0), D(50), 50_000, 0),
        Figures("unread", None, D(50), 50_000, 0), Figures("back", D(-3), D(50), 50_000, 0),
        Figures("rich", D(30), D(50), 50_000, -250_000), Figures("dear", D(30), D(50), 900_000, 0),
    ]  # fmt: skip
    found = outliers([*usual, *odd])
    assert {code: flags[0] for code, flags in found.items() if code in ("much", "none", "unread", "back", "rich")} == {
        "much": HIGH, "none": NONE_USED, "unread": UNREAD, "back": NEGATIVE, "rich": BALANCE,
    }  # fmt: skip
    assert FAR in found["dear"]


@quick
@given(uses, st.lists(uses, max_size=40))
def test_a_group_of_neighbours_is_never_fewer_than_five(own: Decimal, others: list[Decimal]) -> None:
    found = placing(own, others)
    if len(others) < FEWEST:
        assert found is None
        return
    assert found is not None
    assert all(group.count >= FEWEST for group in found.groups)
    assert sum(group.count for group in found.groups) == len(others)
    assert sum(group.own for group in found.groups) == 1
    assert found.groups[0].least is None and found.groups[-1].below is None, "least and greatest are nobody's business"


@pytest.mark.parametrize("typed", ["", "abc", "1e9", "\0", "9" * 10_000, "1,2,3", "NaN", "Infinity", "-"])
def test_odd_numbers_are_refused_or_nothing(typed: str) -> None:
    from app.core.errors import Refused

    if not typed:
        assert rules.number(typed, "x") is None
        return
    with pytest.raises(Refused):
        rules.number(typed, "x")


def test_numbers_are_read_as_people_type_them() -> None:
    assert rules.number("1 234,50", "x") == D("1234.50") and rules.grosze("1 234,56 zł", "x") == 123_456
