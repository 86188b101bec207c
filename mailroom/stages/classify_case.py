"""One message with all that classification looks at, each part worked out at most once."""

from dataclasses import dataclass
from functools import cached_property

from mailroom.domain.agency import Agency
from mailroom.domain.decision import LetterMarks
from mailroom.domain.message import Message
from mailroom.domain.primer import Opinion
from mailroom.domain.record import History
from mailroom.domain.service import Catalogue, Service
from mailroom.stages import kinds
from mailroom.stages.asides import without_asides
from mailroom.stages.catalogue_likeness import Likeness, alike, likeliest_service
from mailroom.stages.catalogue_score import Score, Scores, score
from mailroom.stages.local_authorities import Authority, other_authority
from mailroom.stages.marks import read_marks
from mailroom.stages.mentions import is_answer
from mailroom.stages.normalise import normalised
from mailroom.stages.quoting import FORWARD_SUBJECT, Body, bare_subject, split_body
from mailroom.stages.respelling import respelled
from mailroom.stages.weighing import Weights, agency_weights, service_weights, weighed_service

TEXT_LIMIT = 12_000
"""So many characters of a body are taken apart and searched for the words of the catalogue."""
WANTED_LIMIT = 3_000
"""So many are searched for what the sender wants: that stands in the beginning."""
SHORTEST = 8
"""Characters of a text that can be weighed as a whole."""


@dataclass(frozen=True)
class MessageCase:
    """One message with all that the finders look at, each part worked out at most once."""

    message: Message
    history: History
    agency: Agency
    catalogue: Catalogue

    @cached_property
    def body(self) -> Body:
        return split_body(self.message.text[:TEXT_LIMIT])

    @cached_property
    def subject(self) -> str:
        return bare_subject(self.message.subject[:1000])

    @cached_property
    def forwarded(self) -> bool:
        """Sent on by somebody else than its author: by an officer, or by the looks of it."""
        if self.message.sender.address.lower() in self.agency.officer_addresses:
            return True
        carries = self.body.forwarded or self.body.header_block or "message/rfc822" in self.message.part_types
        return carries and bool(FORWARD_SUBJECT.match(normalised(self.message.subject)) or self.body.forwarded)

    @cached_property
    def is_reply(self) -> bool:
        """Whether it says by itself that it answers something."""
        return is_answer(self.message)

    @cached_property
    def text(self) -> str:
        """What decides: the sender's own words without the signature, and what a forwarded message carries."""
        return without_asides(self._with_carried(self.body.said))

    @cached_property
    def face(self) -> str:
        """The same with closing and signature, by which letters are known."""
        return self._with_carried(self.body.own)

    def _with_carried(self, own: str) -> str:
        # Who answers nothing and has no words but what looks carried along wrote those, in the form of a letter.
        carries = self.forwarded or not (self.body.own or self.is_reply)
        return "\n".join(part for part in (own, self.body.quoted if carries else "") if part)

    @cached_property
    def said(self) -> str:
        return respelled(f"{self.subject}\n{self.text[:WANTED_LIMIT]}".casefold())

    @cached_property
    def asked(self) -> str:
        """What was said without requests that only have the form of a question."""
        return kinds.POLITE.sub(" ", self.said)

    @cached_property
    def marks(self) -> LetterMarks:
        return read_marks(self.message.subject, self.face)

    @cached_property
    def chosen(self) -> Service | None:
        """The service that the sender chose from our own list, where the channel offers one."""
        return self.catalogue.service(self.message.service) if self.message.service else None

    @cached_property
    def authority(self) -> Authority | None:
        """Another local authority that is named as the place."""
        return other_authority(self.said, self.agency, self.catalogue)

    @cached_property
    def files(self) -> list[str]:
        """Names of attachments."""
        return [one.name for one in self.message.attachments if not one.inline][:20]

    @cached_property
    def scores(self) -> Scores:
        return score(self.subject, self.text, self.files, self.agency, self.catalogue)

    @cached_property
    def alike(self) -> tuple[Likeness, ...]:
        """Services and other agencies that the text as a whole is like, best first."""
        points = {("service", one.key): one.points for one in self.scores.services}
        points |= {("agency", one.key): one.points for one in self.scores.agencies}
        text = f"{self.subject}\n{self.text[:WANTED_LIMIT]}\n{normalised(' '.join(self.files))}"
        for name in (self.agency.name, *self.agency.aliases):
            text = text.replace(name, " ")
        return alike(text, points, self.catalogue)

    @cached_property
    def opinion(self) -> Opinion | None:
        """What the primer makes of it; None where there is no primer, or next to no text."""
        primer = self.catalogue.primer
        return primer.opinion(self.said) if primer and len(self.said.strip()) >= SHORTEST else None

    @cached_property
    def service_weights(self) -> Weights:
        """Of services by catalogue and primer together; empty without a primer."""
        return service_weights(self.scores, self.opinion, self.catalogue) if self.opinion else {}

    @cached_property
    def agency_weights(self) -> Weights:
        """Of other agencies by directory and primer together; empty without a primer."""
        return agency_weights(self.scores, self.opinion, self.catalogue) if self.opinion else {}

    @cached_property
    def service(self) -> Score | None:
        """The one service asked for."""
        found = likeliest_service(self.scores, lambda: self.alike)
        # A complaint without any word of a service is of the office, its people, or of nothing that we do.
        if _unheard(found) and kinds.GRIEVANCE.search(self.said):
            found = None
        if self.opinion:
            found = weighed_service(found, self.scores, self.service_weights)
        return None if _unheard(found) and kinds.WITHDRAWAL.search(self.said) else found

    @cached_property
    def asks_of_us(self) -> bool:
        """Words of a service beside words by which citizens ask, apply or complain: no offer reads so."""
        asks = (kinds.APPLY, kinds.GRIEVANCE, kinds.ENQUIRY, kinds.STATUS, kinds.ASKS_WORK)
        return bool(self.scores.services) and any(pattern.search(self.said) for pattern in asks)


def _unheard(found: Score | None) -> bool:
    """Whether the catalogue has no word of it in the text."""
    return found is not None and not found.phrases
