"""Other local authorities that a text names as the place of what it is about (R19)."""

import pytest

from mailroom.domain.decision import Kind, Outcome
from mailroom.stages.classify import classify
from mailroom.stages.decide import decide
from mailroom.stages.local_authorities import is_local, other_authority
from mailroom.stages.rules import Facts
from tests.support.stage_values import AGENCY, ENTERED_AT, NO_HISTORY, catalogue, envelope, message

NAMED = [
    ("อบต.บางหลวงไม่มาเก็บขยะเลย", "องค์การบริหารส่วนตำบลบางหลวง"),
    ("ถนนในเขต อบต. บ้านอิฐ เป็นหลุม", "องค์การบริหารส่วนตำบลบ้านอิฐ"),
    ("ไฟทางของเทศบาลนครรังสิตดับทั้งสาย", "เทศบาลนครรังสิต"),
    ("ขยะล้นที่ ทม.ป่าโมก ครับ", "เทศบาลเมืองป่าโมก"),
    ("ทต.ศาลาแดง ปล่อยน้ำเสียลงคลอง", "เทศบาลตำบลศาลาแดง"),
    ("น้ำท่วมซอยลาดพร้าว 71 เขตวังทองหลาง กทม", "กรุงเทพมหานคร"),
    ("ฟุตบาทเขตบางแคพังหมด", "กรุงเทพมหานคร"),
    ("ถนนของ อบจ.อ่างทอง เป็นหลุม", "องค์การบริหารส่วนจังหวัดอ่างทอง"),
    ("เผาขยะที่เทศบาลนครเชียงใหม่", "เทศบาลนครเชียงใหม่"),
    ("ถังขยะที่เมืองพัทยาเต็ม", "เมืองพัทยา"),
]
OURS = [
    "เทศบาลเมืองตัวอย่างไม่มาเก็บขยะ",
    "ทม.ตัวอย่างช่วยมาตัดต้นไม้",
    "เทศบาลมาเก็บขยะช้า",
    "อบต.มาเก็บขยะช้า",
    "เทศบาลของเราไม่ทำอะไรเลย",
    "ผมเคยอยู่เทศบาลนครรังสิต ตอนนี้ขอถังขยะที่บ้านใหม่",
    "ย้ายทะเบียนบ้านมาจาก อบต.บางหลวง",
    "ขอย้ายออกไปอยู่เทศบาลนครรังสิต",
    "ที่อยู่จัดส่ง 12/3 เขตบางแค กทม. 10160",
    "เพิ่งมอบตัวลูกเข้าเรียน",
    "เกือบตกท่อ",
    "เด็กเดินเกือบตาย",
    "เขตเทศบาลไฟดับ",
]


@pytest.mark.parametrize(("text", "name"), NAMED)
def test_another_authority_is_named_in_full(text: str, name: str) -> None:
    """However its kind is written, and although Thai puts no space behind its name."""
    found = other_authority(text, AGENCY, catalogue())
    assert found is not None
    assert found.name == name
    assert found.written in text


@pytest.mark.parametrize("text", OURS)
def test_we_ourselves_and_places_left_behind_are_no_other_authority(text: str) -> None:
    """Our names, an office without a name, where somebody came from or lives, and words that only sound alike."""
    assert other_authority(text, AGENCY, catalogue()) is None


def test_who_speaks_of_us_as_well_means_us() -> None:
    """Two places named are left to the other rules; the greeting alone says nothing of the place."""
    said = "ขยะของ อบต.บางหลวง มาทิ้งในเขตเทศบาลเมืองตัวอย่าง"
    assert other_authority(said, AGENCY, catalogue()) is None
    greeted = "เรียน เทศบาลเมืองตัวอย่าง\nไฟทางใน อบต.บางหลวง ดับ"
    assert other_authority(greeted, AGENCY, catalogue()) is not None


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("ขยะล้นในเขต อบต.บางหลวง ไม่มีใครเก็บ", Outcome.HOLD),
        ("ขยะล้นที่เมืองพัทยา ไม่มีใครเก็บ", Outcome.REDIRECT_AGENCY),
    ],
)
def test_only_who_can_be_reached_is_named_to_the_sender(text: str, outcome: Outcome) -> None:
    """An authority of the directory is named in a notice; any other is held, with a reason that names it."""
    sent = message("", text)
    found = classify(sent, NO_HISTORY, AGENCY, catalogue())
    decision = decide(
        Facts(
            message=sent,
            envelope=envelope(),
            classification=found,
            history=NO_HISTORY,
            agency=AGENCY,
            catalogue=catalogue(),
            now=ENTERED_AT,
        )
    )[1]
    assert found.kind is Kind.WRONG_AGENCY
    assert decision.outcome is outcome
    assert any("อบต.บางหลวง" in one.detail or "พัทยา" in one.detail for one in decision.reasons)


def test_names_of_local_authorities() -> None:
    """They are compared as places; ministries and departments are not."""
    assert is_local("เทศบาลนครเชียงใหม่")
    assert is_local("กรุงเทพมหานคร")
    assert not is_local("กรมที่ดิน")
