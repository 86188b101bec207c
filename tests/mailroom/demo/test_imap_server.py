"""The demo's IMAP server, as an ordinary client sees it; tests/channels/email runs the inbox against it too."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from mailroom.demo.imap_store import wire_name
from mailroom.demo.imap_syntax import SyntaxFaultError, number_set, parse
from tests.support.mailboxes import DemoMailbox, client

RAW = b"Subject: \xe0\xb8\x81\r\nFrom: a@b.test\r\n\r\nbody\r\n"


@pytest.fixture
def demo() -> Iterator[DemoMailbox]:
    with DemoMailbox() as server:
        yield server


@pytest.fixture
def imap(demo: DemoMailbox) -> Iterator[IMAPClient]:
    made = client(demo)
    yield made
    made.logout()


def test_wrong_password_is_refused(demo: DemoMailbox) -> None:
    """Only users who are named get in, and nothing works before."""
    made = IMAPClient("127.0.0.1", demo.port, ssl=False, timeout=5)
    with pytest.raises(LoginError, match="AUTHENTICATIONFAILED"):
        made.login(demo.user, "wrong")
    made._imap.state = "AUTH"  # imaplib itself would not send it
    typ, data = made._imap.xatom("LIST", '""', '"*"')
    assert (typ, data) == ("NO", [b"log in first"])
    made.logout()


def test_append_and_fetch_keep_the_bytes(imap: IMAPClient) -> None:
    """What goes in comes out, whole or in part; PEEK leaves no trace, a plain fetch marks it read."""
    imap.append("INBOX", RAW, ["$Label"])
    imap.select_folder("INBOX")
    row = imap.fetch(
        [1], ["BODY.PEEK[]", "BODY.PEEK[HEADER]", "BODY.PEEK[TEXT]", "BODY.PEEK[]<3.4>", "RFC822.SIZE", "FLAGS"]
    )[1]
    assert row[b"BODY[]"] == RAW
    assert row[b"BODY[HEADER]"] + row[b"BODY[TEXT]"] == RAW
    assert row[b"BODY[]<3>"] == RAW[3:7]
    assert row[b"RFC822.SIZE"] == len(RAW)
    assert row[b"FLAGS"] == (b"$Label",)
    imap.fetch([1], ["RFC822"])
    assert b"\\Seen" in imap.get_flags([1])[1]


def test_searches(demo: DemoMailbox, imap: IMAPClient) -> None:
    """By flag, keyword, header, day, UID and number."""
    demo.deliver(RAW, at=datetime(2026, 1, 1, tzinfo=UTC), seen=True)
    demo.deliver(b"Subject: other\r\n\r\n", at=datetime(2026, 2, 1, tzinfo=UTC))
    imap.select_folder("INBOX")
    imap.add_flags([2], ["$Registered"])
    assert imap.search("SEEN") == [1]
    assert imap.search(["NOT", "SEEN"]) == imap.search("UNSEEN") == [2]
    assert imap.search(["KEYWORD", "$Registered"]) == [2]
    assert imap.search(["HEADER", "Subject", "other"]) == [2]
    assert imap.search(["SINCE", "15-Jan-2026"]) == [2]
    assert imap.search(["UID", "1:*"]) == imap.search("1:2") == [1, 2]
    with pytest.raises(IMAPClientError, match="not known"):
        imap.search(["FUZZY", "x"])


def test_move_copy_and_expunge_touch_what_they_name(demo: DemoMailbox, imap: IMAPClient) -> None:
    """MOVE, COPY with UID EXPUNGE: exactly the mails named, each with a new UID elsewhere."""
    for _ in range(4):
        demo.deliver(RAW)
    imap.select_folder("INBOX")
    imap.move([1], "Archive")
    imap.copy([2], "Archive")
    imap.add_flags([2, 3], ["\\Deleted"])
    imap.uid_expunge([2])
    assert imap.search("ALL") == [3, 4]
    assert imap.folder_status("Archive", ["MESSAGES"])[b"MESSAGES"] == 2
    with pytest.raises(IMAPClientError, match="TRYCREATE"):
        imap.move([3], "Nowhere")


def test_changes_by_others_are_announced(demo: DemoMailbox, imap: IMAPClient) -> None:
    """A client hears what came and went when it asks."""
    demo.deliver(b"Subject: goes\r\n\r\n")
    imap.select_folder("INBOX")
    demo.deliver(RAW)
    demo.expunge(b"goes")
    _, news = imap.noop()
    assert news == [(1, b"EXPUNGE"), (1, b"EXISTS")]


def test_only_what_changed_is_fetched(demo: DemoMailbox, imap: IMAPClient) -> None:
    """CHANGEDSINCE leaves out what did not change (RFC 7162)."""
    demo.deliver(RAW)
    demo.deliver(RAW)
    highest = imap.select_folder("INBOX")[b"HIGHESTMODSEQ"]
    imap.add_flags([2], ["\\Flagged"])
    assert list(imap.fetch([1, 2], ["FLAGS"], [f"CHANGEDSINCE {highest}"])) == [2]


def test_special_use_and_thai_names(imap: IMAPClient) -> None:
    """Junk is known by its use; a Thai folder keeps its name over the wire."""
    imap.create_folder("เรื่อง & ร้องเรียน")
    listed = {name: flags for flags, _, name in imap.list_folders()}
    assert b"\\Junk" in listed["Junk"]
    assert "เรื่อง & ร้องเรียน" in listed
    assert wire_name("เรื่อง & ร้องเรียน").isascii()


def test_folder_opened_for_reading_cannot_be_changed(demo: DemoMailbox, imap: IMAPClient) -> None:
    """EXAMINE promises that nothing changes."""
    demo.deliver(RAW)
    imap.select_folder("INBOX", readonly=True)
    assert imap._imap._simple_command("UID", "STORE", "1", "+FLAGS", "(x)")[0] == "NO"


@pytest.mark.parametrize("line", [b"", b"a", b"a )", b"a UID"])
def test_broken_commands_are_refused(line: bytes) -> None:
    """What is no command is said to be none."""
    if line == b"a UID":
        assert parse(line, []).name == "UID"
        return
    with pytest.raises(SyntaxFaultError):
        parse(line, [])


def test_sets_of_numbers() -> None:
    """Ranges run either way; the star is the largest there is."""
    fits = number_set("2,5:4,9:*", 10)
    assert [number for number in range(1, 12) if fits(number)] == [2, 4, 5, 9, 10]
    with pytest.raises(SyntaxFaultError):
        number_set("one", 1)
