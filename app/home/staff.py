"""The start page of the manager's staff."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, url_for

from app.accounts.queries import resigned
from app.api import queries as tokens
from app.core.actor import Can
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.home import boards, queries
from app.imports import lateness
from app.imports import queries as imports
from app.messages import queries as messages
from app.registrations import queries as registrations
from app.statements import queries as statements
from app.web import menu
from app.web.notices import notices
from app.web.pages import render
from app.web.visitor import actor

pages = Blueprint("home", __name__, template_folder="templates")
menu.register("staff", _l("Pulpit"), "home.index", "home", 10)


@pages.get("/")
def index() -> str:
    who = actor()
    last = imports.last(who) if Can.SEE_IMPORTS in who.can else None
    counts = queries.counts(who)
    return render(
        "staff/home.html",
        boards=boards.boards(who),
        notices=notices("staff", who),
        last_import=_last(last) if last else None,
        late=lateness.late(who) if Can.SEE_IMPORTS in who.can else None,
        imports_url=url_for("staff.imports.index"),
        counts=counts,
        queue=_queue(counts, who.can),
        import_url=url_for("staff.imports.new") if Can.RUN_IMPORTS in who.can else None,
        mailout_url=url_for("staff.mailout_editing.new") if Can.SEND_MAILOUTS in who.can else None,
    )


def _last(line: imports.ImportLine) -> dict[str, Any]:
    url = url_for("staff.imports.show", public_id=line.public_id)
    return asdict(line) | {"as_of": imports.as_of(actor()), "url": url}


def _queue(counts: queries.Counts, can: frozenset[Can]) -> list[dict[str, Any]]:
    waiting = []
    applications = registrations.waiting(actor()) if Can.MANAGE_ACCOUNTS in can else 0
    if applications:
        url = url_for("staff.registrations.index")
        waiting.append({"label": _("Wnioski o konto"), "count": applications, "url": url})
    unanswered = messages.waiting(actor()) if Can.SEE_MESSAGES in can else 0
    if unanswered:
        url = url_for("staff.messages.index", state="new")
        waiting.append({"label": _("Wiadomości bez odpowiedzi"), "count": unanswered, "url": url})
    leaving = resigned.waiting(actor()) if Can.MANAGE_ACCOUNTS in can else 0
    if leaving:
        url = url_for("staff.resignations.index")
        waiting.append({"label": _("Rezygnacje z konta"), "count": leaving, "url": url})
    unmatched = statements.waiting(actor()) if Can.MATCH_PAYMENTS in can else 0
    if unmatched:
        url = url_for("staff.statements.queue")
        waiting.append({"label": _("Wpłaty do przypisania"), "count": unmatched, "url": url})
    unanswered_imports = imports.waiting(actor()) if Can.RUN_IMPORTS in can else 0
    if unanswered_imports:
        url = url_for("staff.imports.index")
        waiting.append({"label": _("Importy, które czekają na zgodę"), "count": unanswered_imports, "url": url})
    ending = tokens.ending(actor()) if Can.CONFIGURE in can else 0
    if ending:
        url = url_for("staff.tokens.index")
        waiting.append({"label": _("Tokeny programów, które niedługo wygasną"), "count": ending, "url": url})
    if counts.failed_imports and Can.SEE_IMPORTS in can:
        waiting.append(
            {"label": _("Nieudane importy"), "count": counts.failed_imports, "url": url_for("staff.imports.index")}
        )
    if counts.failed_letters and Can.SEE_MAILOUTS in can:
        waiting.append(
            {
                "label": _("Wiadomości, które nie dotarły"),
                "count": counts.failed_letters,
                "url": url_for("staff.mailouts.index"),
            }
        )
    return waiting
