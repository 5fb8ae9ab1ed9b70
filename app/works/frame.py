"""What all pages of a site have: the bar with poczta, moje dane, pliki and ustawienia."""

from __future__ import annotations

from typing import Any

from flask import request

from app.core.errors import Refused
from app.core.language import lazy_gettext as _l
from app.web.pages import render
from app.web.visitor import maybe_actor
from app.works.access import Place, place

#: Address below the site's, words, icon: exactly these, in this order.
BAR = (
    ("mail", _l("poczta"), "mail"),
    ("data", _l("moje dane"), "person"),
    ("files", _l("pliki"), "folder"),
    ("settings", _l("ustawienia"), "settings"),
)


def framed(template: str, here: Place, **values: Any) -> str:
    """A page of a site, as text."""
    path = request.path.removeprefix(here.url).strip("/")
    bar = [(f"{here.url}/{name}", label, icon, path.split("/")[0] == name) for name, label, icon in BAR]
    return render(template, here=here, bar=bar, **values)


def may_send_files() -> bool:
    """Whether the visitor works on the site that the address names: whoever does not sends no large files there."""
    who = maybe_actor()
    if who is None or who.waits_for is not None or who.must_change_password:
        return False
    try:
        place(who, str((request.view_args or {}).get("site", ""))).must_work_here()
    except Refused:
        return False
    return True
