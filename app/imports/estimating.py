"""How much of an import is done, and how long the rest is likely to take; pure.

What is read is counted in bytes of the package, so a first import knows it as well as any other. After the reading
come stages whose statements tell nothing while they run: for these stands what they took of imports that were measured.
"""

from __future__ import annotations

#: What part of the whole each stage took, in the median of first imports and of nightly ones: see docs/performance.md.
STAGES = {"reading": 0.75, "checking": 0.08, "comparing": 0.07, "writing": 0.10}
#: Before so many seconds and such a part of the work, a forecast would be a guess.
SOONEST, LEAST = 2.0, 0.03
#: By what part a forecast may move within a second, and from how many seconds on that is reckoned.
SWING, CALM = 0.2, 5.0
#: A forecast that was outrun by so many seconds, or by half of what it said, is withdrawn.
PATIENCE = 10.0


def part_done(stage: str, share: float) -> float:
    """What part of the work is done, 0 to 1, when `share` of the `stage` is. Raises KeyError."""
    names = list(STAGES)
    before = sum(STAGES[name] for name in names[: names.index(stage)])
    return min(1.0, before + STAGES[stage] * min(1.0, max(0.0, share)))


class Forecast:
    """Of one import, which began at the second `begun` of some clock that only goes forward."""

    def __init__(self, begun: float) -> None:
        self._begun = begun
        self._at = begun
        self._done = 0.0
        self._left: float | None = None

    @property
    def done(self) -> float:
        """What part of the work is done; never less than before."""
        return self._done

    def left(self, at: float, done: float) -> float | None:
        """Seconds from `at` on, when `done` of the work is; None while nobody can know. Never below 0.

        The pace so far is taken to go on. It is a forecast of people's: it follows what happens by steps, so that
        one slow moment does not turn two minutes into ten and back.
        """
        at, self._done = max(at, self._at), min(1.0, max(done, self._done))
        spent, passed, self._at = at - self._begun, at - self._at, at
        if spent < SOONEST or self._done < LEAST:
            return None
        found = spent / self._done - spent
        if self._left is not None:
            expected = max(0.0, self._left - passed)
            swing = max(expected, CALM) * ((1 + SWING) ** min(passed, 60) - 1)
            found = min(max(found, expected - swing), expected + swing)
        self._left = max(0.0, found)
        return self._left


def still_left(left: float | None, since: float) -> int | None:
    """A forecast told `since` seconds ago, as it stands now: whole seconds, or None once it has been proved wrong."""
    if left is None or since > left + max(PATIENCE, left / 2):
        return None
    return max(0, round(left - max(0.0, since)))
