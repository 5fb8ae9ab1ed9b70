"""Windows of readings: what staff see of each, and which are open for a resident's unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor, Can
from app.core.clock import local
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.paging import Page
from app.estate import scope
from app.estate.searching import pattern_of
from app.meters.rules import DOUBTFUL, METERS, MISSING, RECEIVED, SETTLED, UNIT_STATES, WINDOW_STATES, window_state
from tenants.db import db

PAGE_SIZE = 50
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Window:
    """A window of readings. `buildings` are codes, None for all; `state` is how it stands today."""

    id: int
    public_id: str
    media: tuple[str, ...]
    buildings: tuple[str, ...] | None
    opens_on: date
    closes_on: date
    reads_from: date
    reads_to: date
    photo: str
    words: str
    remind_days: int
    told_at: datetime | None
    reminded_at: datetime | None
    closed_at: datetime | None
    state: str

    @property
    def label(self) -> str:
        """Which media: `zimna woda, ciepła woda`."""
        return ", ".join(str(SETTLED.get(medium, medium)) for medium in self.media)

    @property
    def state_label(self) -> str:
        return str(WINDOW_STATES[self.state])


@dataclass(frozen=True, slots=True)
class Told:
    """A reading told of a meter in a window, as its unit's people and staff see it."""

    public_id: str
    serial: str
    read_on: date
    value: Decimal
    source: str
    doubts: tuple[str, ...]
    explanation: str
    state: str
    answer: str
    created_at: datetime
    has_photo: bool = False


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit of a window: how many of its meters, how many were told of, and how it stands."""

    code: str
    address: str
    staircase: str | None
    meters: int
    told: int
    state: str

    @property
    def state_label(self) -> str:
        return str(UNIT_STATES[self.state])


@dataclass(frozen=True, slots=True)
class Count:
    """How the units of a staircase, a building or a whole window stand."""

    building: str
    label: str
    staircase: str | None
    received: int
    missing: int
    doubtful: int

    @property
    def units(self) -> int:
        return self.received + self.missing + self.doubtful


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a window's units is asked for; empty is not asked."""

    state: str = ""
    building: str = ""
    staircase: str = ""
    typed: str = ""
    code: str = ""

    @property
    def query(self) -> dict[str, str]:
        return {"state": self.state, "building": self.building, "staircase": self.staircase, "q": self.typed}


_COLUMNS = (
    "w.id, w.public_id, w.media, w.buildings, w.opens_on, w.closes_on, w.reads_from, w.reads_to, w.photo, w.words, "
    "w.remind_days, w.told_at, w.reminded_at, w.closed_at, w.cancelled_at"
)
# Staff of some buildings see windows of all buildings and those that reach one of theirs.
_STAFFS = "(CAST(:scope AS text[]) IS NULL OR w.buildings IS NULL OR w.buildings && CAST(:scope AS text[]))"
_ALL = text(f"SELECT {_COLUMNS} FROM reading_windows w WHERE {_STAFFS} ORDER BY w.closes_on DESC, w.id DESC LIMIT 200")
_ONE = text(f"SELECT {_COLUMNS} FROM reading_windows w WHERE w.public_id = :id AND {_STAFFS}")
_LIVE = text(
    f"SELECT {_COLUMNS} FROM reading_windows w WHERE w.cancelled_at IS NULL AND w.closed_at IS NULL "
    "AND w.opens_on <= :today ORDER BY w.id"
)
_REACHES = (
    "EXISTS (SELECT FROM meters m JOIN units u ON u.code = m.unit_code AND u.until_revision IS NULL "
    "WHERE m.until_revision IS NULL AND m.unit_code = :unit AND m.medium = ANY(w.media) "
    "AND (m.removed_on IS NULL OR m.removed_on > :today) "
    "AND (w.buildings IS NULL OR u.building_code = ANY(w.buildings)))"
)
_OF_UNIT = text(
    f"SELECT {_COLUMNS} FROM reading_windows w WHERE w.cancelled_at IS NULL AND w.closes_on >= :first "
    f"AND w.opens_on <= :last AND {_REACHES} ORDER BY w.closes_on, w.id"
)
_TOLD = text(
    "SELECT public_id, serial, read_on, value, source, doubts, explanation, state, answer, created_at, "
    "photo_id IS NOT NULL AS has_photo FROM reported_readings WHERE window_id = :window AND unit_code = :unit "
    "AND (live OR NOT CAST(:live AS boolean)) ORDER BY serial, id DESC"
)
# The units of a window with how each stands; a rejected reading is missing again.
UNITS = (
    "SELECT m.unit_code AS code, u.building_code, u.staircase, u.number, count(*) AS meters, "
    "count(r.id) FILTER (WHERE r.state <> 'rejected') AS told, "
    f"CASE WHEN bool_or(r.state = 'doubtful') THEN '{DOUBTFUL}' "
    f"WHEN count(r.id) FILTER (WHERE r.state <> 'rejected') < count(*) THEN '{MISSING}' ELSE '{RECEIVED}' END AS state "
    "FROM meters m JOIN units u ON u.code = m.unit_code AND u.until_revision IS NULL "
    "LEFT JOIN reported_readings r ON r.window_id = :window AND r.serial = m.serial AND r.live "
    "WHERE m.until_revision IS NULL AND (m.removed_on IS NULL OR m.removed_on > :today) "
    "AND m.medium = ANY(:media) AND (CAST(:buildings AS text[]) IS NULL OR u.building_code = ANY(:buildings)) "
    "GROUP BY m.unit_code, u.building_code, u.staircase, u.number"
)
_ADDRESS = "coalesce(b.street || ' ' || b.number || '/' || x.number, x.code)"
_HOUSE = "LEFT JOIN buildings b ON b.code = x.building_code AND b.until_revision IS NULL"
_LINES = text(
    f"SELECT x.code, {_ADDRESS} AS address, x.staircase, x.meters, x.told, x.state, count(*) OVER () AS total "
    f"FROM ({UNITS}) x {_HOUSE} WHERE {scope.units('x.code')} AND (:state = '' OR x.state = :state) "
    "AND (:building = '' OR x.building_code = :building) AND (:code = '' OR x.code = :code) "
    "AND (:staircase = '' OR coalesce(x.staircase, '–') = :staircase) "
    "AND (CAST(:pattern AS text) IS NULL OR unaccent(lower(x.code)) LIKE :pattern "
    f"OR unaccent(lower({_ADDRESS})) LIKE :pattern "
    "OR EXISTS (SELECT FROM meters s WHERE s.until_revision IS NULL AND s.unit_code = x.code "
    "AND unaccent(lower(s.serial)) LIKE :pattern)) "
    "ORDER BY b.street, b.number, x.staircase, length(x.number), x.number, x.code LIMIT :size OFFSET :start"
)
_COUNTS = text(
    "SELECT x.building_code, coalesce(b.street || ' ' || b.number, x.building_code), x.staircase, "
    f"count(*) FILTER (WHERE x.state = '{RECEIVED}'), count(*) FILTER (WHERE x.state = '{MISSING}'), "
    f"count(*) FILTER (WHERE x.state = '{DOUBTFUL}') FROM ({UNITS}) x {_HOUSE} WHERE {scope.units('x.code')} "
    "GROUP BY 1, 2, x.staircase ORDER BY 2, x.staircase"
)
_EXPORT = text(
    "SELECT r.serial, r.read_on, r.value, r.source, r.unit_code, r.medium, r.state FROM reported_readings r "
    f"WHERE r.window_id = :window AND r.live AND r.state = ANY(:states) AND {scope.units('r.unit_code')} "
    "ORDER BY r.unit_code, r.serial LIMIT :size"
)
_DIFFERS = text(
    "SELECT t.unit_code, t.serial, t.read_on, t.value, b.value AS books FROM reported_readings t "
    "JOIN meter_readings b ON b.until_revision IS NULL AND b.serial = t.serial AND b.read_on = t.read_on "
    "WHERE t.live AND t.state <> 'rejected' AND t.value <> b.value AND t.window_id = :window "
    f"AND {scope.units('t.unit_code')} ORDER BY t.unit_code, t.serial LIMIT 200"
)


def windows(actor: Actor, today: date) -> list[Window]:
    """All windows that concern the staff member, the one that closes last first."""
    return [_window(row, today) for row in db.session.execute(_ALL, scope.values(actor))]


def window(actor: Actor, public_id: str, today: date) -> Window:
    """A window by its public id. Raises `NotThere`."""
    row = db.session.execute(_ONE, {**scope.values(actor), "id": public_id.replace("\0", "")}).one_or_none()
    if row is None or not actor.may(Can.SEE_METERS):
        raise NotThere(_("Nie ma takiego okna odczytów."))
    return _window(row, today)


def begun(today: date) -> list[Window]:
    """Windows that have begun and that nobody closed or cancelled, for what is done of itself."""
    return [_window(row, today) for row in db.session.execute(_LIVE, {"today": today})]


def of_unit(_actor: Actor, unit: HeldUnit, first: date, last: date, today: date) -> list[Window]:
    """Windows for meters of a unit that are open on some day between two, unless they were cancelled."""
    values = {"unit": unit.code, "first": first, "last": last, "today": today}
    return [_window(row, today) for row in db.session.execute(_OF_UNIT, values)]


def open_for(actor: Actor, unit: HeldUnit, today: date) -> list[Window]:
    """The windows in which the unit's meters can be told of today."""
    return [one for one in of_unit(actor, unit, today, today, today) if one.state == "open"]


def told(window_id: int, unit_code: str, *, live: bool = True, since: date | None = None) -> list[Told]:
    """What was told of a unit's meters in a window, newest first of each; the caller has checked who may see it.

    `since` is the day from which on what was told is the reader's to see.
    """
    rows = db.session.execute(_TOLD, {"window": window_id, "unit": unit_code, "live": live})
    found = [Told(**{**row, "doubts": tuple(row["doubts"])}) for row in rows.mappings()]
    return [one for one in found if since is None or local(one.created_at).date() >= since]


def units(actor: Actor, of: Window, asked: Asked, today: date, page: int = 1, size: int = PAGE_SIZE) -> Page[UnitLine]:
    """The window's units that are the actor's business, by address."""
    values = {
        **_values(actor, of, today),
        "state": asked.state,
        "building": asked.building,
        "staircase": asked.staircase,
        "code": asked.code,
        "pattern": pattern_of(asked.typed),
        "size": size,
        "start": (page - 1) * size,
    }
    rows = db.session.execute(_LINES, values).all()
    return Page([UnitLine(*row[:-1]) for row in rows], page, size, rows[0].total if rows else 0)


def counts(actor: Actor, of: Window, today: date) -> list[Count]:
    """How the units of each staircase stand, by building."""
    return [Count(*row) for row in db.session.execute(_COUNTS, _values(actor, of, today))]


def export(actor: Actor, of: Window, *, doubtful: bool) -> list[Row[Any]]:
    """(serial, day, value, source, unit, medium, state) of what was told; `doubtful` ones too if wanted."""
    states = ["accepted", "doubtful"] if doubtful else ["accepted"]
    values = {**scope.values(actor), "window": of.id, "states": states, "size": MOST_ROWS}
    return list(db.session.execute(_EXPORT, values))


def differing(actor: Actor, of: Window) -> list[Row[Any]]:
    """(unit, serial, day, told, books) where the books have brought another value for the same meter and day."""
    return list(db.session.execute(_DIFFERS, {**scope.values(actor), "window": of.id}))


def media() -> list[tuple[str, str]]:
    """(medium, label) of all that meters measure."""
    return [(medium, str(label)) for medium, label in METERS.items()]


def unit_values(of: Window, today: date) -> dict[str, Any]:
    """The parameters of `UNITS`."""
    buildings = None if of.buildings is None else list(of.buildings)
    return {"window": of.id, "media": list(of.media), "buildings": buildings, "today": today}


def _values(actor: Actor, of: Window, today: date) -> dict[str, Any]:
    return {**scope.values(actor), **unit_values(of, today)}


def _window(row: Row[Any], today: date) -> Window:
    state = window_state(
        row.opens_on, row.closes_on, today, closed=row.closed_at is not None, cancelled=row.cancelled_at is not None
    )
    values = dict(row._mapping)
    del values["cancelled_at"]
    values["media"] = tuple(row.media)
    values["buildings"] = None if row.buildings is None else tuple(row.buildings)
    return Window(**values, state=state)
