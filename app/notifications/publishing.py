"""Telling residents, once for a version, that the manager has published new terms or a new personal-data notice."""

from __future__ import annotations

from sqlalchemy import text

from app.core import events, jobs, language
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.notifications import kinds
from app.notifications.commands import tell_many
from app.office.texts.kinds import KINDS
from app.outbox import letters
from tenants.db import db

DOCUMENTS = "documents"
JOB = "notifications.text_published"
kinds.register(
    kinds.Kind(
        DOCUMENTS,
        _l("Dokumenty i regulamin"),
        _l("Nowy dokument dla Ciebie, nowa wersja regulaminu albo informacji o danych osobowych."),
        channels=(kinds.EMAIL,),
        order=40,
    )
)
letters.register(letters.Kind("text_published", _l("Nowa wersja dokumentu w portalu"), topic=DOCUMENTS))
_RESIDENTS = text("SELECT id FROM accounts WHERE role = 'resident' AND status = 'active' AND email <> '' ORDER BY id")


@events.on("office.text_published")
def published(kind: str, version: int) -> None:
    """Have residents told of texts that concern their rights, once the version is committed."""
    if KINDS[kind].accepted:
        jobs.enqueue(JOB, f"{kind}:{version}", {"kind": kind, "version": version}, lane="bulk")


def tell_published(kind: str, version: int) -> int:
    """Tell all residents who want it of a version; returns how many letters are new."""
    names = {}
    for locale in language.LANGUAGES:
        with language.use(locale):
            names[locale] = str(KINDS[kind].label)
    context = {"names": names, "link": external(f"/texts/{kind}?version={version}")}
    residents = list(db.session.execute(_RESIDENTS).scalars())
    return tell_many(DOCUMENTS, f"text:{kind}:{version}", residents, "text_published", context)
