"""Pages go first: while others are being served, a package is taken in with pauses.

The process of PostgreSQL that writes an import has the priority of those that serve pages, and nobody but the
administrator of its machine can lower that; it works as fast as it is fed. Whether anybody else is there tells the
number of transactions that the database has ended, whoever ended them.
"""

from __future__ import annotations

#: Whether the import rests between blocks while others are served: `flask bench import --beside none` measures without.
RESTS = True
#: Transactions of others, in a second and at the least, that show that others are being served.
SERVED, SERVED_AT_ONCE = 10, 5
#: Seconds for which they are believed to be there still. A process of PostgreSQL tells what it did once a second.
BELIEVED = 3.0
#: A pause is this many times as long as the block before it took, and at most so many seconds: what takes longer is
#: being held up by others already.
PAUSE, LONGEST = 3, 0.05


class Pace:
    """How long to stand still between blocks. Times are those of one clock, in seconds."""

    def __init__(self) -> None:
        self._ended: int | None = None
        self._at = self._until = self._resumed = 0.0

    def seen(self, ended: int, at: float) -> None:
        """So many transactions have ended in all; of those since the last time one is our own."""
        if self._ended is not None:
            others = ended - self._ended - 1
            if others >= max(SERVED * (at - self._at), SERVED_AT_ONCE):
                self._until = at + BELIEVED
        self._ended, self._at = ended, at

    def rest(self, at: float) -> float:
        """Seconds to stand still before the block that is there now, by how long the one before it took."""
        served = RESTS and at < self._until
        seconds = max(0.0, min(PAUSE * (at - self._resumed), LONGEST)) if served else 0.0
        self._resumed = at + seconds
        return seconds
