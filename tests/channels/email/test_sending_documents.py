"""Handing in letters with documents: sizes, return path, reports of failure, S/MIME."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from channels.email import new_sender
from channels.email.sender import SmtpSender
from mailroom.domain.decision import Letter
from mailroom.domain.errors import (
    ChannelSetupError,
    PermanentChannelError,
    SigningRefusedError,
    TemporaryChannelError,
    TemporarySigningError,
)
from tests.support.email_settings import email_settings
from tests.support.licence_mail import ITEM, PDF
from tests.support.sending import hand_over
from tests.support.smtp_end import SmtpEnd


def opened(folder: Path, end: SmtpEnd, **more: object) -> SmtpSender:
    return new_sender(email_settings(folder, smtp={"port": end.port}), "อบต. ตัวอย่าง", **more)  # type: ignore[arg-type]


@pytest.fixture
def reporting_end() -> Iterator[SmtpEnd]:
    """A server that knows delivery status notifications."""
    with SmtpEnd(extensions=("SIZE 52428800", "8BITMIME", "DSN")) as end:
        yield end


async def test_a_licence_has_a_real_return_path(tmp_path: Path, smtp_end: SmtpEnd) -> None:
    """What cannot be delivered comes back to us; an acknowledgement still goes with the null return path."""
    sender = opened(tmp_path, smtp_end)
    await hand_over(sender, ITEM, [PDF])
    await hand_over(sender, replace(ITEM, letter=Letter.ACKNOWLEDGEMENT, enclosures=()))
    await sender.close()
    assert [letter.sender for letter in smtp_end.letters] == ["saraban@agency.example", ""]
    assert smtp_end.letters[0].options == f"SIZE={len(smtp_end.letters[0].raw)}"


async def test_reports_are_asked_for_where_the_server_knows_them(tmp_path: Path, reporting_end: SmtpEnd) -> None:
    """RFC 3461: headers only, under the id of the letter; a delay is told as well."""
    sender = opened(tmp_path, reporting_end)
    await hand_over(sender, ITEM, [PDF])
    await sender.close()
    (mail,) = (one for one in reporting_end.commands if one.startswith("MAIL"))
    (rcpt,) = (one for one in reporting_end.commands if one.startswith("RCPT"))
    assert mail.endswith(f" RET=HDRS ENVID={ITEM.id}")
    assert rcpt == "RCPT TO:<somchai@example.com> NOTIFY=FAILURE,DELAY"


async def test_a_letter_beyond_the_servers_limit_is_not_begun(tmp_path: Path) -> None:
    """The refusal names both sizes and what to do; the connection serves the next letter."""
    with SmtpEnd(extensions=("SIZE 10000",)) as end:
        sender = opened(tmp_path, end)
        with pytest.raises(PermanentChannelError, match=r"takes 10,000; lower licences\.largest_enclosure_mb"):
            await hand_over(sender, ITEM, [PDF])
        await hand_over(sender, replace(ITEM, enclosures=()))
        await sender.close()
        assert len(end.letters) == 1
        assert sum(one.startswith("MAIL") for one in end.commands) == 1


@pytest.mark.parametrize("named", ["SIZE", "SIZE 0", "SIZE x", "SIZE -5", "8BITMIME"])
async def test_a_server_that_names_no_limit_takes_all(tmp_path: Path, named: str) -> None:
    with SmtpEnd(extensions=(named,)) as end:
        sender = opened(tmp_path, end)
        await hand_over(sender, ITEM, [PDF])
        await sender.close()
        assert len(end.letters) == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [(SigningRefusedError("expired"), ChannelSetupError), (TemporarySigningError("token away"), TemporaryChannelError)],
)
async def test_a_letter_that_cannot_be_signed_waits(
    tmp_path: Path, smtp_end: SmtpEnd, error: Exception, kind: type[Exception]
) -> None:
    """It never goes unsigned where signing is configured."""

    def sign_mail(mail: bytes) -> bytes:
        raise error

    sender = opened(tmp_path, smtp_end, sign_mail=sign_mail)
    with pytest.raises(kind, match="S/MIME"):
        await hand_over(sender, ITEM, [PDF])
    await sender.close()
    assert not smtp_end.letters
