"""Clerks, their sessions and their one-time links."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.clerk import Clerk, Role, Session
from storage.tables import CLEARANCE, CLERK, LOGIN_FAILURE, LOGIN_LINK, SESSION
from storage.transaction import Transaction

_CLEARED = (
    sa.select(CLEARANCE.c.cleared)
    .where(CLEARANCE.c.agency == CLERK.c.agency, CLEARANCE.c.username == CLERK.c.username)
    .order_by(CLEARANCE.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
CLERKS = (*CLERK.c, _CLEARED.label("cleared"))
"""A clerk, with whether they are named for secret matter; null where that never was said."""


class SqlClerkBook:
    """`ports.ClerkBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._agency = transaction.agency

    def add(
        self,
        username: str,
        display_name: str,
        password_hash: str,
        *,
        role: Role = Role.CLERK,
        position: str = "",
        capacity: str = "",
    ) -> Clerk:
        row = {
            "display_name": display_name,
            "password_hash": password_hash,
            "role": role.value,
            "position": position,
            "capacity": capacity,
        }
        insert = self._transaction.insert_or_change(CLERK, "agency", "username", changed=row)
        self._transaction.run(insert.values(agency=self._agency, username=username, **row))
        return _clerk(self._transaction.run(self._named(username)).one())

    def _named(self, username: str) -> sa.Select[Any]:
        return sa.select(*CLERKS).where(CLERK.c.agency == self._agency, CLERK.c.username == username)

    def clear(self, username: str, at: datetime, actor: str, *, cleared: bool = True) -> Clerk | None:
        found = self.find(username)
        if found is None or found[0].cleared == cleared:
            return found and found[0]
        row = {"agency": self._agency, "username": username, "cleared": cleared, "at": at, "actor": actor}
        self._transaction.run(sa.insert(CLEARANCE).values(**row))
        return replace(found[0], cleared=cleared)

    def every(self) -> list[Clerk]:
        query = sa.select(*CLERKS).where(CLERK.c.agency == self._agency, CLERK.c.disabled_at.is_(None))
        return [_clerk(row) for row in self._transaction.all(query.order_by(CLERK.c.username))]

    def find(self, username: str) -> tuple[Clerk, str] | None:
        row = self._transaction.first(self._named(username).where(CLERK.c.disabled_at.is_(None)))
        return (_clerk(row), row.password_hash) if row is not None else None

    def open_session(self, clerk: Clerk, token_hash: str, csrf: str, at: datetime) -> None:
        row = {"token_hash": token_hash, "clerk_id": clerk.id, "csrf": csrf, "created_at": at, "seen_at": at}
        self._transaction.run(sa.insert(SESSION).values(agency=self._agency, **row))

    def session(self, token_hash: str) -> Session | None:
        query = (
            sa.select(*CLERKS, SESSION.c.csrf, SESSION.c.created_at, SESSION.c.seen_at)
            .select_from(SESSION.join(CLERK, CLERK.c.id == SESSION.c.clerk_id))
            .where(self._session(token_hash), CLERK.c.disabled_at.is_(None))
        )
        row = self._transaction.first(query)
        return Session(_clerk(row), row.csrf, row.created_at, row.seen_at) if row is not None else None

    def touch(self, token_hash: str, at: datetime) -> None:
        self._transaction.run(sa.update(SESSION).where(self._session(token_hash)).values(seen_at=at))

    def end_session(self, token_hash: str) -> None:
        self._transaction.run(sa.delete(SESSION).where(self._session(token_hash)))

    def _session(self, token_hash: str) -> sa.ColumnElement[bool]:
        return sa.and_(SESSION.c.agency == self._agency, SESSION.c.token_hash == token_hash)

    def put_link(self, clerk: Clerk, token_hash: str, expires_at: datetime) -> None:
        row = {"token_hash": token_hash, "clerk_id": clerk.id, "expires_at": expires_at}
        self._transaction.run(sa.insert(LOGIN_LINK).values(agency=self._agency, **row))

    def use_link(self, token_hash: str, at: datetime) -> Clerk | None:
        use = (
            sa.update(LOGIN_LINK)
            .where(LOGIN_LINK.c.agency == self._agency, LOGIN_LINK.c.token_hash == token_hash)
            .where(LOGIN_LINK.c.used_at.is_(None), LOGIN_LINK.c.expires_at > at)
            .values(used_at=at)
            .returning(LOGIN_LINK.c.clerk_id)
        )
        clerk_id = self._transaction.run(use).scalar_one_or_none()
        query = sa.select(*CLERKS).where(CLERK.c.id == clerk_id, CLERK.c.disabled_at.is_(None))
        row = self._transaction.first(query)
        return _clerk(row) if row is not None else None

    def failed_logins(self, username: str, since: datetime) -> int:
        query = sa.select(sa.func.count()).where(
            LOGIN_FAILURE.c.agency == self._agency,
            LOGIN_FAILURE.c.username == username,
            LOGIN_FAILURE.c.at >= since,
        )
        return int(self._transaction.run(query).scalar_one())

    def login_failed(self, username: str, at: datetime) -> None:
        self._transaction.run(sa.insert(LOGIN_FAILURE).values(agency=self._agency, username=username, at=at))


def _clerk(row: Row[Any]) -> Clerk:
    role = Role(row.role)
    return Clerk(row.id, row.username, row.display_name, role, row.position, row.capacity, bool(row.cleared))
