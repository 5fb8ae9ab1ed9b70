"""What the manager promises: days within which the office answers, and how mail takes part in conversations."""

from __future__ import annotations

from typing import Any

from flask import flash, request

from app.core.actor import Can
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.messages import rules
from app.messages.promises import Conversations, all_promises
from app.messages.staff.frame import pages
from app.office import settings
from app.web import sections
from app.web.audiences import needs
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/configuration/conversations"
sections.register(
    "configuration",
    _l("Rozmowy z mieszkańcami"),
    _l("W ile dni odpowiada biuro i czy można odpisywać e-mailem."),
    HOME,
    95,
    needs=Can.CONFIGURE,
)


@pages.get("/configuration/conversations")
@needs(Can.CONFIGURE)
def promises() -> str:
    chosen = settings.read(Conversations)
    given = {category: str(days) for category, days in all_promises().items()}
    return _page(given, chosen)


@pages.post("/configuration/conversations")
@needs(Can.CONFIGURE)
def promise() -> Any:
    given = {category: request.form.get(f"days-{category}", "").strip()[:10] for category in rules.CATEGORIES}
    ticked = [name in request.form for name in ("answers_by_mail", "text_in_mail", "staff_by_mail")]
    errors = {category: said for category, days in given.items() if (said := _wrong(days))}
    if errors:
        return _page(given, Conversations({}, *ticked), errors), Refused.status
    days = {category: int(value) for category, value in given.items()}
    settings.write(actor(), Conversations(days, *ticked))
    flash(_("Zasady rozmów zostały zapisane."), "success")
    return see_other(HOME)


def _wrong(days: str) -> str:
    if days.isascii() and days.isdigit() and 1 <= int(days) <= rules.LONGEST_PROMISE:
        return ""
    return _("Podaj liczbę dni od 1 do %(most)d.", most=rules.LONGEST_PROMISE)


def _page(given: dict[str, str], chosen: Conversations, errors: dict[str, str] | None = None) -> str:
    return render(
        "messages/promises.html",
        lines=[(key, label, given[key], (errors or {}).get(key)) for key, label in rules.CATEGORIES.items()],
        chosen=chosen,
        failed=bool(errors),
    )
