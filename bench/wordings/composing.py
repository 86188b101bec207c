"""Messages put together from wordings: cores with details, in a frame, by one sender, with noise."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from bench.wordings.data import Core, Pool, is_thai
from bench.wordings.filling import Deck, chosen, filled, sender
from bench.wordings.noise import noisy

TOO_ALIKE = 75.0
"""Two drafts of a pool above this likeness (of 100, names and numbers not looked at) are too much the same."""
ATTEMPTS = 25
_FORMAL = ("ข้าพเจ้า", "ด้วย", "ขอความอนุเคราะห์", "จึงขอ")
_DETAILS: Mapping[str, Sequence[int]] = {
    "formal": (1, 1, 2, 3),
    "plain": (0, 1, 1, 2, 2, 3),
    "chatty": (0, 0, 1, 1, 2),
    "english": (1, 2, 2, 3),
}
_RATES: Mapping[str, Mapping[str, float]] = {
    "formal": {"greeting": 0.95, "self": 0.5, "ask": 0.45, "closing": 0.9, "sign": 0.8},
    "plain": {"greeting": 0.6, "self": 0.35, "ask": 0.4, "closing": 0.5, "sign": 0.5},
    "chatty": {"greeting": 0.4, "self": 0.25, "ask": 0.3, "closing": 0.3, "sign": 0.25},
    "english": {"greeting": 0.8, "self": 0.4, "ask": 0.0, "closing": 0.7, "sign": 0.6},
}
_TERSE, _NO_SUBJECT = 0.05, 0.1
_LETTER_SUBJECT = re.compile("^เรื่อง (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message whose slots are still open."""

    subject: str
    text: str
    style: str


class Press:
    """Makes message after message of one pool: equal seeds give equal messages, and fewer are the first of more."""

    def __init__(self, pool: Pool, frame: Mapping[str, Any], seed: int) -> None:
        self._pool, self._frame = pool, frame
        self._chance = random.Random(f"{seed}/{pool.name}")
        self._cores = Deck(pool.cores, self._chance)
        self._details = Deck(pool.details, self._chance)
        self._english = Deck(frame["ask"]["english"], self._chance)
        self._drafts: list[Draft] = []

    def messages(self) -> Iterator[tuple[str, str]]:
        """Subject and text, without end."""
        while True:
            draft = self._new()
            self._drafts.append(draft)
            who = sender(draft.style, self._frame, self._chance)
            # One filling for both, so that one person writes subject and text.
            whole = filled(f"{draft.subject}\x01{draft.text}", who, self._frame, self._chance)
            subject, _, text = noisy(whole, draft.style, self._frame["noise"], self._chance).partition("\x01")
            yield subject.strip(), text.strip()

    def _new(self) -> Draft:
        """A draft that is unlike all before; the least alike of some when there is none."""
        best = self._draft()
        least = self._likeness(best)
        for _ in range(ATTEMPTS):
            if least <= TOO_ALIKE:
                break
            draft = self._draft()
            if (alike := self._likeness(draft)) < least:
                best, least = draft, alike
        return best

    def _likeness(self, draft: Draft) -> float:
        """0 to 100: how alike the draft is to the most similar before; a text that leans on its subject is compared with it."""
        others = (f"{other.subject} {other.text}" for other in self._drafts)
        return max((fuzz.ratio(f"{draft.subject} {draft.text}", other) for other in others), default=0.0)

    def _draft(self) -> Draft:
        chance = self._chance
        core = self._cores.draw()
        style = core.style or self._style(core)
        subject = self._subject(core, style)
        # Only a subject that says what is wanted can stand for the whole text; none says that it is only a question.
        if (
            style in self._frame["terse"]
            and self._pool.kind != "enquiry"
            and self._pool.details
            and subject in self._pool.subjects
            and chance.random() < _TERSE
        ):
            text = chance.choice(self._frame["terse"][style])
        elif self._pool.frame == "bare":
            text = self._bare(core)
        else:
            text = self._letter(core, style)
        return Draft(self._with_words(subject), self._with_words(text), style)

    def _style(self, core: Core) -> str:
        if not is_thai(core.text):
            return "english"
        if self._pool.frame == "bare" or any(word in core.text for word in _FORMAL):
            return "formal"
        return self._chance.choice(("plain", "plain", "chatty"))

    def _subject(self, core: Core, style: str) -> str:
        """A subject of the pool in the script of the text, or one that says nothing; of a letter between offices its own."""
        if own := _LETTER_SUBJECT.search(core.text):
            return own[1]
        thai = style != "english"
        fitting = [subject for subject in self._pool.subjects if thai == is_thai(subject)]
        if self._pool.frame == "bare":
            fitting = list(self._pool.subjects)
        elif not fitting or self._chance.random() < _NO_SUBJECT:
            fitting = self._frame["subject"]["thai" if thai else "english"]
        return self._chance.choice(fitting)

    def _bare(self, core: Core) -> str:
        tail = f"\n{self._chance.choice(self._pool.tails)}" if self._chance.random() < 0.75 else ""
        return core.text + tail

    def _letter(self, core: Core, style: str) -> str:
        """Greeting, who writes, the sentences, what is asked besides, closing and name: each by its chance."""
        chance, rates = self._chance, _RATES[style]
        part = {
            name: chance.choice(self._frame[name][style]) if chance.random() < rate else ""
            for name, rate in rates.items()
        }
        if self._pool.frame == "brief":
            part |= {"self": "", "ask": "", "closing": ""}
            sentences = [core.text]
        else:
            sentences = self._sentences(core, style)
        if part["self"]:
            sentences.insert(0 if chance.random() < 0.7 else len(sentences), part["self"])
        joint = chance.choice({"chatty": (" ", " ", "\n", ""), "english": (" ",)}.get(style, (" ", " ", " ", "\n")))
        body = joint.join([*sentences, part["ask"]] if part["ask"] else sentences)
        edge = "\n" if style != "chatty" or chance.random() < 0.5 else " "
        return edge.join(piece for piece in (part["greeting"], body, part["closing"], part["sign"]) if piece)

    def _sentences(self, core: Core, style: str) -> list[str]:
        """The core and some details, mostly after it."""
        count = min(self._chance.choice(_DETAILS[style]), self._pool.most_details)
        if style == "english":
            return [core.text, *(self._english.draw() for _ in range(count))]
        if not self._pool.details:
            return [core.text]
        details = [self._details.draw() for _ in range(count)]
        if details and self._chance.random() < 0.3:
            return [details[0], core.text, *details[1:]]
        return [core.text, *details]

    def _with_words(self, text: str) -> str:
        """Choices taken, and the words of the service put in, as they belong to what is said."""
        text = chosen(text, self._chance)
        for slot, words in (("{matter}", self._pool.matters), ("{due}", self._pool.due)):
            if slot in text:
                text = text.replace(slot, self._chance.choice(words))
        return text
