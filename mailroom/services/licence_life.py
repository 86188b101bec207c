"""Acts on a licence that need no paper: suspended, resumed, revoked, given up; carried out and published at once."""

from dataclasses import replace

from mailroom.domain.agency import BANGKOK
from mailroom.domain.clerk import Clerk
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import Act, Licence, LicenceEvent
from mailroom.ports import Books, Clock
from mailroom.services import paper_checks as check
from mailroom.stages.licence_rules import acts_now, status_after

AT_ONCE = frozenset({Act.SUSPEND, Act.RESUME, Act.REVOKE, Act.CEASE})
ADVERSE = frozenset({Act.SUSPEND, Act.REVOKE})
"""Before these the holder is heard, unless the law excepts it (R75)."""


class LicenceLife:
    """Each act is one transaction, taken by an approver, with a reason (R74)."""

    def __init__(self, *, books: Books, clock: Clock) -> None:
        self._books = books
        self._clock = clock

    def choices(self, licence: Licence) -> frozenset[Act]:
        """What may be done to a licence today, with a paper or without."""
        return acts_now(licence, self._clock.now().astimezone(BANGKOK).date())

    def suspend(self, licence_id: int, clerk: Clerk, reason: str, hearing: str) -> Licence:
        """พักใช้, until it is resumed. `hearing`: how the holder was heard, or the exception that applies (R75)."""
        return self._act(Act.SUSPEND, licence_id, clerk, reason, hearing)

    def resume(self, licence_id: int, clerk: Clerk, reason: str) -> Licence:
        return self._act(Act.RESUME, licence_id, clerk, reason)

    def revoke(self, licence_id: int, clerk: Clerk, reason: str, hearing: str) -> Licence:
        """เพิกถอน, for good. `hearing` as for `suspend`."""
        return self._act(Act.REVOKE, licence_id, clerk, reason, hearing)

    def cease(self, licence_id: int, clerk: Clerk, reason: str) -> Licence:
        """เลิกกิจการ, as the holder notified."""
        return self._act(Act.CEASE, licence_id, clerk, reason)

    def _act(self, act: Act, licence_id: int, clerk: Clerk, why: str, hearing: str = "") -> Licence:
        check.approver(clerk)
        reason = check.reason(why)
        if act in ADVERSE and not hearing.strip():
            raise RefusedActionError("hearing-missing")
        now = self._clock.now()
        with self._books.begin() as uow:
            before = check.licence(uow, licence_id)
            check.allowed(act, before, now)
            licence = replace(
                before,
                status=status_after(act, before, uow.licences.events(before.id)),
                status_since=now,
                status_reason=reason,
                updated_at=now,
            )
            uow.licences.save(licence)
            uow.licences.note(
                LicenceEvent(
                    licence_id=licence.id,
                    act=act,
                    at=now,
                    actor=clerk.username,
                    reason=reason,
                    version=licence.version,
                )
            )
            detail = " | ".join(text for text in (licence.number, reason, hearing.strip()) if text)
            uow.events.add(f"licence.{act}", now, message_id=licence.message_id, actor=clerk.username, detail=detail)
            uow.commit()
        return licence
