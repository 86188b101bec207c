"""Which licence a message is about, and what it asks for: proposed to the clerk, who decides (R16, R73)."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailroom.domain.agency import BANGKOK
from mailroom.domain.licence import Act, Licence, LicenceQuery
from mailroom.domain.message import Message
from mailroom.domain.record import MessageRecord
from mailroom.domain.service import Catalogue, Service
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.stages.asked_act import asked_act, licence_numbers
from mailroom.stages.licence_rules import acts_now, days_late, renews_by_payment
from mailroom.stages.normalise import compact
from mailroom.stages.prefill import prefill

MOST = 5
"""So many are proposed; a clerk finds any other in the list of licences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A paper that may be due."""

    act: Act
    licence: Licence
    why: str
    """What led to the licence: `number`, `email` or `holder`."""
    late: int = 0
    """By so many days the application came after the last day of the licence (R16)."""
    sure: bool
    """The message names the act or the licence; else only its sender speaks for it."""
    by_payment: bool = False
    """The message is a payment slip, and payment alone renews this licence (R73)."""


class Proposals:
    """Reads the books only."""

    def __init__(self, *, books: Books, catalogue: Catalogue, clock: Clock, by_entry: bool = False) -> None:
        """`by_entry`: an application is in time by the day on which it entered the system (R16)."""
        self._books = books
        self._services = {one.key: one for one in catalogue.services if one.licence}
        self._clock = clock
        self._by_entry = by_entry

    def of(self, record: MessageRecord) -> list[Proposal]:
        """The likeliest first: licences that the text names, then those of the sender's address and of the holder."""
        message = record.message
        if message is None:
            return []
        found: dict[int, Proposal] = {}
        with self._books.look() as uow:
            for licence, why in self._licences(uow, record, message):
                proposal = self._proposal(record, message, licence, why)
                if proposal is not None:
                    found.setdefault(licence.id, proposal)
        return list(found.values())[:MOST]

    def late(self, record: MessageRecord, licence: Licence) -> int:
        """By how many days an application to renew came after the licence's last day; 0 when it came in time."""
        last, deemed = licence.content.expires_on, record.deemed_received_at
        if last is None or deemed is None:
            return 0
        return days_late(last, record.logged.envelope.entered_system_at, deemed, by_entry=self._by_entry)

    def _licences(self, uow: UnitOfWork, record: MessageRecord, message: Message) -> Iterator[tuple[Licence, str]]:
        for number in licence_numbers(message):
            for key in self._services:
                licence = uow.licences.by_number(key, number)
                if licence is not None:
                    yield licence, "number"
        if message.sender.address:
            yield from ((one, "email") for one in uow.licences.of_email(message.sender.address, MOST))
        holder = self._holder(record)
        if holder:
            query = LicenceQuery(text=holder, on=self._clock.now().astimezone(BANGKOK).date())
            alike = uow.licences.search(query, offset=0, limit=MOST)
            yield from ((one, "holder") for one in alike if compact(one.content.holder) == compact(holder))

    def _holder(self, record: MessageRecord) -> str:
        service = next(iter(self._services.values()), None)
        today = self._clock.now().astimezone(BANGKOK).date()
        return prefill(record, service, today).holder if service else ""

    def _proposal(self, record: MessageRecord, message: Message, licence: Licence, why: str) -> Proposal | None:
        """What the message asks for of this licence, if that can be done today; to renew where it names nothing."""
        service = self._services.get(licence.service)
        if service is None or not _same_service(record, service, why):
            return None
        asked = asked_act(message)
        act = asked or Act.RENEW
        today = self._clock.now().astimezone(BANGKOK).date()
        if act not in acts_now(licence, today):
            return None
        return Proposal(
            act=act,
            licence=licence,
            why=why,
            sure=asked is not None or why == "number",
            late=self.late(record, licence) if act is Act.RENEW else 0,
            by_payment=act is Act.RENEW and renews_by_payment(record, service),
        )


def _same_service(record: MessageRecord, service: Service, why: str) -> bool:
    """A licence that is named counts whatever the message seemed to be about; one that is guessed must fit."""
    named = record.classification.service if record.classification else None
    return why == "number" or named in (None, service.key)
