"""Freezing a protocol, signing or refusing it by each party, and opening it again."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, text, update

from app.attachments.rules import PDF, Checked, named
from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.factors.accounts import RING
from app.factors.enrolling import prove
from app.works import log
from app.works import queries as sites
from app.works.access import Place
from app.works.filing.commands import add_files
from app.works.protocols import printing, queries, rules
from app.works.protocols.commands import of_document, writable
from app.works.protocols.models import WorksProtocol, WorksSignature
from app.works.rules import Right, block
from tenants.db import db

log.words("protocol.frozen", _l("przekazano protokół do podpisu"))
log.words("protocol.opened", _l("otwarto protokół do zmian, podpisy unieważniono"))
log.words("protocol.signed", _l("podpisano protokół"))
log.words("protocol.refused", _l("odmówiono podpisania protokołu"))
log.words("protocol.complete", _l("wszyscy podpisali protokół"))


def may_steer(place: Place, author_account: int | None) -> bool:
    """Whether one may freeze and open: who began the protocol, and who manages the site."""
    mine = place.author.account_id is not None and author_account == place.author.account_id
    return place.works_here and place.is_open and (mine or place.may(Right.MANAGE))


def freeze(actor: Actor, place: Place, public_id: str, parties: Sequence[str]) -> None:
    """Hand a protocol over to be signed by these members (public ids). Raises `Refused` on `parties`, `NotThere`."""
    shown = queries.protocol(place, public_id)
    if not may_steer(place, shown.account_id):
        raise NotThere("")
    protocol = writable(place, public_id)
    chosen = [one for one in sites.members(actor, place) if one.public_id in set(parties)]
    if not chosen:
        raise Refused(_("Wybierz, kto ma podpisać protokół."), field="parties")
    shown = queries.protocol(place, public_id)
    if not any(section.body.strip() for section in shown.sections):
        raise Refused(_("Protokół jest pusty: nie ma czego podpisać."), field="parties")
    protocol.state, protocol.hash = "frozen", shown.fingerprint
    protocol.frozen_at, protocol.frozen_by = now(), place.author.name
    protocol.parties = [
        {"account_id": one.account_id, "name": one.name, "firm": one.firm, "duty": one.duty_label} for one in chosen
    ]
    audit.record(actor, "works.protocol_frozen", shown.title, hash=shown.fingerprint)
    log.note(place.id, place.author, "protocol.frozen", f"document:{public_id}", shown.title)


def open_again(actor: Actor, place: Place, public_id: str) -> int:
    """Open a frozen protocol for changes; signatures are void then. Returns how many were. Raises `NotThere`."""
    shown = queries.protocol(place, public_id)
    if not may_steer(place, shown.account_id):
        raise NotThere("")
    protocol = of_document(place, public_id, locked=True)
    if protocol.state != "frozen":
        return 0
    protocol.state, protocol.hash = "open", None
    void = (
        update(WorksSignature)
        .where(WorksSignature.protocol_id == protocol.id, WorksSignature.voided_at.is_(None))
        .values(voided_at=now())
        .returning(WorksSignature.name)
    )
    names = sorted(db.session.execute(void).scalars())
    audit.record(actor, "works.protocol_opened", shown.title, voided=names)
    log.note(place.id, place.author, "protocol.opened", f"document:{public_id}", shown.title)
    return len(names)


def sign(
    actor: Actor, place: Place, public_id: str, seen: str, password: str, *, refuses: bool = False, reason: str = ""
) -> None:
    """Sign the frozen text whose hash was on the page (`seen`), or refuse it with a reason.

    The first thing in a unit of work (`app.factors.enrolling.prove`). Raises `Refused` on `password` or `reason`,
    `Conflict` when the text is another one by now or was signed before, `NotThere` for who is no party.
    """
    prove(RING, actor, password)
    place.must_work_here()
    protocol = of_document(place, public_id, locked=True)
    if protocol.state != "frozen" or protocol.hash != seen:
        raise Conflict(_("Treść protokołu zmieniła się. Przeczytaj ją jeszcze raz, zanim podpiszesz."))
    party = next((one for one in protocol.parties if one["account_id"] == actor.account_id), None)
    if party is None:
        raise NotThere("")
    why = block(reason, "reason", rules.REASON_LENGTH)
    if refuses and not why:
        raise Refused(_("Napisz, dlaczego odmawiasz podpisu."), field="reason")
    shown = queries.protocol(place, public_id)
    if shown.fingerprint != protocol.hash:
        raise Conflict(_("Treść protokołu zmieniła się. Przeczytaj ją jeszcze raz, zanim podpiszesz."))
    before = select(WorksSignature.id).where(
        WorksSignature.protocol_id == protocol.id,
        WorksSignature.account_id == actor.account_id,
        WorksSignature.voided_at.is_(None),
    )
    if db.session.execute(before).first() is not None:
        raise Conflict(_("Twoja odpowiedź jest już zapisana."))
    verdict = "refused" if refuses else "signed"
    db.session.add(
        WorksSignature(
            protocol_id=protocol.id, account_id=actor.account_id, name=party["name"], firm=party["firm"],
            duty=party["duty"], verdict=verdict, reason=why if refuses else "", hash=seen,
        )
    )  # fmt: skip
    db.session.flush()
    audit.record(actor, f"works.protocol_{verdict}", shown.title, hash=seen)
    log.note(place.id, place.author, f"protocol.{verdict}", f"document:{public_id}", shown.title)
    _complete(place, public_id, protocol)


def _complete(place: Place, public_id: str, protocol: WorksProtocol) -> None:
    """When the last party has signed, the PDF becomes the newest version of the document."""
    shown = queries.protocol(place, public_id)
    if not shown.is_complete:
        return
    name = named(shown.title, PDF)
    paper = Checked(name, PDF, printing.paper(place, shown))
    newest = text("SELECT coalesce(max(version), 0) FROM works_files WHERE document_id = :document")
    version = db.session.execute(newest, {"document": protocol.document_id}).scalar_one()
    add_files(protocol.document_id, max(1, int(version)) + 1, [paper], place.author)  # version 1 is what was attached
    log.note(place.id, place.author, "protocol.complete", f"document:{public_id}", shown.title)
