"""Services and agencies by the words of the catalogue, and by likeness where the words do not tell."""

import pytest

from mailroom.domain.service import Catalogue, OtherAgency, Service
from mailroom.stages.asked_act import Wish, wishes
from mailroom.stages.catalogue_likeness import alike
from mailroom.stages.catalogue_score import Scores, score
from mailroom.stages.classify import classify
from mailroom.stages.respelling import respelled
from tests.support.stage_values import AGENCY, NO_HISTORY, catalogue, message

SHOP = Service("shop", "ขออนุญาตเปิดร้าน", "Shop licence", words=("ร้าน…อาหาร", "บ่อน", "ไฟ…ดับ"), licence=True)
ROAD = Service("road", "แจ้งซ่อมถนน", "Road repair", words=("ถนน…หลุม", "ทางเท้า", "road … broken"))
SMALL = Catalogue((SHOP, ROAD), (OtherAgency("กรมทดสอบ", ("กทส", "ใบทดสอบ"), url="https://t.example"),))


def found(text: str, subject: str = "", *files: str) -> Scores:
    return score(subject, text, files, AGENCY, SMALL)


@pytest.mark.parametrize(
    ("text", "services"),
    [
        ("ถนนหน้าบ้านผมเป็นหลุม", ["road"]),
        ("the road in front of my house is broken", ["road"]),
        ("หลุมหน้าถนน", []),
        ("ถนน" + "ยาว" * 40 + "หลุม", []),
        ("ไฟดับ", []),
        ("ไฟหน้าบ้านดับ", ["shop"]),
        ("ขุดบ่อน้ำ", []),
        ("มีบ่อนแถวนี้", ["shop"]),
        ("ร้านขายอาหารตามสั่ง", ["shop"]),
    ],
)
def test_phrases_are_found_with_their_gaps_between_whole_syllables(text: str, services: list[str]) -> None:
    """Parts stand in their order with a few words between; บ่อน is not in บ่อน้ำ."""
    assert [one.key for one in found(text).services] == services


def test_a_place_nearby_and_a_paper_enclosed_weigh_little() -> None:
    """What stands before the market, or is enclosed, is hardly what is asked."""
    plain, near = found("ทางเท้าพัง").services[0], found("ไฟดับตรงหน้าทางเท้า").services[0]
    assert near.points < plain.points / 2
    sent, wanted = found("แนบใบทดสอบมาแล้ว").agencies[0], found("หายครับใบทดสอบ").agencies[0]
    assert sent.points < wanted.points / 2


def test_an_offices_initials_weigh_as_a_name() -> None:
    """Three letters are a short phrase, and yet nothing but the office."""
    assert found("ไป กทส มา").agencies[0].points > 3


def test_subject_counts_twice_and_a_file_half() -> None:
    """The subject says what is wanted; a name of a file may be anything."""
    text, subject, file = found("ทางเท้า"), found("", "ทางเท้า"), found("", "", "ทางเท้า.jpg")
    assert subject.services[0].points == 2 * text.services[0].points == 4 * file.services[0].points


def test_what_is_wanted_tells_services_of_one_subject_apart() -> None:
    """Two services own the same words: the one whose name says what is to be done is meant."""
    words = ("ใบสมมุติ",)
    both = Catalogue((Service("copy", "คัดสำเนาใบสมมุติ", words=words), Service("move", "แจ้งย้าย", words=words)))
    assert next(one.key for one in score("", "อยากได้คัดสำเนา ใบสมมุติ", (), AGENCY, both).services) == "copy"
    assert next(one.key for one in score("", "จะย้าย ใบสมมุติ", (), AGENCY, both).services) == "move"
    assert score("", "เรื่องใบสมมุติ", (), AGENCY, both).service is None


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("ขออนุญาตเปิดร้าน", Wish.PERMIT),
        ("ต่ออายุใบอนุญาต", Wish.RENEW),
        ("ขอแก้ไขรายการ", Wish.AMEND),
        ("เลิกกิจการแล้ว", Wish.CANCEL),
        ("โอนกิจการให้ลูก", Wish.TRANSFER),
        ("ใบอนุญาตหาย ขอใบแทน", Wish.SUBSTITUTE),
        ("ขอคัดสำเนา", Wish.COPY),
        ("ลงทะเบียนรับเบี้ย", Wish.REGISTER),
        ("แจ้งย้ายเข้า", Wish.MOVE),
        ("ชำระภาษี", Wish.PAY),
        ("มาซ่อมให้ที", Wish.REPAIR),
        ("ขอยืมเต็นท์", Wish.USE),
        ("ขอรายชื่อร้าน", Wish.DATA),
        ("ร้องเรียนเสียงดัง", Wish.COMPLAIN),
    ],
)
def test_wishes(text: str, wish: Wish) -> None:
    """Each act is known by its own words."""
    assert wish in wishes(text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("ขออนุญาติ", "ขออนุญาต"), ("เต้นท์", "เต็นท์"), ("ฟุตปาธ", "ฟุตบาท"), ("มากกกกก", "มาก"), ("ททท", "ททท")],
)
def test_everyday_spellings_are_compared_as_one(typed: str, meant: str) -> None:
    """What many misspell is found all the same; initials of one letter stay."""
    assert respelled(typed) == meant


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("สูบสวมที่บ้านให้หน่อย ส้วมเตม", "waste-collection"),
        ("ขอขึ้นทะเบียนเบี้ยผูสุงอายุ", "elderly-allowance"),
        ("ถ่นนเป้นหลุมบ่อเยอะมาก", "road-and-drain-repair"),
    ],
)
def test_misspelt_words_are_still_like_their_service(text: str, service: str) -> None:
    """Where phrases fail, the text as a whole is most like the right entry."""
    assert alike(text, {}, catalogue())[0].owner == ("service", service)


def test_a_text_like_nothing_names_nothing() -> None:
    """Neither a service nor an agency is guessed from courtesies."""
    for text in ("สวัสดีครับ มีเรื่องจะรบกวน", "ขอความช่วยเหลือด้วยค่ะ", "hello, are you there", "ตามเอกสารแนบครับ"):
        known = classify(message("", text), NO_HISTORY, AGENCY, catalogue())
        assert (known.service, known.agency) == (None, None), known.reasons


def test_two_matters_are_left_to_a_clerk_with_their_names() -> None:
    """The likeliest services stand in the reason, three at most."""
    known = classify(message("", "ขออนุญาตต่อเติมอาคาร และขอยืมเต็นท์งานศพ"), NO_HISTORY, AGENCY, catalogue())
    assert known.service is None
    detail = next(one.detail for one in known.reasons if one.code == "several-services")
    assert 1 < len(detail.split(" · ")) <= 3
