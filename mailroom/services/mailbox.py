"""The mailbox as a second archive: watched, and cleared only of what two verified backups hold, by moving (R61)."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import structlog

from mailroom.domain.agency import buddhist_year
from mailroom.domain.backup import BackupRun
from mailroom.domain.errors import ChannelError, RefusedActionError
from mailroom.domain.mailbox import Clearable, Clearing, MailboxUse
from mailroom.ports import Books, Clock
from mailroom.ports.mailbox import Space

log = structlog.get_logger(__name__)

FULL_PERCENT = 95
LEDGER_LIMIT = 1000
BACKUPS_WANTED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What may be moved in one account."""

    channel: str
    account: str
    messages: tuple[Clearable, ...]

    @property
    def size(self) -> int:
        return sum(one.size for one in self.messages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailboxes:
    """All accounts of channels whose messages stay with a provider."""

    books: Books
    spaces: Mapping[str, Callable[[], Space]]
    """By channel; connects to nothing before it is used."""
    targets: Sequence[str]
    """Names of the places that copies go to."""
    clock: Clock

    def measure(self) -> list[MailboxUse]:
        """Ask each server, and note it. Raises TemporaryChannelError, ChannelSetupError."""
        return [self._measure(channel) for channel in self.spaces]

    def _measure(self, channel: str) -> MailboxUse:
        with closing(self.spaces[channel]()) as space:
            used, limit = space.measure()
            use = MailboxUse(channel=channel, account=space.account, at=self.clock.now(), used=used, limit=limit)
        with self.books.begin() as uow:
            uow.mailbox.note_use(use)
            uow.commit()
        return use

    def propose(self, entered_before: datetime) -> list[Proposal]:
        """What entered before that instant and is in custody, decided, and in two verified backups.

        Raises RefusedActionError `backups-missing`.
        """
        with self.books.look() as uow:
            kept_before = twice_kept(uow.keeping.backups(limit=LEDGER_LIMIT), self.targets)
            if kept_before is None:
                raise RefusedActionError("backups-missing")
            found = []
            for channel, opened in self.spaces.items():
                with closing(opened()) as space:
                    messages = uow.mailbox.clearable(channel, space.account, entered_before, kept_before)
                    found.append(Proposal(channel=channel, account=space.account, messages=tuple(messages)))
        return found

    def clear(self, proposal: Proposal, actor: str) -> list[Clearing]:
        """Move them at the server, by the year in which they entered; what was moved is in the books.

        Raises TemporaryChannelError, ChannelSetupError; what was moved before stays noted.
        """
        done = []
        with closing(self.spaces[proposal.channel]()) as space:
            for year, group in groupby(proposal.messages, key=lambda one: buddhist_year(one.entered_at)):
                messages = list(group)
                folder, moved = space.move([one.external_id for one in messages], year)
                gone = set(moved)
                clearing = Clearing(
                    channel=proposal.channel,
                    account=proposal.account,
                    at=self.clock.now(),
                    actor=actor,
                    folder=folder,
                    messages=tuple(one.message_id for one in messages if one.external_id in gone),
                    size=sum(one.size for one in messages if one.external_id in gone),
                )
                if clearing.messages:
                    self._note(clearing)
                    done.append(clearing)
        return done

    def _note(self, clearing: Clearing) -> None:
        with self.books.begin() as uow:
            uow.mailbox.add_clearing(clearing)
            detail = f"{clearing.account} {clearing.folder}: {len(clearing.messages)}"
            uow.events.add("mailbox.cleared", clearing.at, actor=clearing.actor, detail=detail)
            uow.commit()
        log.info("mailbox.cleared", messages=len(clearing.messages), bytes=clearing.size)

    def codes(self) -> list[str]:
        """`mailbox-full` or `mailbox-filling`, by what was measured last; of channels in use."""
        alarms = {}
        for channel, opened in self.spaces.items():
            with closing(opened()) as space:
                alarms[channel, space.account] = space.alarm_percent
        with self.books.look() as uow:
            uses = [(use.percent or 0, alarms.get((use.channel, use.account), 101)) for use in uow.mailbox.uses()]
        if any(percent >= max(FULL_PERCENT, alarm) for percent, alarm in uses):
            return ["mailbox-full"]
        return ["mailbox-filling"] if any(percent >= alarm for percent, alarm in uses) else []

    def watch(self) -> bool:
        """For the daemon: a server that does not answer is told elsewhere. Never letters."""
        for channel in self.spaces:
            try:
                self._measure(channel)
            except ChannelError as error:
                log.warning("mailbox.not-measured", channel=channel, error=type(error).__name__)
        return False


def twice_kept(runs: Sequence[BackupRun], targets: Sequence[str]) -> datetime | None:
    """What was archived before this instant is in two verified backups; None where there are no two.

    At two places where copies go to more than one, else in two copies at the one place.
    """
    verified = [run for run in runs if run.verified_at and not run.forgotten_at and run.target in targets]
    begun = sorted((run.started_at for run in verified), reverse=True)
    if len(targets) >= BACKUPS_WANTED:
        newest: dict[str, datetime] = {}
        for run in verified:
            newest[run.target] = max(run.started_at, newest.get(run.target, run.started_at))
        begun = sorted(newest.values(), reverse=True)
    return begun[BACKUPS_WANTED - 1] if len(begun) >= BACKUPS_WANTED else None
