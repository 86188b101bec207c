"""The face of official letters, and the traps around urgency and secrecy (R54 to R58)."""

from datetime import date

import pytest

from mailroom.domain.decision import Secrecy, Urgency
from mailroom.stages.marks import read_marks

LETTER = """ด่วนที่สุด
ที่ อท ๐๐๑๗.๕/ว ๔๓๕๑
ศาลากลางจังหวัดอ่างทอง
ถนนเทศบาล ๑ อท ๑๔๐๐๐
๒๗ กันยายน ๒๕๖๗
เรื่อง ขอเชิญประชุม
เรียน นายกเทศมนตรีเมืองตัวอย่าง
อ้างถึง หนังสือกระทรวงมหาดไทย ด่วนมาก ที่ มท 0808.2/1 ลงวันที่ 1 มกราคม 2566
จึงเรียนมาเพื่อโปรดทราบ
ขอแสดงความนับถือ"""


def test_the_face_of_a_letter_is_read() -> None:
    """Number, circular, date, subject, addressee and urgency come from the letter, not from the one it cites."""
    marks = read_marks("ขอเชิญประชุม", LETTER)
    assert (marks.letter_no, marks.circular) == ("อท 0017.5/ว 4351", True)
    assert (marks.dated, marks.subject, marks.to) == (date(2024, 9, 27), "ขอเชิญประชุม", "นายกเทศมนตรีเมืองตัวอย่าง")
    assert marks.urgency is Urgency.MOST_URGENT


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("ที่ มท ๐๘๐๘.๒/ว ๑๒๓๔ เรื่อง ซักซ้อม", "มท 0808.2/ว 1234"),
        ("ที่ กค (กวจ) 0405.2/ว 198", "กค (กวจ) 0405.2/ว 198"),
        ("ที่ นร 1208/686-723", "นร 1208/686-723"),
        ("ที่ อท52301/77 ขอส่งเอกสาร", "อท52301/77"),
        ("ด่วนมาก ที่ ศธ 04001/ว.15", "ศธ 04001/ว 15"),
        ("คดีหมายเลขดำที่ อ 123/2568", ""),
        ("บ้านเลขที่ 12/3 หมู่ที่ 4", ""),
        ("ที่ดิน โฉนดที่ 1234/5", ""),
        ("ตอบตามหนังสือ ที่ อท 0017/123", ""),
        ("เลขรับ 41/2569", ""),
    ],
)
def test_a_letter_number_is_told_from_other_numbers(subject: str, number: str) -> None:
    """Agency codes with number and running number count; courts, houses and cited letters do not."""
    assert read_marks(subject, "").letter_no == number


def test_the_date_may_stand_in_the_subject() -> None:
    """A subject that gives number and date gives both."""
    marks = read_marks("ที่ อท 0017/12 ลงวันที่ ๕ ม.ค. ๖๙ เรื่อง ขอข้อมูล", "")
    assert (marks.dated, marks.subject) == (date(2026, 1, 5), "ขอข้อมูล")


@pytest.mark.parametrize(
    ("subject", "text", "urgency"),
    [
        ("ด่วนที่สุด ที่ มท 0808/1 เรื่อง ประชุม", "", Urgency.MOST_URGENT),
        ("ด่วนที่สุด", "ตามเอกสารแนบ", Urgency.MOST_URGENT),
        ("[ด่วนมาก] ขอเชิญประชุม", "", Urgency.VERY_URGENT),
        ("(ด่วน) ขอส่งรายงาน", "", Urgency.URGENT),
        ("ขอส่งรายงาน (ด่วนที่สุด)", "", Urgency.MOST_URGENT),
        ("ขอส่งรายงาน", "ชั้นความเร็ว: ด่วน\nเรียน นายก", Urgency.URGENT),
        ("ขอส่งรายงาน", "ชั้นความเร็ว ด่วนมาก", Urgency.VERY_URGENT),
        ("Fwd: ด่วนมาก ที่ ศธ 04001/15", "", Urgency.VERY_URGENT),
        ("ด่วนที่สุด ขอเชิญประชุม", "ที่ อท 0017/123\nเรียน นายก", Urgency.MOST_URGENT),
        # A citizen's own haste is a claim, never a class.
        ("ด่วน", "น้ำท่วมบ้าน", Urgency.NORMAL),
        ("ด่วน!! น้ำท่วม", "ช่วยด้วย", Urgency.NORMAL),
        ("ด่วนมาก ช่วยด้วยค่ะ", "ขยะล้น", Urgency.NORMAL),
        ("ขอความช่วยเหลือด่วนที่สุด", "ด่วนมากครับ", Urgency.NORMAL),
        ("ร้องเรียนทางด่วน", "รถติดบนทางด่วน", Urgency.NORMAL),
        ("สายด่วน 1584", "โทรสายด่วนไม่ติด", Urgency.NORMAL),
        ("ชั่วโมงเร่งด่วน", "รถติดชั่วโมงเร่งด่วน", Urgency.NORMAL),
        ("เงินด่วน", "ด่วนได้ใจ", Urgency.NORMAL),
        ("ขอเอกสาร", "ตามหนังสือ ด่วนที่สุด ที่ มท 0808/1 ลงวันที่ 5 มกราคม 2569", Urgency.NORMAL),
        ("ชั้นความเร็ว: ด่วนพิเศษ", "", Urgency.NORMAL),
    ],
)
def test_urgency_is_a_mark_never_a_word(subject: str, text: str, urgency: Urgency) -> None:
    """A class comes from where letters carry it (R57); running text and citizens' haste give none."""
    assert read_marks(subject, text).urgency is urgency


def test_a_fixed_arrival_time_is_kept_as_written() -> None:
    """ด่วนภายใน keeps its day and time."""
    marks = read_marks("ด่วนภายใน 15 มกราคม 2569 เวลา 10.00 น.", "")
    assert (marks.urgency, marks.urgent_within) == (Urgency.WITHIN, "15 มกราคม 2569 เวลา 10.00 น.")


@pytest.mark.parametrize(
    ("subject", "text", "secrecy"),
    [
        ("ลับ", "ตามเอกสารแนบ", Secrecy.CONFIDENTIAL),
        ("(ลับมาก) ผลการสอบสวน", "", Secrecy.SECRET),
        ("ผลการสอบสวน", "ลับที่สุด\nที่ อท 0017/1", Secrecy.TOP_SECRET),
        ("ผลการสอบสวน", "ชั้นความลับ: ลับ", Secrecy.CONFIDENTIAL),
        ("ลับ ที่ อท 0017/12", "", Secrecy.CONFIDENTIAL),
        ("ความลับของบ้านนี้", "เรื่องนี้เป็นความลับนะครับ", Secrecy.NONE),
        ("ลับมีด", "รับลับมีด", Secrecy.NONE),
        ("ขอกลับบ้าน", "กลับมาแล้ว", Secrecy.NONE),
        ("ชั้นความลับ: ไม่ลับ", "", Secrecy.NONE),
    ],
)
def test_secrecy_is_a_mark_never_a_word(subject: str, text: str, secrecy: Secrecy) -> None:
    """A grade comes from where letters carry it (R58)."""
    assert read_marks(subject, text).secrecy is secrecy
