"""Letters: complete, harmless whatever citizens write, and quick."""

from dataclasses import replace
from datetime import UTC, date, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from mailroom.domain.agency import Announcement
from mailroom.domain.decision import Letter, Secrecy
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.message import Address
from mailroom.domain.register import RegisterNumber
from mailroom.domain.service import OtherAgency, Service
from mailroom.stages.answering import OUR_SUBJECT
from mailroom.stages.compose import Composer, LetterFacts, compose, one_line, stationery
from mailroom.texts import load_composer, load_templates, load_texts
from tests.support.stage_values import AGENCY, CONFIG, attachment, message

COMPOSER = load_composer(CONFIG)
ANSWERS = (Letter.ACKNOWLEDGEMENT, Letter.HELD, Letter.REDIRECT_AGENCY, Letter.REDIRECT_CHANNEL)
"""Letters that answer a message by themselves; those about licences have tests of their own."""
HOSTILE = (
    "\r\nBcc: victim@example.com\r\n\r\nbody",
    "{{ 7*7 }} {% raw %} ${7*7} %s %n <%= 1 %>",
    "<script>alert(1)</script>'\"&<img src=x onerror=alert(1)>",
    "\u202eexe.fdp\u2066\x00\x07\x1b[31m\ud800",
    "ก" + "\u0e49" * 5000,
    "ย" * 50_000,
    "",
)


def facts(**changes: Any) -> LetterFacts:
    known = {
        "agency": AGENCY,
        "message": message("ขออนุญาตก่อสร้าง", "ครับ", "แบบแปลน.pdf", "โฉนด.pdf"),
        "channel": "email",
        "number": RegisterNumber(2569, 41),
        "entered_system_at": datetime(2026, 1, 4, 13, 0, tzinfo=UTC),
        "deemed_received_at": datetime(2026, 1, 5, 1, 30, tzinfo=UTC),
        "other_agency": OtherAgency("กรมที่ดิน", email="saraban@land.example", url="https://land.example", phone="1555"),
        "announcement": Announcement(date(2023, 8, 1), ("email", "line"), "ลงวันที่ 1 สิงหาคม 2566", "https://a.example"),
    }
    return LetterFacts(**{**known, **changes})


def test_an_acknowledgement_says_all_it_must() -> None:
    """Number, both times, the out-of-hours sentence, attachments with digests, and that it is no approval (R25, R45)."""
    letter = COMPOSER.compose(Letter.ACKNOWLEDGEMENT, facts())
    assert letter.subject == "ได้รับเรื่องของท่านแล้ว เลขรับ 41/2569"
    for body in (letter.text, letter.html):
        for words in (
            "41/2569",
            "วันที่ 4 มกราคม 2569 เวลา 20.00 น.",
            "วันที่ 5 มกราคม 2569 เวลา 08.30 น.",
            "นอกวันหรือเวลาทำการ",
            "2 รายการ",
            "แบบแปลน.pdf (2 kB)",
            "a" * 64,
            "มิใช่การอนุมัติ",
            "035-555-0100",
            "เทศบาลเมืองตัวอย่าง",
            "5 January 2026 at 08:30",
            "not an approval",
        ):
            assert words in body, words


def test_within_hours_nothing_is_said_of_hours() -> None:
    """The out-of-hours sentence stands only where it is true."""
    at = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
    letter = COMPOSER.compose(Letter.ACKNOWLEDGEMENT, facts(entered_system_at=at, deemed_received_at=at))
    assert "นอกวันหรือเวลาทำการ" not in letter.text
    assert "outside our working" not in letter.html


def test_a_redirect_names_agency_and_channel() -> None:
    """The agency that is directly responsible stands there with every channel that is known (R19)."""
    letter = COMPOSER.compose(Letter.REDIRECT_AGENCY, facts())
    for body in (letter.text, letter.html):
        for words in ("กรมที่ดิน", "saraban@land.example", "https://land.example", "1555", "41/2569"):
            assert words in body


def test_a_wrong_channel_notice_says_that_nothing_is_registered() -> None:
    """It lists the announced channels and gives no number (R21)."""
    letter = COMPOSER.compose(Letter.REDIRECT_CHANNEL, facts(number=None, channel="line"))
    for body in (letter.text, letter.html):
        for words in ("saraban@tuayang.go.th", "ไลน์", "ยังไม่ได้ลงทะเบียนรับ", "not registered", "ลงวันที่ 1 สิงหาคม 2566"):
            assert words in body
        assert "เลขรับ" not in body


def test_a_wrong_channel_notice_lists_only_channels_of_the_service() -> None:
    """Who wrote by mail for something that is taken by LINE alone is not sent to the mailbox again (R21)."""
    announced = Announcement(date(2023, 8, 1), ("email", "line"))
    by_line = Service("pets", "วัคซีนพิษสุนัขบ้า", channels=("line",))
    letter = COMPOSER.compose(Letter.REDIRECT_CHANNEL, facts(number=None, announcement=announced, service=by_line))
    assert "1. ไลน์" in letter.text
    assert "saraban@tuayang.go.th" not in letter.text


def test_a_clerks_wrong_channel_notice_needs_no_announcement() -> None:
    """Without an announcement the central mailbox is named."""
    letter = COMPOSER.compose(Letter.REDIRECT_CHANNEL, facts(announcement=None))
    assert "saraban@tuayang.go.th" in letter.text


def test_who_sent_nothing_is_asked_to_send_it_again() -> None:
    """An empty mail is not answered with "you need not send it again"; what could not be read is no empty mail."""
    blank = COMPOSER.compose(Letter.HELD, facts(message=message()))
    unread = COMPOSER.compose(Letter.HELD, facts(message=message(defects=("unreadable: time limit",))))
    for body, other in ((blank.text, unread.text), (blank.html, unread.html)):
        assert "โปรดส่งข้อความหรือเอกสารมาอีกครั้ง" in body
        assert "ไม่ต้องส่งเรื่องซ้ำ" not in body
        assert "ไม่ต้องส่งเรื่องซ้ำ" in other


def test_a_secret_matter_is_not_repeated() -> None:
    """Neither subject nor attachments of a graded matter go out by mail (R58)."""
    sent = message("(ลับ) สอบสวนนาย ก", "x", "รายชื่อ.pdf")
    letter = COMPOSER.compose(Letter.HELD, facts(message=sent, secrecy=Secrecy.CONFIDENTIAL))
    for body in (letter.subject, letter.text, letter.html):
        assert "สอบสวน" not in body
        assert "รายชื่อ" not in body
        assert "สิ่งที่ส่งมาด้วย" not in body


def test_many_attachments_are_counted() -> None:
    """Twenty are listed, the number of the others is given, and inline pictures are left out."""
    files = (*(attachment(f"{n}.pdf") for n in range(30)), attachment("logo.png", inline=True))
    letter = COMPOSER.compose(Letter.ACKNOWLEDGEMENT, facts(message=message("x", "y", attachments=files)))
    assert "30 รายการ" in letter.text
    assert "และอีก 10 รายการ" in letter.text
    assert "19.pdf" in letter.text
    assert "20.pdf" not in letter.text
    assert "logo.png" not in letter.html


@pytest.mark.parametrize("letter", ANSWERS)
@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_every_letter_withstands_hostile_words(letter: Letter, words: str) -> None:
    """Headers cannot be injected, markup and template syntax stay literal, and size stays bounded."""
    sent = message(words, words, words, sender=Address(words, "a@example.com"))
    made = COMPOSER.compose(letter, facts(message=sent))
    envelope = EmailMessage()
    envelope["Subject"] = made.subject
    made.text.encode()
    made.html.encode()
    assert len(made.text) + len(made.html) < 40_000
    assert "<script" not in made.html
    assert "<img" not in made.html
    assert "\x1b" not in made.text + made.html
    assert "\u202e" not in made.text + made.html
    assert "\nBcc:" not in made.text
    assert " 49 " not in made.text


def test_one_line_is_one_bounded_line() -> None:
    """Control characters and direction overrides become a blank, towers of marks are clipped, length is bounded."""
    assert one_line("ก\r\nBcc: x\u2028y\u0085z", 80) == "ก Bcc: x y z"
    assert one_line("ก" * 200, 10) == "ก" * 9 + "…"
    assert one_line("ก" + "\u0e49" * 100, 80) == "ก" + "\u0e49" * 3


def test_equal_facts_make_equal_letters() -> None:
    """A retry is the same letter."""
    assert COMPOSER.compose(Letter.HELD, facts()) == COMPOSER.compose(Letter.HELD, facts())


@pytest.mark.parametrize("letter", ANSWERS)
def test_our_own_subjects_are_known_when_they_come_back(letter: Letter) -> None:
    """`answering` recognises a reply to each of our letters by the subject that the catalogue gives it."""
    assert OUR_SUBJECT.search(f"Re: {COMPOSER.compose(letter, facts()).subject}")


def test_a_letter_without_a_name_is_addressed_all_the_same() -> None:
    """Nobody is greeted with an empty name."""
    made = COMPOSER.compose(Letter.ACKNOWLEDGEMENT, facts(message=message("x", "y", sender=Address("", "a@b.c"))))
    assert made.text.startswith("เรียน ท่านผู้ติดต่อ")
    assert "ไม่มี" in made.text


def test_a_template_that_asks_for_nothing_known_is_refused() -> None:
    """An unknown value or broken syntax is named, not sent as an empty place."""
    texts = load_texts(CONFIG)
    templates = dict(load_templates(CONFIG))
    broken = stationery({**templates, "th/held.txt": "{{ nothing_known }}"}, texts)
    with pytest.raises(ConfigurationError, match="nothing_known"):
        compose(Letter.HELD, facts(), broken)
    with pytest.raises(ConfigurationError, match="letter template"):
        stationery({**templates, "th/held.txt": "{% if %}"}, texts)


def test_a_foreign_agency_without_some_channels_leaves_no_gaps() -> None:
    """Channels that are not known are not mentioned."""
    other = OtherAgency("กรมที่ดิน", url="https://land.example")
    made = COMPOSER.compose(Letter.REDIRECT_AGENCY, replace(facts(), other_agency=other))
    assert "อีเมล:" not in made.text
    assert isinstance(COMPOSER, Composer)
