"""The labelled messages: written by hand, labelled with words that exist, and mails that say what the files say."""

import json
from pathlib import Path

import pytest

from bench.messages import LabelledMessage, expectations, messages
from bench.messages.__main__ import write
from bench.messages.mails import TO, mail
from channels.email.reading.parse import parse
from mailroom.domain.decision import Kind
from mailroom.domain.learning import LEARNED_KINDS
from tests.support.stage_values import catalogue

BY_POLICY_ALONE = {Kind.WRONG_CHANNEL}
WRITTEN_BY_CITIZENS = {*LEARNED_KINDS, Kind.FOLLOW_UP, Kind.THANKS, Kind.WRONG_AGENCY}
"""Of the others, which the form of a mail tells rather than its words, those that were seen are enough."""
WRITTEN = [one for one in messages() if one.raw is None]
MESSAGE = """
[[message]]
id = "x"
from = "ก <a@mail.example>"
subject = "ข"
text = "ค"
kind = "request"
"""


def test_enough_messages_of_every_kind_and_service() -> None:
    """At least 200 blind ones, of every service and of every kind that citizens write; all kinds among all messages."""
    found, blind = messages(), messages("blind")
    assert len(found) >= 1500
    assert len(blind) >= 200
    assert {kind for one in found for kind in one.labels["kind"]} == set(Kind) - BY_POLICY_ALONE
    assert {kind for one in blind for kind in one.labels["kind"]} >= WRITTEN_BY_CITIZENS
    for several in (found, blind):
        services = {key for one in several for key in one.labels.get("service", ())}
        assert services - {""} == {one.key for one in catalogue().services}


def test_mails_say_what_the_files_say() -> None:
    """Sender, subject, text and names of attachments are read as they were written, of every fourth message."""
    for message in WRITTEN[::4]:
        _says_the_same(message)


def _says_the_same(message: LabelledMessage) -> None:
    raw = mail(message)
    read = parse(raw)
    assert raw == mail(message)
    assert (read.sender.name, read.sender.address) == _address(message.sender)
    assert read.subject == " ".join(message.subject.split())
    assert read.text.strip() == message.text.strip()
    assert [one.name for one in read.attachments if not message.report] == list(message.attachments)
    assert [one.address for one in read.recipients] == [TO]
    assert read.report_type == message.report


def _address(sender: str) -> tuple[str, str]:
    name, _, address = sender.rpartition("<")
    return name.strip(), address.rstrip(">")


def test_attachments_are_of_the_type_of_their_name() -> None:
    """By their content, not only by what is declared: readers go by that."""
    types = {
        one.name.rpartition(".")[2]: one.media_type for written in WRITTEN for one in parse(mail(written)).attachments
    }
    assert types["pdf"] == "application/pdf"
    assert types["jpg"] == types["jpeg"] == "image/jpeg"
    assert types["png"] == "image/png"
    assert types["docx"].endswith("wordprocessingml.document")
    assert types["xlsx"].endswith("spreadsheetml.sheet")
    assert types["zip"] == "application/zip"


def test_a_folder_of_mails_and_what_is_expected_of_them(tmp_path: Path) -> None:
    """One file for each message, and its labels under its name; a list where more than one is right."""
    count = write(tmp_path / "new", "seen")
    expected = json.loads((tmp_path / "new" / "expectations.json").read_text(encoding="utf-8"))
    assert {one.name for one in (tmp_path / "new").glob("*.eml")} == set(expected)
    assert count == len(expected) == len(messages("seen"))
    assert expected == expectations(messages("seen"))
    assert expected["s-building-1.eml"] == {"kind": "enquiry", "service": "building-permit"}
    assert expected["s-building-3.eml"]["service"] == ["building-permit", "nuisance-complaint"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (MESSAGE + 'kidn = "request"\n', "x: kidn: no such field"),
        (MESSAGE.replace('kind = "request"', ""), "x: kind is missing"),
        (MESSAGE + MESSAGE, "more than one message is called x"),
    ],
)
def test_a_slip_in_a_file_is_named(tmp_path: Path, text: str, told: str) -> None:
    """The message and what is wrong with it."""
    (tmp_path / "seen-a.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=told):
        messages("seen", tmp_path)
