"""People and their titles to units.

The first people are a standing cast, so that manuals, tests and demonstrations can name them:

| code | who |
|---|---|
| L000001 | owner of two units, with e-mail; overpaid on rent, in arrears on water |
| L000002 | co-owner of the first of them |
| L000003 | owner in arrears for several months |
| L000004 | owner without e-mail and telephone |
| L000005, L000006 | owner since this year, and the one before |
| L000007 | owner with a housing allowance |
| L000008 | owner against whom there is a court order |
| L000009 | owner with a very long name |
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from app.demo import names
from app.demo.estate import Estate, Unit
from app.demo.package import Row

CAST_UNITS = 7  # L000001 … L000009 live in the first seven units
LEAST_UNITS = 10


@dataclass(frozen=True, slots=True)
class Person:
    """A person or a company as the books know it."""

    code: str
    first_name: str | None
    last_name: str | None
    company: str | None
    email: str | None
    phone: str | None
    street: str
    number: str
    postcode: str
    city: str
    member: str | None

    @property
    def name(self) -> str:
        """First and last name, or the company's."""
        return self.company or f"{self.first_name} {self.last_name}"

    def row(self) -> Row:
        """A row of the sheet `people`."""
        return (
            self.code, self.first_name, self.last_name, self.company, self.email, self.phone, self.street,
            self.number, self.postcode, self.city, self.member,
        )  # fmt: skip


@dataclass
class Population:
    """Everyone with a title to a unit; `holders` gives the present first holder of each unit by its index."""

    people: list[Person] = field(default_factory=list)
    occupancies: list[Row] = field(default_factory=list)
    holders: list[Person] = field(default_factory=list)


@dataclass
class _Settling:
    """The work in progress: who was made so far, and the dice."""

    estate: Estate
    rng: Random
    as_of: date
    result: Population

    def person(self, unit: Unit, *, contact: str = "any", last: str | None = None, **given: str | None) -> Person:
        """One more person. `contact`: any, email, none (no e-mail), paper (no e-mail, no telephone)."""
        rng, number = self.rng, len(self.result.people) + 1
        woman = rng.random() < 0.54
        stem = last or rng.choice(names.SURNAMES)
        first = given.get("first") or rng.choice(names.WOMEN if woman else names.MEN)
        surname = given.get("exact") or names.surname(stem, woman)
        company = given.get("company")
        if contact == "any":
            contact = rng.choices(("paper", "none", "email"), (12, 23, 65))[0]
        home = (unit.building.street, f"{unit.building.number}/{unit.number}")
        place = (self.estate.profile.postcode, self.estate.profile.city)
        if rng.random() < 0.08 and number > 9:
            street, *rest = rng.choice(names.ELSEWHERE)
            home, place = (street, str(rng.randint(1, 90))), (rest[0], rest[1])
        member = None if not self.estate.profile.member_percent else "tak" if unit.member else "nie"
        mail = names.email(rng, first, surname, number) if contact == "email" else None
        person = Person(
            f"L{number:06d}",
            None if company else first,
            None if company else surname,
            company,
            mail,
            names.phone(rng, number) if contact != "paper" else None,
            *home,
            *place,
            member,
        )
        self.result.people.append(person)
        return person

    def occupy(self, unit: Unit, person: Person, role: str, since: date, until: date | None = None) -> None:
        self.result.occupancies.append((unit.code, person.code, role, since, until))

    def long_ago(self) -> date:
        """A day between 1979 and three years ago on which somebody moved in."""
        year = self.rng.randint(1979, self.as_of.year - 3)
        return date(year, self.rng.randint(1, 12), self.rng.randint(1, 28))

    def this_year(self) -> date:
        """A day of this year before this month, so that the people stay the same from one day to the next."""
        first, month = date(self.as_of.year, 1, 1), self.as_of.replace(day=1)
        return first + timedelta(days=int(self.rng.random() * (month - first).days))


def settle(estate: Estate, rng: Random, as_of: date) -> Population:
    """People for every unit: the cast first, then the shape of an ordinary estate."""
    work = _Settling(estate, rng, as_of, Population())
    role = estate.profile.role
    homes = estate.units
    second_home = len(homes) // 2 + 1
    developed = _developed(estate, second_home)
    developer: Person | None = None
    for unit in homes:
        if unit.index in developed:
            developer = developer or work.person(unit, contact="email", company=names.DEVELOPER)
            work.occupy(unit, developer, role, date(as_of.year - 1, 6, 30))
            work.result.holders.append(developer)
            continue
        holder = work.result.people[0] if unit.index == second_home else _holder(work, unit)
        since = work.long_ago()
        ordinary = unit.index >= CAST_UNITS and unit.index != second_home
        if unit.index == 3 or (ordinary and rng.random() < 0.03):
            since = _change_owner(work, unit)
        work.occupy(unit, holder, role, since)
        if unit.index == 0 or (ordinary and not holder.company and rng.random() < 0.09):
            other = work.result.people[1] if unit.index == 0 else work.person(unit, last=holder.last_name)
            work.occupy(unit, other, "co-owner" if role == "owner" else role, since)
        if ordinary and rng.random() < 0.03:
            letting = rng.choice(("tenant", "tenant", "tenant", "proxy"))
            work.occupy(unit, work.person(unit), letting, work.this_year())
        work.result.holders.append(holder)
    return work.result


def _developed(estate: Estate, second_home: int) -> set[int]:
    """Indexes of the units through which a developer still holds the majority of the third association."""
    if not estate.profile.shares or len(estate.buildings) < 3:
        return set()
    own = [unit for unit in estate.units if unit.building is estate.buildings[2]]
    total, held, taken = sum(unit.area for unit in own), 0, set()
    for unit in own:
        if held * 100 < total * 52 and unit.index >= CAST_UNITS and unit.index != second_home:
            held += unit.area
            taken.add(unit.index)
    return taken


def _holder(work: _Settling, unit: Unit) -> Person:
    return _CAST[unit.index](work, unit) if unit.index < CAST_UNITS else _household(work, unit)


def _change_owner(work: _Settling, unit: Unit) -> date:
    """The holder before; gives the day from which the new one holds the unit."""
    since = work.this_year()
    before = work.result.people[5] if unit.index == 3 else work.person(unit)
    work.occupy(unit, before, work.estate.profile.role, work.long_ago(), since - timedelta(days=1))
    return since


def _household(work: _Settling, unit: Unit) -> Person:
    rng, people = work.rng, work.result.people
    if unit.index > LEAST_UNITS and rng.random() < 0.06:
        return rng.choice(people[9:] or people[8:])
    if rng.random() < 0.015:
        return work.person(unit, contact="email", company=rng.choice(names.COMPANIES))
    return work.person(unit)


def _first_pair(work: _Settling, unit: Unit) -> Person:
    first = work.person(unit, contact="email", first="Anna", exact="Wiśniewska")
    work.person(unit, contact="email", first="Bogdan", exact="Wiśniewski")
    return first


def _buyer_and_seller(work: _Settling, unit: Unit) -> Person:
    buyer = work.person(unit, contact="email")
    work.person(unit, contact="email")
    return buyer


_CAST: tuple[Callable[[_Settling, Unit], Person], ...] = (
    _first_pair,
    lambda work, unit: work.person(unit, contact="email"),
    lambda work, unit: work.person(unit, contact="paper", first="Genowefa", exact="Źrebiec"),
    _buyer_and_seller,
    lambda work, unit: work.person(unit, contact="email"),
    lambda work, unit: work.person(unit, contact="none"),
    lambda work, unit: work.person(unit, contact="email", first=names.LONGEST[0], exact=names.LONGEST[1]),
)
