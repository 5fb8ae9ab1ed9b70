"""Any number of ledger rows, quickly: what benchmarks feed to an import."""

from collections.abc import Iterator, Sequence
from datetime import date
from random import Random

from app.demo import months
from app.demo.package import Row

START = date(2024, 1, 1)


def unit_codes(count: int) -> list[str]:
    """Codes of `count` units like those of a generated estate: 60 units a building, 15 a staircase."""
    return [f"{at // 60 + 1:02d}-{at % 60 // 15 + 1}-{at % 60 + 1:03d}" for at in range(count)]


def ledger_rows(n: int, seed: int, units: Sequence[str] | None = None, since: date = START) -> Iterator[Row]:
    """`n` rows of the sheet `ledger`, month after month from `since`: a charge and a payment of each unit.

    `units` are the codes to book on (2,400 invented ones by default). One payment in ten is missing, so
    balances are neither all zero nor all alike. Amounts are grosze; entries are numbered from 1; the
    same arguments give the same rows. ValueError for an empty list of units.
    """
    codes = unit_codes(2_400) if units is None else list(units)
    if not codes:
        raise ValueError("there are no units to book on")
    dice = Random(f"{seed}:stream")
    amounts = [dice.randint(28_000, 145_000) for _ in codes]
    return _rows(n, dice, list(zip(codes, amounts, strict=True)), months.month_of(since))


def _rows(n: int, dice: Random, units: list[tuple[str, int]], month: int) -> Iterator[Row]:
    entry = 0
    while entry < n:
        first, due, period, title = (
            months.day_in(month, 1), months.day_in(month, 10), months.period(month), months.slashed(month),
        )  # fmt: skip
        paid = [months.day_in(month, day) for day in range(2, 29)]
        charge, transfer, document = (
            f"Naliczenie opłat {title}",
            f"Opłata za mieszkanie {title}",
            f"NO/{title}",
        )
        for code, amount in units:
            entry += 1
            yield (
                f"{entry:09d}", code, "charge", "rent", first, due, period, amount, None, document, charge,
            )  # fmt: skip
            if entry == n:
                return
            if (roll := dice.random()) < 0.9:
                entry += 1
                day = paid[int(roll * 30)]
                yield (
                    f"{entry:09d}", code, "payment", "rent", day, None, period, None, amount, "WB", transfer,
                )  # fmt: skip
                if entry == n:
                    return
        month += 1
