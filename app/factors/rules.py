"""What a second factor demands: who must have one, how long a proof counts, how many tries there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.actor import OUTSIDE, Role
from app.core.errors import Refused
from app.core.language import gettext as _

PROOF_LIFE = timedelta(minutes=10)  # how long a typed password is enough for changes
PENDING_LIFE = timedelta(minutes=30)
CHALLENGE_LIFE = timedelta(minutes=5)
TRY_LIMIT, TRY_WINDOW = 10, 3600
PROVE_LIMIT, PROVE_WINDOW = 10, 300
MOST_OF_A_KIND = 10
LONGEST_NAME = 60
REQUIRED = ("none", "admins", "staff")


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The manager's rule: `required_staff` is `none`, `admins` or `staff` (everybody who works for the manager)."""

    required_staff: str = "none"


def must_have(role: str | None, rule: SecondFactor) -> bool:
    """Whether an account with this role may only work with a second factor."""
    if role is None or role in OUTSIDE:
        return False
    return rule.required_staff == "staff" or (rule.required_staff == "admins" and role == Role.ADMIN)


def checked_rule(required_staff: str) -> SecondFactor:
    """The manager's rule. Raises `Refused` on field `required_staff`."""
    if required_staff not in REQUIRED:
        raise Refused(_("Wybierz jedną z podanych możliwości."), field="required_staff")
    return SecondFactor(required_staff)


def is_recent(opened_at: datetime, proven_at: datetime | None, at: datetime) -> bool:
    """Whether the password was typed so lately in this session that its owner must be sitting there."""
    return at - max(opened_at, proven_at or opened_at) < PROOF_LIFE


def checked_name(typed: str, default: str) -> str:
    """What the owner calls a factor. Raises `Refused` on field `name`."""
    name = " ".join(typed.split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Refused(_("Nazwa może mieć najwyżej %(most)d znaków.", most=LONGEST_NAME), field="name")
    return name or default


def checked_note(typed: str) -> str:
    """How staff made sure who asks for a reset. Raises `Refused` on field `note`."""
    note = " ".join(typed.split())
    if len(note) < 5:
        raise Refused(_("Napisz, jak sprawdzono tożsamość tej osoby."), field="note")
    if len(note) > 500 or not note.isprintable():
        raise Refused(_("Notatka może mieć najwyżej %(most)d znaków.", most=500), field="note")
    return note
