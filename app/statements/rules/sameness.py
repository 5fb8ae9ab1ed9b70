"""Which bookings of several files are one movement of money.

The same movement comes as MT942, MT940, camt, an Elixir row and a row of a mass file. All tell day and amount alike;
of title, accounts and ids each tells a part. Two tellings are one movement when what all tell is alike and nothing of
the rest contradicts. A file never tells a movement twice, so two alike in one file are two.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

#: Letters that some bank writes without their Polish marks, or loses: titles are compared without them.
_UNSURE = frozenset("ACELNOSZ")
#: Formats cut titles at different lengths.
_COMPARED = 60


@dataclass(frozen=True, slots=True)
class Told:
    """What one telling says of a movement; None and () for what it does not say. `outline` is of its title."""

    print: bytes
    amount: int
    currency: str
    outline: str = ""
    refs: tuple[str, ...] = ()
    account: str | None = None
    payer: str | None = None
    target: str | None = None


def outline(title: str) -> str:
    """What survives of a title in every format and encoding: digits, and letters without Polish variants."""
    plain = unicodedata.normalize("NFKD", title.upper())
    kept = (sign for sign in plain if sign.isascii() and sign.isalnum() and sign not in _UNSURE)
    return "".join(kept)[:_COMPARED]


def print_of(value_on: date, amount: int, currency: str) -> bytes:
    """What all formats tell alike of a movement, as 16 bytes."""
    return hashlib.sha256(f"{value_on.isoformat()}|{amount}|{currency}".encode()).digest()[:16]


def likeness(one: Told, other: Told) -> int | None:
    """How much two tellings agree beyond what all tell; None when they cannot be the same movement."""
    if (one.amount, one.currency) != (other.amount, other.currency):
        return None
    shared = set(one.refs) & set(other.refs)
    if one.print != other.print and not shared:
        return None
    mine, theirs = _kinds(one.refs), _kinds(other.refs)
    if any(mine[kind] != theirs[kind] for kind in mine.keys() & theirs.keys()):
        return None
    if shared:
        # The bank's own id is worth more than what an earlier file was only taken to say.
        return 32
    agreed = 16 if one.outline == other.outline else 0
    for weight, said, heard in (
        (4, one.target, other.target),
        (2, one.payer, other.payer),
        (1, one.account, other.account),
    ):
        if said and heard and said != heard:
            return None
        agreed += weight if said and said == heard else 0
    if one.outline == other.outline:
        return agreed
    # A format may cut the title, or leave out its end: then somebody must be known to be the same.
    cut = one.outline.startswith(other.outline) or other.outline.startswith(one.outline)
    return agreed if cut and agreed > 1 else None


def joined(known: Told, telling: Told) -> Told:
    """What is known of a movement once it was told again. A telling by the same id corrects what was only supposed,
    because an earlier file without ids may have been paired with the twin of its movement."""
    sure = bool(set(known.refs) & set(telling.refs))

    def either(old: str | None, new: str | None) -> str | None:
        return (new or old) if sure else (old or new)

    return Told(
        known.print, known.amount, known.currency, max(known.outline, telling.outline, key=len),
        tuple(dict.fromkeys([*known.refs, *telling.refs])), either(known.account, telling.account),
        either(known.payer, telling.payer), either(known.target, telling.target),
    )  # fmt: skip


def _kinds(refs: Sequence[str]) -> dict[str, str]:
    return dict(ref.split(":", 1) for ref in refs if ":" in ref)


def recognised(file: Sequence[Told], known: Sequence[Told]) -> list[int | None]:
    """For each telling of one file the index of the known movement that it is, or None for a new one.

    Those who agree most are paired first, and each known movement stands for one telling at most.
    """
    by_print: dict[bytes, dict[str | None, list[int]]] = defaultdict(lambda: defaultdict(list))
    by_ref: dict[str, list[int]] = defaultdict(list)
    for at, each in enumerate(known):
        by_print[each.print][each.payer].append(at)
        for ref in each.refs:
            by_ref[ref].append(at)
    pairs: list[tuple[int, int, int]] = []
    for at, telling in enumerate(file):
        alike = by_print[telling.print]
        payers = list(alike) if telling.payer is None else [telling.payer, None]
        near = {other for payer in payers for other in alike.get(payer, ())}
        near |= {other for ref in telling.refs for other in by_ref[ref]}
        for other in near:
            agreed = likeness(telling, known[other])
            if agreed is not None:
                pairs.append((-agreed, at, other))
    found: list[int | None] = [None] * len(file)
    taken: set[int] = set()
    for _agreed, at, other in sorted(pairs):
        if found[at] is None and other not in taken:
            found[at] = other
            taken.add(other)
    return found
