"""An agency that answers for personal data: requests, incidents and the record of processing, over given books."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from mailroom.domain.agency import Agency
from mailroom.domain.breach import BreachFacts, BreachKind, Risk
from mailroom.domain.case import Case, CaseState
from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.licence import Licence
from mailroom.domain.message import LoggedMessage
from mailroom.domain.privacy import DataRequest, RequestKind
from mailroom.domain.register import RegisterNumber
from mailroom.paths import CONFIG
from mailroom.ports import Books
from mailroom.services.records.breaches import Breaches
from mailroom.services.records.requests import Asked, DataRequests
from mailroom.testing import FakeClock, MemoryBooks
from tests.support.book_values import arrive, draft, message, verdict
from tests.support.paper_values import licence
from tests.support.texts import load_composer

START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
AGENCY = Agency(key="klong", name="องค์การบริหารส่วนตำบลคลองใหม่", name_en="Khlong Mai", phone="0 2000 0000")
CONTACT = "นางสาวปราณี รอบคอบ โทร. 0 2000 0001"
NUMBER = RegisterNumber(2569, 1)
HEAD = Clerk(2, "head", "นายสมศักดิ์", Role.APPROVER)
MALEE = Clerk(1, "malee", "มาลี")
FACTS = BreachFacts(
    kinds=frozenset({BreachKind.CONFIDENTIALITY}),
    nature="ส่งสำเนาบัตรของผู้ยื่นคำขอไปยังอีเมลของผู้อื่น",
    people=3,
    records=4,
    effects="อาจถูกนำเลขประจำตัวไปแอบอ้าง",
    measures="ขอให้ผู้รับลบ และเปลี่ยนขั้นตอนการส่ง",
    advice="ระวังการติดต่อที่อ้างชื่อหน่วยงาน",
    risk=Risk.HIGH,
)


class PrivacyOffice:
    """Two clerks and one head; message 1 opened case 1/2569, and licence 1 came of it."""

    def __init__(self, books: Books | None = None) -> None:
        self.books: Any = books or MemoryBooks()
        self.clock = FakeClock(START)
        ids = count(1)
        parts: Any = {
            "books": self.books,
            "clock": self.clock,
            "agency": AGENCY,
            "composer": load_composer(CONFIG),
            "contact": CONTACT,
            "new_id": lambda: f"{next(ids):032x}",
        }
        self.requests, self.breaches = DataRequests(**parts), Breaches(**parts)
        with self.books.begin() as uow:
            for one in (MALEE, HEAD):
                uow.clerks.add(one.username, one.display_name, "", role=one.role)
            uow.commit()

    def case(self) -> tuple[LoggedMessage, Licence]:
        [logged] = arrive(self.books, b"a")
        with self.books.begin() as uow:
            uow.messages.record(verdict(logged, message()))
            entry = uow.register.enter(draft(logged))
            uow.cases.open(Case(entry.number, logged.id, CaseState.OPEN, None, None))
            made = uow.licences.add(licence(1, message_id=logged.id))
            uow.commit()
        return logged, made

    def asked(self, **more: Any) -> DataRequest:
        values: dict[str, Any] = {
            "kind": RequestKind.ERASURE,
            "number": NUMBER,
            "name": "สมชาย ใจดี",
            "email": "somchai@example.test",
            "wish": "ขอให้ลบคำขอของข้าพเจ้า",
            "received_at": self.clock.now() - timedelta(hours=1),
        }
        return self.requests.enter(Asked(**(values | more)), MALEE)
