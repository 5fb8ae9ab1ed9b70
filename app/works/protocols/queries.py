"""Reads of protocols: all of one, and the history of a section."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from app.core.clock import now
from app.core.errors import NotThere
from app.core.public_ids import PUBLIC_ID_LENGTH
from app.works.access import Place
from app.works.due import Due
from app.works.filing.queries import SEEN, values
from app.works.protocols import rules
from tenants.db import db

_PROTOCOL = text(
    "SELECT p.id, d.id AS document_id, d.public_id, d.title, d.dated_on, d.author, d.account_id, d.created_at, "
    "p.template, p.state, p.hash, p.parties, p.frozen_at, p.frozen_by FROM works_protocols p "
    "JOIN works_documents d ON d.id = p.document_id "
    f"WHERE d.site_id = :site AND d.withdrawn_at IS NULL AND {SEEN} AND d.public_id = :public_id"
)
_SECTIONS = text(
    "SELECT s.public_id, s.place, s.title, s.hint, s.body, s.version, s.held_by, s.held_account, s.held_at, "
    "(SELECT t.author FROM works_section_texts t WHERE t.section_id = s.id AND t.version = s.version) AS author, "
    "(SELECT t.at FROM works_section_texts t WHERE t.section_id = s.id AND t.version = s.version) AS at, "
    "(SELECT count(*) FROM works_section_texts t WHERE t.section_id = s.id AND t.aside) AS asides "
    "FROM works_sections s WHERE s.protocol_id = :protocol ORDER BY s.place"
)
_DEFECTS = text(
    "SELECT public_id, what, responsible, due_on, author, created_at, mended_at, mended_by FROM works_defects "
    "WHERE protocol_id = :protocol ORDER BY id"
)
_REMARKS = text("SELECT body, author, at FROM works_remarks WHERE protocol_id = :protocol ORDER BY id")
_SIGNATURES = text(
    "SELECT account_id, name, firm, duty, verdict, reason, hash, at, voided_at FROM works_signatures "
    "WHERE protocol_id = :protocol ORDER BY id"
)
# The signed paper is a version of its own; what was attached while writing is the first.
_FILES = text(
    "SELECT f.public_id, f.name, f.size, f.content_type, f.version, encode(s.sha256, 'hex') AS sha256, "
    "coalesce(s.pages, 0) > 0 AS has_picture FROM works_files f JOIN stored_files s ON s.id = f.file_id "
    "WHERE f.document_id = :document ORDER BY f.id"
)
_TEXTS = text(
    "SELECT t.version, t.base, t.aside, t.body, t.author, t.at FROM works_section_texts t "
    "JOIN works_sections s ON s.id = t.section_id WHERE s.protocol_id = :protocol AND s.public_id = :section "
    "ORDER BY t.id"
)
_DUE = text(
    "SELECT d.public_id, f.what, f.responsible, f.due_on FROM works_defects f "
    "JOIN works_protocols p ON p.id = f.protocol_id JOIN works_documents d ON d.id = p.document_id "
    f"WHERE d.site_id = :site AND d.withdrawn_at IS NULL AND {SEEN} AND f.mended_at IS NULL AND f.due_on <= :last "
    "ORDER BY f.due_on LIMIT 50"
)


@dataclass(frozen=True, slots=True)
class Section:
    """A section as it is now. `held_by` is who writes in it, if somebody does."""

    public_id: str
    place: int
    title: str
    hint: str
    body: str
    version: int
    held_by: str | None
    held_account: int | None
    held_minutes: int
    author: str | None
    at: datetime | None
    asides: int


@dataclass(frozen=True, slots=True)
class Defect:
    public_id: str
    what: str
    responsible: str
    due_on: date
    author: str
    created_at: datetime
    mended_at: datetime | None
    mended_by: str


@dataclass(frozen=True, slots=True)
class Remark:
    body: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Signature:
    """What a party said; `voided_at` when the text was changed afterwards."""

    account_id: int
    name: str
    firm: str
    duty: str
    verdict: str
    reason: str
    hash: str
    at: datetime
    voided_at: datetime | None

    @property
    def verdict_label(self) -> str:
        return str(rules.VERDICTS[self.verdict])


@dataclass(frozen=True, slots=True)
class Attached:
    public_id: str
    name: str
    size: int
    content_type: str
    version: int
    sha256: str
    has_picture: bool


@dataclass(frozen=True, slots=True)
class Protocol:
    """A protocol with all that is in it."""

    id: int
    document_id: int
    public_id: str
    title: str
    dated_on: date | None
    author: str
    account_id: int | None
    created_at: datetime
    template: str
    state: str
    hash: str | None
    parties: list[dict[str, Any]]
    frozen_at: datetime | None
    frozen_by: str
    sections: tuple[Section, ...]
    defects: tuple[Defect, ...]
    remarks: tuple[Remark, ...]
    signatures: tuple[Signature, ...]
    files: tuple[Attached, ...]

    @property
    def is_frozen(self) -> bool:
        return self.state == "frozen"

    @property
    def attached(self) -> list[Attached]:
        """What was attached while writing."""
        return [one for one in self.files if one.version == 1]

    @property
    def papers(self) -> list[Attached]:
        """The PDFs that were filed when everybody had signed, the newest last."""
        return [one for one in self.files if one.version > 1]

    @property
    def fingerprint(self) -> str:
        """The hash of what is signed, as it is now."""
        return rules.fingerprint(
            self.title,
            [(one.title, one.body) for one in self.sections],
            [(one.what, one.responsible, one.due_on.isoformat()) for one in self.defects],
            [(one.name, one.sha256) for one in self.attached],
        )

    @property
    def answers(self) -> list[tuple[dict[str, Any], Signature | None]]:
        """Each party with what they said to this text, None for who has not answered yet."""
        valid = {one.account_id: one for one in self.signatures if one.voided_at is None}
        return [(party, valid.get(party["account_id"])) for party in self.parties]

    @property
    def voided(self) -> list[Signature]:
        return [one for one in self.signatures if one.voided_at is not None]

    @property
    def is_complete(self) -> bool:
        """Whether every party has signed."""
        return self.is_frozen and all(said is not None and said.verdict == "signed" for _party, said in self.answers)

    @property
    def open_defects(self) -> list[Defect]:
        return [one for one in self.defects if one.mended_at is None]


@dataclass(frozen=True, slots=True)
class Change:
    """One saved text of a section with what it changed; `version` is None for one kept aside."""

    version: int | None
    base: int
    aside: bool
    body: str
    author: str
    at: datetime
    lines: list[tuple[str, str]]


def protocol(place: Place, public_id: str) -> Protocol:
    """A protocol that one may see. Raises `NotThere`."""
    if len(public_id) != PUBLIC_ID_LENGTH:
        raise NotThere("")
    row = db.session.execute(_PROTOCOL, {**values(place), "public_id": public_id}).one_or_none()
    if row is None:
        raise NotThere("")
    own = {"protocol": row.id}
    return Protocol(
        **row._mapping,
        sections=tuple(_section(one) for one in db.session.execute(_SECTIONS, own)),
        defects=tuple(Defect(*one) for one in db.session.execute(_DEFECTS, own)),
        remarks=tuple(Remark(*one) for one in db.session.execute(_REMARKS, own)),
        signatures=tuple(Signature(*one) for one in db.session.execute(_SIGNATURES, own)),
        files=tuple(Attached(*one) for one in db.session.execute(_FILES, {"document": row.document_id})),
    )


def is_frozen(document_id: int) -> bool:
    """Whether the protocol of this document is being signed, or is signed."""
    frozen = text("SELECT EXISTS (SELECT FROM works_protocols WHERE document_id = :document AND state = 'frozen')")
    return bool(db.session.execute(frozen, {"document": document_id}).scalar())


def section(found: Protocol, public_id: str) -> Section:
    """One section of a protocol. Raises `NotThere`."""
    for one in found.sections:
        if one.public_id == public_id:
            return one
    raise NotThere("")


def changes(place: Place, public_id: str, section_id: str) -> list[Change]:
    """Every text that was ever saved in a section, newest first, each with what it changed. Raises `NotThere`."""
    found = protocol(place, public_id)
    section(found, section_id)
    rows = db.session.execute(_TEXTS, {"protocol": found.id, "section": section_id}).all()
    bodies = {row.version: row.body for row in rows if row.version is not None}
    return [
        Change(
            **row._mapping, lines=rules.difference(bodies.get(row.base if row.aside else row.version - 1, ""), row.body)
        )
        for row in reversed(rows)
    ]


def due(place: Place, _day: date, last: date) -> list[Due]:
    """Defects that are to be mended until a day."""
    rows = db.session.execute(_DUE, {**values(place), "last": last})
    return [
        Due(
            row.due_on,
            f"{row.what} ({row.responsible})",
            f"{place.url}/files/protocols/{row.public_id}#defects",
            "warn",
        )
        for row in rows
    ]


def _section(row: Any) -> Section:
    held = row.held_by is not None and rules.is_held(row.held_at, now())
    minutes = int((now() - row.held_at).total_seconds()) // 60 if held else 0
    return Section(
        row.public_id, row.place, row.title, row.hint, row.body, row.version,
        row.held_by if held else None, row.held_account if held else None, minutes, row.author, row.at, row.asides,
    )  # fmt: skip
