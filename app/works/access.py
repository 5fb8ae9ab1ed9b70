"""The one door into a site of works: who stands there, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import PUBLIC_ID_LENGTH
from app.works.rules import OWNER, STAFF_MANAGES, STAFF_SEES, Right, rights_of
from tenants.db import db

_PLACE = text(
    "SELECT s.id, s.public_id, s.name, s.buildings, s.state, m.id AS member_id, m.public_id AS member_public_id, "
    "m.name AS member_name, m.firm, m.duty, m.rights "
    "FROM works_sites s "
    "LEFT JOIN works_members m ON m.site_id = s.id AND m.account_id = :account AND m.left_at IS NULL "
    "WHERE s.public_id = :site"
)


@dataclass(frozen=True, slots=True)
class Author:
    """Who does something on a site: an account, or a guest of one thing."""

    name: str
    account_id: int | None = None
    guest_id: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A site as one visitor stands in it. `member_id` and `duty` are None for staff who are no member.

    `rights` say what goes beyond working there; `is_open` whether anything may be changed.
    """

    id: int
    public_id: str
    name: str
    buildings: tuple[str, ...]
    is_open: bool
    author: Author
    member_id: int | None
    member_public_id: str | None
    firm: str
    duty: str | None
    rights: frozenset[Right]
    #: Whether the visitor may write and file: members do, and staff who manage works.
    works_here: bool

    @property
    def url(self) -> str:
        return f"/works/{self.public_id}"

    @property
    def is_owner(self) -> bool:
        return self.duty == OWNER

    def may(self, right: Right) -> bool:
        return right in self.rights

    def need(self, right: Right) -> None:
        """Raises `NotThere` without the right, `Refused` on a closed site."""
        if right not in self.rights:
            raise NotThere("")
        self.must_be_open()

    def must_work_here(self) -> None:
        """Raises `NotThere` for who only looks, `Refused` on a closed site."""
        if not self.works_here:
            raise NotThere("")
        self.must_be_open()

    def must_be_open(self) -> None:
        if not self.is_open:
            raise Refused(_("Ta budowa jest zamknięta: można ją czytać, ale nic już nie dodasz ani nie zmienisz."))


def place(actor: Actor, site: str) -> Place:
    """Where the actor stands on a site, by its public id. Raises `NotThere` for everybody else.

    Staff come in by right, within their buildings; a member may be anybody with an account.
    """
    if len(site) != PUBLIC_ID_LENGTH or "\0" in site or actor.kind != "account" or actor.watcher is not None:
        raise NotThere("")
    row = db.session.execute(_PLACE, {"site": site, "account": actor.account_id}).one_or_none()
    if row is None:
        raise NotThere("")
    is_member = row.member_id is not None
    as_staff = _as_staff(actor, row.buildings)
    if not is_member and not as_staff:
        raise NotThere("")
    own = rights_of(row.duty, row.rights) if is_member else frozenset()
    return Place(
        id=row.id,
        public_id=row.public_id,
        name=row.name,
        buildings=tuple(row.buildings),
        is_open=row.state == "open",
        author=Author(row.member_name or actor.name or actor.login, actor.account_id),
        member_id=row.member_id,
        member_public_id=row.member_public_id,
        firm=row.firm or "",
        duty=row.duty,
        rights=own | as_staff,
        works_here=is_member or Right.MANAGE in as_staff,
    )


def _as_staff(actor: Actor, buildings: list[str]) -> frozenset[Right]:
    """What staff may do on a site of these buildings; one without buildings is nobody's who is limited to some."""
    if actor.buildings is not None and not (buildings and set(buildings) <= actor.buildings):
        return frozenset()
    if actor.may(Can.MANAGE_WORKS):
        return STAFF_MANAGES
    return STAFF_SEES if actor.may(Can.SEE_WORKS) else frozenset()
