"""What the manager promises: within how many working days each kind of question is answered, and what mails say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from app.core.clock import today
from app.core.workdays import working_day_after
from app.messages.rules import CATEGORIES, PROMISES
from app.office import settings


@settings.group("conversations")
@dataclass(frozen=True, slots=True)
class Conversations:
    """`promises`: working days by category. `answers_by_mail`: residents may answer letters about their conversations
    by mail; `text_in_mail`: these letters carry what the office wrote, not only that it did. `staff_by_mail`: staff may
    answer residents from their mail too."""

    promises: dict[str, int] = field(default_factory=lambda: dict(PROMISES))
    answers_by_mail: bool = True
    text_in_mail: bool = False
    staff_by_mail: bool = False


def promised(category: str, rules: Conversations | None = None) -> int:
    """Working days within which a question of this category is answered."""
    known = (rules or settings.read(Conversations)).promises
    return int(known.get(category, PROMISES.get(category, PROMISES["other"])))


def due(category: str, asked_on: date | None = None) -> date:
    """The day until which the office answers a question that was asked on a day, today by default."""
    return working_day_after(asked_on or today(), promised(category))


def all_promises() -> dict[str, int]:
    return {category: promised(category) for category in CATEGORIES}
