"""Reads of audiences before anything is sent: how many, who, and what there is to choose from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select, text

from app.audience import recipients
from app.audience.models import Estate
from app.audience.recipients import DECLINED, MAILABLE
from app.audience.rules import Audience
from app.core.actor import Actor, Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.paging import Page
from app.estate import queries as estate
from app.estate import scope
from app.office.queries import profile
from app.outbox.declining import may_decline
from tenants.db import db

PAGE_SIZE = 50
_OPTED_OUT = "LEFT JOIN mail_optouts o ON o.topic = :topic AND o.address = lower(r.address)"
# Whether an address can be one is a costly question: of each it is asked once.
_ONCE = f"SELECT r.*, {MAILABLE} AS mailable FROM ({recipients.SELECT}) AS r OFFSET 0"
_DECLINED = f"o.id IS NOT NULL OR {DECLINED}"


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people are in an audience, and how many of them each channel reaches.

    `reachable` by e-mail; `phones` have a telephone number, `postal` an address for paper.
    """

    people: int
    reachable: int
    without_address: int
    declined: int
    phones: int = 0
    postal: int = 0


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of an audience. `units` are addresses of their units in it, in one line."""

    key: str
    name: str
    units: str
    email: str | None
    phone: str | None
    declined: bool
    mailable: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A building to choose, with the staircases that its units name."""

    code: str
    label: str
    staircases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """An estate (osiedle) as staff see it; `buildings` are codes."""

    public_id: str
    name: str
    buildings: tuple[str, ...]


def reach(actor: Actor, audience: Audience, topic: str) -> Reach:
    """Count an audience as it is today; `topic` is what of these may have been declined."""
    _may(actor)
    row = db.session.execute(
        text(
            f"SELECT count(*), count(*) FILTER (WHERE mailable AND NOT ({_DECLINED})), "
            "count(*) FILTER (WHERE mailable IS NOT true), "
            f"count(*) FILTER (WHERE mailable AND ({_DECLINED})), count(r.phone), count(r.postal) "
            f"FROM ({_ONCE}) AS r {_OPTED_OUT}"
        ),
        {**_values(actor, audience), "topic": topic if may_decline(topic) else None},
    ).one()
    return Reach(*row)


def people(actor: Actor, audience: Audience, number: int = 1, topic: str = recipients.MAILOUTS) -> Page[Someone]:
    """Who is in an audience today, by name."""
    _may(actor)
    rows = db.session.execute(
        text(
            f"SELECT r.recipient_key, r.name, r.labels, r.address, r.phone, ({_DECLINED}), "
            f"coalesce({MAILABLE}, false), count(*) OVER () FROM ({recipients.SELECT}) AS r {_OPTED_OUT} "
            "ORDER BY ext.polish_key(r.name), r.recipient_key LIMIT :size OFFSET :skip"
        ),
        {
            **_values(actor, audience),
            "topic": topic if may_decline(topic) else None,
            "size": PAGE_SIZE,
            "skip": (number - 1) * PAGE_SIZE,
        },
    ).all()
    total = rows[0][7] if rows else 0
    return Page([Someone(*row[:7]) for row in rows], number, PAGE_SIZE, total)


def checked(actor: Actor, audience: Audience) -> Audience:
    """The audience within the actor's buildings. Raises `Refused` for places that are none of the actor's."""
    unknown = unknown_codes(actor, audience)
    if unknown:
        codes = ", ".join(unknown[:10])
        sentence = _("Nie ma osiedla, budynku, klatki ani lokalu o kodzie: %(codes)s.", codes=codes)
        raise Refused(sentence, field="audience")
    return _settled(actor, audience).within(actor.buildings)


def _settled(actor: Actor, audience: Audience) -> Audience:
    """For who is limited to some buildings an estate is its buildings of today: it may get others any day."""
    if actor.buildings is None or not audience.estates:
        return audience
    found = [code for group in estates(actor) if group.public_id in audience.estates for code in group.buildings]
    return replace(audience, estates=(), buildings=tuple(dict.fromkeys((*audience.buildings, *found))))


def unknown_codes(actor: Actor, audience: Audience) -> list[str]:
    """The codes of an audience that no estate, building, staircase and unit of the actor's has."""
    _may(actor)
    rows = db.session.execute(
        text(
            "SELECT code FROM unnest(CAST(:buildings AS text[])) AS code "
            "WHERE NOT EXISTS (SELECT FROM buildings b WHERE b.code = code.code AND b.until_revision IS NULL "
            f"AND {scope.buildings('b.code')}) "
            "UNION ALL SELECT code FROM unnest(CAST(:units AS text[])) AS code "
            "WHERE NOT EXISTS (SELECT FROM units u WHERE u.code = code.code AND u.until_revision IS NULL "
            f"AND {scope.units('u.code')}) "
            "UNION ALL SELECT concat(s.building, '/', s.staircase) "
            "FROM unnest(CAST(:stair_buildings AS text[]), CAST(:stair_names AS text[])) AS s (building, staircase) "
            "WHERE NOT EXISTS (SELECT FROM units u WHERE u.building_code = s.building AND u.staircase = s.staircase "
            f"AND u.until_revision IS NULL AND {scope.buildings('u.building_code')}) "
            "UNION ALL SELECT code FROM unnest(CAST(:estates AS text[])) AS code "
            "WHERE NOT EXISTS (SELECT FROM estates e WHERE e.public_id = code.code AND NOT EXISTS "
            "(SELECT FROM jsonb_array_elements_text(e.buildings) AS x (code) "
            f"WHERE NOT {scope.buildings('x.code')}))"
        ),
        {**recipients.chosen_values(audience), **scope.values(actor)},
    )
    return list(rows.scalars())


def buildings(actor: Actor) -> list[tuple[str, str]]:
    """(code, address) of every building of the actor's."""
    _may(actor)
    return estate.buildings(actor)


def places(actor: Actor) -> list[Place]:
    """Every building of the actor's with its staircases, by street."""
    _may(actor)
    rows = db.session.execute(
        text(
            "SELECT building_code, staircase FROM units WHERE until_revision IS NULL AND staircase <> '' "
            f"AND {scope.buildings('building_code')} GROUP BY building_code, staircase "
            "ORDER BY length(staircase), staircase"
        ),
        scope.values(actor),
    )
    stairs: dict[str, list[str]] = {}
    for code, staircase in rows:
        stairs.setdefault(code, []).append(staircase)
    return [Place(code, label, tuple(stairs.get(code, ()))) for code, label in estate.buildings(actor)]


def estates(actor: Actor) -> list[Group]:
    """The estates all of whose buildings are the actor's, by name."""
    _may(actor)
    rows = db.session.execute(select(Estate)).scalars()
    found = [Group(row.public_id, row.name, tuple(row.buildings)) for row in rows]
    mine = [group for group in found if actor.buildings is None or actor.buildings.issuperset(group.buildings)]
    return sorted(mine, key=lambda group: group.name.casefold())


def names(actor: Actor) -> dict[str, str]:
    """What estates and buildings are called, by their id or code: for `Audience.label`."""
    found = {group.public_id: group.name for group in estates(actor)}
    return found | dict(estate.buildings(actor))


def _values(actor: Actor, audience: Audience) -> dict[str, Any]:
    return recipients.values(audience.within(actor.buildings), locale=profile().locale, personal=False)


def _may(actor: Actor) -> None:
    if not (actor.may(Can.SEND_MAILOUTS) or actor.may(Can.SEE_MAILOUTS)):
        raise NotThere(_("Nie ma takiej strony."))
