"""From the mailbox to the words of its attachments, past a real virus scanner, and what is told while that is silent."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import cast

from mailroom import bootstrap
from mailroom.cli.operation import full_pass
from mailroom.domain.attachment_reading import AttachmentReading, ReadingState
from mailroom.services.attachment_readings import SILENT
from tests.support.attachment_zoo import SLIP, picture, word
from tests.support.installation import REQUEST, Installation, mail
from tests.support.virus_scanner import MARK, NAME, virus_scanner

OWNER = "เจ้าของที่ดินแปลงนี้"


def with_files(*files: tuple[str, bytes]) -> bytes:
    message = cast(EmailMessage, message_from_bytes(mail(*REQUEST), policy=SMTP))
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def passed(installation: Installation) -> tuple[list[AttachmentReading], list[str]]:
    """What is known of the attachments of the first message after one more pass, and what is wrong."""
    with bootstrap.open_house(bootstrap.load(installation.config)) as house:
        full_pass(house)
        with house.books.look() as uow:
            return list(uow.attachments.of_message(1).values()), house.problems()


def test_attachments_are_scanned_and_read(installation: Installation) -> None:
    """Nothing passes while the scanner is silent; then words and codes are there, and the virus is named."""
    installation.deliver(with_files(("ยินยอม.docx", word(OWNER)), ("slip.png", picture(code=SLIP)), ("a.bin", MARK * 3)))
    with virus_scanner() as socket:
        installation.extra = f'[attachments]\nclamav = "{socket}"\n'
        installation.write()
        assert "ok    virus scanner: ClamAV" in installation.run("doctor").stdout
    readings, problems = passed(installation)
    assert readings == [AttachmentReading(ReadingState.WAITS)] * 3
    assert SILENT in problems
    assert "FAIL  virus scanner" in installation.run("doctor", fails=True).stdout
    with virus_scanner() as socket:
        installation.extra = f'[attachments]\nclamav = "{socket}"\n'
        installation.write()
        (document, slip, virus), problems = passed(installation)
    assert OWNER in document.text
    assert slip.codes == (SLIP,)
    assert [(finding.code, finding.detail) for finding in virus.findings] == [("virus", NAME)]
    assert SILENT not in problems


def test_nothing_is_read_where_that_is_not_wanted(installation: Installation, tmp_path: Path) -> None:
    """And doctor says so; what is wanted and cannot be had is a failure that names the remedy."""
    installation.deliver(with_files(("ยินยอม.docx", word(OWNER))))
    installation.extra = "[attachments]\nread = false\n"
    installation.write()
    assert passed(installation)[0] == []
    assert "ok    attachments: not read" in installation.run("doctor").stdout
    installation.extra = "[attachments]\nocr = true\n"
    installation.write()
    assert "reads Thai" in installation.run("doctor").stdout
    installation.environment["PATH"] = str(tmp_path)
    assert "FAIL  OCR: Tesseract is not installed" in installation.run("doctor", fails=True).stdout
