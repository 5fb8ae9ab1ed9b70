"""Opening the demo managers: their books go through the import path, like anybody's.

What opens a tenant, imports a file and makes accounts is handed in, so this module knows the order of
the work and nothing of how it is done. Each step may be repeated: a load that was killed is finished by
the next one.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from app.core.errors import Refused
from app.core.language import gettext as _
from app.demo.generator import generate
from app.demo.logins import OPERATOR_EMAIL, Login, residents
from app.demo.people import LEAST_UNITS
from app.demo.profiles import Profile, name_for, profile_for, slug_for
from app.demo.writing import write_zip

SEED = 20261
UNITS = 240
MONTHS = 18
NIGHTS = 2
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Plan:
    """One demo manager to load: which kind, under which name and subdomain, how large, from which seed."""

    profile: Profile
    slug: str
    name: str
    seed: int
    units: int
    months: int
    as_of: date
    nights: int


@dataclass(frozen=True)
class Doors:
    """What the load needs of the rest of the product. Every door may be used again with the same arguments.

    `loaded(slug)`: everything of a demo manager is there. `open_manager(plan)`: tenant, office profile
    and the login `admin`, unless the slug exists. `import_package(slug, path, night)`: by the import path,
    as if in that night; raises when refused. `open_accounts(slug, logins)`: residents' accounts with the demo password,
    leaving those that exist.
    `tell(slug, login)`: announcements, documents and conversations of the resident with this login.
    `open_operator(email)`: the operator's login, unless it exists.
    """

    loaded: Callable[[str], bool]
    open_manager: Callable[[Plan], None]
    import_package: Callable[[str, Path, date], None]
    open_accounts: Callable[[str, Sequence[Login]], None]
    tell: Callable[[str, str], None]
    open_operator: Callable[[str], None]


@dataclass(frozen=True)
class Loaded:
    """What became of one manager. `status` is `loaded` or `present` (then nothing was counted)."""

    slug: str
    name: str
    status: str
    units: int
    entries: int
    logins: int


def plans(tenants: int, units: int, months: int, seed: int, as_of: date, nights: int = NIGHTS) -> list[Plan]:
    """The first demo managers: a big cooperative, a small one, an agency, a housing society, and again."""
    return [
        Plan(profile_for(each), slug_for(each), name_for(each), seed + each - 1, units, months, as_of, nights)
        for each in range(1, tenants + 1)
    ]


def load(
    doors: Doors,
    *,
    as_of: date,
    production: bool,
    tenants: int = 1,
    units: int = UNITS,
    months: int = MONTHS,
    seed: int = SEED,
    nights: int = NIGHTS,
    if_missing: bool = False,
) -> Iterator[Loaded]:
    """Load the demo managers one after another and tell of each.

    `as_of` is the day that the books reach; the packages of `nights` earlier weeks come first, so that there is a past
    to look at. With `if_missing` a manager that is whole is left alone;
    otherwise its books are imported anew. Refused in production, where a known password would be an
    open door, and for sizes that make no estate; refused before anything is done.
    """
    if production:
        raise Refused(_("Dane pokazowe mają znane wszystkim hasło: w trybie produkcyjnym są niedostępne."))
    if tenants < 1 or months < 1 or nights < 0:
        raise Refused(_("Liczba zarządców i liczba miesięcy muszą wynosić co najmniej 1."))
    if units < LEAST_UNITS:
        raise Refused(_("Pokazowy zarządca musi mieć co najmniej %(least)d lokali.", least=LEAST_UNITS))
    return _load_each(doors, plans(tenants, units, months, seed, as_of, nights), if_missing)


def _load_each(doors: Doors, wanted: Sequence[Plan], if_missing: bool) -> Iterator[Loaded]:
    doors.open_operator(OPERATOR_EMAIL)
    for plan in wanted:
        if if_missing and doors.loaded(plan.slug):
            yield Loaded(plan.slug, plan.name, "present", 0, 0, 0)
        else:
            yield _load_one(doors, plan)


def _load_one(doors: Doors, plan: Plan) -> Loaded:
    package = generate(plan.profile, seed=plan.seed, units=plan.units, months_back=plan.months, as_of=plan.as_of)
    logins = residents(package, plan.profile.role)
    earlier = 0 if doors.loaded(plan.slug) else plan.nights
    doors.open_manager(plan)
    with tempfile.TemporaryDirectory(prefix="osiedle-demo-") as folder:
        for week in range(earlier, -1, -1):
            night = plan.as_of - week * WEEK
            path = Path(folder) / f"{plan.slug}-{night}.zip"
            write_zip(package.as_known(night) if week else package, path)
            doors.import_package(plan.slug, path, night)
    doors.open_accounts(plan.slug, logins)
    doors.tell(plan.slug, logins[0].login)
    return Loaded(plan.slug, plan.name, "loaded", plan.units, len(package.rows("ledger")), len(logins))
