"""Imports, the revisions that they published, and the stage that packages are copied to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.allowances.models import HousingAllowance
from app.core.revisions import Revisioned
from app.estate.models import Building, Occupancy, Person, Unit
from app.finances.models import Charge, Component, LedgerEntry
from app.imports.reading.sheets import SHEETS
from app.meters.models import Meter, MeterReading
from app.settlements.models import MediaSettlement
from tenants.db import Model, tenant_metadata

OPEN_STATUSES = ("queued", "running")


class Import(Model):
    """One package that somebody handed over, and what became of it.

    `sha256` is of the file; `content` of the rows that were read from it, whatever their dialect; `reader` of the
    code that read them. `profile` names the profile whose mapping, as it was then, it is read by. One that goes beyond
    the limits that the manager set is `waiting` until somebody answers; `approved_by` says who let it in.
    """

    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint(
            "status IN ('queued', 'running', 'waiting', 'published', 'unchanged', 'checked', 'refused', 'failed', "
            "'cancelled', 'rejected')",
            name="status",
        ),
        CheckConstraint("mode IN ('snapshot', 'increment')", name="mode"),
        Index("ix_imports_created", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    file_name: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    reader: Mapped[bytes | None] = mapped_column(LargeBinary)
    storage_key: Mapped[str | None] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text, server_default="snapshot")
    dry_run: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    source: Mapped[str] = mapped_column(Text)
    idempotency_key: Mapped[str | None] = mapped_column(Text, unique=True)
    status: Mapped[str] = mapped_column(Text, server_default="queued")
    revision: Mapped[int | None] = mapped_column(Integer)
    progress: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    started_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    profile: Mapped[str | None] = mapped_column(Text)
    approved_by: Mapped[str | None] = mapped_column(Text)
    approved_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    cancel_asked_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    rows_expected: Mapped[int | None] = mapped_column(BigInteger)
    mapping: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class ImportProfile(Model):
    """A manager's mapping of its own files to the sheets of the package, under a name.

    `mapping` is what `reading.mapping` reads. At most one is `standing`: it is used when nobody names another. `sample`
    holds the first rows of a file of the manager's, for the preview, and `sample_key` is where that file is kept.
    """

    __tablename__ = "import_profiles"
    __table_args__ = (Index("uq_import_profiles_standing", "standing", unique=True, postgresql_where=text("standing")),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB)
    standing: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    changed_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    sample: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    sample_key: Mapped[str | None] = mapped_column(Text)


class Revision(Model):
    """A numbered state of the books. The newest is what residents see; `undoes` names the one it took back."""

    __tablename__ = "revisions"
    __table_args__ = (CheckConstraint("kind IN ('publish', 'undo')", name="kind"),)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    import_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("imports.id"))
    undoes: Mapped[int | None] = mapped_column(Integer)
    as_of: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    published_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    published_by: Mapped[str] = mapped_column(Text)


BOOKS: dict[str, type[Revisioned]] = {
    "buildings": Building,
    "units": Unit,
    "people": Person,
    "occupancies": Occupancy,
    "components": Component,
    "charges": Charge,
    "ledger": LedgerEntry,
    "meters": Meter,
    "readings": MeterReading,
    "settlements": MediaSettlement,
    "allowances": HousingAllowance,
}
_BOOKKEEPING = {"id", "since_revision", "until_revision"}


def table_of(sheet: str) -> str:
    """The name of the table that holds a sheet."""
    return str(BOOKS[sheet].__tablename__)  # type: ignore[attr-defined]


def key_columns(sheet: str) -> tuple[str, ...]:
    """The columns of a sheet's table that tell its rows apart."""
    return tuple(column.field for column in SHEETS[sheet].columns if column.key)


def data_columns(sheet: str) -> list[str]:
    """The columns of a sheet's table that come from the package, in the order of the table."""
    table: Table = BOOKS[sheet].__table__  # type: ignore[attr-defined]
    return [column.name for column in table.columns if column.name not in _BOOKKEEPING]


def _stage(sheet: str) -> Table:
    """Where a sheet is copied to before it is compared: emptied and filled by each import, never moved or kept."""
    table: Table = BOOKS[sheet].__table__  # type: ignore[attr-defined]
    return Table(
        f"stage_{sheet}",
        tenant_metadata(),
        Column("row_no", Integer, nullable=False),
        *(Column(name, table.columns[name].type, nullable=True) for name in data_columns(sheet)),
        prefixes=["UNLOGGED"],
        info={"grants": ["GRANT TRUNCATE ON {table} TO {role}"]},
    )


STAGES: dict[str, Table] = {sheet: _stage(sheet) for sheet in BOOKS}
# How the rows wanted differ from those held: `wanted` alone is added, `held` alone withdrawn, both are a change.
DIFFERENCES = Table(
    "stage_differences",
    tenant_metadata(),
    Column("sheet", Text, nullable=False),
    Column("wanted", BigInteger),
    Column("held", BigInteger),
    prefixes=["UNLOGGED"],
    info={"grants": ["GRANT TRUNCATE ON {table} TO {role}"]},
)
