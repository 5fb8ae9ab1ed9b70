"""Where somebody goes who has just been let in."""

from __future__ import annotations

from urllib.parse import quote

from app.accounts import queries, rules
from app.core.actor import Actor
from app.web import audiences


def landing(who: Actor, wanted: str | None) -> str:
    """Where the visitor wanted to go, if that is on this host and meant for them; else their first page.

    A session that still owes something goes there first, and a resident who is new is shown round.
    """
    path = rules.own_path(wanted)
    if who.waits_for is not None:
        owed = audiences.owed_at(who.waits_for)
        return f"{owed}?next={quote(path)}" if path else owed
    if who.is_resident and not queries.contacts_of(who).welcomed:
        return "/settings/password" if who.must_change_password else "/welcome"
    if who.is_collaborator and not queries.contacts_of(who).welcomed:
        return "/settings/password" if who.must_change_password else "/settings/identifier"
    if who.is_collaborator:
        return path if path is not None and (path + "/").startswith(("/works/", "/settings/")) else "/works/"
    for_staff = path is not None and (path + "/").startswith(("/admin/", "/admin?"))
    if path is not None and (for_staff == who.is_staff or path.startswith(("/settings", "/works"))):
        return path
    return "/admin/" if who.is_staff else "/"
