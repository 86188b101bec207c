"""Signing what is approved, turn by turn, and why something still waits: for the daemon and for those who look on."""

import structlog

from mailroom.domain.errors import MailroomError
from mailroom.services.issuing import Issuing
from mailroom.services.release import Released

log = structlog.get_logger(__name__)


class ReleaseTurns:
    """Remembers the outcome of the last turn of this process. Safe to share between threads."""

    def __init__(self, issuing: Issuing) -> None:
        self._issuing = issuing
        self._waiting = ""
        self._failed: dict[int, str] = {}

    def run(self) -> Released:
        """One turn. What cannot be signed now stays approved; the next turn tries again. Raises nothing of ours."""
        try:
            done = self._issuing.release()
        except MailroomError as error:
            done = Released(waiting=str(error))
        self._waiting, self._failed = done.waiting, done.failed
        if done.waiting or done.failed:
            log.warning("release.waits", reason=done.waiting, failed=len(done.failed))
        return done

    @property
    def waiting(self) -> str:
        """Why nothing at all could be signed in the last turn, with the remedy; empty when that was not so."""
        return self._waiting

    def reason(self, paper_id: int) -> str:
        """Why an approved paper is not signed yet, with the remedy; empty while nothing stands in its way."""
        return self._failed.get(paper_id) or self._waiting
