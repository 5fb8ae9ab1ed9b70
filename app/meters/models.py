"""Tables of meters. Rows are revisions of the books; readings refer to meters by serial number."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from app.core.revisions import APPEND_ONLY, Revisioned
from tenants.db import Model

_NOW = text("until_revision IS NULL")


class Meter(Revisioned, Model):
    """A meter (licznik) of a unit; `medium` is cold_water, hot_water, heat, electricity or gas."""

    __tablename__ = "meters"
    __table_args__ = (
        Index("uq_meters_now", "serial", unique=True, postgresql_where=_NOW),
        Index("ix_meters_unit", "unit_code", postgresql_where=_NOW),
        {"info": APPEND_ONLY},
    )

    serial: Mapped[str] = mapped_column(Text)
    unit_code: Mapped[str] = mapped_column(Text)
    medium: Mapped[str] = mapped_column(Text)
    location: Mapped[str | None] = mapped_column(Text)
    installed_on: Mapped[date | None] = mapped_column(Date)
    verified_until: Mapped[date | None] = mapped_column(Date)
    removed_on: Mapped[date | None] = mapped_column(Date)


class MeterReading(Revisioned, Model):
    """A reading (odczyt): what the meter showed at the end of a day, in m³, GJ or kWh, to three decimals."""

    __tablename__ = "meter_readings"
    __table_args__ = (
        Index("uq_meter_readings_now", "serial", "read_on", unique=True, postgresql_where=_NOW),
        {"info": APPEND_ONLY},
    )

    serial: Mapped[str] = mapped_column(Text)
    read_on: Mapped[date] = mapped_column(Date)
    value: Mapped[Decimal] = mapped_column(Numeric(14, 3))
    source: Mapped[str | None] = mapped_column(Text)


class ReadingWindow(Model):
    """A window (okno odczytów) in which residents tell what their meters of `media` show.

    `buildings` are codes, None for all. It is open from the start of `opens_on` to the end of `closes_on`, unless
    `cancelled_at` or `closed_at` says otherwise; readings may be of the days `reads_from` to `reads_to`. `photo` is
    `none`, `optional` or `required`. Who is still missing is reminded `remind_days` days before the end, 0 for never.
    `form_key` makes a double click one window.
    """

    __tablename__ = "reading_windows"
    __table_args__ = (
        CheckConstraint("photo IN ('none', 'optional', 'required')", name="photo"),
        CheckConstraint("opens_on <= closes_on AND reads_from <= reads_to", name="forward"),
        CheckConstraint("remind_days BETWEEN 0 AND 60", name="remind_days"),
        CheckConstraint("cardinality(media) > 0", name="media"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    form_key: Mapped[str | None] = mapped_column(Text, unique=True)
    media: Mapped[list[str]] = mapped_column(ARRAY(Text))
    buildings: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    opens_on: Mapped[date] = mapped_column(Date)
    closes_on: Mapped[date] = mapped_column(Date)
    reads_from: Mapped[date] = mapped_column(Date)
    reads_to: Mapped[date] = mapped_column(Date)
    photo: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text, server_default="")
    remind_days: Mapped[int] = mapped_column(Integer)
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    told_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    reminded_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    cancelled_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class ReadingReceipt(Model):
    """What somebody told at once of the meters of one unit; `account_id` is whose, `by_login` who typed it.

    `form_key` makes a double click one receipt.
    """

    __tablename__ = "reading_receipts"
    __table_args__ = (Index("ix_reading_receipts_unit", "unit_code", "created_at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    form_key: Mapped[str] = mapped_column(Text, unique=True)
    window_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("reading_windows.id"))
    unit_code: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    by_login: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class ReadingBatch(Model):
    """A file of readings: `checked` until somebody publishes it or throws it away as a whole."""

    __tablename__ = "reading_batches"
    __table_args__ = (
        CheckConstraint("state IN ('checked', 'published', 'discarded', 'withdrawn')", name="state"),
        Index("ix_reading_batches_created", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    form_key: Mapped[str] = mapped_column(Text, unique=True)
    file_name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="checked")
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    ended_by: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class ReadingBatchRow(Model):
    """A row of such a file, as `row` (header = 1) of it says; `doubts` are what is odd about it."""

    __tablename__ = "reading_batch_rows"
    __table_args__ = (Index("uq_reading_batch_rows_row", "batch_id", "row", unique=True),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    batch_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("reading_batches.id", ondelete="CASCADE"))
    row: Mapped[int] = mapped_column(Integer)
    serial: Mapped[str] = mapped_column(Text)
    unit_code: Mapped[str] = mapped_column(Text)
    medium: Mapped[str] = mapped_column(Text)
    read_on: Mapped[date] = mapped_column(Date)
    value: Mapped[Decimal] = mapped_column(Numeric(14, 3))
    source: Mapped[str | None] = mapped_column(Text)
    doubts: Mapped[list[str]] = mapped_column(ARRAY(Text))


class ReportedReading(Model):
    """A reading that the books do not hold yet: told by a resident, by phone, typed in, or from a file.

    Each is a row for good. `live` is the newest of its meter in a window and of its meter and day; one that was
    overtaken names the other in `replaced_by`. `doubts` is what looked odd, `explanation` what the teller said of it,
    `answer` what staff said when they decided.
    """

    __tablename__ = "reported_readings"
    __table_args__ = (
        CheckConstraint("state IN ('accepted', 'doubtful', 'rejected')", name="state"),
        CheckConstraint("source IN ('portal', 'phone', 'office', 'file')", name="source"),
        CheckConstraint("value >= 0", name="value"),
        Index("uq_reported_readings_window", "window_id", "serial", unique=True, postgresql_where=text("live")),
        Index(
            "uq_reported_readings_day",
            "serial",
            "read_on",
            unique=True,
            postgresql_where=text("live AND state <> 'rejected'"),
        ),
        Index("ix_reported_readings_unit", "unit_code", postgresql_where=text("live")),
        Index("ix_reported_readings_batch", "batch_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    receipt_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("reading_receipts.id"))
    window_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("reading_windows.id"))
    batch_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("reading_batches.id"))
    serial: Mapped[str] = mapped_column(Text)
    unit_code: Mapped[str] = mapped_column(Text)
    medium: Mapped[str] = mapped_column(Text)
    read_on: Mapped[date] = mapped_column(Date)
    value: Mapped[Decimal] = mapped_column(Numeric(14, 3))
    source: Mapped[str] = mapped_column(Text)
    doubts: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    explanation: Mapped[str] = mapped_column(Text, server_default="")
    photo_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("stored_files.id"))
    state: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    answer: Mapped[str] = mapped_column(Text, server_default="")
    live: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    replaced_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("reported_readings.id"))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class MeterMedian(Model):
    """What the unit in the middle of a building used of a medium in a month, of at least five `units`."""

    __tablename__ = "meter_medians"
    __table_args__ = (
        CheckConstraint("units >= 5", name="units"),
        Index("uq_meter_medians_month", "building_code", "medium", "month", unique=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    building_code: Mapped[str] = mapped_column(Text)
    medium: Mapped[str] = mapped_column(Text)
    month: Mapped[date] = mapped_column(Date)
    units: Mapped[int] = mapped_column(Integer)
    median: Mapped[Decimal] = mapped_column(Numeric(14, 3))
