"""Proof that an e-mail address belongs to who gave it in a chat: a code goes there and comes back here."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil

from mailroom.domain.agency import Agency
from mailroom.domain.chat import ChatEvent, ChatPerson
from mailroom.domain.decision import Letter
from mailroom.domain.outbox import OutboxItem
from mailroom.ports import UnitOfWork
from mailroom.services.delivery import EMAIL
from mailroom.stages import thai
from mailroom.stages.compose import QUOTED_NAME, Composer, one_line

VALID_FOR = timedelta(minutes=15)
TRIES = 5
LIMITS = ((timedelta(hours=1), 3), (timedelta(days=1), 10))
"""So many codes within such a time, for a person and for an address: it may be that of somebody who wants none."""
LETTERS = 1000
"""So many letters to an address are looked through at most."""

Answer = tuple[ChatPerson, str, dict[str, object]]
"""The person as they are now, and the key and facts of what they are told."""


def _random_code() -> str:
    return f"{secrets.randbelow(1_000_000):06}"


class ChatIdentity:
    """Codes of one account. The caller commits, and saves the person."""

    def __init__(
        self,
        *,
        channel: str,
        account: str,
        agency: Agency,
        composer: Composer,
        mails: bool,
        new_code: Callable[[], str] = _random_code,
    ) -> None:
        """Without `mails` there is no channel to send a code by. `new_code` gives six random digits."""
        self._channel = channel
        self._account = account
        self._agency = agency
        self._composer = composer
        self._mails = mails
        self._new_code = new_code

    def send(self, uow: UnitOfWork, event: ChatEvent, person: ChatPerson, now: datetime) -> Answer:
        """Mail a code to the address that the person gave: at most three an hour and ten a day, whatever becomes of them.

        That holds for the address too, whoever gave it: several accounts flood nobody.
        """
        if not person.email:
            return person, "code-no-email", {}
        if person.email_proven_at:
            return person, "email-proven-already", {"email": person.email}
        if not self._mails:
            return person, "code-impossible", {}
        if wait := max(_wait(person.codes_sent_at, now), _wait(_codes_to(uow, person.email, now), now)):
            return person, "code-too-many", {"minutes": ceil(wait.total_seconds() / 60)}
        code = self._new_code()
        uow.outbox.put(self._letter(event, person, code, now))
        person = replace(
            person,
            code_hash=hash_of(person, person.email, code),
            code_email=person.email,
            code_expires_at=now + VALID_FOR,
            code_tries=0,
            codes_sent_at=(now, *person.codes_sent_at)[: LIMITS[-1][1]],
        )
        return person, "code-sent", {"email": person.email, "minutes": int(VALID_FOR.total_seconds() // 60)}

    def prove(self, person: ChatPerson, typed: str, now: datetime) -> Answer:
        """Compare in constant time. Five wrong ones and the code is void; so it is after fifteen minutes."""
        if not person.code_hash:
            return person, "code-expired", {}
        if person.code_expires_at is None or now >= person.code_expires_at:
            return _without_code(person), "code-expired", {}
        if hmac.compare_digest(hash_of(person, person.code_email, typed), person.code_hash):
            proven = replace(_without_code(person), email=person.code_email, email_proven_at=now)
            return proven, "code-right", {"email": proven.email}
        tries = person.code_tries + 1
        if tries >= TRIES:
            return _without_code(person), "code-spent", {}
        return replace(person, code_tries=tries), "code-wrong", {"left": TRIES - tries}

    def _letter(self, event: ChatEvent, person: ChatPerson, code: str, now: datetime) -> OutboxItem:
        until, name = now + VALID_FOR, person.given_name or person.name
        composed = self._composer.write(
            Letter.EMAIL_CODE,
            {
                "agency": self._agency,
                "agency_name": self._agency.name,
                "name": one_line(name, QUOTED_NAME),
                "number": "",
                "code": code,
                "until_th": thai.thai_datetime(until),
                "until_en": thai.english_datetime(until),
                "channel_th": self._composer.label("channels", self._channel),
                "channel_en": self._composer.label("channels", self._channel, language=1),
            },
        )
        return OutboxItem(
            id=derived_id("code", self._channel, self._account, event.id),
            channel=EMAIL,
            letter=Letter.EMAIL_CODE,
            to=person.email,
            to_name=name,
            subject=composed.subject,
            text=composed.text,
            html=composed.html,
            created_at=now,
            due_at=now,
        )


def hash_of(person: ChatPerson, email: str, code: str) -> str:
    """What the books keep of a code; bound to who asked for it and to the address that it went to."""
    return hashlib.sha256(f"{person.id}\n{email.lower()}\n{code}".encode()).hexdigest()


def _codes_to(uow: UnitOfWork, address: str, now: datetime) -> tuple[datetime, ...]:
    """When codes went to an address lately, latest first."""
    letters = uow.outbox.said_to(EMAIL, address, now - LIMITS[-1][0], now, LETTERS)
    return tuple(one.created_at for one in reversed(letters) if one.letter is Letter.EMAIL_CODE)


def _wait(sent_at: tuple[datetime, ...], now: datetime) -> timedelta:
    """How long until another code may go; `sent_at` is latest first."""
    waits = [sent_at[most - 1] + within - now for within, most in LIMITS if len(sent_at) >= most]
    return max([timedelta(), *waits])


def _without_code(person: ChatPerson) -> ChatPerson:
    return replace(person, code_hash="", code_email="", code_expires_at=None, code_tries=0)


def derived_id(*parts: str) -> str:
    """An id for the outbox that is the same whenever the same thing leads to it: a repetition writes none twice."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
