"""One request by mail and again by LINE, through the real program: both are registered, and linked by the telephone."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from mailroom import bootstrap
from mailroom.cli.operation import full_pass
from mailroom.domain.match import MatchKey, MatchView
from tests.support import line_events as say
from tests.support.installation import Installation, mail
from tests.support.line_end import BOT_USER_ID, LineEnd
from tests.support.line_office import LineOffice

WORDS = "อยากขอใบอนุญาตเปิดร้านก๋วยเตี๋ยวเรือตรงข้ามโรงเรียนวัดคลองใหม่ เป็นตึกแถวสองชั้น พื้นที่ 40 ตารางเมตร ขอยื่นคำขอเลย"
MAIL = f"เรียน เจ้าหน้าที่\n\n{WORDS} โทร. 081-234-5678\n\nขอแสดงความนับถือ\nมาลี"
CHAT = f"สวัสดีค่ะ {WORDS}ค่ะ เบอร์ ๐๘๑๒๓๔๕๖๗๘"
OTHER = "ขอให้ช่วยตัดต้นไม้ใหญ่ที่ล้ำเข้าไปในสายไฟหน้าบ้านเลขที่ 99 ซอยสุขใจ เกรงว่าหน้าฝนจะหักลงมาทับหลังคา ร้องเรียนมาหลายครั้งแล้ว"


@pytest.fixture
def office(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[LineOffice]:
    with LineEnd() as line:
        made = LineOffice(installation, line)
        made.configure()
        for name, value in installation.environment.items():
            monkeypatch.setenv(name, value)
        yield made
        installation.verify()


def passes(office: LineOffice, *words: str) -> list[tuple[MatchView, ...]]:
    """One full pass after somebody said these words; then the pairs of every message, in order."""
    with bootstrap.open_house(bootstrap.load(office.installation.config)) as house:
        for one in words:
            content = say.body(office.event(say.text(one)), destination=BOT_USER_ID)
            house.talks["line"].spool.keep(content, datetime.now(UTC), 30)
        rounds, _ = full_pass(house)
        assert not any(one.error for one in rounds)
        with house.books.look() as uow:
            rows = [record.logged.id for record in uow.messages.every()]
            return [tuple(uow.matches.of_message(row)) for row in rows]


def test_a_request_by_mail_and_by_line_is_linked_and_never_merged(office: LineOffice) -> None:
    """Each keeps its number and its answer; the later one names the earlier one, and the reason is the telephone."""
    office.installation.deliver(mail("ขอใบอนุญาตเปิดร้าน", MAIL, sender="มาลี <malee@citizen.test>"))
    office.installation.deliver(mail("ต้นไม้ล้ำสายไฟ", OTHER, sender="สมชาย <somchai@citizen.test>"))
    assert passes(office) == [(), ()]
    passes(office, CHAT, "ส่งเรื่อง")
    by_mail, other, by_line = passes(office)
    assert other == ()
    assert by_mail[0].match == by_line[0].match
    assert by_line[0].match.linked
    assert by_line[0].match.keys == (MatchKey.PHONE,)
    numbers = office.installation.numbers()
    assert len(set(numbers)) == 3
