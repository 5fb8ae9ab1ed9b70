"""Buildings, staircases and units of one manager."""

from dataclasses import dataclass
from random import Random

from app.demo.nrb import account_number
from app.demo.package import Row
from app.demo.profiles import Profile

LIFT_FROM_STOREYS = 6
SHOWN = (
    5240,
    5240,
    3,
)  # area, heated area and persons of the first unit, which manuals and tests count through
_PERSONS = (1, 1, 1, 2, 2, 2, 3, 3, 4)


@dataclass(frozen=True, slots=True)
class Building:
    """A building: its code, address, height and number of units."""

    code: str
    name: str
    street: str
    number: str
    storeys: int
    size: int

    @property
    def has_lift(self) -> bool:
        """Tall buildings have one."""
        return self.storeys >= LIFT_FROM_STOREYS


@dataclass(slots=True)
class Unit:
    """A unit (lokal). Areas are hundredths of a square metre; the share waits for the whole building."""

    index: int
    code: str
    building: Building
    staircase: str
    number: str
    floor: int
    area: int
    heated: int
    persons: int
    title: str
    account: str
    share: str | None = None
    member: bool = False

    @property
    def pays_tax(self) -> bool:
        """Owners of a separate property pay the property tax themselves."""
        return not self.title.startswith("odrębna")


@dataclass(frozen=True)
class Estate:
    """All buildings and units of one manager, in the order of their codes."""

    profile: Profile
    buildings: list[Building]
    units: list[Unit]

    def building_rows(self) -> list[Row]:
        """Rows of the sheet `buildings`."""
        place = (self.profile.postcode, self.profile.city)
        return [(each.code, each.name, each.street, each.number, *place) for each in self.buildings]

    def unit_rows(self) -> list[Row]:
        """Rows of the sheet `units`."""
        return [
            (
                unit.code, unit.building.code, unit.staircase, unit.number, unit.floor, unit.area,
                unit.heated, unit.persons, unit.title, unit.share, unit.account,
            )
            for unit in self.units
        ]  # fmt: skip


def build(profile: Profile, rng: Random, units: int, client: int) -> Estate:
    """Buildings of the profile's sizes with `units` units in all; `client` goes into the accounts."""
    buildings: list[Building] = []
    made: list[Unit] = []
    while len(made) < units:
        wanted = units - len(made)
        size = min(rng.randint(*profile.building_sizes), wanted)
        if wanted - size < 4:
            size = wanted
        building = _building(profile, rng, len(buildings), size)
        buildings.append(building)
        own = [_unit(profile, rng, building, len(made) + at, at, client) for at in range(size)]
        if not made:
            own[0].area, own[0].heated, own[0].persons = SHOWN
            own[0].member = profile.member_percent > 0
        _share(profile, own, len(buildings))
        made.extend(own)
    return Estate(profile, buildings, made)


def _building(profile: Profile, rng: Random, at: int, size: int) -> Building:
    street = profile.streets[at % len(profile.streets)]
    number = str(1 + at // len(profile.streets) * 2 + rng.randint(0, 3) * 12) + rng.choice(("", "", "", "A", "B"))
    name = f"Budynek {at + 1}"
    if profile.shares:
        name = f"Wspólnota Mieszkaniowa {street} {number}"
    elif profile.estates:
        name = f"{profile.estates[at % len(profile.estates)]}, budynek {at + 1}"
    return Building(f"{at + 1:02d}", name, street, number, rng.choice(profile.storeys), size)


def _unit(profile: Profile, rng: Random, building: Building, index: int, at: int, client: int) -> Unit:
    per_staircase = building.storeys * 3
    staircase = at // per_staircase + 1
    persons = rng.choice(_PERSONS)
    area = min(9200, max(2400, 2400 + persons * 900 + rng.randint(-900, 2600)))
    area -= area % rng.choice((1, 5, 10, 50))
    unit = Unit(
        index=index,
        code=f"{building.code}-{staircase}-{at + 1:03d}",
        building=building,
        staircase=str(staircase),
        number=str(at + 1),
        floor=at % per_staircase // 3,
        area=max(area, 2400),
        heated=max(area, 2400) - rng.choice((0, 0, 0, 120, 250)),
        persons=persons,
        title=rng.choices([title for title, _ in profile.titles], [weight for _, weight in profile.titles])[0],
        account=account_number(client, index + 1),
    )
    unit.member = rng.randrange(100) < profile.member_percent
    return unit


def _share(profile: Profile, units: list[Unit], ordinal: int) -> None:
    """Shares by area. They sum to exactly 1, but the second association's old deed rounded each one down."""
    total = sum(unit.area for unit in units)
    if profile.shares and ordinal == 2:
        parts = [unit.area * 10_000 // total for unit in units]
        parts[-1] += 9_999 - sum(parts)
        for unit, part in zip(units, parts, strict=True):
            unit.share = f"0,{part:04d}"
        return
    for unit in units:
        if profile.shares or (not unit.pays_tax and profile.role == "owner"):
            unit.share = f"{unit.area}/{total}"
