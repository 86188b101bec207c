"""An agency with an Official Account: the real daemon, the stand-in of LINE's API, and people who write to it."""

import http.client
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.support import line_events as say
from tests.support.dovecot import free_port
from tests.support.installation import Installation
from tests.support.line_end import ACCESS_TOKEN, BOT_USER_ID, CHANNEL_SECRET, LineEnd, Sent
from tests.support.waiting import until

LINE_TABLE = """
[channels.line]
line_id = "@bantuayang"
channel_secret = {{ env = "TEST_LINE_SECRET" }}
access_token = {{ env = "TEST_LINE_TOKEN" }}
bot_user_id = "{bot}"
api_url = "{url}"
data_url = "{url}"
quiet_seconds = {quiet}
{more}
[web]
port = {port}
[daemon]
poll_seconds = 5
log_level = "info"
"""


@dataclass
class LineOffice:
    """`start` and `stop` the daemon as often as a test likes; what people see is in `line.arrived`."""

    installation: Installation
    line: LineEnd
    quiet: int = 600
    more: str = ""
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[str] | None" = None
    log: str = ""
    """What the daemon wrote, once it was stopped."""
    _owners: dict[str, str] = field(default_factory=dict)
    """Who may be answered by a reply token."""

    def configure(self) -> None:
        self.installation.environment |= {"TEST_LINE_SECRET": CHANNEL_SECRET, "TEST_LINE_TOKEN": ACCESS_TOKEN}
        self.installation.extra = LINE_TABLE.format(
            bot=BOT_USER_ID, url=self.line.url, quiet=self.quiet, more=self.more, port=self.port
        )
        self.installation.write()

    def start(self) -> None:
        self.configure()
        self.process = subprocess.Popen(
            self.installation.command("run"),
            env=self.installation.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        until(self._listens)

    def stop(self) -> None:
        """Cleanly, by SIGTERM; the exit code must be 0."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            _, self.log = self.process.communicate(timeout=60)
            assert self.process.returncode == 0, self.log
            self.process = None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            _, self.log = self.process.communicate()
            self.process = None

    def post(self, content: bytes, headers: dict[str, str] | None = None) -> int:
        """One delivery; the status that it is answered with."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("POST", "/line/webhook", content, headers or say.signed(content, CHANNEL_SECRET))
            return connection.getresponse().status
        finally:
            connection.close()

    def deliver(self, *events: say.Event) -> None:
        """A delivery that must be taken."""
        status = self.post(say.body(*events, destination=BOT_USER_ID))
        assert status == 200, status

    def event(self, made: say.Event) -> say.Event:
        """That event as happening now, with a reply token that LINE knows where it has one."""
        made["timestamp"] = say.milliseconds(datetime.now(UTC))
        if "replyToken" in made:
            made["replyToken"] = self.line.reply_token()
            self._owners[made["replyToken"]] = made["source"]["userId"]
        return made

    def says(self, words: str, user: str = say.USER) -> list[Sent]:
        """Somebody types; what arrives at their end in answer."""
        return self.answered(self.event(say.text(words, user=user)), user)

    def taps(self, data: str, user: str = say.USER) -> list[Sent]:
        """Somebody taps something that carries this data."""
        return self.answered(self.event(say.replied("postback", user=user, postback={"data": data})), user)

    def sends(self, kind: str, content: bytes, user: str = say.USER, **fields: Any) -> list[Sent]:
        """Somebody sends a picture, a video, a file."""
        made = self.event(say.message(kind, fields, user=user))
        self.line.contents[made["message"]["id"]] = content
        return self.answered(made, user)

    def answered(self, made: say.Event, user: str, seconds: float = 20) -> list[Sent]:
        before = len(self.seen(user))
        self.deliver(made)
        until(lambda: len(self.seen(user)) > before, seconds)
        return self.seen(user)[before:]

    def seen(self, user: str = say.USER) -> list[Sent]:
        """Everything that arrived at one person's end, in order."""
        return [one for one in self.line.arrived if self._owners.get(one.to, one.to) == user]

    def entries(self, *users: str) -> list[dict[str, Any]]:
        """What came by LINE and is decided, as exported; of some people alone where they are named."""
        came = [one for one in self.installation.messages() if one["channel"] == "line" and one["outcome"]]
        return [one for one in came if not users or one["from_address"] in users]

    def _listens(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.process.communicate()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health")
            connection.getresponse().read()
        except OSError:
            return False
        finally:
            connection.close()
        return True


@contextmanager
def line_office(installation: Installation, **more: Any) -> Iterator[LineOffice]:
    """A running office; what is left running is killed."""
    with LineEnd() as line:
        office = LineOffice(installation, line, **more)
        office.start()
        try:
            yield office
        finally:
            office.kill()


def choice(sent: Sent, label: str) -> str:
    """What tapping a thing of that label carries: under the last message, or on a card."""
    buttons = [part["action"] for bubble in sent.bubbles for part in bubble.get("footer", {}).get("contents", [])]
    found = {str(one["data"]) for one in (*sent.choices, *buttons) if one["label"] == label}
    assert len(found) == 1, (label, sent)
    return found.pop()
