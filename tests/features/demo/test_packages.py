"""The generated packages: whole, consistent, shaped like real estates, and the same each time."""

from collections import Counter, defaultdict
from datetime import date
from fractions import Fraction
from functools import cache

import pytest

from app.core.checksums import is_nrb
from app.demo.generator import generate
from app.demo.metering import oddity
from app.demo.package import ACCOUNTS, ENTRY_KINDS, MEDIA, ROLES, SHEET, SHEETS, Package
from app.demo.prices import line
from app.demo.profiles import AGENCY, PROFILES, SLONECZNA, Profile

TODAY = date(2026, 11, 21)
EVERY_KIND = pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.key)


@cache
def package_of(profile: Profile, seed: int = 1, units: int = 120, months: int = 18) -> Package:
    return generate(profile, seed=seed, units=units, months_back=months, as_of=TODAY)


def balances(package: Package) -> dict[str, dict[str, int]]:
    result: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in package.records("ledger"):
        result[str(row["unit"])][str(row["account"])] += number(row["debit"]) - number(row["credit"])
    return result


def number(cell: object) -> int:
    assert cell is None or isinstance(cell, int)
    return cell or 0


def units_of(package: Package, person: str) -> list[str]:
    return [str(row["unit"]) for row in package.records("occupancies") if row["person"] == person and row["to"] is None]


@EVERY_KIND
def test_every_sheet_has_its_columns_and_as_many_units_as_asked(profile: Profile) -> None:
    package = package_of(profile)
    assert len(package.rows("units")) == 120
    for sheet in SHEETS:
        width = len(sheet.columns)
        assert package.rows(sheet.name)
        assert all(len(row) == width for row in package.rows(sheet.name))


@EVERY_KIND
def test_keys_are_unique(profile: Profile) -> None:
    package = package_of(profile)
    keys = {
        "buildings": "code", "units": "code", "people": "code", "components": "code", "ledger": "entry",
        "meters": "serial", "settlements": "number", "allowances": "decision",
    }  # fmt: skip
    for sheet, key in keys.items():
        values = [record[key] for record in package.records(sheet)]
        assert len(values) == len(set(values)), sheet
    for sheet, width in {"occupancies": 2, "charges": 3, "readings": 2}.items():
        pairs = [row[:width] for row in package.rows(sheet)]
        assert len(pairs) == len(set(pairs)), sheet
    accounts = [record["account"] for record in package.records("units")]
    assert len(accounts) == len(set(accounts))


@EVERY_KIND
def test_every_reference_resolves(profile: Profile) -> None:
    package = package_of(profile)
    known = {
        "building": {row["code"] for row in package.records("buildings")},
        "unit": {row["code"] for row in package.records("units")},
        "person": {row["code"] for row in package.records("people")},
        "component": {row["code"] for row in package.records("components")},
        "serial": {row["serial"] for row in package.records("meters")},
    }
    for sheet in SHEETS:
        for column in known.keys() & {each.name for each in sheet.columns}:
            assert {record[column] for record in package.records(sheet.name)} <= known[column], (
                sheet.name,
                column,
            )
    everyone = {row["person"] for row in package.records("occupancies")}
    assert everyone == known["person"]
    assert {row["unit"] for row in package.records("occupancies")} == known["unit"]


@EVERY_KIND
def test_fixed_words_are_those_of_the_contract(profile: Profile) -> None:
    package = package_of(profile)
    assert {row["kind"] for row in package.records("ledger")} <= ENTRY_KINDS.keys()
    assert {row["account"] for row in package.records("ledger")} <= ACCOUNTS.keys()
    assert {row["role"] for row in package.records("occupancies")} <= ROLES.keys()
    assert {row["medium"] for row in package.records("meters")} <= MEDIA.keys()


@EVERY_KIND
def test_every_account_number_passes_its_check_and_belongs_to_no_bank(profile: Profile) -> None:
    numbers = [str(row["account"]) for row in package_of(profile).records("units")]
    assert all(is_nrb(each) and each[2:10] == "99990000" for each in numbers)


@EVERY_KIND
def test_areas_and_households_are_those_of_ordinary_flats(profile: Profile) -> None:
    for unit in package_of(profile).records("units"):
        assert 2_400 <= number(unit["area_m2"]) <= 9_200
        assert 0 < number(unit["heated_area_m2"]) <= number(unit["area_m2"])
        assert 1 <= number(unit["persons"]) <= 4


@EVERY_KIND
def test_one_side_of_every_entry_is_filled_and_entries_go_by_date(profile: Profile) -> None:
    package = package_of(profile)
    days = [row["date"] for row in package.records("ledger")]
    assert days == sorted(days, key=str) and max(days, key=str) <= TODAY  # type: ignore[operator]
    for entry in package.records("ledger"):
        assert (entry["debit"] is None) != (entry["credit"] is None)
        assert number(entry["debit"]) + number(entry["credit"]) > 0


@EVERY_KIND
def test_control_totals_agree_with_the_rows(profile: Profile) -> None:
    package = package_of(profile)
    control = {str(name): (rows, total) for name, rows, total in package.rows("control")}
    assert control.keys() == {sheet.name for sheet in SHEETS} - {"control"}
    for name, (rows, _) in control.items():
        assert rows == len(package.rows(name))
    assert control["ledger"][1] == sum(sum(each.values()) for each in balances(package).values())
    assert control["charges"][1] == sum(number(row["amount"]) for row in package.records("charges"))


@EVERY_KIND
def test_charges_are_quantity_by_price_and_the_ledger_charges_their_sum(profile: Profile) -> None:
    package = package_of(profile)
    month = date(2026, 11, 1)
    expected: dict[str, int] = defaultdict(int)
    for row in package.records("charges"):
        assert number(row["amount"]) == line(number(row["quantity"]), number(row["price"]))
        assert isinstance(row["from"], date)
        if row["from"] <= month and (row["to"] is None or row["to"] >= month):  # type: ignore[operator]
            expected[str(row["unit"])] += number(row["amount"])
    charged: dict[str, int] = defaultdict(int)
    for row in package.records("ledger"):
        if row["kind"] == "charge" and row["period"] == "2026-11":
            charged[str(row["unit"])] += number(row["debit"])
    assert charged == expected


def test_a_cubic_metre_of_water_costs_the_same_whether_it_is_warmed_or_not() -> None:
    now = [row for row in package_of(SLONECZNA).records("charges") if row["to"] is None]
    assert {row["price"] for row in now if row["component"] == "ZWK"} == {
        row["price"] for row in now if row["component"] == "WCW"
    }


def test_those_who_are_not_members_pay_more_for_the_upkeep() -> None:
    now = [row for row in package_of(SLONECZNA).records("charges") if row["to"] is None]
    members, others = sorted({number(row["price"]) for row in now if row["component"] == "EKS"})
    assert others == (members * 112 + 50) // 100


@EVERY_KIND
def test_a_settlement_is_cost_minus_advances_and_is_booked_as_such(profile: Profile) -> None:
    package = package_of(profile)
    booked = {row["document"]: row for row in package.records("ledger") if row["kind"] == "settlement"}
    for row in package.records("settlements"):
        balance = number(row["cost"]) - number(row["advances"])
        assert number(row["balance"]) == balance
        if balance:
            entry = booked[row["number"]]
            assert number(entry["debit"]) - number(entry["credit"]) == balance


def test_the_readings_of_a_year_differ_by_what_was_settled() -> None:
    package = package_of(SLONECZNA, months=24)
    unit = str(package.rows("units")[0][0])
    serial = next(row[0] for row in package.rows("meters") if row[1] == unit and row[2] == "cold_water")
    values = {row[1]: number(row[2]) for row in package.rows("readings") if row[0] == serial}
    settled = [row for row in package.records("settlements") if row["unit"] == unit and row["medium"] == "cold_water"]
    used = {str(row["number"])[4:8]: number(row["consumption"]) for row in settled}
    assert used["2025"] == values[date(2025, 12, 31)] - values[date(2024, 12, 31)]


def test_readings_of_a_meter_never_go_back_but_for_one_that_was_turned_round() -> None:
    before: dict[object, int] = {}
    for serial, _, value, _ in package_of(SLONECZNA).rows("readings"):
        turned = str(serial).startswith("ZW") and oddity(int(str(serial)[4:10]), "cold_water") == "reversed"
        assert turned or number(value) >= before.get(serial, 0)
        before[serial] = number(value)


def test_shares_of_each_association_sum_to_one_but_for_the_one_that_was_rounded_down() -> None:
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for unit in package_of(AGENCY, units=240).records("units"):
        share = str(unit["share"])
        sums[str(unit["building"])] += Fraction(share.replace(",", "."))
    assert sums.pop("02") == Fraction(9_999, 10_000)
    assert set(sums.values()) == {Fraction(1)}


def test_a_developer_holds_the_majority_of_one_association() -> None:
    package = package_of(AGENCY, units=240)
    area = {row["code"]: number(row["area_m2"]) for row in package.records("units") if row["building"] == "03"}
    developer = next(row["code"] for row in package.records("people") if "Deweloper" in str(row["company"]))
    held = sum(area[unit] for unit in units_of(package, str(developer)))
    assert held * 100 >= sum(area.values()) * 52


def test_the_standing_cast_is_as_the_manual_says() -> None:
    package = package_of(SLONECZNA, months=24)
    people = {str(row["code"]): row for row in package.records("people")}
    mine = units_of(package, "L000001")
    now = balances(package)
    assert len(mine) == 2 and people["L000001"]["email"]
    assert now[mine[0]]["rent"] < 0 < now[mine[0]]["water"]
    assert units_of(package, "L000002") == mine[:1]
    assert sum(now[units_of(package, "L000003")[0]].values()) > 100_000
    assert people["L000004"]["email"] is None and people["L000004"]["phone"] is None
    assert units_of(package, "L000006") == []
    assert {row["person"] for row in package.records("allowances")} >= {"L000007"}
    assert any("sygn. akt" in str(row["title"]) for row in package.records("ledger"))
    assert len(str(people["L000009"]["first_name"]) + str(people["L000009"]["last_name"])) > 80


@pytest.mark.parametrize("seed", range(1, 9))
def test_the_first_resident_is_overpaid_on_rent_and_in_arrears_on_water_whatever_the_seed(seed: int) -> None:
    package = package_of(SLONECZNA, seed=seed, units=12, months=12)
    mine = balances(package)[units_of(package, "L000001")[0]]
    assert mine["rent"] < 0 < mine["water"]


def test_people_are_as_many_kinds_as_on_a_real_estate() -> None:
    package = package_of(SLONECZNA, units=1_200, months=2)
    people = package.records("people")
    owners = Counter(
        row["person"] for row in package.records("occupancies") if row["role"] == "owner" and not row["to"]
    )
    part = len(people) / 100
    assert 30 * part < sum(row["email"] is None for row in people) < 40 * part
    assert 9 * part < sum(row["phone"] is None for row in people) < 15 * part
    assert 4 * part < sum(count > 1 for count in owners.values()) < 8 * part
    roles = Counter(row["role"] for row in package.records("occupancies"))
    assert 7 * 12 < roles["co-owner"] < 11 * 12
    assert 1.5 * 12 < sum(row["to"] is not None for row in package.records("occupancies")) < 5 * 12


def test_payers_are_as_punctual_as_on_a_real_estate() -> None:
    now = [sum(each.values()) for each in balances(package_of(SLONECZNA, units=600, months=12)).values()]
    assert 6 * 6 < sum(each > 0 for each in now) < 18 * 6
    assert sum(each < 0 for each in now) > 12 * 6
    assert max(now) > 500_000


def test_no_address_belongs_to_anybody() -> None:
    for profile in PROFILES:
        for person in package_of(profile).records("people"):
            if person["email"]:
                local, domain = str(person["email"]).split("@")
                assert domain in {"example.org", "example.net", "osiedle.example"} and len(local) <= 64


def test_the_same_seed_gives_the_same_package_and_another_seed_another() -> None:
    again = generate(SLONECZNA, seed=1, units=120, months_back=18, as_of=TODAY)
    assert again == package_of(SLONECZNA)
    assert package_of(SLONECZNA, seed=2).sheets["people"] != again.sheets["people"]


@EVERY_KIND
def test_from_one_day_to_the_next_the_books_only_grow(profile: Profile) -> None:
    before = generate(profile, seed=1, units=60, months_back=6, as_of=date(2026, 11, 10))
    after = generate(profile, seed=1, units=60, months_back=6, as_of=date(2026, 11, 24))
    for sheet in (
        "buildings",
        "units",
        "people",
        "occupancies",
        "components",
        "charges",
        "settlements",
        "meters",
    ):
        assert after.rows(sheet) == before.rows(sheet), sheet
    known = len(before.rows("ledger"))
    assert after.rows("ledger")[:known] == before.rows("ledger")
    assert 0 < len(after.rows("ledger")) - known < 250


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 3, 31), date(2024, 2, 29)])
@pytest.mark.parametrize("units", [10, 61])
def test_small_estates_and_odd_days_work_too(today: date, units: int) -> None:
    for profile in PROFILES:
        package = generate(profile, seed=3, units=units, months_back=1, as_of=today)
        assert len(package.rows("units")) == units
        assert all(row[4] <= today for row in package.rows("ledger"))  # type: ignore[operator]


def test_too_few_units_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 10 units"):
        generate(SLONECZNA, seed=1, units=9, months_back=12, as_of=TODAY)


def test_titles_have_polish_letters_and_some_are_very_long() -> None:
    titles = [str(row["title"]) for row in package_of(SLONECZNA, months=24).records("ledger")]
    assert "Naliczenie opłat 11/2026" in titles
    assert max(map(len, titles)) > 180
    assert any("Zwrot przelewu" in title for title in titles)
    assert any("wpłata podwójna" in title for title in titles)


def test_sheets_can_be_exchanged_and_the_totals_follow() -> None:
    package = package_of(SLONECZNA).only("units", "ledger").replacing(ledger=[])
    assert package.control() == [("units", 120, None), ("ledger", 0, 0)]
    assert SHEET["ledger"].index("credit") == 8
