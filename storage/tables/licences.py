"""Tables of what the agency issues: licences, papers on their road, letters sent, and the head's instruments."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Index, UniqueConstraint

from storage.columns import CleanText, UtcTime
from storage.tables.row import Row


class ContentColumns(Row):
    """The items of a licence, as both licences and papers have them."""

    holder: str = Field(sa_type=CleanText)
    holder_id: str = Field(sa_type=CleanText)
    premises: str = Field(sa_type=CleanText)
    address: str = Field(sa_type=CleanText)
    business: str = Field(sa_type=CleanText)
    conditions: list[Any] = Field(sa_type=sa.JSON)
    fee: str = Field(sa_type=CleanText)
    receipt: str = Field(sa_type=CleanText)
    issued_on: date
    starts_on: date
    expires_on: date | None = None
    extra: dict[str, Any] = Field(sa_type=sa.JSON)


class LicenceRow(ContentColumns, table=True):
    """A licence as it stands. What it was before is in its papers and events."""

    __tablename__ = "licence"
    __table_args__ = (
        UniqueConstraint("agency", "code", name="uq_licence_code"),
        UniqueConstraint("agency", "service", "number", name="uq_licence_number"),
        Index("ix_licence_service", "agency", "service", "id"),
        Index("ix_licence_issued", "agency", "issued_on", "id"),
        Index("ix_licence_expires", "agency", "expires_on"),
        Index("ix_licence_updated", "agency", "updated_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    service: str = Field(sa_type=CleanText)
    number: str = Field(sa_type=CleanText)
    code: str = Field(sa_type=CleanText)
    status: str = Field(sa_type=CleanText)
    status_since: datetime = Field(sa_type=UtcTime)
    status_reason: str = Field(sa_type=CleanText)
    version: int
    document: str | None = Field(default=None, sa_type=CleanText)
    email: str = Field(sa_type=CleanText)
    channel: str = Field(sa_type=CleanText)
    message_id: int | None = Field(default=None, foreign_key="message.id")
    updated_at: datetime = Field(sa_type=UtcTime)
    search_text: str = Field(sa_type=CleanText)
    """Number, holder, premises, address and business in the spelling in which they are searched."""
    search_place: str = Field(sa_type=CleanText)
    """The address in that spelling."""


class LicenceEventRow(Row, table=True):
    """A step in the life of a licence. Triggers forbid change and removal."""

    __tablename__ = "licence_event"
    __table_args__ = (
        Index("ix_licence_event_licence", "agency", "licence_id", "id"),
        Index(
            "ix_licence_event_document",
            "agency",
            "document",
            sqlite_where=sa.text("document IS NOT NULL"),
            postgresql_where=sa.text("document IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    licence_id: int = Field(foreign_key="licence.id")
    act: str = Field(sa_type=CleanText)
    at: datetime = Field(sa_type=UtcTime)
    actor: str = Field(sa_type=CleanText)
    reason: str = Field(sa_type=CleanText)
    version: int
    document: str | None = Field(default=None, sa_type=CleanText)


class LicenceReminderRow(Row, table=True):
    """That a holder was reminded so many days before that last day."""

    __tablename__ = "licence_reminder"

    licence_id: int = Field(primary_key=True, foreign_key="licence.id")
    expires_on: date = Field(primary_key=True)
    days: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    agency: str = Field(sa_type=CleanText)
    at: datetime = Field(sa_type=UtcTime)


class IssuanceRow(ContentColumns, table=True):
    """One paper on its road."""

    __tablename__ = "issuance"
    __table_args__ = (
        Index("ix_issuance_state", "agency", "state", "id"),
        Index("ix_issuance_message", "message_id"),
        Index("ix_issuance_licence", "licence_id"),
        Index(
            "uq_issuance_batch",
            "agency",
            "batch",
            unique=True,
            sqlite_where=sa.text("batch <> ''"),
            postgresql_where=sa.text("batch <> ''"),
        ),
        Index("ix_issuance_batch_name", "agency", "batch_name", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    act: str = Field(sa_type=CleanText)
    service: str = Field(sa_type=CleanText)
    state: str = Field(sa_type=CleanText)
    licence_id: int | None = Field(default=None, foreign_key="licence.id")
    number: str = Field(sa_type=CleanText)
    code: str = Field(sa_type=CleanText)
    email: str = Field(sa_type=CleanText)
    channel: str = Field(sa_type=CleanText)
    message_id: int | None = Field(default=None, foreign_key="message.id")
    follows: str = Field(sa_type=CleanText)
    prepared_by: str = Field(sa_type=CleanText)
    submitted_by: str = Field(sa_type=CleanText)
    approved_by: str = Field(sa_type=CleanText)
    signatory: str = Field(sa_type=CleanText)
    note: str = Field(sa_type=CleanText)
    rendition: str | None = Field(default=None, sa_type=CleanText)
    document: str | None = Field(default=None, sa_type=CleanText)
    outgoing_year: int | None = None
    outgoing_number: int | None = None
    batch: str = Field(sa_type=CleanText)
    batch_name: str = Field(sa_type=CleanText)
    """The batch without its row."""
    prepared_at: datetime = Field(sa_type=UtcTime)
    changed_at: datetime = Field(sa_type=UtcTime)


class DocumentRow(Row, table=True):
    """A paper of ours; its bytes are in the archive. Triggers forbid change and removal."""

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_place", "agency", "segment", "segment_offset"),)

    agency: str = Field(primary_key=True, sa_type=CleanText)
    digest: str = Field(primary_key=True, sa_type=CleanText)
    kind: str = Field(sa_type=CleanText)
    name: str = Field(sa_type=CleanText)
    media_type: str = Field(sa_type=CleanText)
    size: int = Field(sa_type=sa.BigInteger)
    segment: str = Field(sa_type=CleanText)
    segment_offset: int = Field(sa_type=sa.BigInteger)
    stored_length: int = Field(sa_type=sa.BigInteger)
    created_at: datetime = Field(sa_type=UtcTime)


class DownloadLinkRow(Row, table=True):
    """A one-time address of a document. Of its token only the SHA-256 is kept."""

    __tablename__ = "download_link"

    token_hash: str = Field(primary_key=True, sa_type=CleanText)
    agency: str = Field(sa_type=CleanText)
    digest: str = Field(sa_type=CleanText)
    expires_at: datetime = Field(sa_type=UtcTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcTime)


class OutgoingEntryRow(Row, table=True):
    """One line of the register of letters sent (แบบที่ 14). Triggers forbid change and removal."""

    __tablename__ = "outgoing_entry"

    agency: str = Field(primary_key=True, sa_type=CleanText)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    dated: date
    sender: str = Field(sa_type=CleanText)
    addressee: str = Field(sa_type=CleanText)
    subject: str = Field(sa_type=CleanText)
    action: str = Field(sa_type=CleanText)
    note: str = Field(sa_type=CleanText)
    document: str | None = Field(default=None, sa_type=CleanText)
    message_id: int | None = Field(default=None, foreign_key="message.id")
    registered_at: datetime = Field(sa_type=UtcTime)


class InstrumentRow(Row, table=True):
    """An announcement or order of the head."""

    __tablename__ = "instrument"
    __table_args__ = (
        Index("ix_instrument_kind", "agency", "kind", "state"),
        Index(
            "uq_instrument_code",
            "agency",
            "code",
            unique=True,
            sqlite_where=sa.text("code <> ''"),
            postgresql_where=sa.text("code <> ''"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    kind: str = Field(sa_type=CleanText)
    state: str = Field(sa_type=CleanText)
    number: str = Field(sa_type=CleanText)
    title: str = Field(sa_type=CleanText)
    dated: date | None = None
    effective_on: date | None = None
    rules: list[Any] = Field(sa_type=sa.JSON)
    phones: list[Any] = Field(sa_type=sa.JSON)
    details: list[Any] = Field(sa_type=sa.JSON)
    signatory: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    gazette: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    rendition: str | None = Field(default=None, sa_type=CleanText)
    document: str | None = Field(default=None, sa_type=CleanText)
    code: str = Field(sa_type=CleanText)
    prepared_by: str = Field(sa_type=CleanText)
    signed_by: str = Field(sa_type=CleanText)
    changed_at: datetime = Field(sa_type=UtcTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcTime)


class FieldDecisionRow(Row, table=True):
    """Whether an item of licences is published; the decision in force."""

    __tablename__ = "field_decision"

    agency: str = Field(primary_key=True, sa_type=CleanText)
    service: str = Field(primary_key=True, sa_type=CleanText)
    field: str = Field(primary_key=True, sa_type=CleanText)
    public: bool
    reason: str = Field(sa_type=CleanText)
    decided_by: str = Field(sa_type=CleanText)
    decided_at: datetime = Field(sa_type=UtcTime)
