"""What the platform's support may open on a manager's pages, for how long, and what an administrator may grant.

This is the whole of it: a page that is not named here does not exist for support, so a new page is closed until
somebody thought of it. Residents' letters and papers, codes and links, tokens, staff, payments, mailouts and whatever
cannot be undone are never named.
"""

from __future__ import annotations

from datetime import timedelta

from app.core.actor import Can
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l

LINK_LIFE = timedelta(minutes=2)
VISIT_LIFE = timedelta(hours=1)  # then an operator says anew why
IDLE = timedelta(minutes=30)
SEEN_SECONDS = 60
LONGEST_NOTE = 500

#: How long a grant may last, in hours.
LENGTHS = {1: _l("1 godzina"), 4: _l("4 godziny"), 24: _l("1 dzień"), 72: _l("3 dni"), 168: _l("7 dni")}

LOOKS = frozenset(
    {
        Can.SEE_RESIDENTS, Can.SEE_IMPORTS, Can.SEE_MAILOUTS, Can.SEE_AUDIT, Can.SEE_DOCUMENTS, Can.SEE_METERS,
        Can.SEE_WORKS, Can.CONFIGURE,
    }
)  # fmt: skip
CHANGES = LOOKS | {Can.RUN_IMPORTS}

_READ = {
    "home": "index",
    "residents": "residents resident",
    "books": "balances charges debts entries history units unit unit_charges unit_entries",
    "access": "index show",
    "imports": "index show progress limits",
    "mailouts": "index show progress",
    "deliveries": "index dead escalation",
    "announcements": "index show",
    "documents": "index show state",
    "windows": "index show",
    "verifications": "index",
    "settlements": "index show",
    "works_sites": "index",
    "guard": "index",
    "audit": "index",
    "office": "index look choose_menu portal_rules text_list edit_text",
    "account_rules": "edit",
    "contact": "index edit hours new",
    "notifications": "configuration",
    "messages": "promises",
    "mailout_rules": "rules_page",
    "holders": "edit",
    "registrations": "configuration",
    "personal": "retention",
    "nightly_data": "edit",
}
_READ_TO_CHANGE = {
    "import_profiles": "index show new export",
    "import_columns": "show",
}
_WRITE = {
    "office": "set_colour receive_logo remove_logo save_menu",
    "contact": "edit move hours new",
    "messages": "promise",
    "nightly_data": "edit",
    "imports": "limits",
    "import_profiles": "save check rename create sample forget_sample stand",
    "import_columns": "save",
}


def _endpoints(table: dict[str, str]) -> frozenset[str]:
    return frozenset(f"staff.{feature}.{view}" for feature, views in table.items() for view in views.split())


READ = _endpoints(_READ)
READ_TO_CHANGE = _endpoints(_READ_TO_CHANGE)
WRITE = _endpoints(_WRITE)


def admits(endpoint: str, *, looks: bool, writes: bool) -> bool:
    """Whether support may open a page, or send something to it; `writes`: the grant allows changes."""
    if not looks:
        return writes and endpoint in WRITE
    return endpoint in READ or (writes and endpoint in READ_TO_CHANGE)


def checked_hours(typed: str) -> timedelta:
    """How long a grant lasts. Raises `Refused` on field `hours`."""
    if typed not in {str(hours) for hours in LENGTHS}:
        raise Refused(_("Wybierz, na jak długo."), field="hours")
    return timedelta(hours=int(typed))


def checked_note(typed: str) -> str:
    """What support is asked for, or why an operator comes. Raises `Refused` on field `note`."""
    note = " ".join(typed.split())
    if not note:
        raise Refused(_("Napisz, w jakiej sprawie; zostanie to w dzienniku."), field="note")
    if len(note) > LONGEST_NOTE or not note.isprintable():
        raise Refused(_("Ten opis może mieć najwyżej %(most)d znaków.", most=LONGEST_NOTE), field="note")
    return note
