"""What the summary of an evidence bundle says: the first page that a person reads."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailroom.domain.agency import BANGKOK, Agency
from mailroom.domain.decision import Secrecy
from mailroom.domain.evidence import Checkpoint, CheckpointProof, EvidenceFamily, ProofKind
from mailroom.domain.record import Event
from mailroom.domain.texts import Texts
from mailroom.ports import Json
from mailroom.services.evidence.matter import Matter
from mailroom.stages.evidence import family
from mailroom.stages.thai import thai_date, thai_datetime, thai_short_date

TEMPLATE = "case-summary.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """What the proofs of a bundle cover."""

    rows: int
    open: int
    """Rows that are younger than the latest checkpoint."""
    checkpoints: Sequence[tuple[Checkpoint, Sequence[CheckpointProof]]]
    key: bytes


class Summary:
    """Makes the data of the template, in Thai."""

    def __init__(self, *, agency: Agency, texts: Texts, demo: bool = False) -> None:
        self._agency = agency
        self._texts = texts
        self._demo = demo

    def data(
        self, matter: Matter, proven: Proven, *, at: datetime, by: str, files: Mapping[str, str]
    ) -> Mapping[str, Json]:
        """`files`: SHA-256 by name."""
        return {
            "agency": self._agency.name,
            "number": str(matter.number),
            "at": thai_datetime(at),
            "by": by,
            "secret": matter.secret,
            "demo": self._demo,
            **self._register(matter),
            "course": [{"at": _short(when), "what": what, "kind": kind} for when, what, kind in self._course(matter)],
            "letters": list(self._letters(matter)),
            "proven": proven.rows,
            "open": proven.open,
            "checkpoints": [self._checkpoint(*one) for one in proven.checkpoints],
            "key": proven.key.hex(),
            "files": [{"name": name, "digest": digest} for name, digest in files.items()],
        }

    def _say(self, key: str, **facts: object) -> str:
        text = self._texts.label("bundles", key)
        for name, value in facts.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    def _family(self, of: EvidenceFamily | None) -> str:
        return self._texts.label("families", of) if of else ""

    def _register(self, matter: Matter) -> dict[str, Json]:
        draft = matter.entry.draft
        graded = draft.secrecy is not Secrecy.NONE
        return {
            "subject": draft.subject,
            "sender": draft.sender,
            "addressee": draft.addressee,
            "letter_no": draft.letter_no,
            "entered": thai_datetime(draft.entered_system_at),
            "deemed": thai_datetime(draft.deemed_received_at),
            "registered": thai_datetime(draft.registered_at),
            "secrecy": self._texts.label("secrecy", draft.secrecy) if graded else "",
        }

    def _course(self, matter: Matter) -> list[tuple[datetime, str, str]]:
        """In order of time; what the books noted at one instant stays in their order."""
        draft = matter.entry.draft
        lines = []
        for one in matter.messages:
            sender = (one.message and one.message.sender.address) or draft.sender
            lines.append(
                (
                    one.logged.envelope.entered_system_at,
                    self._say("arrived", sender=sender),
                    self._family(EvidenceFamily.SUBMISSION_ACCEPTED),
                )
            )
        lines.append((draft.registered_at, self._say("registered", number=matter.number), ""))
        lines += [(one.at, self._event(one), self._family(family(one))) for one in matter.events]
        return sorted(lines, key=lambda line: line[0])

    def _event(self, event: Event) -> str:
        what = self._texts.label("events", event.name)
        if event.name == "message.decided":
            outcome = self._texts.label("outcomes", event.detail.split(" ", 1)[0])
            what = self._say("decided", event=what, outcome=outcome)
        return self._say("by", what=what, actor=event.actor) if event.actor else what

    def _letters(self, matter: Matter) -> Iterator[Json]:
        for item, copies in matter.letters:
            name = self._texts.label("letters", item.letter)
            for one in copies:
                words = self._say("attempt", letter=name, to=item.to, attempt=one.attempt)
                yield {"at": _short(one.at), "letter": words, "answer": one.reply}
            if not copies:
                state = self._texts.label("states", item.state)
                words = self._say("letter", letter=name, to=item.to)
                yield {
                    "at": _short(item.sent_at or item.created_at),
                    "letter": words,
                    "answer": self._say("as_stated", state=state),
                }

    def _checkpoint(self, checkpoint: Checkpoint, proofs: Sequence[CheckpointProof]) -> Json:
        stamps = [self._say("stamped", at=_short(one.at)) for one in proofs if one.kind is ProofKind.TIMESTAMP]
        witnesses = [str(json.loads(one.data)["to"]) for one in proofs if one.kind is ProofKind.WITNESS]
        return {
            "day": thai_date(checkpoint.day),
            "size": f"{checkpoint.size:,}",
            "stamp": stamps[0] if stamps else self._say("none"),
            "witnesses": ", ".join(witnesses) or self._say("none"),
        }


def _short(at: datetime) -> str:
    """`5 ม.ค. 2569 08.30 น.` in Thailand."""
    local = at.astimezone(BANGKOK)
    return f"{thai_short_date(local.date())} {local:%H.%M} น."
