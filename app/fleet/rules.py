"""What counts as a problem, how much of a limit is used up, and what may be said of a failed job."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.core.errors import Refused
from app.core.language import gettext as _

#: A manager whose data are older has a problem; an office that sends them monthly is not unusual.
OLD_IMPORT = timedelta(days=35)
NO_IMPORT = timedelta(days=14)
STALE = timedelta(hours=36)
#: Work that has been due for so long finds no worker.
STUCK = timedelta(minutes=30)
#: Of a week's letters, one in so many that failed is a problem; single wrong addresses are not.
FAILED_SHARE = 20
FEWEST_FAILED = 5
NEARLY, FULL = 80, 100
MEGABYTE = 1024 * 1024
GIGABYTE = 1024 * MEGABYTE
MOST_UNITS, MOST_LETTERS, MOST_GIGABYTES = 10_000_000, 100_000_000, 1_000_000
LONGEST_ERROR = 160

_ADDRESS = re.compile(r"\S*@\S*")
_NUMBER = re.compile(r"\d[\d \u00a0-]{3,}\d")
# Whatever stands in quotation marks may be a value of somebody's; names of tables and constraints tell us enough.
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|„[^”]*”|“[^”]*”|«[^»]*»|\([^)]*\)=\([^)]*\)")
_OURS = re.compile(r"[\"'][a-z]+(?:_[a-z0-9]+)+[\"']")
_CLASS = re.compile(r"[A-Za-z_][\w.]*")


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a limit is used: `share` in per cent; `state` is `free`, `nearly` (80 %) or `full` (100 %).

    Without a limit `limit` and `share` are None.
    """

    name: str
    used: int
    limit: int | None

    @property
    def share(self) -> int | None:
        return None if self.limit is None else self.used * 100 // self.limit

    @property
    def state(self) -> str:
        share = self.share
        return "free" if share is None or share < NEARLY else "nearly" if share < FULL else "full"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plan is meant for: units, bytes of files and tables, messages of mailouts a month; None is no limit."""

    units: int | None = None
    storage: int | None = None
    letters: int | None = None


def usages(limits: Limits, *, units: int, storage: int, letters: int) -> tuple[Usage, Usage, Usage]:
    """What is used of each limit."""
    return (
        Usage("units", units, limits.units),
        Usage("storage", storage, limits.storage),
        Usage("letters", letters, limits.letters),
    )


def letters_of(day: date | datetime, month: date | datetime, letters: int) -> int:
    """Messages counted in the month of `month`, as they count on `day`: a new month begins with none."""
    return letters if (day.year, day.month) == (month.year, month.month) else 0


def checked_limit(typed: str, field: str, most: int) -> int | None:
    """A whole number above zero, or None for an empty field. Raises `Refused` with the field."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", typed[:40])
    if not plain:
        return None
    if not plain.isascii() or not plain.isdigit() or not 0 < int(plain) <= most:
        shown = f"{most:_}".replace("_", "\u00a0")
        raise Refused(_("Podaj liczbę całkowitą od 1 do %(most)s albo zostaw pole puste.", most=shown), field=field)
    return int(plain)


def said_of(error: str | None) -> str:
    """What operators may read of a job's error: its kind and first line, without anything that may be a person's."""
    lines = (error or "").strip().splitlines()
    if not lines:
        return ""
    kind, colon, rest = lines[0].partition(":")
    if not colon or not _CLASS.fullmatch(kind):
        kind, rest = "", lines[0]
    names = _OURS.findall(rest)
    clean = _QUOTED.sub(lambda found: found[0] if found[0] in names else "…", rest[:2000])
    clean = _NUMBER.sub("…", _ADDRESS.sub("…", clean)).strip()
    return f"{kind}: {clean}"[:LONGEST_ERROR].strip(": ") if kind else clean[:LONGEST_ERROR]
