"""The pages on which papers are prepared, submitted, approved and looked at."""

import hashlib

import httpx
import pytest

from mailroom.domain.decision import Classification, Decision, Kind, LetterMarks, Outcome, Secrecy
from mailroom.domain.errors import SigningRefusedError
from mailroom.domain.licence import Act, IssuanceState
from mailroom.domain.privacy import How
from tests.support.licence_office import FOOD, content
from tests.support.licensing_site import LicensingSite, Person, alerts, visitor

ADDRESSES = (
    "/papers",
    "/papers/new",
    "/papers/approve",
    "/papers/1",
    "/papers/1/rendition.pdf",
    "/papers/1/state",
    "/desk/licences",
    "/desk/licences/1",
    "/desk/licences/import",
    "/desk/letters",
)


@pytest.mark.parametrize("address", ADDRESSES)
async def test_strangers_see_nothing(house: LicensingSite, address: str) -> None:
    """Every page of the desk leads to the login, or refuses where a page asks by itself."""
    house.office.submitted()
    async with visitor(house) as client:
        answer = await client.get(address)
    assert answer.status_code in {303, 401}
    assert answer.headers.get("location", "/login").startswith("/login")


async def test_a_message_leads_to_a_licence(house: LicensingSite, malee: Person, head: Person) -> None:
    """Prepared from a message, completed, submitted, approved by the digest that was shown, signed and issued."""
    row = house.receive()
    card = await malee.get(f"/messages/{row}")
    assert "เตรียมใบอนุญาต" in card.text
    form = await malee.form(f"/papers/new?message={row}&service=food-shop")
    assert (form["item-holder"], form["item-premises"]) == ("นางมาลี ศรีตัวอย่าง", "ครัวแม่มาลี")
    assert form["email"] == "malee@citizen.example"
    begun = await malee.post("/papers", **form)
    assert begun.headers["location"] == "/papers/1?done=prepare"
    form = await malee.form("/papers/1")
    form |= {"item-seats": "๒๔", "item-expires_on": "31/12/2569", "signatory": "head"}
    submitted = await malee.post("/papers/1/submit", **form)
    assert submitted.headers["location"] == "/papers/1?done=submit"
    paper = house.office.paper(1)
    assert (paper.state, paper.number, paper.content.extra["seats"]) == (IssuanceState.SUBMITTED, "1/2569", "24")
    assert f"/messages/{row}" in (await head.get("/papers/1")).text
    shown = await head.get(f"/papers/1/rendition.pdf?digest={paper.rendition}")
    assert hashlib.sha256(shown.content).hexdigest() == paper.rendition
    form = await head.form("/papers/1")
    assert (await head.post("/papers/1/approve", **form)).headers["location"] == "/papers/1?done=approve"
    assert (house.asked, house.office.paper(1).state) == (1, IssuanceState.APPROVED)
    assert 'data-state="approved"' in (await head.get("/papers/1/state")).text
    house.release()
    assert 'data-state="issued"' in (await head.get("/papers/1/state")).text
    done = await malee.get("/papers/1")
    assert "ออกแล้ว" in done.text
    signed = await malee.get("/papers/1/document.pdf?save=1")
    assert hashlib.sha256(signed.content).hexdigest() == house.office.paper(1).document
    assert 'filename="food-shop-1-2569.pdf"' in signed.headers["content-disposition"]
    assert "/papers/1" in (await malee.get(f"/messages/{row}")).text


async def test_faults_stand_beside_their_fields(house: LicensingSite, malee: Person) -> None:
    """What is missing or wrong is said at the field; a draft may be kept with it, but not submitted."""
    form = await malee.form("/papers/new?service=food-shop")
    form |= {"item-holder_id": "123", "email": "a@b.example"}
    assert (await malee.post("/papers", **form)).status_code == 303
    page = (await malee.get("/papers/1")).text
    for field in ("holder", "holder_id", "seats"):
        assert f'aria-describedby="item-{field}-error"' in page
    assert "ยังไม่ได้ระบุรายการที่จำเป็น: จำนวนที่นั่ง" in page
    form = await malee.form("/papers/1") | {"item-holder": "นางมาลี", "signatory": "head"}
    refused = await malee.post("/papers/1/submit", **form)
    assert refused.status_code == 409
    assert alerts(refused) == ["บันทึกแล้ว แต่ยังเสนออนุมัติไม่ได้ โปรดแก้ไขรายการที่แสดงไว้"]
    assert house.office.paper(1).content.holder == "นางมาลี"
    assert house.office.paper(1).number == ""


async def test_what_cannot_be_read_is_kept_as_typed(house: LicensingSite, malee: Person) -> None:
    """A day or an address that cannot be read changes nothing, and stands in the form again."""
    form = await malee.form("/papers/new?service=food-shop")
    refused = await malee.post("/papers", **form | {"item-issued_on": "32/1/2569", "email": "ไม่ใช่อีเมล"})
    assert refused.status_code == 409
    assert 'value="32/1/2569"' in refused.text
    assert "อ่านวันที่ไม่ได้ (32/1/2569)" in refused.text
    assert "ที่อยู่อีเมลไม่ถูกต้อง (ไม่ใช่อีเมล)" in refused.text
    paper = house.office.issuing.prepare(house.office.draft(), house.office.malee)
    form = await malee.form(f"/papers/{paper.id}")
    refused = await malee.post(f"/papers/{paper.id}/save", **form | {"item-expires_on": "พรุ่งนี้"})
    assert refused.status_code == 409
    assert 'value="พรุ่งนี้"' in refused.text
    assert house.office.paper(paper.id) == paper


async def test_the_slower_of_two_clerks_is_told(house: LicensingSite, malee: Person) -> None:
    """A form that was drawn before somebody else saved changes nothing, and keeps what was typed."""
    paper = house.office.issuing.prepare(house.office.draft(), house.office.malee)
    form = await malee.form(f"/papers/{paper.id}")
    house.office.clock.at = house.office.clock.at.replace(minute=10)
    house.office.issuing.change(paper.id, house.office.chai, content=content(holder="นายอื่น"))
    refused = await malee.post(f"/papers/{paper.id}/save", **form | {"item-holder": "ของมาลี"})
    assert refused.status_code == 409
    assert 'value="ของมาลี"' in refused.text
    assert "มีผู้แก้ไขรายการนี้" in alerts(refused)[0]
    assert house.office.paper(paper.id).content.holder == "นายอื่น"
    assert (await malee.post(f"/papers/{paper.id}/save", **form | {"seen": "เมื่อวาน"})).status_code == 409


async def test_a_preview_is_a_draft_and_kept_nowhere(house: LicensingSite, malee: Person) -> None:
    """Before submission the PDF says that it is a draft and has no number; after it there is the rendition alone."""
    paper = house.office.issuing.prepare(house.office.draft(), house.office.malee)
    preview = await malee.get(f"/papers/{paper.id}/preview.pdf")
    assert preview.headers["content-type"] == "application/pdf"
    assert preview.headers["x-frame-options"] == "SAMEORIGIN"
    assert '"draft": true' in preview.text
    assert "(ยังไม่ออกเลขที่)" in preview.text
    assert (await malee.get(f"/papers/{paper.id}/rendition.pdf")).status_code == 404
    house.office.issuing.submit(paper.id, house.office.malee, signatory="head")
    assert (await malee.get(f"/papers/{paper.id}/preview.pdf")).status_code == 404
    assert (await malee.get(f"/papers/{paper.id}/rendition.pdf?digest={'0' * 64}")).status_code == 404
    assert (await malee.get(f"/papers/{paper.id}/document.pdf")).status_code == 404


async def test_who_may_not_approve_is_told_before(house: LicensingSite, malee: Person, head: Person) -> None:
    """No button for clerks, for another signatory's paper, and for one's own; their forms are refused all the same."""
    paper = house.office.submitted()
    page = await malee.get(f"/papers/{paper.id}")
    assert "รอ <strong>นายสมศักดิ์ รุ่งเรือง</strong> อนุมัติ" in page.text
    assert f"/papers/{paper.id}/approve" not in page.text
    refused = await malee.post(f"/papers/{paper.id}/approve", digest=paper.rendition or "")
    assert alerts(refused) == ["ผู้ใช้ malee ไม่มีอำนาจอนุมัติ"]
    async with visitor(house) as client:
        deputy = await Person.enter(house, client, "deputy")
        other = await deputy.get(f"/papers/{paper.id}")
        assert "ผู้นั้นเท่านั้นที่อนุมัติได้" in other.text
        assert f"/papers/{paper.id}/approve" not in other.text
        assert "ไม่มีใบอนุญาตที่รอท่านอนุมัติ" in (await deputy.get("/papers/approve")).text
    refused = await head.post(f"/papers/{paper.id}/approve", digest="0" * 64)
    assert "ไม่ใช่ฉบับที่เสนออยู่" in alerts(refused)[0]
    assert house.office.paper(paper.id).state is IssuanceState.SUBMITTED
    assert house.asked == 0


async def test_sent_back_with_a_reason_and_cancelled(house: LicensingSite, malee: Person, head: Person) -> None:
    """The clerk sees why a paper came back, and may give it up, with a reason; its number stays."""
    paper = house.office.submitted()
    assert alerts(await head.post(f"/papers/{paper.id}/return", reason=" ")) == ["โปรดระบุเหตุผล"]
    assert (await head.post(f"/papers/{paper.id}/return", reason="แก้ที่อยู่")).status_code == 303
    assert "แก้ที่อยู่" in (await malee.get(f"/papers/{paper.id}")).text
    listed = await malee.get("/papers")
    assert "ส่งกลับให้แก้ไข" in listed.text
    assert '<b>1<span class="unseen"> รายการรอท่าน' in listed.text
    assert (await malee.post(f"/papers/{paper.id}/cancel", reason="ผู้ขอถอนเรื่อง")).status_code == 303
    kept = house.office.paper(paper.id)
    assert (kept.state, kept.number, kept.note) == (IssuanceState.CANCELLED, "1/2569", "ผู้ขอถอนเรื่อง")
    assert "ยกเลิกรายการนี้" not in (await malee.get(f"/papers/{paper.id}")).text


async def test_many_are_approved_with_their_digests(house: LicensingSite, head: Person) -> None:
    """What was ticked is approved, what is not stays; a digest that was not seen is refused by itself."""
    one, two, three = (house.office.submitted(email=f"{n}@b.example") for n in range(3))
    page = await head.get("/papers/approve")
    for paper in (one, two, three):
        assert f'name="paper-{paper.id}" value="{paper.rendition}"' in page.text
        assert f'href="/papers/{paper.id}/rendition.pdf?digest={paper.rendition}"' in page.text
    assert alerts(await head.post("/papers/approve")) == ["ยังไม่ได้เลือกใบอนุญาตที่จะอนุมัติ"]
    seen = {f"paper-{one.id}": one.rendition or "", f"paper-{two.id}": "f" * 64}
    answer = await head.post("/papers/approve", **seen)
    assert answer.status_code == 409
    assert "อนุมัติแล้ว 1 ฉบับ" in alerts(answer)
    states = [house.office.paper(paper.id).state.value for paper in (one, two, three)]
    assert states == ["approved", "submitted", "submitted"]
    rest = {f"paper-{paper.id}": paper.rendition or "" for paper in (two, three)}
    assert (await head.post("/papers/approve", **rest)).headers["location"] == "/papers?view=approved&done=approved"
    assert house.asked == 2


async def test_why_an_approved_paper_waits(house: LicensingSite, malee: Person, head: Person) -> None:
    """A certificate that must not sign leaves papers approved, and list and page say why."""
    paper = house.office.approved()
    house.office.signer.refusal = SigningRefusedError("the certificate has expired; renew it")
    house.release()
    assert "the certificate has expired; renew it" in (await malee.get("/papers?view=approved")).text
    assert "the certificate has expired; renew it" in (await head.get(f"/papers/{paper.id}")).text
    house.office.signer.refusal = None
    house.release()
    assert house.office.paper(paper.id).state is IssuanceState.ISSUED
    assert house.office.house.turns.reason(paper.id) == ""


async def test_views_counts_and_search(house: LicensingSite, malee: Person, head: Person) -> None:
    """Each state is a view with its count; number, holder and place are found, in Thai digits too."""
    house.office.submitted(content=content(holder="นายหนึ่ง"))
    house.office.submitted(content=content(holder="นางสอง"))
    house.office.issuing.prepare(house.office.draft(content=content(holder="นางสาวสาม")), house.office.malee)
    waiting = await malee.get("/papers?view=waiting&q=๒/๒๕๖๙")
    assert "นางสอง" in waiting.text
    assert "นายหนึ่ง" not in waiting.text
    assert "รออนุมัติ <b>2</b>" in waiting.text
    assert "นางสาวสาม" in (await malee.get("/papers?view=prepare&q=สาว")).text
    assert "ไม่พบรายการที่ตรงกับ" in (await malee.get("/papers?view=prepare&q=%25")).text
    assert 'aria-current="page">รออนุมัติ' in (await head.get("/papers")).text
    assert (await malee.get("/papers?view=nonsense&page=xyz")).status_code == 200


async def test_a_second_paper_of_a_message_is_asked_about(house: LicensingSite, malee: Person) -> None:
    """One message leads to one paper of a kind, unless the clerk says otherwise."""
    row = house.receive()
    house.office.issuing.prepare(house.office.draft(message_id=row), house.office.malee)
    form = await malee.form(f"/papers/new?message={row}&service=food-shop")
    refused = await malee.post("/papers", **form)
    assert "เรื่องนี้มีเอกสารประเภทเดียวกันแล้ว" in alerts(refused)[0]
    assert (await malee.post("/papers", **form, again="1")).headers["location"] == "/papers/2?done=prepare"


async def test_a_renewal_is_proposed_and_late_is_told(house: LicensingSite, malee: Person) -> None:
    """A message that names a licence leads to its renewal; received after the last day, page and card say so (R16)."""
    days = {"starts_on": content().starts_on.replace(year=2025), "expires_on": content().issued_on.replace(day=2)}
    licence = house.office.issued(content=content(**days))
    row = house.receive("ขอต่ออายุใบอนุญาตเลขที่ ๑/๒๕๖๙ ค่ะ")
    address = f"/papers/new?message={row}&amp;licence={licence.id}&amp;act=renew"
    card = (await malee.get(f"/messages/{row}")).text
    assert address in card
    assert "ถือว่าได้รับหลังวันสิ้นอายุ 2 วัน" in card
    form = await malee.form(address.replace("&amp;", "&"))
    assert form["item-starts_on"] == "5 มกราคม 2569"
    made = await malee.post("/papers", **form)
    page = await malee.get(made.headers["location"])
    assert "ถือว่าได้รับหลังวันสิ้นอายุ 2 วัน" in page.text
    assert house.office.paper(2).act is Act.RENEW


async def test_a_payment_slip_renews(house: LicensingSite, malee: Person) -> None:
    """Where payment alone renews, the card of a payment slip says so (R73)."""
    house.office.issued()
    slip = house.receive("แนบหลักฐานการโอนเงินครับ เลขที่ 1/2569", kind=Kind.PAYMENT_SLIP)
    assert "การชำระค่าธรรมเนียมถือเป็นการต่ออายุ" in (await malee.get(f"/messages/{slip}")).text
    plain = house.receive("ขอต่ออายุ เลขที่ 1/2569")
    assert "การชำระค่าธรรมเนียมถือเป็นการต่ออายุ" not in (await malee.get(f"/messages/{plain}")).text


async def test_no_licence_comes_of_what_is_set_aside(house: LicensingSite, malee: Person) -> None:
    """Neither of a message that nobody registered, nor of one that asks for what needs no licence."""
    ignored = house.receive(decision=Decision(Outcome.IGNORE, "spam"))
    noise = house.receive("ขอใช้เครื่องขยายเสียง", classification=Classification(Kind.REQUEST, "noise"))
    for row in (ignored, noise):
        assert "เตรียมใบอนุญาต" not in (await malee.get(f"/messages/{row}")).text
    assert "ยังไม่ได้ลงทะเบียนรับ" in (await malee.get(f"/papers/new?message={ignored}&service=food-shop")).text


async def test_a_sealed_message_fills_in_nothing(house: LicensingSite, malee: Person) -> None:
    """What is marked secret fills no form before it was opened, and its subject stands on no paper."""
    secret = Classification(Kind.REQUEST, "food-shop", marks=LetterMarks(secrecy=Secrecy.SECRET))
    row = house.receive(classification=secret, subject="เรื่องลับ")
    house.site.clear("malee")
    assert (await malee.get(f"/papers/new?message={row}&service=food-shop")).status_code == 403
    opened = await malee.post(f"/messages/{row}/open")
    grant = opened.headers["location"].partition("grant=")[2]
    form = await malee.form(f"/papers/new?message={row}&service=food-shop&grant={grant}")
    assert (await malee.post("/papers", **form)).status_code == 403
    made = await malee.post(f"/papers?grant={grant}", **form)
    assert "เรื่องลับ" not in (await malee.get(made.headers["location"])).text


async def test_a_paper_of_secret_matter_is_for_who_is_named(house: LicensingSite, malee: Person) -> None:
    """Nobody else sees it in a list, opens it, or acts on it, and each attempt is noted (R58)."""
    secret = Classification(Kind.REQUEST, "food-shop", marks=LetterMarks(secrecy=Secrecy.SECRET))
    row = house.receive(classification=secret)
    made = house.office.issuing.prepare(house.office.draft(message_id=row), house.office.malee)
    address = f"/papers/{made.id}"
    assert address not in (await malee.get("/papers?view=prepare")).text
    for answer in (await malee.get(address), await malee.post(f"{address}/cancel", reason="x")):
        assert answer.status_code == 403
        assert "เรื่องนี้มีชั้นความลับ" in answer.text
    with house.office.books.look() as uow:
        refused = [(one.what, one.key) for one in uow.reads.search(actor="malee") if one.how == How.REFUSED]
    assert refused == [("paper", str(made.id))] * 2
    house.site.clear("malee")
    assert address in (await malee.get("/papers?view=prepare")).text
    assert (await malee.get(address)).status_code == 200


async def test_what_is_not_there_is_not_found(house: LicensingSite, malee: Person) -> None:
    """Papers, messages, licences and services that do not exist, and requests without the token."""
    for address in ("/papers/9", "/papers/9/state", "/papers/x", "/papers/new?message=9", "/papers/new?licence=9"):
        assert (await malee.get(address)).status_code == 404
    assert "ใบอนุญาตใหม่ ประเภท" in (await malee.get("/papers/new?service=noise")).text
    assert (await malee.post("/papers", service="noise")).status_code == 400
    paper = house.office.submitted()
    forged = await malee.client.post(f"/papers/{paper.id}/cancel", data={"reason": "x"})
    assert forged.status_code == 403
    assert house.office.paper(paper.id).state is IssuanceState.SUBMITTED


async def test_hostile_text_stays_text(house: LicensingSite, malee: Person) -> None:
    """What a citizen wrote is escaped in forms, lists and notes, and a form too long is told so."""
    script = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    paper = house.office.issuing.prepare(
        house.office.draft(content=content(holder=script, premises=script), follows=script), house.office.malee
    )
    for address in (f"/papers/{paper.id}", "/papers?view=prepare"):
        page: httpx.Response = await malee.get(address)
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
    form = await malee.form(f"/papers/{paper.id}")
    answer = await malee.post(f"/papers/{paper.id}/save", **form | {"item-business": "ก" * 2001})
    assert answer.status_code == 303
    assert "รายการยาวเกินไป: ประเภทกิจการ" in (await malee.get(f"/papers/{paper.id}")).text


async def test_a_substitute_keeps_its_items(house: LicensingSite, malee: Person) -> None:
    """A substitute prints what the licence says: its form offers no items."""
    licence = house.office.issued()
    page = await malee.get(f"/papers/new?licence={licence.id}&act=substitute")
    assert "ใบแทนพิมพ์รายการเดียวกับใบอนุญาตปัจจุบัน" in page.text
    assert 'name="item-holder"' not in page.text
    form = await malee.form(f"/papers/new?licence={licence.id}&act=substitute")
    await malee.post("/papers", **form | {"follows": "สูญหาย", "item-holder": "ผู้อื่น"})
    made = house.office.paper(2)
    assert (made.content.holder, made.follows) == (licence.content.holder, "สูญหาย")
    assert FOOD.key == made.service
