"""Series: what is handed in every week, who has to, and which weeks are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.core.actor import Actor
from app.core.clock import local, today
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.public_ids import PUBLIC_ID_LENGTH
from app.core.texts import line
from app.works import due, log, queries
from app.works.access import Place
from app.works.filing import weeks
from app.works.filing.models import WorksSeries
from app.works.filing.queries import SEEN, File, files, values
from app.works.filing.rules import MOST_SERIES, NOTE_LENGTH, TITLE_LENGTH
from app.works.rules import Right, block
from tenants.db import db

KINDS = {"photo": _l("zdjęcia"), "report": _l("raport")}
REPORT = _l("Tygodniowy raport kierownika budowy")
#: So many late weeks of one series are listed as due; its own page lists them all.
MOST_LATE = 3
COVER = 4
log.words("series.begun", _l("założono serię"))
log.words("series.changed", _l("zmieniono serię"))
_SERIES = text(
    "SELECT s.id, s.public_id, s.kind, s.title, s.note, s.weekday, s.every, s.starts_on, s.ends_on, s.account_id, "
    "m.name AS who, m.public_id AS member FROM works_series s LEFT JOIN works_members m ON m.site_id = s.site_id "
    "AND m.account_id = s.account_id AND m.left_at IS NULL WHERE s.site_id = :site "
    "ORDER BY s.ends_on < :today, s.kind DESC, lower(s.title), s.id"
)
_HANDED_IN = text(
    f"SELECT DISTINCT ON (d.series_id, d.week_on) d.series_id, d.week_on, d.id, d.public_id, d.created_at, d.author, "
    f"{SEEN} AS seen, (SELECT count(*) FROM works_files f WHERE f.document_id = d.id) AS files "
    "FROM works_documents d WHERE d.site_id = :site AND d.series_id = ANY(:ids) AND d.week_on IS NOT NULL "
    "AND d.withdrawn_at IS NULL ORDER BY d.series_id, d.week_on, d.id DESC"
)


@dataclass(frozen=True, slots=True)
class Week:
    """A week of a series. `state` is `in` (handed in), `late` (handed in late), `missing` or `due` (still time).

    `document` is None where one may not see what was handed in; `extra` was not expected.
    """

    on: date
    until: date
    state: str
    document: str | None = None
    files: int = 0
    author: str = ""
    extra: bool = False
    id: int = 0
    cover: tuple[File, ...] = ()

    @property
    def label(self) -> str:
        return weeks.label(self.on)

    @property
    def span(self) -> str:
        return weeks.span(self.on)

    @property
    def is_in(self) -> bool:
        return self.state in ("in", "late")


@dataclass(frozen=True, slots=True)
class Series:
    """A series with its weeks, newest first; `who` is responsible, None for nobody (any more)."""

    id: int
    public_id: str
    kind: str
    title: str
    note: str
    weekday: int
    every: int
    starts_on: date
    ends_on: date | None
    account_id: int | None
    who: str | None
    member: str | None
    weeks: tuple[Week, ...] = ()

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.kind])

    @property
    def rhythm(self) -> str:
        """`co tydzień, do: piątek`."""
        said = weeks.EVERY.get(self.every) or _("co %(count)d tyg.", count=self.every)
        return _("%(every)s, ostatni dzień: %(day)s", every=said, day=weeks.DAYS[self.weekday])

    @property
    def missing(self) -> list[Week]:
        return [week for week in self.weeks if week.state == "missing"]

    @property
    def awaited(self) -> Week | None:
        """The week for which there is still time."""
        return next((week for week in reversed(self.weeks) if week.state == "due"), None)

    @property
    def last(self) -> Week | None:
        return next((week for week in self.weeks if week.is_in), None)


def all_of(place: Place) -> list[Series]:
    """The series of a site with their weeks, running ones first."""
    return reckoned([Series(*row) for row in db.session.execute(_SERIES, {"site": place.id, "today": today()})], place)


def one(place: Place, public_id: str) -> Series:
    """A series of the site, each week with its first pictures. Raises `NotThere`."""
    found = next((series for series in all_of(place) if series.public_id == public_id), None)
    if found is None:
        raise NotThere("")
    return replace(found, weeks=_covered(found.weeks))


def reckoned(found: list[Series], place: Place) -> list[Series]:
    """The same series with what was expected of them until today, and what was handed in."""
    asked = {**values(place), "ids": [series.id for series in found]}
    rows: dict[int, dict[date, Any]] = {}
    for row in db.session.execute(_HANDED_IN, asked):
        rows.setdefault(row.series_id, {})[row.week_on] = row
    day = today()
    return [replace(series, weeks=_weeks(series, rows.get(series.id, {}), day)) for series in found]


def _expected(series: Series, last: date) -> list[date]:
    """The first week counts only if its last day was not over when the series began."""
    found = weeks.expected(series.starts_on, series.ends_on, series.every, last)
    return [week for week in found if weeks.deadline(week, series.weekday) >= series.starts_on]


def _weeks(series: Series, handed_in: dict[date, Any], day: date) -> tuple[Week, ...]:
    wanted = set(_expected(series, day))
    made = []
    for week_on in sorted(wanted | set(handed_in), reverse=True)[: weeks.MOST_WEEKS]:
        until = weeks.deadline(week_on, series.weekday)
        row = handed_in.get(week_on)
        if row is None:
            made.append(Week(week_on, until, "missing" if until < day else "due"))
            continue
        late = week_on in wanted and local(row.created_at).date() > until
        document = row.public_id if row.seen else None
        made.append(
            Week(
                week_on, until, "late" if late else "in", document, row.files, row.author, week_on not in wanted, row.id
            )
        )
    return tuple(made)


def _covered(found: tuple[Week, ...]) -> tuple[Week, ...]:
    pictures: dict[int, list[File]] = {}
    for file in files([week.id for week in found[:60] if week.document]):
        pictures.setdefault(file.document_id, []).append(file)
    return tuple(replace(week, cover=tuple(pictures.get(week.id, ())[:COVER])) for week in found)


def row_of(place: Place, public_id: str) -> WorksSeries:
    """The row of a series of the site, to be filed for. Raises `NotThere`."""
    if len(public_id) != PUBLIC_ID_LENGTH:
        raise NotThere("")
    found = select(WorksSeries).where(WorksSeries.site_id == place.id, WorksSeries.public_id == public_id)
    row: WorksSeries | None = db.session.execute(found).scalar_one_or_none()
    if row is None:
        raise NotThere("")
    return row


def may_change(place: Place, account_id: int | None) -> bool:
    """Whether one may begin or change a series for which this account is responsible: one's own, or by right."""
    return place.is_open and (place.may(Right.MANAGE) or (place.works_here and account_id == place.author.account_id))


def responsible(actor: Actor, place: Place) -> list[queries.Member]:
    """Who may be made responsible for a series: all members for who manages the site, else oneself."""
    every = queries.members(actor, place)
    return [one for one in every if place.may(Right.MANAGE) or one.account_id == place.author.account_id]


def begin(actor: Actor, place: Place, kind: str, typed: dict[str, Any]) -> WorksSeries:
    """Begin a series. Raises `Refused` with the field, `Conflict` for a second of this title, `NotThere`."""
    place.must_work_here()
    if kind not in KINDS:
        raise NotThere("")
    if len(db.session.execute(_SERIES, {"site": place.id, "today": today()}).all()) >= MOST_SERIES:
        raise Refused(_("Budowa ma już %(most)d serii: więcej się nie da.", most=MOST_SERIES), field="title")
    row = WorksSeries(site_id=place.id, kind=kind, **_checked(actor, place, typed))
    _saved(row)
    log.note(place.id, place.author, "series.begun", f"series:{row.public_id}", row.title)
    return row


def change(actor: Actor, place: Place, public_id: str, typed: dict[str, Any]) -> None:
    """Change a series, or end it by its last day. Raises `Refused` with the field, `Conflict`, `NotThere`."""
    place.must_work_here()
    row = row_of(place, public_id)
    if not may_change(place, row.account_id):
        raise NotThere("")
    for field, value in _checked(actor, place, typed).items():
        setattr(row, field, value)
    _saved(row)
    log.note(place.id, place.author, "series.changed", f"series:{row.public_id}", row.title)


def _checked(actor: Actor, place: Place, typed: dict[str, Any]) -> dict[str, Any]:
    member = next((one for one in responsible(actor, place) if one.public_id == typed.get("member")), None)
    if member is None:
        raise Refused(_("Wybierz, kto odpowiada za serię."), field="member")
    starts_on, ends_on = typed.get("starts_on"), typed.get("ends_on")
    if starts_on is None or abs((starts_on - today()).days) > 3660:
        raise Refused(_("Podaj, od kiedy, np. 2026-11-16."), field="starts_on")
    if ends_on is not None and (ends_on < starts_on or (ends_on - today()).days > 3660):
        raise Refused(_("Koniec serii nie może być przed jej początkiem."), field="ends_on")
    if typed.get("weekday") not in weeks.DAYS:
        raise Refused(_("Wybierz dzień tygodnia."), field="weekday")
    if typed.get("every") not in weeks.EVERY:
        raise Refused(_("Wybierz, jak często."), field="every")
    return {
        "title": line(
            typed.get("title"), "title", TITLE_LENGTH - 40, missing=_("Nazwij serię, np. „Elewacja północna”.")
        ),
        "note": block(typed.get("note"), "note", NOTE_LENGTH),
        "weekday": typed["weekday"],
        "every": typed["every"],
        "starts_on": starts_on,
        "ends_on": ends_on,
        "account_id": member.account_id,
    }


def _saved(row: WorksSeries) -> None:
    """The unique index decides, also between two who begin one at the same moment."""
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError as error:
        raise Conflict(_("Seria o tej nazwie już jest."), field="title") from error


def awaited(place: Place, day: date, last: date) -> list[due.Due]:
    """What is due of series until a day, and their latest missing weeks."""
    found: list[due.Due] = []
    for series in all_of(place) if place.is_open else ():
        late: Sequence[Week] = series.missing[:MOST_LATE]
        coming = [week for week in series.weeks if week.state == "due" and week.until <= last]
        after = weeks.monday(day) + timedelta(days=7)
        nexts = _expected(series, last)
        coming += [
            Week(week, weeks.deadline(week, series.weekday), "due")
            for week in nexts
            if week >= after and weeks.deadline(week, series.weekday) <= last
            and week not in {one.on for one in series.weeks}
        ]  # fmt: skip
        found += [_due(place, series, week) for week in (*late, *coming)]
    return found


def _due(place: Place, series: Series, week: Week) -> due.Due:
    what = _(
        "%(title)s – %(week)s (odpowiada: %(who)s)", title=series.title, week=week.label,
        who=series.who or _("nikt"),
    )  # fmt: skip
    return due.Due(week.until, what, where(place, series, week), "upload" if series.kind == "photo" else "file")


def where(place: Place, series: Series, week: Week) -> str:
    """Where what is missing in a week is handed in."""
    if series.kind == "photo":
        return f"{place.url}/files/series/{series.public_id}/{week.on.isoformat()}"
    return f"{place.url}/files/new?folder=reports&series={series.public_id}&week={week.on.isoformat()}"


due.register("series", awaited)
