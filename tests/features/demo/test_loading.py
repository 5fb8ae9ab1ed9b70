"""The order of a load, its refusals, and who gets a login. The doors here keep everything in memory."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.core.errors import Refused
from app.demo.commands import Doors, Plan, load
from app.demo.generator import generate
from app.demo.logins import Login, residents
from app.demo.profiles import SLONECZNA, TBS

TODAY = date(2026, 11, 21)


class House:
    """A product as small as can be: it remembers managers, packages and logins."""

    def __init__(self) -> None:
        self.operators: set[str] = set()
        self.managers: dict[str, Plan] = {}
        self.packages: dict[str, list[date]] = {}
        self.logins: dict[str, dict[str, Login]] = {}
        self.told: dict[str, str] = {}

    def doors(self) -> Doors:
        return Doors(
            loaded=self.told.__contains__,
            open_manager=lambda plan: self.managers.update({plan.slug: plan}),
            import_package=self.take,
            open_accounts=self.open_accounts,
            tell=lambda slug, login: self.told.update({slug: login}),
            open_operator=self.operators.add,
        )

    def take(self, slug: str, path: Path, night: date) -> None:
        self.packages.setdefault(slug, []).append(night)

    def open_accounts(self, slug: str, logins: Sequence[Login]) -> None:
        self.logins[slug] = {each.login: each for each in logins}


def test_managers_of_every_kind_are_opened_with_books_and_logins() -> None:
    house = House()
    done = list(load(house.doors(), as_of=TODAY, production=False, tenants=5, units=20, months=2))
    assert [each.slug for each in done] == ["demo", "demo2", "demo3", "demo4", "demo5"]
    assert {plan.profile.kind for plan in house.managers.values()} == {"cooperative", "agency"}
    assert len({plan.name for plan in house.managers.values()}) == 5
    assert house.operators == {"operator@osiedle.example"}
    assert all(each.status == "loaded" and each.entries and each.logins for each in done)
    assert house.packages.keys() == house.logins.keys() == house.told.keys() == house.managers.keys()
    assert all(login in house.logins[slug] for slug, login in house.told.items())


def test_what_is_whole_is_left_alone_and_what_was_interrupted_is_finished() -> None:
    house = House()
    list(load(house.doors(), as_of=TODAY, production=False, tenants=1, units=20, months=2))
    house.managers["demo2"] = house.managers["demo"]
    again = list(load(house.doors(), as_of=TODAY, production=False, tenants=2, units=20, months=2, if_missing=True))
    assert [each.status for each in again] == ["present", "loaded"]
    assert house.packages["demo"] == [TODAY - timedelta(days=14), TODAY - timedelta(days=7), TODAY]


def test_without_the_condition_the_books_are_imported_anew() -> None:
    house = House()
    for _ in range(2):
        list(load(house.doors(), as_of=TODAY, production=False, units=20, months=2))
    assert house.packages["demo"][-2:] == [TODAY, TODAY], "earlier nights are not told again"


def test_production_refuses_before_anything_is_done() -> None:
    house = House()
    with pytest.raises(Refused):
        load(house.doors(), as_of=TODAY, production=True)
    assert not house.operators
    assert not house.managers


@pytest.mark.parametrize("size", [{"units": 9}, {"months": 0}, {"tenants": 0}])
def test_sizes_that_make_no_estate_are_refused(size: dict[str, int]) -> None:
    with pytest.raises(Refused):
        load(House().doors(), as_of=TODAY, production=False, **size)  # type: ignore[arg-type]


def test_holders_of_today_may_log_in_and_former_owners_and_lodgers_may_not() -> None:
    package = generate(SLONECZNA, seed=1, units=200, months_back=2, as_of=TODAY)
    logins = {each.login: each for each in residents(package, "owner")}
    assert len(logins["L000001"].units) == 2
    assert logins["L000001"].email
    assert len(logins["L000002"].units) == 1
    assert logins["L000004"].email is None
    assert "L000006" not in logins
    lodgers = {str(row["person"]) for row in package.records("occupancies") if row["role"] == "tenant"}
    owners = {str(row["person"]) for row in package.records("occupancies") if row["role"] != "tenant"}
    assert lodgers
    assert not (lodgers - owners) & logins.keys()


def test_tenants_of_a_housing_society_may_log_in() -> None:
    package = generate(TBS, seed=1, units=30, months_back=2, as_of=TODAY)
    assert len(residents(package, TBS.role)) >= 25
