"""One account of a channel that knows turns, joined: what the daemon's chores call."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from mailroom.domain.agency import Agency
from mailroom.domain.service import Catalogue
from mailroom.domain.texts import Texts
from mailroom.ports import Books, Clock
from mailroom.ports.chat import ChatPlatform, Spool
from mailroom.services.announcements import Announcements
from mailroom.services.chat_closing import ChatClosing
from mailroom.services.chat_contents import ChatContents, Names
from mailroom.services.chat_identity import ChatIdentity
from mailroom.services.chat_intake import ChatIntake
from mailroom.services.chat_turns import ChatTurns, TalkRules
from mailroom.stages.compose import Composer


@dataclass(frozen=True, slots=True)
class Worked:
    """What one pass leaves to others."""

    prompts: bool
    """Letters are in the outbox: dispatch."""
    closed: bool
    """Submissions are complete: ring the inbox."""
    wanted: bool
    """Contents are due: fetch."""


class ChatDesk:
    """Intake, turns and closing in one thread; contents in another."""

    def __init__(
        self,
        *,
        platform: ChatPlatform,
        spool: Spool,
        folder: Path,
        books: Books,
        clock: Clock,
        agency: Agency,
        catalogue: Catalogue,
        announcements: Announcements,
        composer: Composer,
        texts: tuple[Texts, ...],
        quiet: timedelta,
        dialogue: timedelta,
        largest_content: int,
        mails: bool,
        stopping: Callable[[], bool] = lambda: False,
        new_code: Callable[[], str] | None = None,
    ) -> None:
        """`folder` is the channel's own; `texts` are Thai, then English; `largest_content` is in bytes.

        `mails` says whether there is an e-mail channel to send codes by. `new_code` gives six random digits.
        """
        channel, account, names = platform.channel, platform.account, Names()
        self._books, self._clock = books, clock
        self._channel, self._account = channel, account
        self._intake = ChatIntake(books=books, platform=platform, spool=spool, stopping=stopping)
        code = {"new_code": new_code} if new_code else {}
        identity = ChatIdentity(channel=channel, account=account, agency=agency, composer=composer, mails=mails, **code)
        rules = TalkRules(
            channel=channel,
            account=account,
            agency=agency,
            catalogue=catalogue,
            announcements=announcements,
            texts=texts,
            quiet=quiet,
            dialogue=dialogue,
        )
        self._turns = ChatTurns(
            books=books, clock=clock, rules=rules, identity=identity, names=names, folder=folder, stopping=stopping
        )
        self._closing = ChatClosing(books=books, channel=channel, account=account, clock=clock, stopping=stopping)
        self._contents = ChatContents(
            books=books,
            platform=platform,
            folder=folder,
            clock=clock,
            largest=largest_content,
            names=names,
            stopping=stopping,
        )

    def run(self) -> Worked:
        """Take in, answer, close. Each step is its own transaction and safe to repeat. Raises StorageError."""
        self._intake.run()
        prompts = self._turns.run()
        self._closing.run()
        with self._books.look() as uow:
            chats = uow.chats(self._channel, self._account)
            closed, wanted = bool(chats.closed()), bool(chats.wanted(self._clock.now(), 1))
        return Worked(prompts, closed, wanted)

    def fetch_contents(self) -> bool:
        """Contents and names that are due; whether a conversation may be complete by it: then run. Raises StorageError."""
        return self._contents.run()
