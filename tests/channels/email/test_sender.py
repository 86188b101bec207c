"""Handing letters in: what was surely refused, what may have arrived, and what is ours to mend."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from channels.email.letter import wire
from channels.email.login_gate import LoginGate
from channels.email.sender import SmtpSender, sender_address
from channels.email.submission import Submission
from mailroom.domain.decision import Letter
from mailroom.domain.errors import (
    ChannelSetupError,
    PermanentChannelError,
    TemporaryChannelError,
    UncertainDeliveryError,
)
from mailroom.domain.outbox import OutboxItem
from tests.support.certificates import Authority
from tests.support.dovecot import PASSWORD, free_port
from tests.support.email_settings import email_settings
from tests.support.sending import hand_over
from tests.support.smtp_end import Action, Drop, Raw, Silence, SmtpEnd, Stage

ITEM = OutboxItem(
    id="9f86d081884c7d65",
    message_id=1,
    channel="email",
    letter=Letter.ACKNOWLEDGEMENT,
    to="somchai@example.com",
    to_name="สมชาย ใจดี",
    subject="ได้รับเรื่องของท่านแล้ว",
    text=".เรียน\n.\n..\n",
    html="<p>เรียน</p>",
    created_at=datetime(2026, 3, 1, tzinfo=UTC),
    due_at=datetime(2026, 3, 1, tzinfo=UTC),
)

MakeSender = Callable[..., SmtpSender]


@pytest.fixture
async def make_sender(tmp_path: Path, smtp_end: SmtpEnd) -> AsyncIterator[MakeSender]:
    made: list[SmtpSender] = []

    def make(timeout: float = 5, monotonic: Callable[[], float] | None = None, **smtp: Any) -> SmtpSender:
        settings = email_settings(tmp_path, smtp={"port": smtp_end.port} | smtp)
        submission = Submission(
            settings.smtp, domain=sender_address(settings).domain, timeout=timeout, gate=LoginGate()
        )
        clock = {"monotonic": monotonic} if monotonic else {}
        made.append(SmtpSender(settings, "อบต. ตัวอย่าง", submission=submission, data_timeout=timeout, **clock))
        return made[-1]

    yield make
    for sender in made:
        await sender.close()


@pytest.fixture
def login(tmp_path: Path) -> dict[str, Any]:
    """User name and password as settings name them."""
    (tmp_path / "smtp-password").write_text(PASSWORD)
    return {"username": "saraban", "password": {"file": str(tmp_path / "smtp-password")}}


async def test_letter_arrives_byte_for_byte(smtp_end: SmtpEnd, make_sender: MakeSender) -> None:
    """Null return path, one recipient, exactly the bytes of the wire form; the server's words come back."""
    reply = await hand_over(make_sender(), ITEM)
    [letter] = smtp_end.letters
    assert (letter.sender, letter.recipients) == ("", ("somchai@example.com",))
    expected = wire(ITEM, sender=checked_sender(), sender_name="อบต. ตัวอย่าง")
    assert letter.raw == expected
    assert reply == "250 2.0.0 queued as 1"


def checked_sender() -> Any:
    from channels.email.recipients import checked

    return checked("saraban@agency.example")


async def test_retry_is_byte_identical(smtp_end: SmtpEnd, make_sender: MakeSender) -> None:
    """A letter sent again after an uncertain end is the same letter, Message-ID included."""
    smtp_end.misbehave("dot", Drop(keep=True))
    sender = make_sender()
    with pytest.raises(UncertainDeliveryError):
        await hand_over(sender, ITEM)
    await hand_over(sender, replace(ITEM, attempts=1, uncertain=True))
    first, second = smtp_end.letters
    assert first.raw == second.raw


async def test_connection_serves_many_letters(smtp_end: SmtpEnd, make_sender: MakeSender) -> None:
    """One connection for many letters, also when they are sent at once; a new one after a hundred."""
    sender = make_sender()
    await asyncio.gather(*(hand_over(sender, replace(ITEM, id=f"n{number}")) for number in range(101)))
    assert len(smtp_end.letters) == 101
    assert smtp_end.connections == 2


async def test_idle_connection_is_made_anew(smtp_end: SmtpEnd, make_sender: MakeSender) -> None:
    """After half a minute without use the old connection is not trusted."""
    now = [0.0]
    sender = make_sender(monotonic=lambda: now[0])
    await hand_over(sender, ITEM)
    now[0] = 31.0
    await hand_over(sender, ITEM)
    assert smtp_end.connections == 2


async def test_kept_connection_that_broke_costs_nothing(smtp_end: SmtpEnd, make_sender: MakeSender) -> None:
    """A server that closed between two letters is connected to again, without an error."""
    sender = make_sender()
    await hand_over(sender, ITEM)
    smtp_end.hang_up()
    await hand_over(sender, ITEM)
    assert len(smtp_end.letters) == 2


CASES: list[tuple[Stage, Action, type[Exception], str]] = [
    ("connect", "421 4.3.2 busy", TemporaryChannelError, "421"),
    ("connect", "554 5.3.2 no service", ChannelSetupError, "554"),
    ("connect", Drop(), TemporaryChannelError, "."),
    ("connect", Raw(b"\xff\xfe2x0 \x00\r\n"), TemporaryChannelError, "."),
    ("ehlo", "421 4.3.2 busy", TemporaryChannelError, "421"),
    ("ehlo", Drop(), TemporaryChannelError, "."),
    ("auth", "454 4.7.0 later", TemporaryChannelError, "454"),
    ("auth", "535 5.7.8 wrong", ChannelSetupError, "check user name and password"),
    ("auth", Drop(), TemporaryChannelError, "."),
    ("mail", "451 4.3.0 later", TemporaryChannelError, "451"),
    ("mail", "552 5.3.4 too large", PermanentChannelError, "552"),
    ("mail", "530 5.7.0 log in first", ChannelSetupError, "530"),
    ("rcpt", "450 4.2.0 greylisted", TemporaryChannelError, "450"),
    ("rcpt", "550 5.1.1 no such user", PermanentChannelError, "no such user"),
    ("rcpt", "999 what", PermanentChannelError, "999"),
    ("rcpt", Drop(), TemporaryChannelError, "."),
    ("data", "451 4.3.0 later", TemporaryChannelError, "451"),
    ("data", "554 5.7.1 refused", PermanentChannelError, "554"),
    ("data", Drop(), TemporaryChannelError, "."),
    ("dot", "452 4.3.1 disk full", TemporaryChannelError, "452"),
    ("dot", "554 5.7.1 spam", PermanentChannelError, "spam"),
    ("dot", Drop(), UncertainDeliveryError, "."),
    ("dot", Raw(b"2x0 ok\r\n"), UncertainDeliveryError, "."),
    ("dot", Raw(b"354 more\r\n"), UncertainDeliveryError, "."),
    ("dot", Raw(b"250-" + b"x" * 2_000_000 + b"\r\n"), UncertainDeliveryError, "."),
]


@pytest.mark.parametrize(("stage", "action", "error", "words"), CASES, ids=[f"{c[0]}-{c[1]!s:.30}" for c in CASES])
async def test_every_failure_has_its_name(
    smtp_end: SmtpEnd,
    make_sender: MakeSender,
    login: dict[str, Any],
    stage: Stage,
    action: Action,
    error: type[Exception],
    words: str,
) -> None:
    """At each stage: what passes, what lasts, what is ours, and what nobody knows; then the next letter goes out."""
    smtp_end.always(stage, action)
    sender = make_sender(**login)
    with pytest.raises(error, match=words) as caught:
        await hand_over(sender, ITEM)
    assert type(caught.value) is error
    assert smtp_end.letters == []
    smtp_end.always(stage, None)
    if error is not ChannelSetupError:
        await hand_over(sender, ITEM)
        assert len(smtp_end.letters) == 1


@pytest.mark.parametrize("stage", ["connect", "ehlo", "auth", "mail", "rcpt", "data"])
async def test_silence_before_the_letter_is_temporary(
    smtp_end: SmtpEnd, make_sender: MakeSender, login: dict[str, Any], stage: Stage
) -> None:
    """No answer before the letter is handed over: it surely did not arrive."""
    smtp_end.misbehave(stage, Silence())
    with pytest.raises(TemporaryChannelError) as caught:
        await hand_over(make_sender(timeout=0.3, **login), ITEM)
    assert type(caught.value) is TemporaryChannelError


async def test_silence_after_the_letter_is_uncertain(smtp_end: SmtpEnd, make_sender: MakeSender) -> None:
    """No answer after the dot: it may have arrived, and the next letter takes a new connection."""
    smtp_end.misbehave("dot", Silence(keep=True))
    sender = make_sender(timeout=0.3)
    with pytest.raises(UncertainDeliveryError):
        await hand_over(sender, ITEM)
    await hand_over(sender, replace(ITEM, id="next"))
    assert smtp_end.connections == 2


async def test_refused_recipient_leaves_the_connection_usable(smtp_end: SmtpEnd, make_sender: MakeSender) -> None:
    """After a refusal the transaction is reset; the next letter goes to its own recipient only."""
    smtp_end.misbehave("rcpt", "550 5.1.1 no such user")
    sender = make_sender()
    with pytest.raises(PermanentChannelError):
        await hand_over(sender, ITEM)
    await hand_over(sender, replace(ITEM, to="other@example.com"))
    assert smtp_end.connections == 1
    assert smtp_end.letters[0].recipients == ("other@example.com",)


async def test_cancelled_letter_does_not_spoil_the_next(smtp_end: SmtpEnd, make_sender: MakeSender) -> None:
    """A task that is ended in mid-letter takes its connection with it."""
    smtp_end.misbehave("rcpt", Silence())
    sender = make_sender()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(hand_over(sender, ITEM), 0.3)
    await hand_over(sender, replace(ITEM, to="other@example.com"))
    assert [letter.recipients for letter in smtp_end.letters] == [("other@example.com",)]


async def test_refused_null_return_path_falls_back_to_the_address(smtp_end: SmtpEnd, make_sender: MakeSender) -> None:
    """Where <> is not taken, our address is the return path; the connection remembers."""
    smtp_end.refuse_null_sender = True
    sender = make_sender()
    await hand_over(sender, ITEM)
    await hand_over(sender, ITEM)
    assert {letter.sender for letter in smtp_end.letters} == {"saraban@agency.example"}
    assert sum(command.startswith("MAIL FROM:<> ") for command in smtp_end.commands) == 1


async def test_return_path_is_the_address_when_so_configured(smtp_end: SmtpEnd, make_sender: MakeSender) -> None:
    """null_return_path = false asks for bounces; `from` names another address than the mailbox."""
    await hand_over(make_sender(null_return_path=False, **{"from": "noreply@agency.example"}), ITEM)
    assert smtp_end.letters[0].sender == "noreply@agency.example"
    assert b"noreply@agency.example" in smtp_end.letters[0].raw


async def test_thai_local_part_goes_where_smtputf8_is_offered(smtp_end: SmtpEnd, make_sender: MakeSender) -> None:
    """สมชาย@… is written to as it is, with SMTPUTF8; other letters do without."""
    sender = make_sender()
    await hand_over(sender, replace(ITEM, to="สมชาย@example.com"))
    await hand_over(sender, ITEM)
    thai, plain = smtp_end.letters
    assert thai.recipients == ("สมชาย@example.com",)
    assert "SMTPUTF8" in thai.options
    assert "SMTPUTF8" not in plain.options


async def test_thai_local_part_is_a_clerks_matter_elsewhere(smtp_end: SmtpEnd, make_sender: MakeSender) -> None:
    """Without SMTPUTF8 the letter cannot go; a Thai domain alone can, as A-labels."""
    smtp_end.extensions = ("8BITMIME",)
    sender = make_sender()
    with pytest.raises(PermanentChannelError, match="SMTPUTF8"):
        await hand_over(sender, replace(ITEM, to="สมชาย@example.com"))
    await hand_over(sender, replace(ITEM, to="somchai@ตัวอย่าง.ไทย"))
    assert smtp_end.letters[0].recipients[0].isascii()


@pytest.mark.parametrize(
    "to",
    ['"a\r\nRCPT TO:<x@y.test>"@b.test', "a@b.test>\r\nRCPT TO:<x@y.test", "a@b.test,c@d.test", "x <a@b.test>", ""],
)
async def test_odd_recipient_reaches_no_server(smtp_end: SmtpEnd, make_sender: MakeSender, to: str) -> None:
    """What could be rewritten into another recipient is refused before anything is said."""
    with pytest.raises(PermanentChannelError):
        await hand_over(make_sender(), replace(ITEM, to=to))
    assert smtp_end.connections == 0


async def test_login_comes_before_mail(smtp_end: SmtpEnd, make_sender: MakeSender, login: dict[str, Any]) -> None:
    """With a user name configured nothing is handed in without it."""
    smtp_end.passwords = {"saraban": PASSWORD}
    await hand_over(make_sender(**login), ITEM)
    assert smtp_end.logins == ["saraban"]
    smtp_end.extensions = ("8BITMIME",)
    with pytest.raises(ChannelSetupError, match="AUTH"):
        await hand_over(make_sender(**login), ITEM)


async def test_wrong_password_is_not_hammered(
    smtp_end: SmtpEnd, make_sender: MakeSender, login: dict[str, Any]
) -> None:
    """The second letter does not try the refused password again at once."""
    smtp_end.passwords = {"saraban": "another"}
    sender = make_sender(**login)
    for _ in range(3):
        with pytest.raises(ChannelSetupError):
            await hand_over(sender, ITEM)
    assert smtp_end.connections == 1


async def test_unreachable_server_is_temporary(make_sender: MakeSender) -> None:
    """Nobody listens: later, with the place to check."""
    with pytest.raises(TemporaryChannelError, match="check host and port") as caught:
        await hand_over(make_sender(port=free_port()), ITEM)
    assert type(caught.value) is TemporaryChannelError


async def test_slow_server_is_borne(smtp_end: SmtpEnd, make_sender: MakeSender) -> None:
    """Answers one byte at a time are answers."""
    smtp_end.drip = True
    assert (await hand_over(make_sender(), ITEM)).startswith("250")


async def test_control_characters_of_an_answer_are_shown(smtp_end: SmtpEnd, make_sender: MakeSender) -> None:
    """A queue id with an escape sequence forges no line of a log."""
    smtp_end.misbehave("dot", Raw(b"250 queued \x1b[31m\x07\r\n"))
    assert await hand_over(make_sender(), ITEM) == "250 queued \\x1b[31m\\x07"


@pytest.mark.parametrize("implicit", [True, False])
async def test_tls_is_used_and_checked(
    authority: Authority, make_sender: MakeSender, login: dict[str, Any], implicit: bool
) -> None:
    """TLS either way with a known issuer; an unknown one, an expired one or another's name is refused."""
    options = {"tls": "implicit" if implicit else "starttls", **login}
    trusted = {"ca_file": str(authority.file)}
    with SmtpEnd(certificate=authority.issue(), implicit_tls=implicit) as end:
        await hand_over(make_sender(port=end.port, **options, **trusted), ITEM)
        assert len(end.letters) == 1
        with pytest.raises(ChannelSetupError, match="ca_file"):
            await hand_over(make_sender(port=end.port, **options), ITEM)
    for wrong, words in ((authority.issue(expired=True), "expired"), (authority.issue("other.test"), "match")):
        with SmtpEnd(certificate=wrong, implicit_tls=implicit) as end:
            with pytest.raises(ChannelSetupError, match=words):
                await hand_over(make_sender(port=end.port, **options, **trusted), ITEM)
            assert end.logins == []


async def test_stripped_starttls_is_refused(smtp_end: SmtpEnd, make_sender: MakeSender, login: dict[str, Any]) -> None:
    """No STARTTLS, no password and no letter."""
    with pytest.raises(ChannelSetupError, match="STARTTLS"):
        await hand_over(make_sender(tls="starttls", **login), ITEM)
    assert smtp_end.logins == []
    assert not any(command.startswith(("AUTH", "MAIL")) for command in smtp_end.commands)


async def test_odd_from_address_is_a_matter_of_set_up(make_sender: MakeSender) -> None:
    """A from address that is none is said when the sender is made."""
    with pytest.raises(ChannelSetupError, match=r"smtp\.from"):
        make_sender(**{"from": "not an address"})


def test_close_without_a_connection_is_nothing(tmp_path: Path) -> None:
    """A sender that never sent can be closed."""

    async def run() -> None:
        await SmtpSender(email_settings(tmp_path), "x").close()

    work: Awaitable[None] = run()
    asyncio.run(work)  # type: ignore[arg-type]
