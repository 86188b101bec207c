"""The sample mailbox over a real IMAP server and a real SMTP end: what becomes of every mail."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailroom import bootstrap
from mailroom.bootstrap import House
from mailroom.cli.operation import full_pass
from mailroom.demo.agency_files import Servers, write_configuration
from mailroom.demo.compare import Matched, gaps, match, threads
from mailroom.demo.mails.model import Sample
from mailroom.demo.mails.sample import SAMPLE
from mailroom.demo.mails.second_wave import second_wave
from mailroom.domain.decision import Kind, Outcome
from mailroom.domain.record import MessageRecord
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.smtp_end import SmtpEnd

USER = "samplebox"


@dataclass(frozen=True)
class Journey:
    """Both waves taken, answered, and taken again."""

    house: House
    first: list[Matched]
    whole: list[Matched]
    letters: list[bytes]
    repeated: tuple[int, int]
    """Messages taken and letters sent by one more pass with nothing new in the mailbox."""
    before: list[MessageRecord]
    after: list[MessageRecord]
    """The records before and after that pass."""


@pytest.fixture(scope="module")
def journey(dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    folder = Path(tmp_path_factory.mktemp("sample"))
    with SmtpEnd() as end:
        servers = Servers(
            imap_port=dovecot.imap,
            smtp_port=end.port,
            web_port=0,
            user=USER,
            password=PASSWORD,
            time_stamps="http://127.0.0.1:9/nobody-signs-here",
        )
        path = write_configuration(folder / "agency", servers)
        with bootstrap.open_house(bootstrap.load(path)) as house:
            yield _travelled(house, dovecot, end)


def _travelled(house: House, dovecot: Dovecot, end: SmtpEnd) -> Journey:
    _deliver(dovecot, SAMPLE)
    full_pass(house)
    first = match(SAMPLE, _records(house))
    answers = second_wave(threads(first, [letter.raw for letter in end.letters]))
    _deliver(dovecot, answers)
    full_pass(house)
    before = _records(house)
    letters = [letter.raw for letter in end.letters]
    rounds, sent = full_pass(house)
    return Journey(
        house=house,
        first=first,
        whole=match((*SAMPLE, *answers), before),
        letters=letters,
        repeated=(sum(one.taken.messages for one in rounds), sent),
        before=before,
        after=_records(house),
    )


def _deliver(dovecot: Dovecot, samples: Sequence[Sample]) -> None:
    for sample in samples:
        dovecot.deliver(USER, sample.raw, folder=sample.folder, at=sample.entered_at)


def _records(house: House) -> list[MessageRecord]:
    with house.books.look() as uow:
        return list(uow.messages.every())


def test_the_sample_shows_every_kind_and_every_outcome(journey: Journey) -> None:
    """Nothing that a message can be, and nothing that can become of it, is missing from the sample."""
    fates = [one.sample.fate for one in journey.whole]
    assert {fate.kind for fate in fates} == set(Kind)
    assert {fate.outcome for fate in fates} == set(Outcome)
    assert len(SAMPLE) >= 48


def test_every_mail_is_read_and_decided_as_expected(journey: Journey) -> None:
    """Subject, sender, text, files, kind, service, outcome, number, letter, marks and times: all as declared."""
    wrong = {one.sample.name: one.differences for one in journey.whole if one.differences}
    assert wrong == {}


def test_nothing_is_lost_and_nothing_is_added(journey: Journey) -> None:
    """As many records as mails, in two folders together."""
    assert len(journey.before) == len(journey.whole)
    assert all(one.record for one in journey.whole)


def test_the_register_has_no_gap_in_any_year(journey: Journey) -> None:
    """Mail of the old year and of the new one, each numbered from 1."""
    assert gaps(journey.before) == []
    assert {record.number.year for record in journey.before if record.number} == {2568, 2569}


def test_every_letter_owed_was_handed_in_exactly_once(journey: Journey) -> None:
    """As many letters at the SMTP end as replies on record, to the same people; only the one that came back failed."""
    replies = [reply for record in journey.before for reply in record.replies]
    assert all(reply.sent_at for reply in replies)
    assert [reply.to for reply in replies if reply.state != "sent"] == ["anan@builder.example"]
    assert len(journey.letters) == len(replies)
    answered = Counter(str(number) for record in journey.before if record.replies and (number := record.number))
    assert set(answered.values()) == {1}


def test_no_letter_has_a_header_that_a_sender_made_up(journey: Journey) -> None:
    """Nobody gets a blind copy because a citizen wrote a line end into subject or name."""
    heads = [raw.partition(b"\r\n\r\n")[0] for raw in journey.letters]
    assert not [head for head in heads if b"\nbcc:" in head.lower()]


def test_another_pass_changes_nothing(journey: Journey) -> None:
    """With nothing new in the mailbox nothing is taken, sent, numbered or decided again."""
    assert journey.repeated == (0, 0)
    assert journey.after == journey.before


def test_the_independent_check_finds_nothing(journey: Journey) -> None:
    """Archive, log, register and outbox agree."""
    assert bootstrap.verify(journey.house.configuration).findings == ()
