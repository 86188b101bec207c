"""Announcements and orders of the head: each step, who may take it, and what it leaves behind."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from mailroom.domain.document import DocumentKind
from mailroom.domain.errors import ArchiveDamagedError, RefusedActionError, SigningRefusedError
from mailroom.domain.instrument import (
    ChannelRule,
    GazetteReference,
    Instrument,
    InstrumentKind,
    InstrumentState,
    Signatory,
)
from mailroom.services.instrument_content import Content
from mailroom.stages.announced import Standing, standing
from mailroom.stages.instrument_checks import remarks
from mailroom.testing import MemoryArchive, MemoryBooks
from storage.archive import SegmentArchive
from storage.unit_of_work import SqlBooks
from tests.support.instruments import AGENCY, Chancery
from tests.support.pdf_text import text_of

GAZETTE = GazetteReference(volume="143", part="พิเศษ 301 ง", page="12", dated=date(2026, 11, 20))
EMAIL = ChannelRule(channel="email", address="saraban@bantuayang.example")


@pytest.fixture(params=["memory", "sql"])
def chancery(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Chancery]:
    """The same promises in memory and on disk."""
    if request.param == "memory":
        yield Chancery(MemoryBooks(), MemoryArchive())
        return
    with (
        closing(SqlBooks(f"sqlite:///{tmp_path / 'books.db'}", AGENCY.key)) as books,
        closing(SegmentArchive(tmp_path / "archive")) as archive,
    ):
        yield Chancery(books, archive)


def _kept(chancery: Chancery, instrument: Instrument) -> Instrument:
    with chancery.books.look() as uow:
        found = uow.instruments.get(instrument.id)
    assert found is not None
    return found


def _refused(code: str) -> "pytest.RaisesExc[RefusedActionError]":
    return pytest.raises(RefusedActionError, match=f"^{code}")


def test_a_draft_is_filled_from_the_configuration(chancery: Chancery) -> None:
    """Channels in use with the services offered on each, the telephone, the hours, the head."""
    draft = _kept(chancery, chancery.draft())
    assert [(one.channel, one.address, one.services) for one in draft.rules] == [
        ("email", "saraban@bantuayang.example", ("food-shop", "building")),
        ("line", "@bantuayang", ()),
    ]
    assert draft.phones == ("0 2000 0000",)
    assert "08.30" in dict(draft.details)["hours"]
    assert draft.signatory == Signatory(name="นายสมศักดิ์ รุ่งเรือง", position="นายกเทศมนตรีตำบลบ้านตัวอย่าง")
    assert (draft.state, draft.prepared_by, len(draft.code)) == (InstrumentState.DRAFT, "malee", 12)


def test_the_road_from_draft_to_publication(chancery: Chancery) -> None:
    """Submitted, signed as it was seen, published; every step is in the event log."""
    chancery.published(number="1/2569")
    with chancery.books.look() as uow:
        [found] = uow.instruments.every(InstrumentKind.CHANNELS)
        rendition, signed = uow.documents.get(found.rendition or ""), uow.documents.get(found.document or "")
    assert rendition is not None
    assert signed is not None
    assert (rendition.kind, signed.kind) == (DocumentKind.RENDITION, DocumentKind.INSTRUMENT)
    assert signed.name == "channels-1-2569.pdf"
    assert chancery.bytes_of(found.document).startswith(chancery.bytes_of(found.rendition))
    assert (found.state, found.signed_by, found.dated) == (InstrumentState.PUBLISHED, "head", date(2026, 11, 22))
    assert found.effective_on == date(2026, 11, 22)
    assert found.in_force(chancery.clock.now())
    spec, _ = chancery.signer.asked[0]
    assert spec.name == "นายสมศักดิ์ รุ่งเรือง"


def test_every_step_leaves_an_event_with_its_actor() -> None:
    """Who did what, in order."""
    books = MemoryBooks()
    chancery = Chancery(books, MemoryArchive())
    published = chancery.published()
    chancery.instruments.gazette(published.id, chancery.clerk, GAZETTE)
    chancery.instruments.withdraw(published.id, chancery.head, "เปลี่ยนช่องทาง")
    assert [(one.name, one.actor) for one in books.shelf.events] == [
        ("instrument.drafted", "malee"),
        ("instrument.submitted", "malee"),
        ("instrument.signed", "head"),
        ("instrument.published", "malee"),
        ("instrument.gazetted", "malee"),
        ("instrument.withdrawn", "head"),
    ]


def test_only_the_signatory_signs_and_only_what_was_seen(chancery: Chancery) -> None:
    """No clerk, nobody but whom it names, no other rendition (R37, G18)."""
    submitted = chancery.instruments.submit(chancery.draft().id, chancery.clerk)
    digest = submitted.rendition or ""
    with _refused("instrument-not-approver"):
        chancery.instruments.sign(submitted.id, chancery.clerk, digest)
    with _refused("instrument-other-signatory"):
        chancery.instruments.sign(submitted.id, chancery.acting, digest)
    with _refused("instrument-other-rendition"):
        chancery.instruments.sign(submitted.id, chancery.head, "0" * 64)
    assert _kept(chancery, submitted) == submitted
    assert not chancery.signer.asked


def test_an_acting_head_signs_in_that_capacity(chancery: Chancery) -> None:
    """The PDF says for whom; the power is the head's (R37)."""
    signed = chancery.signed(by=chancery.acting)
    assert signed.signatory == Signatory(
        name="นางปิ่นแก้ว ญี่ปุ่นน้ำผึ้ง",
        position="รองนายกเทศมนตรี",
        capacity="รักษาราชการแทน",
        on_behalf="นายกเทศมนตรีตำบลบ้านตัวอย่าง",
    )
    text = text_of(chancery.bytes_of(signed.rendition))
    assert "รักษาราชการแทน" in text
    assert "รองนายกเทศมนตรี" in text
    assert "นายกเทศมนตรีตำบลบ้านตัวอย่างจึงออกประกาศ" in text


def test_a_signer_that_changes_the_document_is_caught(chancery: Chancery) -> None:
    """What was seen is what is signed, or nothing is."""
    submitted = chancery.instruments.submit(chancery.draft().id, chancery.clerk)
    chancery.signer.forge = True
    with pytest.raises(SigningRefusedError):
        chancery.instruments.sign(submitted.id, chancery.head, submitted.rendition or "")
    assert _kept(chancery, submitted).state is InstrumentState.SUBMITTED


def test_altered_bytes_in_the_archive_are_not_signed() -> None:
    """The archive refuses them."""
    archive = MemoryArchive()
    chancery = Chancery(MemoryBooks(), archive)
    submitted = chancery.instruments.submit(chancery.draft().id, chancery.clerk)
    archive.contents[-1] = archive.contents[-1].replace(b"%PDF", b"%PDE")
    with pytest.raises(ArchiveDamagedError):
        chancery.instruments.sign(submitted.id, chancery.head, submitted.rendition or "")


def test_what_was_submitted_is_changed_only_when_sent_back(chancery: Chancery) -> None:
    """With a reason, and then it is rendered anew."""
    submitted = chancery.instruments.submit(chancery.draft().id, chancery.clerk)
    with _refused("instrument-wrong-step"):
        chancery.instruments.change(submitted.id, Content(title="อื่น"), chancery.clerk)
    with _refused("reason-missing"):
        chancery.instruments.send_back(submitted.id, chancery.head, " ")
    returned = chancery.instruments.send_back(submitted.id, chancery.head, "เบอร์โทรผิด")
    assert (returned.state, returned.rendition) == (InstrumentState.DRAFT, None)
    with _refused("instrument-wrong-step"):
        chancery.instruments.sign(submitted.id, chancery.head, submitted.rendition or "")


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        (InstrumentKind.CHANNELS, {"title": " "}, "instrument-no-title"),
        (InstrumentKind.CHANNELS, {"signatory": ""}, "instrument-no-signatory"),
        (InstrumentKind.CHANNELS, {"rules": ()}, "instrument-no-channels"),
        (InstrumentKind.CHANNELS, {"effective_on": date(2026, 11, 1)}, "instrument-day-before"),
        (InstrumentKind.SYSTEM, {}, "instrument-no-number"),
        (InstrumentKind.SYSTEM, {"number": "1/2569", "details": ()}, "instrument-no-system"),
        (InstrumentKind.DISPLAY, {"details": ()}, "instrument-no-licences"),
    ],
)
def test_what_is_incomplete_is_not_put_before_the_head(
    chancery: Chancery, kind: InstrumentKind, content: dict[str, object], code: str
) -> None:
    """The missing thing is named."""
    draft = chancery.draft(kind, **content)
    with _refused(code):
        chancery.instruments.submit(draft.id, chancery.clerk)
    assert chancery.instruments.preview(draft.id).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (ChannelRule(channel="fax", address="0 2000 0000"), "rule-channel"),
        (ChannelRule(channel="email", address=" "), "rule-address-missing"),
        (ChannelRule(channel="email", address="saraban"), "rule-no-mailbox"),
        (ChannelRule(channel="email", address="a b@x.go.th"), "rule-no-mailbox"),
        (ChannelRule(channel="web", address="x.go.th"), "rule-no-web-address"),
        (ChannelRule(channel="email", address="a@x.go.th", services=("none",)), "no-such-service"),
        (
            ChannelRule(channel="line", address="@a", starts_on=date(2026, 2, 1), ends_on=date(2026, 1, 1)),
            "rule-days",
        ),
    ],
)
def test_a_line_that_cannot_be_found_is_refused(chancery: Chancery, rule: ChannelRule, code: str) -> None:
    with _refused(code):
        chancery.draft(rules=(rule,))
    with chancery.books.look() as uow:
        assert uow.instruments.every() == []


def test_doubtful_channels_are_named_and_allowed(chancery: Chancery) -> None:
    """Free mail, a mailbox not called saraban, a personal LINE id: warnings (R39, R42, R113)."""
    draft = chancery.draft(
        phones=(),
        rules=(
            ChannelRule(channel="email", address="saraban@gmail.com"),
            ChannelRule(channel="email", address="info@x.go.th"),
            ChannelRule(channel="line", address="somchai99"),
            EMAIL,
        ),
    )
    assert [(one.code, one.detail) for one in remarks(draft)] == [
        ("no-phone", ""),
        ("free-mail", "saraban@gmail.com"),
        ("no-saraban-name", "info@x.go.th"),
        ("no-official-account", "somchai99"),
    ]
    assert chancery.instruments.submit(draft.id, chancery.clerk).rendition


def test_the_display_announcement_waits_for_the_gazette(chancery: Chancery) -> None:
    """It takes effect when gazetted and published, on the day after the gazette at the earliest (R27, R38)."""
    signed = chancery.signed(InstrumentKind.DISPLAY)
    with _refused("instrument-not-gazetted"):
        chancery.instruments.publish(signed.id, chancery.clerk)
    sent = chancery.instruments.gazette(signed.id, chancery.clerk)
    assert (sent.state, sent.gazette) == (InstrumentState.GAZETTING, None)
    with _refused("instrument-not-gazetted"):
        chancery.instruments.publish(signed.id, chancery.clerk)
    tomorrow = GazetteReference(volume="143", part="301 ง", page="12", dated=date(2026, 11, 23))
    chancery.instruments.gazette(signed.id, chancery.clerk, tomorrow)
    published = chancery.instruments.publish(signed.id, chancery.clerk)
    assert published.effective_on == date(2026, 11, 24)
    assert not published.in_force(chancery.clock.now())
    assert published.in_force(chancery.clock.now() + timedelta(days=2))


def test_a_gazette_reference_is_optional_for_channels(chancery: Chancery) -> None:
    """And may be noted after publication (R38)."""
    published = chancery.published()
    noted = chancery.instruments.gazette(published.id, chancery.clerk, GAZETTE)
    assert (noted.state, noted.gazette) == (InstrumentState.PUBLISHED, GAZETTE)
    with _refused("instrument-wrong-step"):
        chancery.instruments.gazette(published.id, chancery.clerk)


def test_a_day_that_is_printed_cannot_be_changed_at_publication(chancery: Chancery) -> None:
    """The signed text says when; another day would contradict it."""
    signed = chancery.signed(effective_on=date(2026, 12, 1))
    with _refused("instrument-day-printed"):
        chancery.instruments.publish(signed.id, chancery.clerk, date(2026, 12, 5))
    assert chancery.instruments.publish(signed.id, chancery.clerk).effective_on == date(2026, 12, 1)


def test_a_replacement_leaves_the_old_one_in_force_until_its_day(chancery: Chancery) -> None:
    """History: each stays, and says how it stands."""
    old = chancery.published()
    chancery.clock.advance(days=1)
    copy = chancery.instruments.replace(old.id, chancery.clerk)
    assert (copy.rules, copy.code != old.code) == (old.rules, True)
    assert dict(copy.details)["replaces"] == str(old.id)
    new = chancery.published(date(2026, 12, 1))
    with chancery.books.look() as uow:
        every = uow.instruments.every(InstrumentKind.CHANNELS)
    before, after = chancery.clock.now(), chancery.clock.now() + timedelta(days=20)
    assert [standing(one, every, before) for one in (old, new)] == [Standing.IN_FORCE, Standing.UPCOMING]
    assert [standing(one, every, after) for one in (old, new)] == [Standing.REPLACED, Standing.IN_FORCE]


def test_withdrawing_does_not_revive_what_was_replaced(chancery: Chancery) -> None:
    """The older one goes with it; only an approver may, and with a reason."""
    old, new = chancery.published(), chancery.published()
    with _refused("instrument-not-approver"):
        chancery.instruments.withdraw(new.id, chancery.clerk, "ผิด")
    chancery.clock.advance(minutes=1)
    gone = chancery.instruments.withdraw(new.id, chancery.head, "ผิด")
    assert dict(gone.details)["withdrawn"] == "ผิด"
    assert _kept(chancery, old).state is InstrumentState.WITHDRAWN
    with chancery.books.look() as uow:
        assert uow.instruments.in_force(InstrumentKind.CHANNELS, chancery.clock.now()) is None
        assert chancery.announcements.current(uow, chancery.clock.now()) is None
    with _refused("instrument-withdrawn"):
        chancery.instruments.withdraw(new.id, chancery.head, "ผิด")


def test_withdrawing_what_has_not_begun_leaves_the_present_one(chancery: Chancery) -> None:
    present, future = chancery.published(), chancery.published(date(2027, 1, 1))
    chancery.instruments.withdraw(future.id, chancery.head, "ยังไม่พร้อม")
    with chancery.books.look() as uow:
        later = chancery.clock.now() + timedelta(days=60)
        found = uow.instruments.in_force(InstrumentKind.CHANNELS, later)
    assert found is not None
    assert found.id == present.id


def test_what_was_signed_on_paper_is_recorded(chancery: Chancery) -> None:
    """With number, day, signatory and, where there is one, its scan (R34)."""
    outside = Signatory(name="นายเก่า", position="นายกเทศมนตรี")
    draft = chancery.draft(number="3/2566", signatory="", outside_signatory=outside)
    with _refused("instrument-no-day"):
        chancery.instruments.record(draft.id, chancery.head)
    draft = chancery.draft(number="3/2566", signatory="", outside_signatory=outside, dated=date(2023, 8, 1))
    with _refused("instrument-not-approver"):
        chancery.instruments.record(draft.id, chancery.clerk)
    recorded = chancery.instruments.record(draft.id, chancery.head, pdf=b"%PDF-scan")
    assert (recorded.state, recorded.signatory) == (InstrumentState.PUBLISHED, outside)
    assert chancery.bytes_of(recorded.document) == b"%PDF-scan"
    assert chancery.instruments.preview(recorded.id) == b"%PDF-scan"


def test_somebody_who_was_faster_is_not_overwritten(chancery: Chancery) -> None:
    """What is submitted is what its clerk saw; a change meanwhile stops it."""
    draft = chancery.draft()
    render = chancery.papers.render

    def overtaken(instrument: Instrument, at: object) -> bytes:
        chancery.clock.advance(seconds=1)
        chancery.instruments.change(draft.id, Content(title="ใหม่"), chancery.clerk)
        return render(instrument, chancery.clock.now())

    chancery.papers.render = overtaken  # type: ignore[method-assign,assignment]
    with _refused("instrument-changed-meanwhile"):
        chancery.instruments.submit(draft.id, chancery.clerk)
    assert _kept(chancery, draft).title == "ใหม่"


def test_page_and_pdf_say_the_same(chancery: Chancery) -> None:
    """Every sentence of the web page stands in the PDF, of each kind."""
    for kind in InstrumentKind:
        signed = chancery.signed(kind, number="12/2569")
        printed = text_of(chancery.bytes_of(signed.rendition))
        text = chancery.instrument_texts.text(signed)
        said = [text.kind, text.number, text.title, *text.preamble, *text.closing]
        for clause in text.clauses:
            said += [clause.text, *clause.points, *clause.heads, *(cell for row in clause.rows for cell in row)]
        assert [one for one in said if "".join(one.split()) not in printed] == [], kind
