"""What the daemon does for a channel that knows turns: answer at once, fetch contents beside it, ask how it goes."""

from mailroom.bootstrap.chats import Talks
from mailroom.daemon import Bell, Chore
from mailroom.ports import Asgi

TURN_SECONDS = 5
"""Between two looks at what is due by itself; what arrives is looked at when it arrives."""
CONTENT_SECONDS = 5
WATCH_SECONDS = 600


class ChatChores:
    """Three chores that ring for one another."""

    def __init__(self, talks: Talks) -> None:
        self._talks = talks
        self._turn_bell = Bell()
        self._content_bell = Bell()

    @property
    def chores(self) -> list[Chore]:
        name = self._talks.platform.channel
        return [
            Chore(f"turns-{name}", TURN_SECONDS, self._turns, self._turn_bell),
            Chore(f"contents-{name}", CONTENT_SECONDS, self._contents, self._content_bell),
            Chore(f"watch-{name}", WATCH_SECONDS, self._watch),
        ]

    @property
    def path(self) -> str:
        """Where the platform sends to, under the agency's web address."""
        return self._talks.platform.webhook_path

    def webhook(self) -> Asgi:
        """What answers there; each delivery that is safe in the spool rings for a turn."""
        return self._talks.platform.webhook(self._talks.spool, self._turn_bell.ring)

    def _turns(self) -> bool:
        worked = self._talks.desk.run()
        if worked.closed:
            self._talks.complete()
        if worked.wanted:
            self._content_bell.ring()
        return worked.prompts

    def _contents(self) -> bool:
        """No letters come of it."""
        if self._talks.desk.fetch_contents():
            self._turn_bell.ring()
        return False

    def _watch(self) -> bool:
        """No letters come of it."""
        self._talks.watch.run()
        return False
