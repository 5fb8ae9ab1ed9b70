"""Opening and changing sites, and who takes part in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update

from app.accounts.models import Account
from app.core import audit
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.texts import line
from app.estate import queries as estate
from app.works import log
from app.works.access import Author, Place
from app.works.models import WorksMember, WorksSite
from app.works.rules import DUTIES, LENGTHS, OWNER, STARTING, Right, block, checked_duty, checked_nip, checked_rights
from tenants.db import db

log.words("site.opened", _l("otwarto budowę"))
log.words("site.changed", _l("zmieniono dane budowy"))
log.words("site.closed", _l("zamknięto budowę"))
log.words("site.reopened", _l("otwarto budowę ponownie"))
log.words("member.added", _l("dodano uczestnika"))
log.words("member.changed", _l("zmieniono rolę lub uprawnienia uczestnika"))
log.words("member.left", _l("zakończono udział uczestnika"))
_LINES = {
    "street": 160, "postcode": 12, "city": 80, "invoice_name": 200, "invoice_address": 200, "invoice_email": 254,
}  # fmt: skip
_BLOCKS = ("about", "directions")


def open_site(actor: Actor, name: str, buildings: Sequence[str] = (), **facts: Any) -> WorksSite:
    """Open a space for a building site. Staff only. Raises `Refused` with the field, `NotThere`."""
    if not actor.may(Can.MANAGE_WORKS):
        raise NotThere("")
    codes = _buildings(actor, buildings)
    site = WorksSite(
        name=line(name, "name", LENGTHS["name"], missing=_("Nazwij budowę, np. „Remont dachu, Lipowa 4”.")),
        buildings=codes,
        **_facts(facts),
    )
    db.session.add(site)
    db.session.flush()
    audit.record(actor, "works.opened", site.name, buildings=codes)
    _note(actor, site.id, "site.opened", f"site:{site.public_id}", site.name)
    return site


def change_data(actor: Actor, place: Place, typed: Mapping[str, Any], version: int) -> None:
    """Change what is known of a site (moje dane). Raises `Conflict` when somebody changed it meanwhile, `Refused`."""
    place.need(Right.MANAGE)
    site = db.session.execute(select(WorksSite).where(WorksSite.id == place.id).with_for_update()).scalar_one()
    if site.version != version:
        raise Conflict(_("Ktoś inny zmienił te dane w tym samym czasie. Poniżej są aktualne: popraw je jeszcze raz."))
    values = _facts(typed)
    if "name" in typed:
        values["name"] = line(typed["name"], "name", LENGTHS["name"], missing=_("Podaj nazwę budowy."))
    before = {field: getattr(site, field) for field in values}
    changed = [field for field in values if before[field] != values[field]]
    if not changed:
        return
    for field in changed:
        setattr(site, field, values[field])
    site.version += 1
    was, now_said = ({field: _said(one[field]) for field in changed} for one in (before, values))
    audit.record(actor, "works.changed", site.name, before=was, after=now_said)
    log.note(place.id, place.author, "site.changed", f"site:{place.public_id}", site.name)


def set_buildings(actor: Actor, place: Place, buildings: Sequence[str]) -> None:
    """Say of which buildings the works are. Staff only. Raises `Refused`, `NotThere`."""
    if not actor.may(Can.MANAGE_WORKS):
        raise NotThere("")
    codes = _buildings(actor, buildings)
    db.session.execute(update(WorksSite).where(WorksSite.id == place.id).values(buildings=codes))
    audit.record(
        actor, "works.changed", place.name, before={"buildings": list(place.buildings)}, after={"buildings": codes}
    )


def close_site(actor: Actor, place: Place, *, closed: bool = True) -> None:
    """Close a site, so that it is read only, or open it again. Raises `NotThere` without the right."""
    if Right.MANAGE not in place.rights:
        raise NotThere("")
    state = "closed" if closed else "open"
    changed = update(WorksSite).where(WorksSite.id == place.id, WorksSite.state != state).values(state=state)
    if db.session.execute(changed.returning(WorksSite.id)).scalar() is None:
        return
    if closed:
        audit.record(actor, "works.closed", place.name)
    else:
        audit.record(actor, "works.reopened", place.name)
    log.note(
        place.id, place.author, "site.closed" if closed else "site.reopened", f"site:{place.public_id}", place.name
    )


def add_member(
    actor: Actor,
    place: Place,
    account_id: int,
    name: str,
    duty: str,
    firm: str = "",
    rights: Sequence[str] | None = None,
) -> WorksMember:
    """Let an account take part in a site, or again. `rights` None gives what the role starts with.

    Raises `Refused` with the field, `Conflict` for one who takes part already, `NotThere`.
    """
    place.need(Right.MANAGE)
    _keeps_to_own_rights(place, duty, rights)
    account = db.session.get(Account, account_id)
    if account is None or account.status == "closed":
        raise NotThere("")
    values = {
        "name": line(name, "name", LENGTHS["name"], missing=_("Podaj imię i nazwisko.")),
        "firm": line(firm, "firm", LENGTHS["firm"]),
        "duty": checked_duty(duty),
        "rights": checked_rights(_rights(duty, rights)),
    }
    known = db.session.execute(
        select(WorksMember)
        .where(WorksMember.site_id == place.id, WorksMember.account_id == account_id)
        .with_for_update()
    ).scalar_one_or_none()
    if known is not None and known.left_at is None:
        raise Conflict(_("To konto już bierze udział w tej budowie."), field="login")
    member = known or WorksMember(site_id=place.id, account_id=account_id)
    for field, value in (values | {"left_at": None}).items():
        setattr(member, field, value)
    db.session.add(member)
    db.session.flush()
    audit.record(actor, "works.member_added", place.name, account=account.login, duty=duty, rights=values["rights"])
    log.note(place.id, place.author, "member.added", f"member:{member.public_id}", _label(member))
    return member


def change_member(
    actor: Actor, place: Place, public_id: str, name: str, duty: str, firm: str, rights: Sequence[str] | None
) -> None:
    """Change a member's name, firm, role or rights. Raises `Refused`, `NotThere`."""
    place.need(Right.MANAGE)
    member = locked_member(place, public_id)
    _keeps_to_own_rights(place, duty, rights)
    before = {"duty": member.duty, "rights": list(member.rights), "firm": member.firm, "name": member.name}
    after = {
        "duty": checked_duty(duty),
        "rights": checked_rights(_rights(duty, rights)),
        "firm": line(firm, "firm", LENGTHS["firm"]),
        "name": line(name, "name", LENGTHS["name"], missing=_("Podaj imię i nazwisko.")),
    }
    if member.duty == OWNER and duty != OWNER:
        _owners_only(place)
        _not_the_last_owner(place, member)
    if before == after:
        return
    for field, value in after.items():
        setattr(member, field, value)
    audit.record(actor, "works.member_changed", place.name, before=before, after=after)
    log.note(place.id, place.author, "member.changed", f"member:{member.public_id}", _label(member))


def end_member(actor: Actor, place: Place, public_id: str) -> None:
    """End somebody's part in a site, from their next click on. Raises `Refused` for the last owner, `NotThere`."""
    place.need(Right.MANAGE)
    member = locked_member(place, public_id)
    if member.duty == OWNER:
        _owners_only(place)
        _not_the_last_owner(place, member)
    member.left_at = now()
    audit.record(actor, "works.member_left", place.name, member=member.name)
    log.note(place.id, place.author, "member.left", f"member:{member.public_id}", _label(member))


def _keeps_to_own_rights(place: Place, duty: str, rights: Sequence[str] | None) -> None:
    """Nobody hands out what is not theirs: owners are made by owners and by staff."""
    if not set(_rights(duty, None if duty == OWNER else rights)) <= {right.value for right in place.rights}:
        raise Refused(_("Nie można dać uprawnień większych niż własne."), field="rights")


def _rights(duty: str, rights: Sequence[str] | None) -> list[str]:
    """The rights that were chosen, or those that the role starts with."""
    return [right.value for right in STARTING.get(duty, ())] if rights is None else list(rights)


def _owners_only(place: Place) -> None:
    """An owner is moved by owners and by staff, not by members to whom they gave rights."""
    if place.member_id is not None and not place.is_owner:
        raise Refused(_("Właściciela budowy zmienia tylko właściciel albo biuro zarządcy."), field="duty")


def _not_the_last_owner(place: Place, member: WorksMember) -> None:
    others = select(WorksMember.id).where(
        WorksMember.site_id == place.id, WorksMember.duty == OWNER, WorksMember.left_at.is_(None),
        WorksMember.id != member.id,
    )  # fmt: skip
    if db.session.execute(others.with_for_update()).first() is None:
        raise Refused(_("To jedyny właściciel budowy. Najpierw wskaż innego."), field="duty")


def locked_member(place: Place, public_id: str) -> WorksMember:
    """A member who takes part now, locked for a change. Raises `NotThere`."""
    found = select(WorksMember).where(
        WorksMember.site_id == place.id, WorksMember.public_id == public_id.replace("\0", ""),
        WorksMember.left_at.is_(None),
    )  # fmt: skip
    member = db.session.execute(found.with_for_update()).scalar_one_or_none()
    if member is None:
        raise NotThere("")
    return member


def _label(member: WorksMember) -> str:
    return f"{member.name}, {DUTIES[member.duty]}" + (f" ({member.firm})" if member.firm else "")


def _note(actor: Actor, site_id: int, verb: str, subject: str, label: str) -> None:
    log.note(site_id, Author(actor.name or actor.login, actor.account_id), verb, subject, label)


def _buildings(actor: Actor, buildings: Sequence[str]) -> list[str]:
    known = {code for code, _label in estate.buildings(actor)}
    if not set(buildings) <= known or (actor.buildings is not None and not buildings):
        raise Refused(_("Wybierz budynki z listy."), field="buildings")
    return sorted(set(buildings))


def _facts(typed: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {field: line(typed[field], field, most) for field, most in _LINES.items() if field in typed}
    found |= {field: block(typed[field], field) for field in _BLOCKS if field in typed}
    if "invoice_nip" in typed:
        found["invoice_nip"] = checked_nip(typed["invoice_nip"])
    for field in ("starts_on", "ends_on"):
        if field in typed:
            found[field] = typed[field]
    if found.get("starts_on") and found.get("ends_on") and found["ends_on"] < found["starts_on"]:
        raise Refused(_("Koniec prac nie może być przed ich początkiem."), field="ends_on")
    return found


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
