"""Tables of the register of letters received, and of the matters that it opens."""

from datetime import date, datetime

from sqlmodel import Field, ForeignKeyConstraint, UniqueConstraint

from storage.columns import CleanText, UtcTime
from storage.tables.row import Row

_ENTRY = ["register_entry.agency", "register_entry.register", "register_entry.year", "register_entry.number"]
_KEY = ["agency", "register", "year", "number"]


class RegisterCounterRow(Row, table=True):
    """The last number given, per register and พ.ศ. year. Changed only in the transaction that enters."""

    __tablename__ = "register_counter"

    agency: str = Field(primary_key=True, sa_type=CleanText)
    register_: str = Field(primary_key=True, sa_type=CleanText, sa_column_kwargs={"name": "register"})
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int


class RegisterEntryRow(Row, table=True):
    """One line of the register (แบบที่ 13). Triggers forbid change and removal."""

    __tablename__ = "register_entry"
    __table_args__ = (UniqueConstraint("message_id", name="uq_register_entry_message"),)

    agency: str = Field(primary_key=True, sa_type=CleanText)
    register_: str = Field(primary_key=True, sa_type=CleanText, sa_column_kwargs={"name": "register"})
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    message_id: int = Field(foreign_key="message.id")
    letter_no: str = Field(sa_type=CleanText)
    dated: date | None = None
    sender: str = Field(sa_type=CleanText)
    addressee: str = Field(sa_type=CleanText)
    subject: str = Field(sa_type=CleanText)
    entered_system_at: datetime = Field(sa_type=UtcTime)
    deemed_received_at: datetime = Field(sa_type=UtcTime)
    registered_at: datetime = Field(sa_type=UtcTime)
    urgency: str = Field(sa_type=CleanText)
    secrecy: str = Field(sa_type=CleanText)


class RegisterVoidRow(Row, table=True):
    """An entry that was declared void: the number stays given. Triggers forbid change and removal."""

    __tablename__ = "register_void"
    __table_args__ = (ForeignKeyConstraint(_KEY, _ENTRY, name="fk_register_void_entry"),)

    agency: str = Field(primary_key=True, sa_type=CleanText)
    register_: str = Field(primary_key=True, sa_type=CleanText, sa_column_kwargs={"name": "register"})
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    voided_at: datetime = Field(sa_type=UtcTime)
    actor: str = Field(sa_type=CleanText)
    reason: str = Field(sa_type=CleanText)


class CaseFileRow(Row, table=True):
    """One matter, under the number of the entry that opened it."""

    __tablename__ = "case_file"
    __table_args__ = (
        ForeignKeyConstraint(_KEY, _ENTRY, name="fk_case_file_entry"),
        UniqueConstraint("message_id", name="uq_case_file_message"),
    )

    agency: str = Field(primary_key=True, sa_type=CleanText)
    register_: str = Field(primary_key=True, sa_type=CleanText, sa_column_kwargs={"name": "register"})
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    message_id: int = Field(foreign_key="message.id")
    state: str = Field(sa_type=CleanText)
    service: str | None = Field(default=None, sa_type=CleanText)
    follows_year: int | None = None
    follows_number: int | None = None
