"""What a model changes in a classification, what it leaves alone, and when a clerk is asked."""

from typing import Any

import pytest

from mailroom.domain.agency import Agency
from mailroom.domain.decision import Classification, Kind
from mailroom.domain.message import Address, Message
from mailroom.domain.record import History
from mailroom.domain.register import RegisterNumber
from mailroom.domain.service import Catalogue, OtherAgency, Service
from mailroom.stages.classify import Classifier
from mailroom.stages.classify_case import MessageCase
from mailroom.stages.explaining import By, explain
from mailroom.stages.models import HeadUse, Models
from tests.support.teaching import taught

AGENCY = Agency(key="ban", name="เทศบาลตำบลบ้านตัวอย่าง", addresses=frozenset({"saraban@ban.test"}))
CATALOGUE = Catalogue(
    services=(
        Service("food", "ใบอนุญาตร้านอาหาร", words=("ร้านอาหาร",)),
        Service("noise", "ขอใช้เครื่องขยายเสียง", words=("ลำโพง",)),
        Service("tree", "ขอให้ตัดต้นไม้", words=("กิ่งไม้",)),
    ),
    agencies=(OtherAgency("กรมการกงสุล", ("หนังสือเดินทาง",), url="https://consular.example/"),),
)
SERVICE = taught(("ขายส้มตำ ครัว", "food"), ("งานบวช ดนตรี", "noise"), ("กล้วยไม้ล้ม", "tree"), ("สวัสดีปีใหม่", ""))
PLACE = taught(("พาสปอร์ต เล่มเดินทาง", "กรมการกงสุล"), ("ขายส้มตำ งานบวช ต้นไม้ ถนน", ""))
KIND = taught(("ไม่ไหวแล้ว เดือดร้อน", "complaint"), ("ขออนุญาต", "request"), ("เท่าไร", "enquiry"))


def found(text: str, models: Models, history: History | None = None, **more: Any) -> Classification:
    message = Message(sender=Address("", "a@b.test"), senders=(Address("", "a@b.test"),), subject="", text=text, **more)
    return Classifier(AGENCY, CATALOGUE, models).classify(message, history or History())


def codes(one: Classification) -> list[str]:
    return [reason.code for reason in one.reasons]


def with_service(threshold: float | None = 0.5, **more: Any) -> Models:
    model = taught(("ขายส้มตำ ครัว", "food"), ("งานบวช ดนตรี", "noise"), ("สวัสดีปีใหม่", ""), threshold=threshold)
    return Models(service=HeadUse(7, model=model, **more))


def test_a_sure_model_names_the_service_with_its_words_and_version() -> None:
    """Where the catalogue knows no word of it."""
    one = found("อยากขายส้มตำที่หน้าบ้าน", with_service())
    assert (one.service, one.model) == ("food", "7")
    [reason] = [reason for reason in one.reasons if reason.code == "learned-service"]
    assert "ส้มตำ" in reason.detail


def test_an_unsure_model_asks_and_shows_candidates() -> None:
    """Also where the catalogue had an answer: the model is known to be better."""
    one = found("เรื่องร้านอาหาร ขายส้มตำ ครัว งานบวช ดนตรี", with_service(threshold=0.999999))
    assert one.service is None
    [reason] = [reason for reason in one.reasons if reason.code == "asks-service"]
    assert reason.detail.split(" · ")[:2] == ["ใบอนุญาตร้านอาหาร", "ขอใช้เครื่องขยายเสียง"]
    assert "service-words" not in codes(one)
    assert found("ขายส้มตำ", with_service(threshold=None)).service is None


def test_what_is_probably_no_service_brings_no_candidates() -> None:
    """A list of three that are all wrong helps nobody."""
    one = found("สวัสดีปีใหม่", with_service())
    assert (one.service, "learned-no-service" in codes(one), "asks-service" in codes(one)) == (None, True, False)


def test_a_redirect_needs_certainty_and_an_agency_of_the_list() -> None:
    """Sure: another agency by name. Unsure: a clerk is asked. Ours: the catalogue is overruled."""
    sure, unsure = Models(agency=HeadUse(3, model=PLACE)), Models(agency=HeadUse(3, model=taught(*TWO, threshold=1.0)))
    one = found("อยากทำพาสปอร์ต", sure)
    assert (one.kind, one.agency, one.service, one.model) == (Kind.WRONG_AGENCY, "กรมการกงสุล", None, "3")
    asked = found("อยากทำพาสปอร์ต", unsure)
    assert (asked.kind, asked.agency, codes(asked)[0]) == (Kind.WRONG_AGENCY, None, "asks-agency")
    assert found("ขอต่อหนังสือเดินทาง", Models()).kind is Kind.WRONG_AGENCY
    ours = found("ขอต่อหนังสือเดินทาง ขายส้มตำ งานบวช ต้นไม้ ถนน", sure)
    assert (ours.kind, ours.agency) == (Kind.REQUEST, None)


TWO = (("พาสปอร์ต เล่มเดินทาง", "กรมการกงสุล"), ("ขายส้มตำ งานบวช ต้นไม้ ถนน", ""))


def test_the_kind_is_changed_only_by_a_sure_model() -> None:
    """Else the rules' kind stands; kinds that words do not tell are never touched."""
    sure = Models(kind=HeadUse(2, model=KIND))
    assert found("เดือดร้อน ไม่ไหวแล้ว", Models()).kind is not Kind.WITHDRAWAL
    one = found("ไม่ไหวแล้ว เดือดร้อน", sure)
    assert (one.kind, one.model) == (Kind.COMPLAINT, "2")
    robot = found("ไม่ไหวแล้ว เดือดร้อน", sure, headers={"auto-submitted": ("auto-replied",)})
    assert (robot.kind, robot.model) == (Kind.AUTO_REPLY, "")


def test_known_matters_and_chosen_services_are_left_alone() -> None:
    """A thread is sent nowhere else; who chose from our list is believed."""
    models = Models(agency=HeadUse(3, model=PLACE), service=HeadUse(3, model=SERVICE))
    thread = History(thread=RegisterNumber(2569, 1), replies_to_us=True)
    assert found("ทำพาสปอร์ต เล่มเดินทาง", models, thread).kind is not Kind.WRONG_AGENCY
    chosen = found("ทำพาสปอร์ต เล่มเดินทาง", models, service="tree", is_chat=True)
    assert (chosen.kind, chosen.service, chosen.model) == (Kind.REQUEST, "tree", "")


@pytest.mark.parametrize("head", ["service", "agency"])
def test_what_an_audit_switched_off_is_kept_back_and_told(head: str) -> None:
    """Also of the catalogue, on the first day: the answer stands in a reason, and a clerk decides."""
    off = Models(**{head: HeadUse(asks=True)})
    text = "เรื่องร้านอาหาร" if head == "service" else "ขอต่อหนังสือเดินทาง"
    before, now = found(text, Models()), found(text, off)
    assert (getattr(before, head) is not None, getattr(now, head)) == (True, None)
    assert (now.reasons[0].code, now.model) == (f"audit-asks-{head}", "")
    assert now.reasons[0].detail in ("ใบอนุญาตร้านอาหาร", "กรมการกงสุล")
    assert now.kind is before.kind


def test_an_explanation_names_candidates_words_and_places() -> None:
    """By the catalogue and by the model, each with what speaks for it."""
    message = Message(sender=Address("", "a@b.test"), subject="ร้านอาหาร", text="อยากขายส้มตำในร้าน อาหาร ตามสั่ง")
    case = MessageCase(message, History(), AGENCY, CATALOGUE)
    told = explain(case, Models(service=HeadUse(7, model=SERVICE)))
    assert not any(one.by is By.PRIMER for one in told.considered)
    by = {(one.head, one.version): one for one in told.considered}
    catalogue, model = by["service", 0], by["service", 7]
    assert (catalogue.candidates[0].answer, catalogue.threshold) == ("food", None)
    assert [place.marked for place in catalogue.excerpts] == ["ร้านอาหาร"]
    assert (model.candidates[0].answer, model.threshold) == ("food", 0.5)
    assert any("ส้มตำ" in one for one in model.candidates[0].words)
    assert any("ส้มตำ" in place.marked for place in model.excerpts)
    assert told.now.service == "food"
    assert explain(case, Models()).now.model == ""
