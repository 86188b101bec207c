"""From a message that was read to the verdict on it: a pure function of the message, the books and the rules."""

from dataclasses import dataclass
from datetime import datetime

from mailroom.domain.agency import Agency, Announcement, OfficeHours
from mailroom.domain.decision import Classification
from mailroom.domain.message import LoggedMessage, Message
from mailroom.domain.record import History, Verdict
from mailroom.domain.service import Catalogue
from mailroom.stages.classify import Classifier
from mailroom.stages.decide import decide
from mailroom.stages.models import Models
from mailroom.stages.office_hours import deemed_received
from mailroom.stages.rules import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """The agency's rules, ready to be applied."""

    agency: Agency
    catalogue: Catalogue
    hours: OfficeHours
    since: datetime | None = None
    """Mail that entered before this instant is archived and listed only."""
    per_sender_per_day: int = 20
    official_letters: bool = True
    models: Models | None = None

    @property
    def classifier(self) -> Classifier:
        return Classifier(self.agency, self.catalogue, self.models)

    def judge(
        self,
        logged: LoggedMessage,
        message: Message,
        history: History,
        now: datetime,
        announcement: Announcement | None = None,
        by_itself: Classification | None = None,
    ) -> Verdict:
        """The whole verdict. Touches nothing; equal input gives an equal verdict.

        `announcement` was in force when the message entered; None when every channel in use was proper (R20).
        `by_itself` is what the classifier said of the message without its history, where that is known already.
        """
        classification = by_itself
        if classification is None or history.is_thread:
            classification = self.classifier.classify(message, history)
        facts = Facts(
            message=message,
            envelope=logged.envelope,
            classification=classification,
            history=history,
            agency=self.agency,
            catalogue=self.catalogue,
            announcement=announcement,
            since=self.since,
            per_sender_per_day=self.per_sender_per_day,
            official_letters=self.official_letters,
            now=now,
        )
        classification, decision = decide(facts)
        return Verdict(
            logged=logged,
            message=message,
            classification=classification,
            decision=decision,
            deemed_received_at=deemed_received(logged.envelope.entered_system_at, self.hours),
            processed_at=now,
            duplicate_of=history.duplicate_of,
            follows=history.thread or history.mentioned,
            announcement=announcement,
        )
