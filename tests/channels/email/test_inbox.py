"""The inbox against real servers: the same promises on Dovecot and on the demo's server."""

import threading
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from channels.email.inbox import ImapInbox
from mailroom.domain.errors import ChannelSetupError, TemporaryChannelError
from mailroom.domain.message import Envelope, Folder
from tests.support.dovecot import Dovecot
from tests.support.email_settings import email_settings
from tests.support.mailboxes import DemoMailbox, DovecotMailbox, Mailbox, client

MakeInbox = Callable[..., ImapInbox]


@pytest.fixture(params=["dovecot", "demo"])
def mailbox(request: pytest.FixtureRequest, fresh_user: str) -> Iterator[Mailbox]:
    if request.param == "dovecot":
        yield DovecotMailbox(request.getfixturevalue("dovecot"), fresh_user)
        return
    with DemoMailbox() as demo:
        yield demo


@pytest.fixture
def make_inbox(mailbox: Mailbox, tmp_path: Path) -> Iterator[MakeInbox]:
    made: list[ImapInbox] = []

    def make(**imap: Any) -> ImapInbox:
        made.append(ImapInbox(email_settings(tmp_path, imap={"port": mailbox.port, "username": mailbox.user} | imap)))
        return made[-1]

    yield make
    for inbox in made:
        inbox.close()


def nothing(_: Collection[str]) -> set[str]:
    return set()


def everything(external_ids: Collection[str]) -> set[str]:
    return set(external_ids)


def mail(subject: str, body: str = "body") -> bytes:
    return f"Subject: {subject}\r\n\r\n{body}\r\n".encode()


def contents(inbox: ImapInbox, envelopes: list[Envelope]) -> dict[str, bytes]:
    """What was fetched, by external id; each id once."""
    found: dict[str, bytes] = {}
    for batch in inbox.fetch(envelopes):
        for envelope, content in batch:
            assert envelope.external_id not in found
            found[envelope.external_id] = content if isinstance(content, bytes) else b"".join(content)
    return found


def test_empty_mailbox_has_nothing_new(make_inbox: MakeInbox) -> None:
    """A mailbox without mail gives an empty survey."""
    assert make_inbox().survey(nothing) == []


def test_all_watched_folders_are_surveyed_in_order_of_entry(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """INBOX and, by its special use, Junk; oldest entry first, in UTC, with size and kind of folder."""
    bangkok = timezone(timedelta(hours=7))
    mailbox.deliver(mail("second"), at=datetime(2026, 3, 2, 9, 0, tzinfo=bangkok))
    mailbox.deliver(mail("first"), folder="Junk", at=datetime(2026, 3, 1, 9, 0, tzinfo=bangkok))
    mailbox.deliver(mail("not watched"), folder="Archive")

    first, second = make_inbox().survey(nothing)

    assert (first.folder, second.folder) == (Folder.JUNK, Folder.INBOX)
    assert first.entered_system_at == datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    assert first.entered_system_at.tzinfo is UTC
    assert second.size == len(mail("second"))
    assert (second.channel, second.account) == ("email", "saraban@agency.example")
    assert second.external_id.split("/")[0::2] == ["INBOX", "1"]


def test_mail_that_somebody_read_is_found(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """A clerk who opens mail in another program hides nothing: \\Seen means nothing to the survey."""
    mailbox.deliver(mail("read"), seen=True)
    assert len(make_inbox().survey(nothing)) == 1


def test_known_mail_is_left_out(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """Only what the log does not hold comes back, whatever its UID."""
    for subject in ("one", "two", "three"):
        mailbox.deliver(mail(subject))
    inbox = make_inbox()
    first, second, third = inbox.survey(nothing)

    again = inbox.survey(lambda ids: set(ids) - {second.external_id})

    assert [envelope.external_id for envelope in again] == [second.external_id]
    assert {first.external_id, third.external_id}.isdisjoint(again)


def test_settled_folder_is_listed_again_when_mail_arrives(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """A survey that found nothing new does not hide what comes later."""
    mailbox.deliver(mail("old"))
    inbox = make_inbox()
    [old] = inbox.survey(nothing)
    known = {old.external_id}
    assert inbox.survey(lambda ids: known & set(ids)) == []
    assert inbox.survey(lambda ids: known & set(ids)) == []

    mailbox.deliver(mail("new"))

    assert len(inbox.survey(lambda ids: known & set(ids))) == 1


def test_exact_bytes_are_fetched_and_nothing_is_marked_read(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """Thai bytes in every form come back unchanged, and the mail stays unread."""
    raws = [
        "Subject: ขอใบอนุญาต\r\n\r\nเรียน\r\n".encode("cp874"),
        b"Subject: dots\r\n\r\n.\r\n..\r\n. .\r\n",
        b"Subject: {5}\r\n\r\n) BODY[] NIL (\r\n* 1 FETCH\r\n",
        bytes(f"Subject: long\r\n\r\n{'x' * 5000}\r\n", "ascii"),
    ]
    for raw in raws:
        mailbox.deliver(raw)
    inbox = make_inbox()

    found = contents(inbox, inbox.survey(nothing))

    assert sorted(found.values()) == sorted(raws)
    other = client(mailbox)
    other.select_folder("INBOX", readonly=True)
    assert len(other.search("UNSEEN")) == len(raws)
    other.logout()


def test_folder_with_thai_name_is_read(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """A folder is named in settings and ids as people read it, whatever the wire makes of it."""
    name = "เรื่องร้องเรียน & อื่น ๆ/2569"
    mailbox.deliver(mail("thai"), folder=name)
    inbox = make_inbox(folders=["INBOX", name])

    [envelope] = inbox.survey(nothing)

    assert envelope.folder is Folder.OTHER
    assert envelope.external_id.startswith(f"{name}/")
    assert contents(inbox, [envelope]) == {envelope.external_id: mail("thai")}


def test_missing_folder_is_named_and_the_others_go_on(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """One wrong name in the settings costs that folder alone, and is said once."""
    mailbox.deliver(mail("here"))
    inbox = make_inbox(folders=["INBOX", "ไม่มี"])
    with capture_logs() as logs:
        assert len(inbox.survey(nothing)) == 1
        assert len(inbox.survey(nothing)) == 1
    assert [entry["folder"] for entry in logs if entry["event"] == "folder.unreadable"] == ["ไม่มี"]
    assert inbox.trouble == "ไม่มี: no such folder"


def test_a_server_without_a_spam_folder_is_in_order(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """What is watched by its special use may be missing: nothing can lie in it."""
    inbox = make_inbox(folders=["INBOX", "\\Archive-of-Nothing"])
    inbox.survey(nothing)
    assert inbox.trouble == ""


def test_no_readable_folder_is_a_matter_of_set_up(make_inbox: MakeInbox) -> None:
    """Without any folder to read, the settings are to be mended, and the text names them."""
    with pytest.raises(ChannelSetupError, match=r"Nowhere.*imap\.folders"):
        make_inbox(folders=["Nowhere"]).survey(nothing)


def test_same_mail_in_two_folders_is_two_envelopes(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """Copies are told apart by where they lie; their bytes are the same."""
    mailbox.deliver(mail("copy"))
    mailbox.deliver(mail("copy"), folder="Junk")
    inbox = make_inbox()
    found = contents(inbox, inbox.survey(nothing))
    assert len(found) == 2
    assert set(found.values()) == {mail("copy")}


def test_mail_that_vanished_is_left_out(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """What another client removed between list and fetch is no error; the rest comes."""
    for subject in ("stays", "goes", "stays too"):
        mailbox.deliver(mail(subject))
    inbox = make_inbox()
    envelopes = inbox.survey(nothing)
    mailbox.expunge(b"goes")

    assert set(contents(inbox, envelopes).values()) == {mail("stays"), mail("stays too")}


def test_changed_uidvalidity_stops_the_folder(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """UIDs of another UIDVALIDITY are never fetched; the next survey gives the mail a new identity."""
    mailbox.deliver(mail("restored"))
    inbox = make_inbox()
    [before] = inbox.survey(nothing)
    mailbox.change_uidvalidity()

    try:
        stale = contents(inbox, [before])
    except TemporaryChannelError:
        stale = contents(inbox, [before])
    [after] = inbox.survey(lambda ids: {before.external_id} & set(ids))

    assert stale == {}
    assert after.external_id != before.external_id
    assert contents(inbox, [after]) == {after.external_id: mail("restored")}


def test_restart_of_the_server_is_survived(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """A cut connection is a temporary error once; then everything goes on."""
    mailbox.deliver(mail("patient"))
    inbox = make_inbox()
    envelopes = inbox.survey(nothing)
    mailbox.restart()

    with pytest.raises(TemporaryChannelError):
        inbox.survey(nothing)

    assert inbox.survey(nothing) == envelopes
    assert contents(inbox, envelopes) == {envelopes[0].external_id: mail("patient")}


def test_restart_between_batches_loses_no_batch_already_given(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """What was handed out before the cut is whole; the rest comes with the next pass."""
    for number in range(150):
        mailbox.deliver(mail(f"number {number}"))
    inbox = make_inbox()
    envelopes = inbox.survey(nothing)
    batches = inbox.fetch(envelopes)
    first = next(batches)
    mailbox.restart()
    with pytest.raises(TemporaryChannelError):
        list(batches)

    taken = {envelope.external_id for envelope, _ in first}
    rest = contents(inbox, inbox.survey(lambda ids: taken & set(ids)))

    assert len(taken) == 100
    assert len(rest) == 50


def test_batches_are_bounded(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """At most 100 messages, and at most 8 MB unless one message alone is larger."""
    for number in range(101):
        mailbox.deliver(mail(f"small {number}"))
    for _ in range(3):
        mailbox.deliver(mail("middle", "m" * (3 << 20)))
    inbox = make_inbox()
    batches = [[envelope.size for envelope, _ in batch] for batch in inbox.fetch(inbox.survey(nothing))]
    assert max(map(len, batches)) == 100
    assert max(map(sum, batches)) <= 8 << 20
    assert sum(map(len, batches)) == 104


def test_large_message_comes_in_pieces(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """A message over 8 MB is alone in its batch and never whole in memory; what follows it comes too."""
    raw = mail("large", "0123456789abcdef" * ((12 << 20) // 16))
    mailbox.deliver(raw)
    mailbox.deliver(mail("after"))
    inbox = make_inbox()
    sizes: list[list[int]] = []
    for batch in inbox.fetch(inbox.survey(nothing)):
        for envelope, content in batch:
            pieces = [content] if isinstance(content, bytes) else list(content)
            sizes.append([len(piece) for piece in pieces])
            assert b"".join(pieces) == (raw if envelope.size > 100 else mail("after"))
    assert sorted(map(len, sizes)) == [1, 4]
    assert max(max(one) for one in sizes) <= 4 << 20


def test_keyword_is_set_and_mail_stays(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """after = keyword flags the mail where it lies; twice is once, and unknown ids are passed over."""
    mailbox.deliver(mail("marked"))
    mailbox.deliver(mail("not yet"))
    inbox = make_inbox()
    envelopes = inbox.survey(nothing)
    taken = envelopes[0].external_id

    for _ in range(2):
        inbox.mark_taken([taken, "INBOX/1/7", f"{taken}999", "nonsense", "Nowhere/1/1"])

    other = client(mailbox)
    other.select_folder("INBOX", readonly=True)
    assert other.search(["KEYWORD", "$Registered"]) == [int(taken.rsplit("/", 1)[1])]
    assert other.search(["SEEN"]) == []
    other.logout()
    assert inbox.survey(nothing) == envelopes


def test_keep_changes_nothing(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """after = keep leaves the mail as it is."""
    mailbox.deliver(mail("untouched"))
    inbox = make_inbox(after="keep")
    [envelope] = inbox.survey(nothing)
    inbox.mark_taken([envelope.external_id])
    other = client(mailbox)
    other.select_folder("INBOX", readonly=True)
    assert other.search(["UNKEYWORD", "$Registered"]) == [1]
    other.logout()


def test_mail_is_moved_to_a_folder_made_for_it(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """after = move creates the folder, moves exactly the mail named, and never watches the folder."""
    mailbox.deliver(mail("taken"))
    mailbox.deliver(mail("stays"))
    inbox = make_inbox(after="move:ลงรับแล้ว", folders=["INBOX", "ลงรับแล้ว"])
    taken, stays = sorted(inbox.survey(nothing), key=lambda envelope: envelope.external_id)

    for _ in range(2):
        inbox.mark_taken([taken.external_id])

    assert [envelope.external_id for envelope in inbox.survey(nothing)] == [stays.external_id]
    other = client(mailbox)
    assert other.select_folder("ลงรับแล้ว", readonly=True)[b"EXISTS"] == 1
    other.logout()


def test_wait_ends_when_mail_arrives(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """With IDLE, a new mail ends the wait long before its time is over; so does one that came in between."""
    inbox = make_inbox()
    inbox.survey(nothing)
    timer = threading.Timer(0.3, lambda: mailbox.deliver(mail("new")))
    timer.start()
    assert inbox.wait(30)
    timer.join()
    inbox.survey(nothing)
    mailbox.deliver(mail("in between"))
    assert inbox.wait(30)


def test_wait_needs_no_survey_before(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """An inbox that only listens finds its folder by itself."""
    inbox, heard = make_inbox(), threading.Event()

    def deliver() -> None:
        # Again and again: on a busy machine the first comes before anybody listens, and is no news then.
        while not heard.wait(0.3):
            mailbox.deliver(mail("new"))

    sender = threading.Thread(target=deliver)
    sender.start()
    try:
        assert inbox.wait(30)
    finally:
        heard.set()
        sender.join()


def test_wait_without_news_takes_its_time(make_inbox: MakeInbox) -> None:
    """Nothing new: the wait lasts as long as was asked, and says so."""
    inbox = make_inbox()
    inbox.survey(everything)
    begun = datetime.now(UTC)
    assert not inbox.wait(0.4)
    assert datetime.now(UTC) - begun >= timedelta(seconds=0.4)


def test_close_ends_a_wait_at_once(make_inbox: MakeInbox) -> None:
    """Shutting down does not wait for the next mail."""
    inbox = make_inbox()
    inbox.survey(nothing)
    timer = threading.Timer(0.3, inbox.close)
    timer.start()
    begun = datetime.now(UTC)
    assert not inbox.wait(60)
    timer.join()
    assert datetime.now(UTC) - begun < timedelta(seconds=10)
    with pytest.raises(TemporaryChannelError, match="closed"):
        inbox.survey(nothing)


def test_wait_outlasts_a_server_that_restarts(mailbox: Mailbox, make_inbox: MakeInbox) -> None:
    """A connection lost while waiting raises nothing; the poll is the floor."""
    inbox = make_inbox()
    inbox.survey(nothing)
    timer = threading.Timer(0.2, mailbox.restart)
    timer.start()
    inbox.wait(0.5)
    timer.join()
    inbox.wait(0.1)
    mailbox.deliver(mail("afterwards"))
    assert len(inbox.survey(nothing)) == 1


@pytest.mark.parametrize("capabilities", ["IMAP4rev1 UIDPLUS SPECIAL-USE", "IMAP4rev1 SPECIAL-USE"])
def test_server_without_move_keeps_the_mail(tmp_path: Path, capabilities: str) -> None:
    """Where only an EXPUNGE could take it away, mail is left where it is: we remove none (R61)."""
    with DemoMailbox(capabilities=capabilities) as demo:
        demo.deliver(mail("stays"))
        inbox = ImapInbox(email_settings(tmp_path, imap={"port": demo.port, "after": "move:Taken"}))
        [envelope] = inbox.survey(nothing)
        inbox.mark_taken([envelope.external_id])
        assert inbox.survey(nothing) == [envelope]
        inbox.close()
        assert "EXPUNGE" not in {command.name for command in demo.commands}


def test_server_without_idle_is_polled(tmp_path: Path) -> None:
    """Without IDLE the wait is a sleep that close() ends."""
    with DemoMailbox(capabilities="IMAP4rev1") as demo:
        inbox = ImapInbox(email_settings(tmp_path, imap={"port": demo.port}))
        inbox.survey(nothing)
        assert not inbox.wait(0.1)
        timer = threading.Timer(0.2, inbox.close)
        timer.start()
        assert not inbox.wait(60)
        timer.join()


def test_junk_is_found_without_special_use(tmp_path: Path) -> None:
    """An old server names no special use: the usual names, Thai ones too, are tried."""
    with DemoMailbox(capabilities="IMAP4rev1") as demo:
        boxes = demo.server.store.mailboxes
        del boxes["Junk"]
        demo.deliver(mail("spam?"), folder="อีเมลขยะ")
        inbox = ImapInbox(email_settings(tmp_path, imap={"port": demo.port}))
        [envelope] = inbox.survey(nothing)
        inbox.close()
        assert envelope.folder is Folder.JUNK


def test_mailbox_of_many_thousand_mails_is_listed(dovecot: Dovecot, tmp_path: Path) -> None:
    """A search in windows of message numbers finds all, though one answer could not hold them."""
    with DemoMailbox() as demo:
        for number in range(80_500):
            demo.server.store.add("INBOX", b"", datetime.fromtimestamp(number, UTC))
        inbox = ImapInbox(email_settings(tmp_path, imap={"port": demo.port, "folders": ["INBOX"]}))
        asked: set[str] = set()

        def known(external_ids: Collection[str]) -> set[str]:
            asked.update(external_ids)
            return asked

        assert inbox.survey(known) == []
        inbox.close()
        assert len(asked) == 80_500
