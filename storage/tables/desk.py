"""Tables of clerks and of their sessions. Of a token only its SHA-256 is kept."""

from datetime import datetime

from sqlmodel import Field, Index, UniqueConstraint

from storage.columns import CleanText, UtcTime
from storage.tables.row import Row


class ClerkRow(Row, table=True):
    __tablename__ = "clerk"
    __table_args__ = (UniqueConstraint("agency", "username", name="uq_clerk_username"),)

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    username: str = Field(sa_type=CleanText)
    display_name: str = Field(sa_type=CleanText)
    password_hash: str = Field(sa_type=CleanText)
    """Empty for a clerk who signs in by one-time links only."""
    disabled_at: datetime | None = Field(default=None, sa_type=UtcTime)
    role: str = Field(sa_type=CleanText)
    position: str = Field(sa_type=CleanText)
    capacity: str = Field(sa_type=CleanText)


class SessionRow(Row, table=True):
    __tablename__ = "session"

    token_hash: str = Field(primary_key=True, sa_type=CleanText)
    agency: str = Field(sa_type=CleanText)
    clerk_id: int = Field(foreign_key="clerk.id")
    csrf: str = Field(sa_type=CleanText)
    created_at: datetime = Field(sa_type=UtcTime)
    seen_at: datetime = Field(sa_type=UtcTime)


class LoginLinkRow(Row, table=True):
    __tablename__ = "login_link"

    token_hash: str = Field(primary_key=True, sa_type=CleanText)
    agency: str = Field(sa_type=CleanText)
    clerk_id: int = Field(foreign_key="clerk.id")
    expires_at: datetime = Field(sa_type=UtcTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcTime)


class LoginFailureRow(Row, table=True):
    __tablename__ = "login_failure"
    __table_args__ = (Index("ix_login_failure_username", "agency", "username", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    username: str = Field(sa_type=CleanText)
    at: datetime = Field(sa_type=UtcTime)


class ClearanceRow(Row, table=True):
    """A clerk was named for secret matter, or no longer is (R58); the last row of a clerk holds.

    Triggers forbid change and removal: who might open what, and when, can be told for good.
    """

    __tablename__ = "clearance"
    __table_args__ = (Index("ix_clearance_username", "agency", "username", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    username: str = Field(sa_type=CleanText)
    cleared: bool
    at: datetime = Field(sa_type=UtcTime)
    actor: str = Field(sa_type=CleanText)
    """Who named them, or took it back: a user name, or `cli:USER`."""
