"""How people pay: on time, late, months behind, before the court; and what goes wrong with transfers."""

from dataclasses import dataclass, replace
from enum import Enum
from random import Random

from app.demo.estate import Unit
from app.demo.months import slashed
from app.demo.people import Person

LATE_PERCENT, BEHIND_PERCENT, COURT_PERCENT = 11, 4, 1
ALLOWANCE_PERCENT = 4
VERY_LONG_TITLE = (
    "OPŁATA ZA MIESZKANIE, WODĘ, ŚCIEKI, OGRZEWANIE I WYWÓZ ŚMIECI ZA MIESIĄC {month} "
    "WPŁACA CÓRKA W IMIENIU MAMY, "
    "PROSZĘ O ZALICZENIE NA NAJSTARSZE ZALEGŁOŚCI I O PISEMNE POTWIERDZENIE SALDA NA ADRES DO KORESPONDENCJI"
)
TITLES = (
    "Opłata za lokal {number} za {month}",
    "Czynsz {month}",
    "czynsz za mieszkanie {month}",
    "PRZELEW STAŁY – OPŁATY MIESZKANIOWE",
    "{name}, {code}, opłata {month}",
    "opłata {month} m. {number}",
    "Opłaty eksploatacyjne – {name}",
    "wpłaca Żaneta Król (wnuczka) za {code}, {month}",
)


class Manner(Enum):
    """The four manners of paying."""

    ON_TIME = "on time"
    LATE = "late"
    BEHIND = "behind"
    COURT = "court"


@dataclass(frozen=True, slots=True)
class Habit:
    """How one unit is paid for.

    `day` is added to the due date of an ordinary payment (negative: before it); `unpaid` is how many of
    the last months were not paid at all; `standing` transfers the month's charges and nothing else;
    `rounds` rounds the transfer up to whole tens of zlotys; `doubled` and `returned` are ordinal
    numbers of the months, counted back from the last, in which a transfer came twice or came back
    (None: never); `allowance` is monthly grosze or 0. `disputes` leaves the settlements of this ledger
    account unpaid.
    """

    manner: Manner
    day: int
    unpaid: int = 0
    standing: bool = False
    rounds: bool = False
    doubled: int | None = None
    returned: int | None = None
    allowance: int = 0
    disputes: str | None = None
    title: str = TITLES[0]

    def title_for(self, unit: Unit, holder: Person, month: int) -> str:
        """What the payer wrote on the transfer of a month."""
        return self.title.format(number=unit.number, code=unit.code, name=holder.name, month=slashed(month))

    def within(self, rent: int) -> "Habit":
        """The same habit with an allowance of at most seven tenths of the month's `rent` in grosze."""
        return replace(self, allowance=min(self.allowance, rent * 7 // 10))


def habit(unit: Unit, rng: Random, months: int) -> Habit:
    """The habit of a unit: the standing cast by index, everybody else by the shares of an ordinary estate."""
    if unit.index in _CAST:
        return _CAST[unit.index]
    roll = rng.random() * 100
    title = VERY_LONG_TITLE if rng.random() < 0.02 else rng.choice(TITLES)
    allowance = rng.randrange(25_000, 38_001, 37) if rng.random() * 100 < ALLOWANCE_PERCENT else 0
    if roll < COURT_PERCENT:
        return Habit(Manner.COURT, 0, unpaid=rng.randint(9, 16), title=title)
    if roll < COURT_PERCENT + BEHIND_PERCENT:
        return Habit(Manner.BEHIND, rng.randint(2, 20), unpaid=rng.randint(2, 6), title=title)
    if roll < COURT_PERCENT + BEHIND_PERCENT + LATE_PERCENT:
        return Habit(Manner.LATE, rng.randint(3, 29), allowance=allowance, title=title)
    return Habit(
        Manner.ON_TIME,
        -rng.randint(0, 9),
        standing=rng.random() < 0.3,
        rounds=rng.random() < 0.12,
        doubled=rng.randrange(1, months + 1) if rng.random() < 0.03 else None,
        returned=rng.randrange(1, months + 1) if rng.random() < 0.02 else None,
        allowance=allowance,
        title=title,
    )


_CAST = {
    0: Habit(
        Manner.ON_TIME,
        -4,
        standing=True,
        doubled=2,
        returned=7,
        disputes="water",
        title="{name}, opłata {month}",
    ),
    1: Habit(Manner.BEHIND, 6, unpaid=4),
    2: Habit(Manner.ON_TIME, -1, rounds=True, title="wpłata w kasie – {name}"),
    3: Habit(Manner.ON_TIME, -2, standing=True),
    4: Habit(Manner.ON_TIME, -3, allowance=31_250, title=TITLES[1]),
    5: Habit(Manner.COURT, 0, unpaid=13, title=TITLES[2]),
    6: Habit(Manner.LATE, 11, title=VERY_LONG_TITLE),
}
