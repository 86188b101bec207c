"""How a clerk comes in: by password or one-time link, to a session that the server alone knows."""

import hashlib
import secrets
from base64 import b64encode
from datetime import datetime, timedelta
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from mailroom.domain.clerk import Clerk, Role, Session
from mailroom.domain.errors import RefusedActionError
from mailroom.ports import Books, Clock

USERNAME_MAX = 100
"""Characters that are compared and kept of a name that someone typed."""

PASSWORD_MIN = 12
PASSWORD_MAX = 1024
"""Characters. The upper bound only keeps a hostile client from buying work with size."""

LINK_LIFE = timedelta(minutes=15)

FREE_TRIES = 5
"""So many wrong passwords within the window cost nothing; each further one doubles the wait."""
WINDOW = timedelta(minutes=15)
FIRST_WAIT = timedelta(seconds=15)

TOUCH_EVERY = timedelta(seconds=60)
"""How coarsely the last use of a session is noted, so that looking does not write each time."""

HASHING_AT_ONCE = 2
HASHING_PATIENCE = 5.0
"""Argon2 takes 64 MiB each time: a flood of logins waits, then is turned away, and the queue stays usable."""


class Passwords:
    """Argon2id, RFC 9106 section 4, second recommended option."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._gate = BoundedSemaphore(HASHING_AT_ONCE)
        self._nobody = _matched_by_nothing(self._hasher)

    def hash(self, password: str) -> str:
        """The hash to keep. Raises RefusedActionError when the password is too short or too long."""
        if len(password) < PASSWORD_MIN:
            raise RefusedActionError("password-too-short", str(PASSWORD_MIN))
        if len(password) > PASSWORD_MAX:
            raise RefusedActionError("password-too-long", str(PASSWORD_MAX))
        return self._hasher.hash(password)

    def match(self, kept: str, password: str) -> bool:
        """Whether it is the password, exactly as typed. Takes as long for an empty `kept`, which nothing matches.

        Raises RefusedActionError while too many others are being checked.
        """
        if len(password) > PASSWORD_MAX:
            return False
        if not self._gate.acquire(timeout=HASHING_PATIENCE):
            raise RefusedActionError("busy")
        try:
            return self._hasher.verify(kept or self._nobody, password) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False
        finally:
            self._gate.release()


def _matched_by_nothing(hasher: PasswordHasher) -> str:
    """A hash of no password that anybody knows, written without the work of making one. Comparing with it takes as long."""
    salt, digest = (
        b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len)
    )
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${digest}"


class SignIn:
    """Opens, checks and ends sessions. What is wrong with a login is never told apart to the outside."""

    def __init__(
        self, *, books: Books, clock: Clock, idle: timedelta, absolute: timedelta, passwords: Passwords | None = None
    ) -> None:
        self._books = books
        self._clock = clock
        self._idle = idle
        self._absolute = absolute
        self._passwords = passwords or Passwords()

    def add_clerk(
        self,
        username: str,
        display_name: str,
        password: str = "",
        *,
        role: Role = Role.CLERK,
        position: str = "",
        capacity: str = "",
    ) -> Clerk:
        """Add a clerk or change one. Without a password only one-time links let the clerk in."""
        kept = self._passwords.hash(password) if password else ""
        with self._books.begin() as uow:
            clerk = uow.clerks.add(username, display_name, kept, role=role, position=position, capacity=capacity)
            uow.events.add("clerk.saved", self._clock.now(), actor=username, detail=role)
            uow.commit()
        return clerk

    def with_password(self, username: str, password: str) -> str | None:
        """The token of a new session, or None. Raises RefusedActionError after too many wrong tries."""
        now, username = self._clock.now(), username[:USERNAME_MAX]
        with self._books.look() as uow:
            wait = _wait(uow.clerks.failed_logins(username, now - WINDOW))
            if wait and uow.clerks.failed_logins(username, now - wait):
                raise RefusedActionError("wait", str(int(wait.total_seconds())))
            found = uow.clerks.find(username)
        if self._passwords.match(found[1] if found else "", password) and found:
            return self._open(found[0], now, "password")
        with self._books.begin() as uow:
            uow.clerks.login_failed(username, now)
            uow.events.add("session.refused", now, detail="password")
            uow.commit()
        return None

    def with_link(self, token: str) -> str | None:
        """The token of a new session; None when the link is unknown, used or too old."""
        now = self._clock.now()
        with self._books.begin() as uow:
            clerk = uow.clerks.use_link(digest(token), now)
            if clerk is None:
                uow.events.add("session.refused", now, detail="link")
            uow.commit()
        return self._open(clerk, now, "link") if clerk else None

    def new_link(self, username: str, life: timedelta = LINK_LIFE) -> str:
        """A token that lets this clerk in once. Raises RefusedActionError when there is no such clerk."""
        token, now = secrets.token_urlsafe(32), self._clock.now()
        with self._books.begin() as uow:
            found = uow.clerks.find(username)
            if found is None:
                raise RefusedActionError("no-such-clerk", username)
            uow.clerks.put_link(found[0], digest(token), now + life)
            uow.commit()
        return token

    def current(self, token: str, *, use: bool = True) -> Session | None:
        """The session of a token, unless it is unknown or past its limits. `use` counts as use of it."""
        if not token:
            return None
        now = self._clock.now()
        with self._books.look() as uow:
            session = uow.clerks.session(digest(token))
        if session is None or self._over(session, now):
            return None
        if use and now - session.seen_at >= min(TOUCH_EVERY, self._idle / 2):
            self._touch(token, now)
        return session

    def leave(self, token: str) -> None:
        """End the session of a token, if there is one."""
        if not token:
            return
        with self._books.begin() as uow:
            session = uow.clerks.session(digest(token))
            uow.clerks.end_session(digest(token))
            if session:
                uow.events.add("session.ended", self._clock.now(), actor=session.clerk.username)
            uow.commit()

    def _open(self, clerk: Clerk, now: datetime, way: str) -> str:
        token = secrets.token_urlsafe(32)
        with self._books.begin() as uow:
            uow.clerks.open_session(clerk, digest(token), secrets.token_urlsafe(32), now)
            uow.events.add("session.opened", now, actor=clerk.username, detail=way)
            uow.commit()
        return token

    def _over(self, session: Session, now: datetime) -> bool:
        return now - session.seen_at >= self._idle or now - session.created_at >= self._absolute

    def _touch(self, token: str, now: datetime) -> None:
        with self._books.begin() as uow:
            uow.clerks.touch(digest(token), now)
            uow.commit()


def digest(token: str) -> str:
    """What the books keep of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _wait(failures: int) -> timedelta:
    """How long after a wrong try the next one is heard."""
    if failures < FREE_TRIES:
        return timedelta(0)
    doublings = min(failures - FREE_TRIES, 10)
    return min(FIRST_WAIT * (1 << doublings), WINDOW)
