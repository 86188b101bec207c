"""One request of the sample mailbox ends as a signed licence in the applicant's mailbox."""

import asyncio
import email
import email.policy
from collections.abc import Callable, Sequence

from mailroom.bootstrap import House
from mailroom.demo.compare import Matched
from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.licence import Act, Issuance
from mailroom.services.dispatch import send_letters
from mailroom.services.verification import Answer, Verification
from mailroom.stages.codes import grouped

REQUEST = "new-restaurant"
CLERK, HEAD = "demo", "head"

Verify = Callable[[House, bytes], Verification]
"""What `mailroom licence verify` finds out about a PDF."""


def people(house: House) -> tuple[Clerk, Clerk]:
    """Who prepares papers, and is named for secret matter; and who approves them."""
    sign_in = house.papers.licences.sign_in
    clerk = sign_in.add_clerk(CLERK, "เจ้าหน้าที่สารบรรณ (ตัวอย่าง)")
    head = sign_in.add_clerk(HEAD, "นายสมมุติ ตัวอย่าง", role=Role.APPROVER, position="นายกเทศมนตรีตำบลบ้านตัวอย่าง")
    with house.books.begin() as uow:
        uow.clerks.clear(clerk.username, house.clock.now(), "demo")
        uow.commit()
    return clerk, head


def issue_licence(house: House, matched: Sequence[Matched], letters: Callable[[], list[bytes]], verify: Verify) -> str:
    """Prepare, submit, approve, sign, send; what became of it in one sentence, or what went wrong after `NOT`."""
    record = next((one.record for one in matched if one.sample.name == REQUEST), None)
    if record is None:
        return f"NOT issued: the request {REQUEST} is not in custody"
    clerk, head = people(house)
    paper = _approved(house, record.logged.id, clerk, head)
    done = house.papers.licences.turns.run()
    if not done.issued:
        return f"NOT issued: {done.waiting or done.failed}"
    before = len(letters())
    asyncio.run(send_letters(house.dispatchers))
    pdfs = [pdf for raw in letters()[before:] for pdf in enclosed(raw)]
    if not pdfs:
        return "NOT sent: no letter carried the licence"
    answer = verify(house, pdfs[-1]).answer
    if answer is not Answer.CURRENT:
        return f"NOT genuine: {answer}"
    return (
        f"licence {paper.number} issued to {paper.content.holder}: signed, mailed to {paper.email}, public as "
        f"{house.configuration.base_url}/l/{paper.code} ({grouped(paper.code)}), and found genuine"
    )


def _approved(house: House, message_id: int, clerk: Clerk, head: Clerk) -> Issuance:
    office = house.papers.licences
    service = office.catalogue.service("food-premises")
    assert service is not None  # noqa: S101 - the sample catalogue has it
    paper = office.issuing.prepare(office.draft(Act.ISSUE, service, message_id=message_id), clerk)
    submitted = office.issuing.submit(paper.id, clerk)
    return office.issuing.approve(paper.id, head, submitted.rendition or "")


def enclosed(raw: bytes) -> list[bytes]:
    """PDF files of a mail."""
    parts = email.message_from_bytes(raw, policy=email.policy.default).walk()
    return [part.get_content() for part in parts if part.get_content_type() == "application/pdf"]
