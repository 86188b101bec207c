"""Pages written and read: signed with our key, and told from those of others."""

import hmac
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import structlog

from mailroom.domain.journal import JournalPage, JournalState
from mailroom.ports.evidence import EvidenceKey
from mailroom.ports.journal import Journal
from mailroom.stages.journal_page import page_of, page_text, signed_bytes

log = structlog.get_logger(__name__)

Words = Callable[[JournalPage], Sequence[str]]
"""Lines of a page for people, the first of them its title."""


def new_token() -> str:
    """128 random bits, in hexadecimal."""
    return secrets.token_hex(16)


class AnotherHostError(Exception):
    """A genuine page that this host did not write, and that is later than its own."""

    def __init__(self, page: JournalPage) -> None:
        super().__init__(
            f"page {page.seq} of life {page.generation} was written by another host: it works with this mailbox too, or it was "
            "restored from a backup of this one; stop one of the two, and on the one that goes on: mailroom fence compute"
        )


@dataclass(slots=True)
class PageDesk:
    """One journal under one key."""

    journal: Journal
    key: EvidenceKey
    words: Words
    forged: int = field(default=0, init=False)
    """Pages under our own key whose signature is wrong, since this was last set to 0."""
    foreign: int = field(default=0, init=False)
    """Pages under other keys."""

    def write(self, page: JournalPage) -> None:
        """Raises TemporaryChannelError."""
        signature = self.key.sign(signed_bytes(page))
        self.journal.append(page_text(page, signature, self.key.public, self.words(page)))

    def read(self, since: str) -> Iterator[tuple[str, JournalPage | None]]:
        """Each mark, and the page where it is a genuine one of ours. Raises TemporaryChannelError."""
        for mark, text in self.journal.pages(since):
            yield mark, self._genuine(text)

    def _genuine(self, text: str) -> JournalPage | None:
        found = page_of(text)
        if found is None:
            return None
        if found.key != self.key.public:
            self.foreign += 1
            return None
        # Ed25519 gives one message one signature (RFC 8032 section 5.1.6): whoever holds the key compares.
        if not hmac.compare_digest(self.key.sign(signed_bytes(found.page)), found.signature):
            log.warning("journal.forged", generation=found.page.generation, seq=found.page.seq)
            self.forged += 1
            return None
        return found.page


def met(state: JournalState, mark: str, page: JournalPage | None) -> tuple[JournalState, bool]:
    """The state once this page was looked at, and whether it is the one that we are writing. Raises AnotherHostError."""
    state = replace(state, mark=mark)
    if page is None or page.place <= state.place:
        return state, False
    if not state.token or page.token != state.token or page.place != (state.generation, state.seq + 1):
        raise AnotherHostError(page)
    return replace(state, seq=page.seq, counters={**state.counters, **page.counters}, token=""), True
