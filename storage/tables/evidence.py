"""Tables of the chain, of checkpoints, and of what others know of them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, Index

from storage.columns import CleanText, UtcTime
from storage.tables.row import Row


class ChainRow(Row, table=True):
    """One link of the chain of an agency. Triggers forbid change and removal."""

    __tablename__ = "chain"
    __table_args__ = ({"sqlite_with_rowid": False},)

    agency: str = Field(primary_key=True, sa_type=CleanText)
    seq: int = Field(primary_key=True, sa_type=sa.BigInteger, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcTime)
    tbl: str = Field(sa_type=CleanText)
    key: str = Field(sa_type=CleanText)
    leaf: bytes = Field(sa_type=sa.LargeBinary)
    value: bytes = Field(sa_type=sa.LargeBinary)


class CheckpointRow(Row, table=True):
    """The state of the chain at the end of a Thai day, signed. Triggers forbid change and removal."""

    __tablename__ = "checkpoint"

    agency: str = Field(primary_key=True, sa_type=CleanText)
    day: date = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcTime)
    size: int = Field(sa_type=sa.BigInteger)
    root: bytes = Field(sa_type=sa.LargeBinary)
    head: bytes = Field(sa_type=sa.LargeBinary)
    text: str = Field(sa_type=CleanText)
    signature: bytes = Field(sa_type=sa.LargeBinary)
    key: bytes = Field(sa_type=sa.LargeBinary)


class CheckpointProofRow(Row, table=True):
    """What others know of a checkpoint. Triggers forbid change and removal."""

    __tablename__ = "checkpoint_proof"
    __table_args__ = (Index("ix_checkpoint_proof_day", "agency", "day", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    day: date
    kind: str = Field(sa_type=CleanText)
    at: datetime = Field(sa_type=UtcTime)
    data: bytes = Field(sa_type=sa.LargeBinary)
