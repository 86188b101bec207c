"""Room in a mailbox on a real server: told by it or summed up, and made by moving, never by removing."""

import ast
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

import channels.email
from channels.email.inbox import ImapInbox
from channels.email.space import ImapSpace
from mailroom.domain.errors import ChannelSetupError
from tests.support.dovecot import Dovecot
from tests.support.email_settings import email_settings
from tests.support.mailboxes import DemoMailbox

AT = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


def mail(subject: str, size: int = 0) -> bytes:
    return f"From: a@citizen.example\r\nSubject: {subject}\r\n\r\n".encode() + b"x" * size + b"\r\n"


def nothing(_external_ids: object) -> set[str]:
    return set()


@pytest.fixture(scope="module")
def limited() -> Iterator[Dovecot]:
    with Dovecot(quota_kilobytes=1000) as server:
        yield server


def test_a_server_with_quotas_tells_how_full_it_is(limited: Dovecot, tmp_path: Path) -> None:
    """Use and limit in bytes (RFC 9208: STORAGE counts kilobytes)."""
    limited.deliver("full", mail("large", 700_000), at=AT)
    with closing(ImapSpace(email_settings(tmp_path, imap={"port": limited.imap, "username": "full"}))) as space:
        used, limit = space.measure()
    assert limit == 1000 * 1024
    assert 690_000 < used < 720_000


@pytest.mark.parametrize(("megabytes", "limit"), [(None, None), (50, 50 << 20)])
def test_without_quotas_the_watched_folders_are_summed_up(
    tmp_path: Path, megabytes: int | None, limit: int | None
) -> None:
    """And the limit is the one that the configuration tells, if any."""
    with DemoMailbox(capabilities="IMAP4rev1 SPECIAL-USE") as demo:
        demo.deliver(mail("one", 1000))
        demo.deliver(mail("two", 2000))
        imap = {"port": demo.port, "quota_megabytes": megabytes}
        with closing(ImapSpace(email_settings(tmp_path, imap=imap))) as space:
            used, told = space.measure()
    assert told == limit
    assert used == len(mail("one", 1000)) + len(mail("two", 2000))


def test_mail_is_moved_and_never_taken_again(limited: Dovecot, tmp_path: Path) -> None:
    """Only what was named, byte for byte; the folder of what is kept is not watched."""
    for subject in ("old", "new"):
        limited.deliver("mover", mail(subject), at=AT)
    settings = email_settings(tmp_path, imap={"port": limited.imap, "username": "mover"})
    with closing(ImapInbox(settings)) as inbox, closing(ImapSpace(settings)) as space:
        old, new = sorted((one.external_id for one in inbox.survey(nothing)), key=lambda one: int(one.split("/")[-1]))
        vanished = old.rsplit("/", 1)[0] + "/999"
        assert space.move([old, vanished, "no identity"], 2569) == ("mailroom-kept/2569", [old])
        assert [one.external_id for one in inbox.survey(nothing)] == [new]
        assert space.move([old], 2569) == ("mailroom-kept/2569", [])
    assert limited.mails("mover", folder="mailroom-kept/2569") == [mail("old")]
    assert limited.mails("mover") == [mail("new")]


def test_a_folder_that_was_renumbered_is_left_alone(limited: Dovecot, tmp_path: Path) -> None:
    """A UID of another UIDVALIDITY is another message."""
    limited.deliver("renumbered", mail("stays"), at=AT)
    settings = email_settings(tmp_path, imap={"port": limited.imap, "username": "renumbered"})
    with closing(ImapSpace(settings)) as space:
        assert space.move(["INBOX/1/1"], 2569)[1] == []
    assert limited.mails("renumbered") == [mail("stays")]


def test_a_server_that_cannot_move_is_told_so(tmp_path: Path) -> None:
    """Nothing is copied and removed in its place."""
    with DemoMailbox(capabilities="IMAP4rev1 UIDPLUS SPECIAL-USE") as demo:
        demo.deliver(mail("stays"))
        space = ImapSpace(email_settings(tmp_path, imap={"port": demo.port}))
        with closing(space), pytest.raises(ChannelSetupError, match="cannot move mail"):
            space.move(["INBOX/1/1"], 2569)
        assert not {"EXPUNGE", "COPY", "STORE"} & {command.name for command in demo.commands}


def test_no_code_of_the_channel_can_remove_mail() -> None:
    """No call that expunges or deletes, and no word of the flag that marks mail for it (R61)."""
    forbidden = {"expunge", "uid_expunge", "delete_messages", "delete_folder", "set_flags"}
    for path in Path(channels.email.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        texts = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert not called & forbidden, path.name
        assert not [text for text in texts if "\\Deleted" in text], path.name
