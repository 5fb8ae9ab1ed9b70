"""Co się zmieniło: two months of charges, and the causes of the difference to the grosz."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import today
from app.finances.splitting import Causes, compare, held_in, months, preceding, split, turning_months
from app.finances.tariff import Line, product
from tests.features.finances.books import House, charge
from tests.features.finances.test_proof import words
from tests.pages import inspect

PAGE = "/payments/changes"
COMPONENTS = [
    ["EKS", "Eksploatacja", "m2", "dependent"],
    ["ODP", "Odpady komunalne", "person", "independent"],
    ["CO", "Centralne ogrzewanie", "m2", "independent"],
    ["DOM", "Domofon", "unit", "dependent"],
    ["LIFT", "Dźwig", "person", None],
]
CHARGES = [
    charge("EKS", date(2025, 1, 1), "52,4", "3,45", "180.78", to=date(2025, 12, 31)),
    charge("EKS", date(2026, 1, 1), "52,4", "3,60", "188.64", note="Uchwała 12/2025"),
    charge("ODP", date(2025, 1, 1), "2", "36,00", "72.00", to=date(2026, 2, 28)),
    charge("ODP", date(2026, 3, 1), "3", "38,00", "114.00"),
    charge("CO", date(2025, 1, 1), "52,4", "5,20", "272.48", to=date(2026, 2, 28)),
    charge("CO", date(2026, 3, 1), "52,4", "5,20", "262.48", note="Bonifikata 10 zł"),
    charge("DOM", date(2025, 1, 1), "1", "3,08", "3.08", to=date(2026, 2, 28)),
    charge("LIFT", date(2026, 3, 15), "3", "7,50", "22.50"),
]


def line(
    quantity: str, price: str, amount: int | None = None, first: date = date(2025, 1, 1), to: date | None = None
) -> Line:
    exact = product(Decimal(quantity), Decimal(price)) if amount is None else amount
    return Line("A", "Składnik", "m2", "", first, to, Decimal(quantity), Decimal(price), exact, None)


def test_each_cause_alone_and_all_at_once() -> None:
    assert split(line("52.4", "3.45"), line("52.4", "3.60")) == Causes(price=786)
    assert split(line("2", "36"), line("3", "36")) == Causes(quantity=3600)
    assert split(line("2", "36"), line("3", "38")) == Causes(quantity=3600, price=600)
    assert split(line("2", "36"), line("2", "36", 7000)) == Causes(rest=-200)
    assert split(line("2", "36", 7100), line("3", "38", 11399)) == Causes(quantity=3600, price=600, rest=99)
    assert split(None, line("1", "3.08")) == Causes(new=308)
    assert split(line("1", "3.08"), None) == Causes(ended=-308)
    assert split(line("1", "-5"), line("2", "-5")) == Causes(quantity=-500)
    assert split(line("1", "1"), line("1", "1")) == Causes()


def test_halves_of_a_grosz_are_in_no_cause_but_the_amounts() -> None:
    # 0.5 × 0.01 and 1.5 × 0.01 are half a grosz and one and a half: as bills round them, 1 and 2.
    assert split(line("0.5", "0.01"), line("1.5", "0.01")) == Causes(quantity=1)


LINES = st.builds(
    Line,
    code=st.sampled_from("ABCD"),
    name=st.sampled_from(["Woda", "CO"]),
    basis=st.just("m2"),
    kind=st.just(""),
    from_on=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    to_on=st.one_of(st.none(), st.dates(date(2024, 1, 1), date(2027, 12, 31))),
    quantity=st.decimals(-1000, 100000, places=4, allow_nan=False),
    price=st.decimals(-1000, 100000, places=6, allow_nan=False),
    amount=st.integers(-(10**10), 10**10),
    note=st.none(),
)
MONTHS = st.dates(date(2023, 12, 1), date(2027, 6, 1)).map(lambda day: day.replace(day=1))


@given(st.lists(LINES, max_size=12), MONTHS, MONTHS)
def test_causes_sum_to_the_difference_by_component_and_in_all(lines: list[Line], first: date, second: date) -> None:
    before, after = held_in(lines, first), held_in(lines, second)
    found = compare(before, after)
    assert found.was == sum(each.amount for each in before.values())
    assert found.now == sum(each.amount for each in after.values())
    assert {each.line.code for each in found.lines} == before.keys() | after.keys()
    for each in found.lines:
        assert each.causes.total == each.now - each.was
        if each.before and each.after:
            assert not each.causes.new and not each.causes.ended
            if each.before.quantity == each.after.quantity:
                assert not each.causes.quantity
            if each.before.price == each.after.price:
                assert not each.causes.price
            if all(one.amount == one.product for one in (each.before, each.after)):
                assert not each.causes.rest
        else:
            assert each.causes == Causes(new=each.causes.new, ended=each.causes.ended)
    assert found.causes.total == found.now - found.was
    for name in ("quantity", "price", "new", "ended", "rest"):
        assert getattr(found.causes, name) == sum(getattr(each.causes, name) for each in found.lines)


@given(st.lists(LINES, max_size=8))
def test_months_without_a_turn_differ_from_the_month_before_in_nothing(lines: list[Line]) -> None:
    offered = months(lines, None, date(2026, 11, 1))
    turns = set(turning_months(lines, offered[-1], offered[0])) if offered else set()
    for month in offered[:-1]:
        same = held_in(lines, month).keys() == held_in(lines, preceding(month)).keys() and not any(
            (each.was, each.causes) != (each.now, Causes())
            for each in compare(held_in(lines, preceding(month)), held_in(lines, month)).lines
        )
        if month not in turns:
            assert same


def test_what_holds_in_a_month() -> None:
    first, second = line("1", "1", to=date(2025, 3, 14)), line("1", "2", first=date(2025, 3, 15))
    assert held_in([first, second], date(2025, 2, 1)) == {"A": first}
    assert held_in([second, first], date(2025, 3, 1)) == {"A": second}
    assert held_in([first], date(2025, 3, 1)) == {"A": first} and held_in([first], date(2025, 4, 1)) == {}
    assert held_in([second], date(2025, 2, 1)) == {}
    assert held_in([line("1", "1")], date(9999, 12, 1)) != {}


def test_two_months_of_a_resident_side_by_side(house: House) -> None:
    house.publish(components=COMPONENTS, charges=CHARGES)
    owner = house.enter()
    page = words(inspect(owner.get(f"{PAGE}?from=2025-12&to=2026-03")))
    assert "Opłata miesięczna jest wyższa o 59,28 zł" in page
    assert (
        "grudzień 2025 528,34 inna cena +13,86 inna ilość +36,00 nowe składniki +22,50 "
        "zakończone składniki −3,08 korekta i zaokrąglenie −10,00 marzec 2026 587,62"
    ) in page
    assert "Odpady komunalne 72,00 2 os. × 36,00 zł 114,00 3 os. × 38,00 zł +42,00 cena +6,00 ilość +36,00" in page
    assert "Uwaga zarządcy: Uchwała 12/2025" in page and "Uwaga zarządcy: Bonifikata 10 zł" in page
    assert "Domofon 3,08 1 lokal × 3,08 zł – −3,08 składnik zakończony −3,08" in page
    back = words(owner.get(f"{PAGE}?from=2026-03&to=2025-12").get_data(as_text=True))
    assert "Opłata miesięczna jest niższa o 59,28 zł" in back
    same = words(owner.get(f"{PAGE}?from=2026-04&to=2026-05").get_data(as_text=True))
    assert "Opłata miesięczna jest taka sama 587,62 zł" in same


def test_it_opens_with_the_last_change(house: House) -> None:
    house.publish(components=COMPONENTS, charges=CHARGES)
    page = inspect(house.enter().get(PAGE))
    assert "luty 2026 →" in words(page) and "59,28" not in page.split("Składnik po składniku")[0]
    assert page.count('aria-current="true"') == 1 or "styczeń 2026" in page
    for wrong in ("from=2026-13&to=x", "from=" + "9" * 9000, "to=1999-01", "from=0000-00"):
        assert house.enter(f"P{len(wrong)}").get(f"{PAGE}?{wrong}").status_code == 200


def test_announced_prices_can_be_compared(house: House) -> None:
    soon = (today().replace(day=1) + timedelta(days=70)).replace(day=1)
    rows = [
        charge("EKS", date(2025, 1, 1), "10", "1", "10.00", to=soon - timedelta(days=1)),
        charge("EKS", soon, "10", "2", "20.00"),
    ]
    house.publish(components=COMPONENTS, charges=rows)
    owner = house.enter()
    assert "zapowiedziane" in inspect(owner.get(PAGE))
    page = words(inspect(owner.get(f"{PAGE}?from={today():%Y-%m}&to={soon:%Y-%m}")))
    assert "wyższa o 10,00 zł" in page


def test_who_bought_the_unit_is_not_told_what_it_was_charged_before(house: House) -> None:
    titles = [["L1", "P2", "owner", date(2019, 4, 1), date(2026, 2, 28)], ["L1", "P1", "owner", date(2026, 3, 1), None]]
    house.publish(components=COMPONENTS, charges=CHARGES, occupancies=titles)
    page = inspect(house.enter().get(f"{PAGE}?from=2025-12&to=2026-03"))
    assert "Domofon" not in page and "3,45" not in page and 'value="2025-12"' not in page


def test_no_charges_and_charges_that_may_not_be_seen(house: House) -> None:
    house.publish(components=COMPONENTS, charges=CHARGES, occupancies=[["L1", "P1", "proxy", date(2019, 4, 1), None]])
    house.sql(
        "INSERT INTO office_settings (name, value) VALUES ('holders', CAST(:value AS jsonb)) "
        "ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value",
        value='{"proxies_charges": false, "proxies_balance": true, "tenants_charges": false}',
    )
    assert "Nie ma jeszcze składników" in inspect(house.enter("P2", ("L2",)).get(PAGE))
    proxy = house.enter()
    page = inspect(proxy.get(PAGE))
    assert "Zarządca nie udostępnił" in page and "Eksploatacja" not in page
    assert PAGE not in proxy.get("/payments").get_data(as_text=True)
