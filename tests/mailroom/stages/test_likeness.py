"""How alike words are: rewritten requests are found again, others are not, whatever the text and in little time."""

import math
import random
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.match import MatchKey
from mailroom.stages.likeness import Likeness, own_words, pieces_of
from mailroom.stages.match_keys import Traits, said_traits, shared, telephones

MAIL = """เรียน นายกองค์การบริหารส่วนตำบลคลองใหม่

ข้าพเจ้านางมาลี ใจดี ขออนุญาตเปิดร้านก๋วยเตี๋ยวเรือที่ตึกแถวเลขที่ 12/3 หมู่ 4 ตรงข้ามโรงเรียนวัดคลองใหม่ พื้นที่ 40 ตารางเมตร
จึงเรียนมาเพื่อโปรดพิจารณา
ขอแสดงความนับถือ"""
LINE = "สวัสดีค่ะ ดิฉันมาลี ใจดี ขออนุญาตเปิดร้านก๋วยเตี๋ยวเรือ ที่ตึกแถวเลขที่ ๑๒/๓ หมู่ ๔ ตรงข้ามโรงเรียนวัดคลองใหม่นะคะ พื้นที่ ๔๐ ตารางเมตรค่ะ"
OTHER = "ขอความอนุเคราะห์ตัดต้นไม้ใหญ่ที่ล้ำเข้ามาในสายไฟหน้าบ้านเลขที่ 99 ซอยสุขใจ กลัวว่าหน้าฝนจะหักทับหลังคาบ้านและรถที่จอดอยู่"


def cosine(first: str, second: str, *others: str) -> float:
    texts = [pieces_of(own_words("", one)) for one in (*others, first, second)]
    return float(Likeness(texts).before(len(texts) - 1)[-1])


def test_the_same_request_by_another_channel_is_alike() -> None:
    """Greeting, closing, particles, spaces and Thai digits change little; another request is far off."""
    assert cosine(MAIL, LINE, OTHER) >= 0.6
    assert cosine(MAIL, OTHER, LINE) < 0.2
    assert cosine(MAIL, MAIL) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    ("subject", "text", "words"),
    [
        ("", "สวัสดีค่ะ ขอใบอนุญาตเปิดร้านอาหารตามสั่งหน้าตลาดสดค่ะ", "ขอใบอนุญาตเปิดร้านอาหารตามสั่งหน้าตลาดสด"),
        ("", "เรียน ท่านนายก\nขอใบอนุญาตเปิดร้านอาหารตามสั่ง\nขอบคุณครับ", "ขอใบอนุญาตเปิดร้านอาหารตามสั่ง"),
        ("Re: ขอใบอนุญาต", "ขอใบอนุญาตเปิดร้านอาหารตามสั่ง", "ขอใบอนุญาตเปิดร้านอาหารตามสั่ง"),
        ("เปิดร้าน", "ขออนุญาตขายอาหารตามสั่งหน้าบ้าน", "เปิดร้านขออนุญาตขายอาหารตามสั่งหน้าบ้าน"),
        ("", "ขอใบอนุญาตเปิดร้านอาหารตามสั่ง\n> ข้อความเดิมของท่าน", "ขอใบอนุญาตเปิดร้านอาหารตามสั่ง"),
        ("", "ขอใบอนุญาต", ""),
        ("", "สวัสดีค่ะ", ""),
        ("", "", ""),
    ],
)
def test_only_the_senders_own_words_count(subject: str, text: str, words: str) -> None:
    """Courtesy, quotes and a subject that the text repeats are left out; too few words are none."""
    assert own_words(subject, text) == words


def test_rare_words_weigh_more_than_those_of_everybody() -> None:
    """Requests that share only their form are less alike, the more messages have that form."""
    form = "มีความประสงค์ขออนุญาตก่อสร้างอาคารพักอาศัยตามแบบแปลนที่แนบมาพร้อมนี้ "
    first, second = form + "ที่ดินของนายสมชายข้างวัดหนองบัว", form + "โกดังเก็บข้าวริมคลองชลประทานสายสาม"
    crowd = [form + f"แปลงหมายเลข {number}" for number in range(60)]
    assert cosine(first, second, *crowd) < cosine(first, second)


def test_cosines_are_those_of_the_book() -> None:
    """The same numbers as the plain sum over all pieces gives."""
    words = [own_words("", one) for one in (MAIL, LINE, OTHER)]
    texts = [{said[at : at + 4] for at in range(len(said) - 3)} for said in words]

    def weight(row: int, piece: str) -> float:
        held = sum(piece in one for one in texts)
        return (1 + math.log(_overlapping(words[row], piece))) * (math.log(4 / (1 + held)) + 1)

    def dot(one: int, other: int) -> float:
        return sum(weight(one, piece) * weight(other, piece) for piece in texts[one] & texts[other])

    wanted = [dot(2, row) / math.sqrt(dot(2, 2) * dot(row, row)) for row in (0, 1)]
    found = Likeness([pieces_of(one) for one in words]).before(2)
    assert np.allclose(found, wanted, atol=1e-4)


def _overlapping(words: str, piece: str) -> int:
    return sum(words.startswith(piece, at) for at in range(len(words)))


@given(st.text(st.characters(), max_size=200), st.text(st.characters(), max_size=200))
def test_any_text_can_be_compared(first: str, second: str) -> None:
    """Also lone surrogates; what is equal is like, and nothing is more than like."""
    texts = [pieces_of(words) for words in (own_words("", first), own_words("", second), own_words("", first)) if words]
    if texts:
        scores = Likeness([*texts, texts[0]]).before(len(texts))
        assert scores.max() == pytest.approx(1.0, abs=1e-4)
        assert (scores >= 0).all()


def test_a_thousand_comparisons_take_a_millisecond() -> None:
    """One message against ten thousand: ten milliseconds at most, with room for a busy machine."""
    chance = random.Random(7)
    syllables = [chance.choice("กขคงจชดตถทนบปพมยรลวสหอ") + chance.choice("ะาิีุูเแโ") for _ in range(400)]
    texts = [pieces_of("".join(chance.choices(syllables, k=100))) for _ in range(10_000)]
    index = Likeness(texts)
    index.before(9_999)
    began = time.process_time()
    for row in range(9_989, 9_999):
        index.before(row)
    assert (time.process_time() - began) / 10 < 0.02


def test_numbers_of_the_senders_own_words_are_traits() -> None:
    """Doubtful numbers, quoted ones and the agency's own telephone are none."""
    text = "โทร 081-234-5678 สำนักงาน 02-123-4567 บัตร 3-1006-00445-63-5 หรือ 3-1006-00445-63-4\n> โทร 089-999-9999"
    found = said_traits("ติดตามเลขรับ 41/2569", text, ours=telephones("โทร. 0 2123 4567 ต่อ 1"))
    assert found == {
        MatchKey.CASE_NUMBER: frozenset({"register-number 41/2569"}),
        MatchKey.PHONE: frozenset({"0812345678"}),
        MatchKey.IDENTITY: frozenset({"3100600445635"}),
    }


def traits(sender: str = "", address: str = "", proven: str = "", **values: str) -> Traits:
    found = {MatchKey(key.replace("_", "-")): frozenset({value}) for key, value in values.items()}
    return Traits(sender=sender, address=address, proven=proven, values=found)


@pytest.mark.parametrize(
    ("first", "second", "keys"),
    [
        (traits("email a@b.co", "a@b.co"), traits("email a@b.co", "a@b.co"), (MatchKey.SENDER,)),
        (traits("line x U1", proven="a@b.co"), traits("email a@b.co", "a@b.co"), (MatchKey.PROVEN_EMAIL,)),
        (traits("email a@b.co", "a@b.co"), traits("line x U1", proven="a@b.co"), (MatchKey.PROVEN_EMAIL,)),
        (traits(phone="1", slip="2"), traits(phone="1", slip="2"), (MatchKey.PHONE, MatchKey.SLIP)),
        (traits(phone="1"), traits(phone="2"), ()),
        (traits(phone="1"), traits(identity="1"), ()),
        (traits(), traits(), ()),
        (traits("line x U1"), traits("line y U1"), ()),
    ],
)
def test_what_two_messages_share(first: Traits, second: Traits, keys: tuple[MatchKey, ...]) -> None:
    """Values of one kind, the same sender, or a proven address; nobody shares nothing."""
    assert shared(first, second) == keys
