"""What happens at the edges of a mailbox: restarts, renumbering, two folders, other clients, old mail."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.installation import REQUEST, Installation, mail

MONDAY = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
"""10.00 on a working day in Thailand."""


def _request(number: int = 0, **headers: str) -> bytes:
    subject, text = REQUEST
    return mail(f"{subject} {number}", text, sender=f"p{number}@citizen.test", **headers)


def test_an_empty_mailbox_is_no_trouble(installation: Installation) -> None:
    """Zero mails: a clean pass, an empty register, nothing to report."""
    installation.once()
    assert installation.messages() == []
    assert installation.register() == []


def test_a_second_pass_changes_nothing(installation: Installation) -> None:
    """What was taken once is not taken again, answered again or numbered again."""
    installation.deliver(_request(), at=MONDAY)
    installation.once()
    first = installation.messages()
    installation.once()
    assert installation.messages() == first
    assert len(installation.smtp.letters) == 1


def test_mail_that_somebody_has_read_is_taken_all_the_same(installation: Installation) -> None:
    """Clerks open the mailbox in Outlook: \\Seen decides nothing."""
    installation.deliver(_request(), at=MONDAY, flags="S")
    installation.once()
    assert installation.numbers() == ["1/2569"]


def test_after_uidvalidity_changed_nothing_gets_a_second_number(installation: Installation) -> None:
    """A renumbered mailbox is read again in full, and recognised by its bytes."""
    for number in range(3):
        installation.deliver(_request(number), at=MONDAY + timedelta(minutes=number))
    installation.once()
    installation.dovecot.change_uidvalidity(installation.user)
    installation.deliver(_request(9), at=MONDAY + timedelta(minutes=9))
    installation.once()
    assert installation.numbers() == ["1/2569", "2/2569", "3/2569", "4/2569"]
    assert len(installation.smtp.letters) == 4
    copies = [one for one in installation.messages() if one["duplicate_of"]]
    assert {one["outcome"] for one in copies} == {"ignore"}
    assert len(copies) == 3


def test_one_mail_in_two_folders_is_one_entry(installation: Installation) -> None:
    """INBOX and Junk hold the same bytes: one number, one letter, both copies listed."""
    raw = _request()
    installation.deliver(raw, at=MONDAY)
    installation.deliver(raw, folder="Junk", at=MONDAY + timedelta(minutes=1))
    installation.once()
    first, second = installation.messages()
    assert installation.numbers() == ["1/2569"]
    assert (first["duplicate_of"], second["duplicate_of"]) == (None, first["digest"])
    assert len(installation.smtp.letters) == 1


def test_a_redelivered_copy_gets_no_second_number(installation: Installation) -> None:
    """Only the trace headers differ: it is the same message by another route."""
    raw = _request(message_id="<same@citizen.test>")
    installation.deliver(b"Received: from a.test by b.test; Mon, 5 Jan 2026 10:00:00 +0700\r\n" + raw, at=MONDAY)
    installation.deliver(
        b"Received: from c.test by b.test; Mon, 5 Jan 2026 10:20:00 +0700\r\n" + raw, at=MONDAY + timedelta(minutes=20)
    )
    installation.once()
    assert installation.numbers() == ["1/2569"]


def test_a_reused_message_id_with_other_content_is_another_message(installation: Installation) -> None:
    """Nothing different is swallowed as a duplicate."""
    installation.deliver(_request(1, message_id="<same@citizen.test>"), at=MONDAY)
    installation.deliver(_request(2, message_id="<same@citizen.test>"), at=MONDAY + timedelta(minutes=1))
    installation.once()
    assert installation.numbers() == ["1/2569", "2/2569"]
    assert len(installation.smtp.letters) == 2


def test_numbers_follow_the_order_of_receipt_over_all_folders(installation: Installation) -> None:
    """A mail that entered Junk first has the lower number."""
    installation.deliver(_request(2), at=MONDAY + timedelta(minutes=5))
    installation.deliver(_request(1), folder="Junk", at=MONDAY)
    installation.once()
    assert [entry["from"] for entry in installation.register()] == ["p1@citizen.test", "p2@citizen.test"]


def test_the_mailbox_keeps_every_mail_and_carries_the_mark(installation: Installation) -> None:
    """By default mail is left where it is, with a keyword; never deleted, never marked as read."""
    installation.deliver(_request(), at=MONDAY)
    installation.once()
    maildir = installation.dovecot.maildir(installation.user)
    names = [path.name for path in (maildir / "cur").iterdir()]
    assert len(names) == 1
    flags = names[0].partition(":2,")[2]
    assert flags.islower(), "a keyword, and not S for seen"
    assert "$Registered" in (maildir / "dovecot-keywords").read_text()


def test_with_move_the_mail_lies_in_the_named_folder(installation: Installation) -> None:
    """`after = "move:FOLDER"` moves what is decided, and what was moved is not taken again."""
    installation.after = "move:ลงรับแล้ว"
    installation.write()
    installation.deliver(_request(), at=MONDAY)
    installation.once()
    installation.once()
    assert installation.dovecot.mails(installation.user) == []
    assert len(installation.dovecot.mails(installation.user, folder="ลงรับแล้ว")) == 1
    assert len(installation.messages()) == 1


def test_an_old_mailbox_without_consent_is_only_counted(installation: Installation) -> None:
    """The first start is a dry run that names the remedy; nothing is taken, answered or marked."""
    installation.since = None
    installation.write()
    for number in range(3):
        installation.deliver(_request(number), at=MONDAY)
    done = installation.once()
    assert "3 messages" in done.stdout
    assert "since" in done.stdout
    assert installation.messages() == []
    assert installation.smtp.letters == []


def test_since_is_the_consent_and_older_mail_is_listed_only(installation: Installation) -> None:
    """From that day on mail is answered; what is older is archived, listed, and never numbered."""
    installation.since = "2026-01-05"
    installation.write()
    installation.deliver(_request(1), at=datetime(2026, 1, 4, 16, 59, 59, tzinfo=UTC))  # 23.59.59 on the 4th
    installation.deliver(_request(2), at=datetime(2026, 1, 4, 17, 0, 0, tzinfo=UTC))  # 00.00.00 on the 5th
    installation.once()
    older, newer = installation.messages()
    assert (older["outcome"], older["register_number"], older["replies"]) == ("ignore", None, [])
    assert newer["register_number"] == "1/2569"


def test_a_mailbox_that_was_empty_at_first_needs_no_consent(installation: Installation) -> None:
    """Whoever starts with an empty mailbox has no old mail to be careful with."""
    installation.since = None
    installation.write()
    installation.once()
    installation.deliver(_request(), at=MONDAY)
    installation.once()
    assert installation.numbers() == ["1/2569"]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata", ":broken", ""])
def test_the_year_changes_at_midnight_in_bangkok(installation: Installation, zone: str) -> None:
    """31 ธ.ค.: a holiday, so that what enters then is deemed received in the new year; whatever the host's zone."""
    installation.environment["TZ"] = zone
    installation.extra = '[hours]\nholidays = "none"\n'
    installation.write()
    before = datetime(2026, 12, 31, 9, 29, 59, tzinfo=UTC)  # Thursday 16.29.59
    for number, at in enumerate(
        (
            before,
            before + timedelta(seconds=1),
            datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC),
            datetime(2027, 1, 4, 2, tzinfo=UTC),
        )
    ):
        installation.deliver(_request(number), at=at)
    installation.once()
    assert installation.numbers() == ["1/2569", "1/2570", "2/2570", "3/2570"]
    assert [one["deemed_received_at"] for one in installation.messages()] == [
        "2026-12-31T16:29:59+07:00",
        "2027-01-01T08:30:00+07:00",
        "2027-01-01T08:30:00+07:00",
        "2027-01-04T09:00:00+07:00",
    ]


def test_header_injection_reaches_neither_letters_nor_the_register(installation: Installation) -> None:
    """Line breaks smuggled into subject, name and address add no header, recipient or line anywhere."""
    evil = (
        b"From: =?utf-8?B?4Liq4Lih4LiK4Liy4LiiDQpCY2M6IGV2aWxAZXZpbC50ZXN0?= <somchai@citizen.test>\r\n"
        b"To: saraban@bantuayang.test\r\n"
        b"Subject: =?utf-8?Q?=E0=B8=82=E0=B8=AD=0D=0ABcc:_evil@evil.test=0D=0A=0D=0Abody?= =?utf-8?B?4Lij4LmJ4Liy4LiZ4Lit4Liy4Lir4Liy4Lij?=\r\n"
        b"Message-ID: <a@b.test>\r\n References: x\r\nIn-Reply-To: <a\rBcc: evil@evil.test>\r\n\r\n"
        + REQUEST[1].encode()
    )
    address = (
        b'From: "a\r\n b" <x@citizen.test>\r\nReply-To: evil@evil.test\r\nSubject: hi\r\n\r\n' + REQUEST[1].encode()
    )
    quoted = b'From: <"x\r\nRCPT TO:<evil@evil.test>"@citizen.test>\r\nSubject: hi\r\n\r\n' + REQUEST[1].encode()
    for number, raw in enumerate((evil, address, quoted)):
        installation.deliver(raw, at=MONDAY + timedelta(minutes=number))
    installation.once()
    for letter in installation.smtp.letters:
        assert "evil@evil.test" not in letter.recipients
    for letter in installation.letters():
        assert letter["Bcc"] is None
        assert letter.get_all("To") is not None
        assert len(letter.get_all("To") or []) == 1
    assert all("\n" not in entry["subject"] and "\r" not in entry["from"] for entry in installation.register())
    assert len(installation.messages()) == 3


def test_a_server_restart_in_mid_pass_delays_and_loses_nothing(installation: Installation) -> None:
    """The connection breaks under way: the pass says so, the next one finishes."""
    for number in range(5):
        installation.deliver(_request(number), at=MONDAY + timedelta(minutes=number))
    installation.dovecot.stop()
    try:
        done = installation.once(fails=True)
        assert "127.0.0.1" in done.stdout + done.stderr
    finally:
        installation.dovecot.start()
    installation.once()
    assert len(installation.numbers()) == 5
    installation.verify()
