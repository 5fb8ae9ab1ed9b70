"""Telling residents, once, which parts of the portal the manager has switched on."""

from __future__ import annotations

from sqlalchemy import text

from app.core import language
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.notifications import kinds
from app.notifications.commands import tell_many
from app.office.portal import labels
from app.outbox import letters
from tenants.db import db

kinds.register(
    kinds.Kind(
        "portal",
        _l("Nowości w portalu"),
        _l("Zarządca włączył nową funkcję portalu."),
        channels=(kinds.EMAIL,),
        order=80,
    )
)
letters.register(letters.Kind("modules_on", _l("Nowość w portalu mieszkańca"), topic="portal"))
_RESIDENTS = text("SELECT id FROM accounts WHERE role = 'resident' AND status = 'active' AND email <> '' ORDER BY id")


def announce(key: str, modules: list[str]) -> None:
    """Post one letter to each resident; `key` stands for one switch-on, so a second run posts nothing more."""
    names = {}
    for locale in language.LANGUAGES:
        with language.use(locale):
            names[locale] = labels(modules)
    if any(names.values()):
        context = {"names": names, "link": external("/")}
        tell_many("portal", f"modules:{key}", list(db.session.execute(_RESIDENTS).scalars()), "modules_on", context)
