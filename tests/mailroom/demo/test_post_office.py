"""The far ends of the demo, spoken to by the standard library's own clients."""

import imaplib
import smtplib
from datetime import datetime

from mailroom.demo.mails.sample import SAMPLE
from mailroom.demo.post_office import HOST, PASSWORD, USER, post_office


def test_a_delivered_mail_lies_in_the_mailbox_byte_for_byte() -> None:
    """With the folder and the time of entry that the sample names."""
    sample = next(one for one in SAMPLE if one.folder == "Junk")
    with post_office() as office:
        office.deliver([sample])
        with imaplib.IMAP4(HOST, office.imap_port) as client:
            client.login(USER, PASSWORD)
            client.select("Junk", readonly=True)
            (head, raw), _ = client.fetch("1", "(INTERNALDATE BODY.PEEK[])")[1]  # type: ignore[misc]
    stamp = imaplib.Internaldate2tuple(head)
    assert stamp is not None
    assert raw == sample.raw
    assert datetime(*stamp[:6]).astimezone() == sample.entered_at


def test_a_letter_is_kept_as_it_was_handed_in() -> None:
    """The sink keeps the bytes and sends nothing on."""
    letter = b"Subject: =?utf-8?B?4LiB?=\r\n\r\nline\r\n.dot\r\n"
    with post_office() as office:
        with smtplib.SMTP(HOST, office.smtp_port) as client:
            client.sendmail("", ["somsri@mail.example"], letter)
        assert office.letters == [letter]
