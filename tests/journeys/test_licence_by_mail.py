"""A licence from the archive to its holder's mailbox over real servers, and back when it cannot be delivered."""

import email
import email.policy
import hashlib
import smtplib
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from imapclient import IMAPClient

from channels import email as email_channel
from channels.email.inbox import ImapInbox
from channels.email.sandbox import SandboxedReader
from channels.email.settings import EmailSettings
from mailroom.domain.outbox import OutboxItem, OutboxState
from mailroom.services.acting import Actor
from mailroom.services.announcements import Announcements
from mailroom.services.bounces import Bounces
from mailroom.services.custody import Custody, Watch
from mailroom.services.dispatch import Dispatcher
from mailroom.services.letters import Letters
from mailroom.services.processing import Processing
from mailroom.services.rounds import Rounds
from mailroom.stages.judge import Judge
from signing.demo_authority import DemoAuthority
from signing.smime import MailSigner
from tests.support.delivery_reports import FAILED, report
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.email_settings import email_settings
from tests.support.post import AGENCY, CATALOGUE, HOURS, Post
from tests.support.smtp_end import Letter, SmtpEnd

PDF = b"%PDF-1.7\r\n%\xe2\xe3\xcf\xd3\r\n" + bytes(range(256)) * 8000 + b"\r\n.\r\n%%EOF"
HOLDER = "holder"
"""Suffix of the user name under which the holder has a mailbox."""


class Journey:
    """Our mailbox and the holder's at one Dovecot; between them a submission server that hands on over LMTP."""

    def __init__(self, folder: Path, dovecot: Dovecot, smtp: SmtpEnd, user: str) -> None:
        self.post = Post(folder, largest_enclosure=5_000_000)
        self.dovecot, self.smtp, self.user = dovecot, smtp, user
        self.settings: EmailSettings = email_settings(
            folder,
            imap={"port": dovecot.imap, "username": user},
            smtp={"port": smtp.port},
        )
        self.inbox = ImapInbox(self.settings)
        self.readers = {"email": SandboxedReader()}
        self.bounce_readers = {"email": SandboxedReader()}
        actor = Actor(
            agency=AGENCY,
            letters=Letters(agency=AGENCY, catalogue=CATALOGUE, composer=self.post.composer),
            bounces=Bounces(archive=self.post.archive, readers=self.bounce_readers),
        )
        processing = Processing(
            archive=self.post.archive,
            readers=self.readers,
            books=self.post.books,
            judges={"email": Judge(agency=AGENCY, catalogue=CATALOGUE, hours=HOURS)},
            actor=actor,
            announcements=Announcements(),
            clock=self.post.clock,
        )
        custody = Custody(archive=self.post.archive, books=self.post.books, clock=self.post.clock)
        self.rounds = Rounds(custody=custody, processing=processing, books=self.post.books, clock=self.post.clock)

    async def close(self) -> None:
        self.inbox.close()
        for reader in (*self.readers.values(), *self.bounce_readers.values()):
            reader.close()
        self.post.close()

    async def send(self, signer: MailSigner | None = None) -> Letter:
        """Dispatch what is owed; the last letter as the submission server took it."""
        sender = email_channel.new_sender(self.settings, AGENCY.name, signer.sign_mail if signer else None)
        dispatcher = Dispatcher(
            "email", sender=sender, books=self.post.books, archive=self.post.archive, clock=self.post.clock
        )
        await dispatcher.run()
        await dispatcher.close()
        return self.smtp.letters[-1]

    def hand_on(self, letter: Letter) -> bytes:
        """Into the holder's mailbox over LMTP, and out of it over IMAP."""
        with smtplib.LMTP("127.0.0.1", self.dovecot.lmtp) as lmtp:
            lmtp.sendmail(letter.sender, [f"{self.user}-{HOLDER}"], letter.raw)
        with IMAPClient("127.0.0.1", self.dovecot.imap, ssl=False) as client:
            client.login(f"{self.user}-{HOLDER}", PASSWORD)
            client.select_folder("INBOX")
            (row,) = client.search()
            raw = client.fetch([row], ["BODY.PEEK[]"])[row][b"BODY[]"]
        assert isinstance(raw, bytes)
        return raw

    def receive(self, raw: bytes) -> None:
        """Into our own mailbox, taken and processed."""
        self.dovecot.deliver(self.user, raw)
        self.rounds.receive(Watch(self.inbox, datetime(2020, 1, 1, tzinfo=UTC)))

    def item(self, item_id: str) -> OutboxItem:
        return self.post.item(item_id)


@pytest.fixture
async def journey(tmp_path: Path, dovecot: Dovecot, smtp_end: SmtpEnd, fresh_user: str) -> AsyncIterator[Journey]:
    made = Journey(tmp_path, dovecot, smtp_end, fresh_user)
    yield made
    await made.close()


@pytest.fixture(scope="module", params=["p-256", "rsa-2048"])
def authority_of_mail(request: pytest.FixtureRequest) -> Iterator[DemoAuthority]:
    """A demo authority with keys of either kind."""
    with DemoAuthority(key=request.param) as made:
        yield made


def read(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def pdf_of(message: EmailMessage) -> bytes:
    (part,) = (part for part in message.walk() if part.get_content_type() == "application/pdf")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


async def test_the_pdf_arrives_as_it_is_archived(journey: Journey) -> None:
    """Archive, SMTP, LMTP, mailbox, IMAP: one SHA-256; the server's answer is the evidence of hand-over."""
    request = journey.post.receive()
    (item,) = journey.post.hand_over(PDF, message_id=request)
    letter = await journey.send()
    message = read(journey.hand_on(letter))
    assert hashlib.sha256(pdf_of(message)).hexdigest() == item.enclosures[0].digest
    assert message["Message-ID"] == f"<{item.id}@agency.example>"
    assert letter.sender == "saraban@agency.example"
    with journey.post.books.look() as uow:
        (reply,) = uow.outbox.of_message(request)
    assert (reply.state, reply.reply) == ("sent", "250 2.0.0 queued as 1")
    assert [(one.name, one.detail) for one in journey.post.events(request)] == [
        ("letter.sent", "250 2.0.0 queued as 1")
    ]


async def test_a_letter_sent_twice_is_the_same_letter(journey: Journey) -> None:
    """After a connection that broke at the end, the retry is byte-identical: programs show it once."""
    (item,) = journey.post.hand_over(PDF)
    first = await journey.send()
    with journey.post.books.begin() as uow:
        uow.outbox.save(replace(journey.item(item.id), state=OutboxState.DEFERRED, due_at=journey.post.clock.at))
        uow.commit()
    assert (await journey.send()).raw == first.raw
    assert len(journey.smtp.letters) == 2


async def test_a_letter_that_bounces_becomes_a_task(journey: Journey) -> None:
    """The report comes by IMAP, is read under limits, never answered, and the letter is undelivered with its reason."""
    request = journey.post.receive()
    (item,) = journey.post.hand_over(PDF, message_id=request)
    letter = await journey.send()
    returned = letter.raw.split(b"\r\n\r\n")[0].decode().replace("\r\n", "\n")
    journey.receive(report(FAILED.format(envelope=""), returned + "\n"))
    assert journey.item(item.id).state is OutboxState.FAILED
    assert "user unknown" in journey.item(item.id).reply
    with journey.post.books.look() as uow:
        assert uow.queue.counts()["undelivered"] == 1
        (record,) = uow.queue.page("undelivered", offset=0, limit=10)
    assert record.logged.id == request
    await journey.send()
    assert len(journey.smtp.letters) == 1


async def test_a_document_beyond_the_servers_limit_fails_with_a_remedy(
    tmp_path: Path, dovecot: Dovecot, fresh_user: str
) -> None:
    with SmtpEnd(extensions=("SIZE 1000000",)) as small:
        journey = Journey(tmp_path, dovecot, small, fresh_user)
        (item,) = journey.post.hand_over(PDF)
        (link,) = journey.post.hand_over(PDF * 3)
        await journey.send()
        assert journey.item(item.id).state is OutboxState.FAILED
        assert "licences.largest_enclosure_mb" in journey.item(item.id).reply
        assert journey.item(link.id).state is OutboxState.SENT
        assert b"application/pdf" not in small.letters[0].raw
        await journey.close()


async def test_a_signed_mail_is_verified_by_openssl(
    tmp_path: Path, journey: Journey, authority_of_mail: DemoAuthority
) -> None:
    """What the holder's program checks is whole after both servers, and the PDF within is the archived one."""
    signer = MailSigner(authority_of_mail.signer)
    journey.post.hand_over(PDF)
    letter = await journey.send(signer)
    raw = journey.hand_on(letter)
    assert read(raw).get_content_type() == "multipart/signed"
    root, mail, content = (tmp_path / name for name in ("root.pem", "mail.eml", "content"))
    root.write_bytes(authority_of_mail.root.certificate.public_bytes(Encoding.PEM))
    mail.write_bytes(raw)
    command = ["openssl", "cms", "-verify", "-in", mail, "-CAfile", root, "-purpose", "any", "-out", content]
    result = subprocess.run(command, capture_output=True, timeout=30, check=False)
    assert result.returncode == 0, result.stderr
    assert pdf_of(read(content.read_bytes())) == PDF


async def test_of_a_signed_mail_only_the_signature_may_differ(
    journey: Journey, authority_of_mail: DemoAuthority
) -> None:
    """A retry carries the same Message-ID, the same boundary and the same signed content."""
    signer = MailSigner(authority_of_mail.signer)
    (item,) = journey.post.hand_over(PDF)
    first = await journey.send(signer)
    with journey.post.books.begin() as uow:
        uow.outbox.save(replace(journey.item(item.id), state=OutboxState.DEFERRED, due_at=journey.post.clock.at))
        uow.commit()
    second = await journey.send(signer)
    mark = b"Content-Type: application/pkcs7-signature;"
    assert first.raw.split(mark)[0] == second.raw.split(mark)[0]
