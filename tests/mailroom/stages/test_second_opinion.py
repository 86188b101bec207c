"""The primer has a say where only words speak, and none where more does."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from mailroom.domain.decision import Classification, Kind
from mailroom.domain.learning import Head
from mailroom.domain.message import Address, Message
from mailroom.domain.record import History
from mailroom.domain.register import RegisterNumber
from mailroom.domain.service import Catalogue
from mailroom.stages.classify import classify
from mailroom.stages.classify_case import MessageCase
from mailroom.stages.explaining import By, Candidate, explain
from mailroom.stages.models import Models
from tests.support.stage_values import AGENCY, NO_HISTORY, catalogue, message

THREAD = History(thread=RegisterNumber(2569, 41), replies_to_us=True)
LAND = "กรมที่ดิน"
OURS = {"": 0.5, LAND: -0.9}
THEIRS = {"": -0.9, LAND: 0.5}
WASTE = {"": -0.5, "waste-collection": 0.8, "building-permit": -0.9}
NO_SERVICE = {"": 0.8, "waste-collection": -0.5, "building-permit": -0.9}
VAGUE = message("เรื่องหน้าบ้าน", "มันกองอยู่ตรงนั้นมาสามวันแล้วนะคะ")


@dataclass(frozen=True)
class Scripted:
    """Thinks the same of every text."""

    kinds: Mapping[str, float]
    services: Mapping[str, float]
    agencies: Mapping[str, float]

    def opinion(self, said: str) -> "Scripted":
        assert said == said.casefold()
        return self

    def scores(self, head: Head) -> Mapping[str, float]:
        return {Head.KIND: self.kinds, Head.SERVICE: self.services, Head.AGENCY: self.agencies}[head]

    def words(self, head: Head, answer: str) -> str:
        return f"“{head}”"


def kinds(likeliest: Kind) -> dict[str, float]:
    return {kind.value: 0.9 if kind is likeliest else -0.9 for kind in (*_WEIGHED, likeliest)}


_WEIGHED = (Kind.REQUEST, Kind.COMPLAINT, Kind.ENQUIRY, Kind.THANKS, Kind.SPAM)


def told(
    sent: Message,
    kind: Kind = Kind.REQUEST,
    services: Mapping[str, float] = NO_SERVICE,
    agencies: Mapping[str, float] = OURS,
    history: History = NO_HISTORY,
    known: Catalogue | None = None,
) -> Classification:
    primer = Scripted(kinds(kind), services, agencies)
    return classify(sent, history, AGENCY, replace(known or catalogue(), primer=primer))


def codes(found: Classification) -> set[str]:
    return {one.code for one in found.reasons}


def test_what_reads_as_a_whole_like_a_complaint_is_one() -> None:
    """Where no rule knows a word, the text as a whole decides, and the reason tells by which of its words."""
    found = told(VAGUE, Kind.COMPLAINT)
    assert found.kind is Kind.COMPLAINT
    assert found.reasons[0].code == "primer-kind"
    assert found.reasons[0].detail == "“kind”"


def test_the_rules_word_tips_what_is_level() -> None:
    """Two kinds that read alike are told apart by the rules."""
    level = Scripted({"request": 0.5, "enquiry": 0.55}, NO_SERVICE, OURS)
    found = classify(message("ขอถังขยะ", "ขอถังขยะหนึ่งใบครับ"), NO_HISTORY, AGENCY, replace(catalogue(), primer=level))
    assert found.kind is Kind.REQUEST
    assert "primer-kind" not in codes(found)


BEYOND = [
    message("ขอถังขยะ", "ขอถังขยะ", headers={"Auto-Submitted": "auto-replied"}),
    message("ขอถังขยะ", "ขอถังขยะหนึ่งใบครับ", service="waste-collection"),
    message("Fwd: ขอถังขยะ", "ขอถังขยะ", sender=Address("", "somsri@tuayang.go.th")),
    message("ไฟถนนดับ", "ทางเท้า อบต.บางหลวง ชำรุดมาก ขอให้ซ่อมด้วย"),
]


@pytest.mark.parametrize("sent", BEYOND, ids=["robot", "chosen", "forwarded", "place"])
def test_what_more_than_words_tells_stands(sent: Message) -> None:
    """A robot, a choice from our list, an officer who passes it on, another authority's place: no likeness counts."""
    plain = classify(sent, NO_HISTORY, AGENCY, catalogue())
    assert told(sent, Kind.COMPLAINT, agencies=OURS).kind is plain.kind


def test_in_a_thread_the_rules_stand() -> None:
    """What belongs to a matter in hand is not taken for something new."""
    assert (
        told(message("Re: เลขรับ 41/2569", "ส่งสำเนาโฉนดเพิ่มครับ"), Kind.COMPLAINT, history=THREAD).kind is Kind.FOLLOW_UP
    )


def test_next_to_no_text_is_not_weighed() -> None:
    """Seven characters are like anything."""
    assert told(message("", "ครับผม"), Kind.COMPLAINT).kind is not Kind.COMPLAINT


def test_a_service_is_named_by_the_text_as_a_whole() -> None:
    """Also where the catalogue has no word of it."""
    found = told(VAGUE, services=WASTE)
    assert found.service == "waste-collection"
    assert "primer-service" in codes(found)


@pytest.mark.parametrize(
    "services",
    [
        {"": 0.4, "waste-collection": 0.5, "building-permit": -1.0},
        {"": -0.9, "waste-collection": 0.5, "building-permit": 0.45},
    ],
    ids=["hardly more than none", "two alike"],
)
def test_a_doubtful_service_is_left_to_a_clerk(services: Mapping[str, float]) -> None:
    """None is named, and the likeliest are shown."""
    found = told(VAGUE, services=services)
    assert found.service is None
    assert "perhaps-services" in codes(found)


def test_the_only_service_of_a_catalogue_is_named() -> None:
    """It needs nothing to be ahead of but none at all."""
    only = replace(catalogue(), services=tuple(one for one in catalogue().services if one.key == "waste-collection"))
    assert told(VAGUE, services=WASTE, known=only).service == "waste-collection"
    assert told(VAGUE, services=NO_SERVICE, known=only).service is None


def test_where_the_primer_knows_no_service_of_ours_it_names_none() -> None:
    """An agency with services of its own only."""
    own = replace(catalogue().services[0], key="sword-licence", name="ใบอนุญาตกระบี่", words=("กระบี่เวทมนตร์",))
    assert told(VAGUE, services=WASTE, known=replace(catalogue(), services=(own,))).service is None


def test_a_service_that_the_primer_does_not_know_is_found_by_its_own_words() -> None:
    """An agency's own services are not drowned by those that came with the program."""
    own = replace(catalogue().services[0], key="sword-licence", name="ใบอนุญาตกระบี่", words=("กระบี่เวทมนตร์",))
    found = told(
        message("กระบี่เวทมนตร์", "ขอใบอนุญาตกระบี่เวทมนตร์ครับ"), services=WASTE, known=Catalogue((own, *catalogue().services))
    )
    assert found.service == "sword-licence"


def test_an_explanation_shows_the_primers_scores() -> None:
    """For each question the likeliest first, with the words that spoke for it."""
    known = replace(catalogue(), primer=Scripted(kinds(Kind.COMPLAINT), WASTE, OURS))
    told = explain(MessageCase(VAGUE, NO_HISTORY, AGENCY, known), Models())
    by = {one.head: one for one in told.considered if one.by is By.PRIMER}
    assert set(by) == set(Head)
    assert by[Head.SERVICE].candidates[:2] == (
        Candidate("waste-collection", 0.8, ("“service”",)),
        Candidate("", -0.5),
    )


def test_another_agencys_matter_is_known_and_named() -> None:
    """Far ahead of us, though the directory has no word of it."""
    found = told(VAGUE, agencies=THEIRS)
    assert (found.kind, found.agency, found.service) == (Kind.WRONG_AGENCY, LAND, None)
    assert found.reasons[0].code == "primer-agency"


def test_nobody_is_sent_away_on_a_small_lead() -> None:
    """A little ahead of us: not ours perhaps, but no agency is named, so that a clerk decides."""
    found = told(VAGUE, agencies={"": 0.1, LAND: 0.2})
    assert (found.kind, found.agency) == (Kind.WRONG_AGENCY, None)


def test_words_of_another_agency_in_a_matter_of_ours() -> None:
    """A text that reads like ours is kept, whatever agency is spoken of in it."""
    sent = message("โฉนด", "จะไปโอนที่ดินที่สำนักงานที่ดิน แต่มันกองอยู่ตรงนั้นมาสามวันแล้วนะคะ")
    assert classify(sent, NO_HISTORY, AGENCY, catalogue()).kind is Kind.WRONG_AGENCY
    found = told(sent, Kind.COMPLAINT, agencies={"": 1.5, LAND: -0.9})
    assert (found.kind, found.agency) == (Kind.COMPLAINT, None)
    assert found.reasons[0].code == "primer-ours"
