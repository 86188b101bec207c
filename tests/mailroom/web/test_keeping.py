"""What clerks see of the copies: when one was last tried, with what result, and every alarm in words."""

from pathlib import Path

import pytest

from mailroom.domain.backup import Difference, Drill
from mailroom.services.keeping.alarms import CODES
from tests.mailroom.web.conftest import SignedIn
from tests.support.web_site import Office

PAPER = Path(__file__).resolve().parents[3] / "docs" / "backup.md"


@pytest.mark.parametrize(
    ("differences", "words"),
    [((), "ตรงกันทุกรายการ"), ((Difference("message", "its rows differ"),) * 2, "พบข้อแตกต่าง 2 รายการ")],
)
async def test_the_last_drill_is_shown_to_clerks(
    office: Office, clerk: SignedIn, differences: tuple[Difference, ...], words: str
) -> None:
    """Date, duration and differences; nothing before the first one."""
    assert "ทดลองกู้คืน" not in (await clerk.get("/")).text
    drill = Drill(
        target="disk", point="a", at=office.clock.at, seconds=125, messages=9, bytes=1, differences=differences
    )
    with office.books.begin() as uow:
        uow.keeping.add_drill(drill)
        uow.commit()
    page = (await clerk.get("/pulse")).text
    assert "ทดลองกู้คืนข้อมูลสำรองล่าสุด" in page
    assert "2 นาที" in page
    assert words in page


@pytest.mark.parametrize("code", CODES)
async def test_every_alarm_of_the_copies_has_words_and_a_remedy(office: Office, clerk: SignedIn, code: str) -> None:
    """In the banner, and in the table of the paper."""
    office.problems.append(code)
    page = (await clerk.get("/")).text
    assert 'role="alert"' in page
    assert "โปรดแจ้งผู้ดูแลระบบ" in page
    assert f"| `{code}` |" in PAPER.read_text("utf-8")
