"""What should be seen first: danger to life in running text, and the sender's own word for haste."""

import pytest

from mailroom.domain.decision import SHOW_NOW, Kind, Urgency
from mailroom.stages.alarm import find_alarm
from mailroom.stages.classify import classify
from tests.support.stage_values import AGENCY, NO_HISTORY, catalogue, message

PRESENT = [
    "ช่วยด้วย ไฟไหม้บ้านข้างๆ ลามแล้ว",
    "แก๊สรั่วที่ร้านหน้าตลาด กลิ่นแรงมาก",
    "สายไฟขาดลงมาพาดน้ำ มีคนโดนไฟดูด",
    "ตึกกำลังถล่ม มีคนติดอยู่ในตึก",
    "น้ำป่ามาแล้ว ยายติดอยู่บนหลังคา",
    "มีคนตกน้ำที่ท่าน้ำวัด",
    "ผมไม่อยากมีชีวิตอยู่แล้ว",
    "เพื่อนบ้านโดนแทง เลือดไหลไม่หยุด",
    "เด็กทั้งห้องอาหารเป็นพิษ อาเจียนกันหมด",
    "There is a gas leak in our street",
    "My neighbour's house is on fire",
]
FEARED = [
    "กลัวว่าสายไฟขาดลงมาแล้วไฟดูดเด็ก",
    "ถ้าไม่ซ่อมอาจมีคนตกท่อ",
    "เกรงว่าจะเกิดเพลิงไหม้",
    "ปีที่แล้วมีเด็กจมน้ำตรงนี้",
    "a tree might fall, I am afraid the house is on fire one day",
]
NO_DANGER = [
    "ขอแจ้งตาย พ่อเสียชีวิตที่บ้านเมื่อวาน ขอใบมรณบัตร",
    "หม้อแปลงระเบิดเมื่อคืน ไฟดับทั้งซอย",
    "ขอรถดับเพลิงมาเติมน้ำ",
    "อบรมดับเพลิงและซ้อมหนีไฟ",
    "ขอถังขยะหนึ่งใบ",
    "ขอความช่วยเหลือบ้านที่ถูกไฟไหม้เมื่อปีก่อน",
]


@pytest.mark.parametrize("text", PRESENT)
def test_a_present_danger_is_shown_first(text: str) -> None:
    """Its reason stands before all others, whatever kind and service the message has."""
    found = classify(message("", text), NO_HISTORY, AGENCY, catalogue())
    assert found.reasons[0].code == SHOW_NOW
    assert found.marks.urgency is Urgency.NORMAL


@pytest.mark.parametrize("text", FEARED)
def test_fear_chance_and_the_past_lower_it(text: str) -> None:
    """Told to the clerk, but not as something that is happening."""
    codes = [one.code for one in find_alarm(text)]
    assert "danger-feared" in codes
    assert SHOW_NOW not in codes


@pytest.mark.parametrize("text", NO_DANGER)
def test_other_matters_raise_no_alarm(text: str) -> None:
    """A death for the registry, a transformer, an exercise: nobody need come running."""
    assert SHOW_NOW not in [one.code for one in find_alarm(text)]


@pytest.mark.parametrize("text", ["ด่วนมากครับ น้ำท่วมบ้าน", "ขอเร่งด่วนค่ะ", "please answer urgently", "ช่วยมาเดี๋ยวนี้"])
def test_a_word_of_haste_is_a_claim(text: str) -> None:
    """It is told, and gives no class (R57)."""
    found = classify(message("", text), NO_HISTORY, AGENCY, catalogue())
    assert found.reasons[-1].code == "haste-claimed"
    assert found.marks.urgency is Urgency.NORMAL


@pytest.mark.parametrize(
    "text", ["รถติดบนทางด่วน", "โทรสายด่วนไม่ติด", "ชั่วโมงเร่งด่วน", "ไม่ด่วนครับ", "ไฟฉุกเฉินเสีย", "ห้องฉุกเฉิน", "it is not urgent"]
)
def test_words_that_only_hold_haste_claim_nothing(text: str) -> None:
    """An expressway, a hotline, an emergency exit."""
    assert find_alarm(text) == ()


def test_danger_changes_neither_kind_nor_service() -> None:
    """A street light is a street light, also where a wire hangs."""
    calm = classify(message("ไฟถนนดับ", "ไฟถนนหน้าบ้านดับ"), NO_HISTORY, AGENCY, catalogue())
    wild = classify(message("ไฟถนนดับ", "ไฟถนนหน้าบ้านดับ มีคนถูกไฟดูด"), NO_HISTORY, AGENCY, catalogue())
    assert (wild.kind, wild.service) == (calm.kind, calm.service) == (Kind.COMPLAINT, "street-light-repair")


def test_a_robot_raises_no_alarm() -> None:
    """What offers, lures or was never written by a person is not shown to one at once."""
    found = classify(message("ไฟไหม้", "x", headers={"Auto-Submitted": "auto-replied"}), NO_HISTORY, AGENCY, catalogue())
    assert SHOW_NOW not in [one.code for one in found.reasons]
