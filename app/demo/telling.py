"""Putting a demo manager's notices, documents and conversations into the portal, by the commands that people use."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from app.accounts import rules as logins
from app.accounts.models import Account
from app.announcements.commands import publishing as announcing
from app.announcements.commands import writing as announcements
from app.announcements.rules import Draft
from app.attachments.checking import checked
from app.core import work
from app.core.actor import Actor, Role, rights, system
from app.core.clock import now
from app.core.public_ids import new_public_id
from app.demo import introducing, readings, settling, works
from app.demo.notices import NOTICES, PAPERS, TALKS, Notice, Paper, Talk
from app.documents import rules as documents
from app.documents.commands import folders, publishing, saving
from app.documents.jobs import read
from app.documents.models import Document, DocumentFolder, DocumentVersion
from app.estate.models import Occupancy, Person, Unit
from app.gateways import pdf
from app.guard.commands import Consent
from app.messages.commands import writing as messages
from app.messages.models import Message
from app.office.letterhead import letterhead
from app.office.queries import profile
from tenants.context import bind
from tenants.db import db
from tenants.registry import Tenant

OFFICE = system("Biuro")
SHEET = Path(__file__).parent / "print" / "document.typ"


def tell_all(tenant: Tenant, login: str) -> None:
    """Publish and say everything that is not there yet; `login` is the resident who writes to the office."""
    with bind(tenant):
        resident = _resident(login)
        for each in (
            *(partial(_announce, notice, resident) for notice in NOTICES),
            *(partial(_file, paper) for paper in PAPERS),
            *(partial(_talk, talk, resident) for talk in TALKS),
            partial(readings.open_window, resident, _building(resident)),
            partial(introducing.introduce, _building(resident)),
            partial(works.build, _building(resident)),
            partial(settling.settle, _building(resident)),
        ):
            each()
            work.commit()


def told() -> bool:
    """Whether everything has been said at the bound tenant: the last conversation is there."""
    last = select(Message.id).where(Message.form_key == f"demo-{TALKS[-1].key}")
    return db.session.scalars(last).first() is not None


def _resident(login: str) -> Actor:
    account = db.session.scalars(select(Account).where(Account.login_key == logins.normal_form(login))).one()
    called = select(func.concat_ws(" ", Person.first_name, Person.last_name))
    name = db.session.scalars(called.where(Person.code == account.person_code, Person.until_revision.is_(None))).first()
    return Actor(
        kind="account", login=account.login, name=name or account.login, account_id=account.id, role=Role.RESIDENT,
        person_code=account.person_code, can=rights(Role.RESIDENT),
    )  # fmt: skip


def _announce(notice: Notice, resident: Actor) -> None:
    moment = now()
    draft = Draft(
        notice.title,
        notice.body,
        {"buildings": [_building(resident)]} if notice.here else {"all": True},
        importance=notice.importance,
        translations={code: {"title": title, "body": body} for code, title, body in notice.translations},
        ends_at=moment + timedelta(hours=notice.hours) if notice.hours else None,
        expires_at=None if notice.hours else moment + timedelta(days=60),
        confirm=notice.confirm,
    )
    public_id = announcements.write(OFFICE, draft, f"demo-{notice.key}")
    announcing.publish(OFFICE, public_id, consent=Consent())


def _file(paper: Paper) -> None:
    key = f"demo-{paper.key}"
    row = db.session.scalars(select(Document).where(Document.form_key == key)).one_or_none()
    if row is not None and row.state == "published":
        return
    made = checked(f"{paper.title}.pdf", pdf.render(SHEET, _printed(paper)))
    wish = saving.Wish(documents.about(paper.title, paper.category, paper.number), _folder(paper.folder), paper.access)
    public_id = saving.create(OFFICE, wish, made, key)
    db.session.flush()
    document = select(Document.id).where(Document.public_id == public_id).scalar_subquery()
    for version in db.session.scalars(select(DocumentVersion).where(DocumentVersion.document_id == document)):
        read(version.public_id)
    publishing.publish(OFFICE, public_id, Consent())


def _printed(paper: Paper) -> dict[str, object]:
    parts = [{"heading": heading, "paragraphs": list(paragraphs)} for heading, paragraphs in paper.parts]
    return {"office": letterhead(profile()), "title": paper.title, "parts": parts}


def _folder(name: str) -> str:
    known: str | None = db.session.scalars(
        select(DocumentFolder.public_id).where(DocumentFolder.name == name)
    ).one_or_none()
    return known or folders.make(OFFICE, name, None)


def _talk(talk: Talk, resident: Actor) -> None:
    key = f"demo-{talk.key}"
    if db.session.scalars(select(Message.id).where(Message.form_key == key)).first() is not None:
        return
    thread = messages.write(
        resident, subject=talk.subject, category=talk.category, body=talk.body, unit=None, files=[], form_key=key
    )
    if talk.note:
        messages.note(OFFICE, thread, talk.note, [], new_public_id())
    if talk.answer:
        messages.answer(OFFICE, thread, talk.answer, [], new_public_id())


def _building(resident: Actor) -> str:
    return str(
        db.session.scalars(
            select(Unit.building_code)
            .join(Occupancy, Occupancy.unit_code == Unit.code)
            .where(
                Occupancy.person_code == resident.person_code, Unit.until_revision.is_(None),
                Occupancy.until_revision.is_(None),
            )
            .order_by(Unit.code)
            .limit(1)
        ).one()
    )  # fmt: skip
