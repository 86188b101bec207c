"""How each letter behaves towards other mail systems (RFC 3834): who may answer it, and where a failure is reported."""

from dataclasses import dataclass

from mailroom.domain.decision import Letter


@dataclass(frozen=True, slots=True)
class Manner:
    """Headers for robots, and whether a report of failure may come back."""

    headers: tuple[tuple[str, str], ...]
    wants_reports: bool
    """The return path is our address: what cannot be delivered becomes a clerk's task. Else it is empty."""


_QUIET = ("X-Auto-Response-Suppress", "OOF, AutoReply")
"""Exchange's own word; unlike `All` it leaves reports of failure alone."""

AUTOMATIC_REPLY = Manner((("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All")), wants_reports=False)
"""Answers that nobody read before they went: no robot answers, nothing comes back (RFC 3834 sections 3.3 and 5)."""

REMINDER = Manner((("Auto-Submitted", "auto-generated"), _QUIET), wants_reports=True)
"""Periodic, and no answer to anything (RFC 3834 section 5): reminders, and checkpoints for witnesses."""

DECIDED = Manner((_QUIET,), wants_reports=True)
"""The head approved this very paper for this very person: no automatic message, so it must not say it is one."""

_MANNERS = {
    Letter.LICENCE: DECIDED,
    Letter.LICENCE_LINK: DECIDED,
    Letter.RENEWAL_REMINDER: REMINDER,
    Letter.CHECKPOINT: REMINDER,
}


def manner(letter: Letter) -> Manner:
    return _MANNERS.get(letter, AUTOMATIC_REPLY)
