"""LINE in the demo: the script is played against the running webhook, shown, and compared with what was to become of it."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from mailroom.bootstrap import House
from mailroom.bootstrap.chats import Talks
from mailroom.demo.line_account import Account
from mailroom.demo.line_outcome import CHANNEL, differences, line_records
from mailroom.demo.line_platform import LinePlatform
from mailroom.demo.line_script import Cast, play
from mailroom.demo.line_transcript import transcript
from mailroom.demo.line_webhook import DeliveryFailedError, served
from mailroom.domain.errors import ChannelError
from mailroom.domain.record import MessageRecord
from mailroom.services.dispatch import send_letters


@contextmanager
def warmed_up(house: House) -> Iterator[Callable[[], None]]:
    """LINE's library takes seconds to load: it does so beside the mails. What it gives waits for that."""
    talks = house.talks[CHANNEL]
    thread = threading.Thread(target=_ask, args=(talks,), name="line-warm-up")
    thread.start()
    try:
        yield thread.join
    finally:
        thread.join()


def _ask(talks: Talks) -> None:
    try:
        talks.platform.quota()
    except ChannelError:
        return  # The script will meet the same, and is shown to fail.


def converse(house: House, platform: LinePlatform, once: Callable[[], object], out: Console) -> list[str]:
    """Play, print, compare; what is not as expected. `once` is one full pass of the whole house.

    Raises ConfigurationError when the port of the agency's pages is taken.
    """
    talks, web = house.talks[CHANNEL], house.configuration.settings.web
    platform.courier.url = f"http://{web.host}:{web.port}{talks.platform.webhook_path}"

    def after() -> None:
        if talks.full_pass().closed:
            once()
        else:
            asyncio.run(send_letters(house.dispatchers))

    try:
        with served(talks.platform.webhook(talks.spool, lambda: None), web.host, web.port):
            cast = play(platform, after)
    except (DeliveryFailedError, LookupError) as error:
        return [f"LINE: {error}"]
    return _shown(cast, line_records(house), platform.account, out)


def _shown(cast: Cast, records: list[MessageRecord], account: Account, out: Console) -> list[str]:
    line_id = records[0].logged.envelope.account if records else ""
    for phone in (cast.guided, cast.free):
        for line in transcript(phone, line_id):
            out.print(line, no_wrap=True, soft_wrap=True)
        out.print()
    out.print(summary(records, account, cast))
    return differences(records, account, cast)


def summary(records: list[MessageRecord], account: Account, cast: Cast) -> str:
    """One line of counts."""
    chats = [*cast.guided.chat, *cast.free.chat]
    counts = (
        ("conversations", len(records)),
        ("registered", sum(one.number is not None for one in records)),
        ("joined", sum(one.follows is not None for one in records)),
        ("files", sum(len(one.message.attachments) for one in records if one.message)),
        ("taken back", sum(one.unsent for one in chats)),
        ("replies", account.replied),
        ("pushed", account.pushed),
    )
    return "LINE: " + " · ".join(f"{name} {count}" for name, count in counts)
