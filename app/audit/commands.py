"""Taking the log out of the portal, which is in the log as well."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict

from app.audit import export, queries, sealing
from app.audit.queries import Filter
from app.core import audit
from app.core.actor import Actor, Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _


def exported(actor: Actor, wanted: Filter, kind: str) -> bytes:
    """The lines that fit as a file, `csv` or `xlsx`; what is new is sealed before. Raises `NotThere`, `Refused`."""
    if not actor.may(Can.SEE_AUDIT):
        raise NotThere("")
    if kind not in export.KINDS:
        raise Refused(_("Wybierz CSV albo XLSX."), field="kind")
    with suppress(sealing.Tampered):  # the page says so, and what there is may be needed as evidence
        sealing.seal()
    made, count = export.KINDS[kind](queries.every(actor, wanted))
    asked = {name: str(value) for name, value in asdict(wanted).items() if value}
    audit.record(actor, "audit.exported", kind, lines=count, **asked)
    return made
