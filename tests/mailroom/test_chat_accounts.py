"""An account is known by its id: what came to one is never taken for another's."""

from pathlib import Path

from mailroom import bootstrap
from mailroom.cli.operation import full_pass
from mailroom.domain.agency import BANGKOK
from mailroom.testing import FakeClock
from tests.support import line_events as say
from tests.support.chat_talk import START
from tests.support.line_end import BOT_USER_ID

AGENCY = """
[agency]
key = "town"
name = "เทศบาลตำบลบ้านตัวอย่าง"

[storage]
data_dir = "data"

[channels.line]
line_id = "{line_id}"
channel_secret = {{ env = "NONE" }}
access_token = {{ env = "NONE" }}
bot_user_id = "{bot}"
api_url = "http://127.0.0.1:9"
data_url = "http://127.0.0.1:9"
"""
NOON = START.astimezone(BANGKOK).replace(hour=12)


def came(folder: Path, line_id: str, *events: say.Event) -> dict[str, list[str]]:
    """The program runs under that id while these are delivered; then by account what is in the books."""
    (folder / "agency.toml").write_text(AGENCY.format(line_id=line_id, bot=BOT_USER_ID), encoding="utf-8")
    for name in ("services.toml", "agencies.toml"):
        (folder / name).write_text("", encoding="utf-8")
    with bootstrap.open_house(bootstrap.load(folder / "agency.toml"), FakeClock(NOON)) as house:
        talks = house.talks["line"]
        if events:
            talks.spool.keep(say.body(*events, destination=BOT_USER_ID), NOON, 30)
        full_pass(house)
        with house.books.look() as uow:
            found = {name: uow.chats("line", name).recent(100) for name in ("@old", "@new")}
    return {name: [one.id for one in events] for name, events in found.items()}


def test_another_account_takes_nothing_in_again(tmp_path: Path) -> None:
    """A new `line_id` begins with an empty spool; the old one goes on where it stood, should it come back."""
    first, second, third = (say.text(words) for words in ("หนึ่ง", "สอง", "สาม"))
    ids = [str(one["webhookEventId"]) for one in (first, second, third)]
    assert came(tmp_path, "@OLD", first) == {"@old": ids[:1], "@new": []}
    assert came(tmp_path, "@new") == {"@old": ids[:1], "@new": []}
    assert came(tmp_path, "@new", second) == {"@old": ids[:1], "@new": ids[1:2]}
    assert came(tmp_path, "@old", third) == {"@old": [ids[2], ids[0]], "@new": ids[1:2]}
    assert bootstrap.verify(bootstrap.load(tmp_path / "agency.toml")).ok
