"""An agency whose cases are old enough for a survey, over given books."""

from datetime import UTC, datetime
from typing import Any

from mailroom.bootstrap.retention import FOLDER, profile
from mailroom.domain.agency import Agency
from mailroom.domain.case import Case, CaseState
from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.register import RegisterNumber
from mailroom.domain.retention import DEFAULT, CommitteeDecision, RetentionClass
from mailroom.paths import CONFIG
from mailroom.ports import Archive, Books
from mailroom.services.records.retention import Retention
from mailroom.services.records.retention_office import RetentionOffice as Office
from mailroom.services.records.transfer import Transfers
from mailroom.stages.retention import Schedule
from mailroom.testing import FakeClock, MemoryBooks
from mailroom.texts import load_texts
from signing.render import TypstRenderer
from tests.support.book_values import arrive, draft, message, verdict

YEAR = 2580
"""พ.ศ. of the survey."""
START = datetime(2037, 1, 5, 3, 0, tzinfo=UTC)
AGENCY = Agency(key="klong", name="องค์การบริหารส่วนตำบลคลองใหม่", name_en="Khlong Mai", phone="0 2000 0000")
HEAD = Clerk(2, "head", "นายสมศักดิ์", Role.APPROVER)
DEPUTY = Clerk(3, "deputy", "นางวิภา", Role.APPROVER)
MALEE = Clerk(1, "malee", "มาลี")
SCHEDULE = Schedule(
    default=RetentionClass(key=DEFAULT, name="ทั่วไป", years=10),
    classes=(
        RetentionClass(key="short", name="ธรรมดาสามัญ", years=1, services=("pet",)),
        RetentionClass(key="history", name="ประวัติศาสตร์", years=None, services=("history",)),
    ),
    archives_years=20,
)
MEMBERS = ("นางวิภา ประธาน", "นายสมชาย กรรมการ", "นางสาวมาลี กรรมการ")


class RetentionOffice:
    """Two approvers and a clerk."""

    def __init__(self, books: Books | None = None, archive: Archive | None = None) -> None:
        self.books: Any = books or MemoryBooks()
        self.archive: Any = archive
        self.clock = FakeClock(START)
        self.retention = Retention(books=self.books, clock=self.clock, schedule=SCHEDULE)
        self.office = Office(
            books=self.books,
            clock=self.clock,
            agency=AGENCY,
            texts=load_texts(CONFIG),
            retention=self.retention,
            transfers=Transfers(
                books=self.books, archive=self.archive, clock=self.clock, agency=AGENCY, profile=profile(FOLDER)
            ),
            renderer=lambda: TypstRenderer(CONFIG),
        )

    def case(
        self,
        ended: int,
        service: str | None = None,
        content: bytes | None = None,
        state: CaseState = CaseState.OPEN,
        **facts: Any,
    ) -> RegisterNumber:
        """A case that ended in the middle of a year of the Buddhist era."""
        at = datetime(ended - 543, 6, 1, 3, 0, tzinfo=UTC)
        with self.books.look() as uow:
            known = len(list(uow.register.entries(None)))
        [logged] = arrive(self.books, content or f"message {known}".encode())
        facts = {"deemed_received_at": at, "entered_system_at": at, "registered_at": at, "year": ended} | facts
        with self.books.begin() as uow:
            uow.messages.record(verdict(logged, message()))
            entry = uow.register.enter(draft(logged, **facts))
            uow.cases.open(Case(entry.number, logged.id, state, service))
            uow.commit()
        number: RegisterNumber = entry.number
        return number

    def decision(self, **more: Any) -> CommitteeDecision:
        values: dict[str, Any] = {
            "members": MEMBERS,
            "on": self.clock.now().date(),
            "document": "รายงานที่ 1/2580 ลงวันที่ 5 มกราคม 2580",
        }
        return CommitteeDecision(**(values | more))
