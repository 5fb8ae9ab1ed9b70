"""What the office's pages about conversations have in common: their place, their tabs, forms with files."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from app.core.actor import Can
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.messages import rules
from app.web import menu
from app.web.forms import refuse
from app.web.visitor import actor

HOME = "/admin/messages"
READY = f"{HOME}/templates"
INCOMING = f"{HOME}/incoming"
pages = Blueprint("messages", "app.messages", template_folder="templates")
menu.register("staff", _l("Wiadomości"), "messages.index", "mail", 30, Can.SEE_MESSAGES)


def tabs() -> list[dict[str, Any]]:
    """Conversations, and as far as the visitor may open them ready answers and the register of incoming mail."""
    labels = {HOME: _("Rozmowy")}
    if actor().may(Can.ANSWER_MESSAGES):
        labels[READY] = _("Wzory odpowiedzi")
    if actor().buildings is None:
        labels[INCOMING] = _("Poczta przychodząca")
    here = next((url for url in (READY, INCOMING) if request.path.startswith(url)), HOME)
    return [{"url": url, "label": label, "current": url == here} for url, label in labels.items()]


def told(form: Any, refusal: Refused | None) -> dict[str, Any]:
    """What a page with a form and files says of itself, and of what was refused."""
    return {
        "sentence": refuse(form, refusal) if refusal else None,
        "files_error": refusal.message if refusal and refusal.field == "files" else None,
        "most": rules.MOST_FILES,
        "megabytes": rules.LARGEST_FILE >> 20,
    }
