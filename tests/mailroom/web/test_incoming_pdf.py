"""PDFs of a message: what is in them is told, a copy is stamped, the original stays as it came, seals hold."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import unquote

import httpx
import pypdfium2
import pytest

from mailroom.domain.decision import Classification, Decision, Kind, Outcome, Secrecy
from mailroom.domain.errors import UnreadableError
from mailroom.domain.incoming_pdf import PdfInspection, ReceivingStamp
from mailroom.paths import CONFIG
from mailroom.services.receiving_stamp import MOST, ReceivingDesk
from mailroom.services.wording import Wording
from signing.render import TypstRenderer
from signing.stamp import ConfinedPdfs
from tests.mailroom.web.conftest import SignedIn, signed_in, visitor
from tests.support.pdf_zoo import ZOO, blank, bomb, saved, with_file
from tests.support.web_site import AGENCY, TEXTS, Office, letter, marked

PDF = "application/pdf"
FINDINGS, STAMPED = "/messages/1/parts/0/findings", "/messages/1/parts/0/stamped.pdf"
NOBODY = Decision(Outcome.IGNORE, "spam")
SENTENCES = TEXTS.tables["pdf_findings"]
UNREADABLE = ("broken", "locked")


class CountedPdfs(ConfinedPdfs):
    """The real ones, and how often a document was inspected."""

    inspections = 0

    def inspect(self, pdf: bytes) -> PdfInspection:
        self.inspections += 1
        return super().inspect(pdf)


@pytest.fixture(scope="module")
def shared() -> Iterator[CountedPdfs]:
    confined = CountedPdfs(TypstRenderer(CONFIG))
    yield confined
    confined.close()


@pytest.fixture
def pdfs(shared: CountedPdfs) -> CountedPdfs:
    shared.inspections = 0
    return shared


@pytest.fixture
def office(pdfs: CountedPdfs) -> Office:
    """An office that prints its numbers in Thai digits."""
    return Office(incoming=ReceivingDesk(pdfs, agency=AGENCY, wording=Wording(TEXTS.tables, thai_digits=True)))


def receive(office: Office, content: bytes, name: str = "คำขอ.pdf", kind: str = PDF, **more: object) -> int:
    return office.receive(letter(), files=((name, kind, content),), **more)  # type: ignore[arg-type]


def told(page: httpx.Response) -> str:
    """The part that the page of the message takes, without tags."""
    found = re.search(r'<div class="pdf-findings">(.*?)</div>', page.text, re.S)
    assert found
    return re.sub(r"<[^>]*>", " ", found[1])


def words(pdf: bytes) -> str:
    """Everything on the first page, without spaces."""
    with pypdfium2.PdfDocument(pdf) as document:
        return "".join(document[0].get_textpage().get_text_bounded().split())


@pytest.mark.parametrize("name", ZOO)
async def test_each_of_the_zoo_is_told_in_words(office: Office, clerk: SignedIn, name: str) -> None:
    """What is hostile, broken or odd in a PDF stands in Thai where the clerk would open it."""
    make, code = ZOO[name]
    receive(office, make())
    answer = await clerk.get(FINDINGS)
    assert answer.status_code == 200
    assert SENTENCES[code].partition("{")[0].strip() in told(answer)


@pytest.mark.parametrize("name", ZOO)
async def test_each_of_the_zoo_is_stamped_or_explained(office: Office, clerk: SignedIn, name: str) -> None:
    """A copy where there can be one, else the reason in Thai; the original is one click away and as it came."""
    make, code = ZOO[name]
    content = make()
    receive(office, content)
    kept = list(office.archive.contents)
    answer = await clerk.get(STAMPED)
    if code in UNREADABLE:
        assert answer.status_code == 422
        assert "ทำสำเนาประทับตรารับของไฟล์นี้ไม่ได้" in answer.text
        assert SENTENCES[code] in told(answer)
        assert 'href="/messages/1/parts/0"' in answer.text
        assert "stamped.pdf" not in answer.text
    else:
        assert (answer.status_code, answer.headers["content-type"]) == (200, PDF)
        assert "เลขรับ๑/๒๕๖๙" in words(answer.content)
    assert (await clerk.get("/messages/1/parts/0")).content == content
    assert office.archive.contents == kept


async def test_the_stamp_says_what_the_register_says(office: Office, clerk: SignedIn) -> None:
    """Agency, number, and day and time of receipt as the law deems it, in Thailand and in the agency's digits (R49)."""
    receive(office, saved(blank()))
    (entry,) = office.books.shelf.entries.values()
    assert entry.draft.deemed_received_at == datetime(2026, 11, 21, 15, 21, tzinfo=UTC)
    answer = await clerk.get(STAMPED)
    assert words(answer.content) == f"{AGENCY.name}เลขรับ๑/๒๕๖๙วันที่๒๑พฤศจิกายน๒๕๖๙เวลา๒๒.๒๑น."


async def test_the_copy_is_a_file_that_cannot_be_taken_for_the_original(office: Office, clerk: SignedIn) -> None:
    """It has a name of its own, saves as a file, is inert, and who had it made is noted."""
    receive(office, saved(blank()))
    answer = await clerk.get(STAMPED)
    named = unquote(answer.headers["content-disposition"].partition("UTF-8''")[2])
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert named == "สำเนาประทับตรารับ 1-2569 คำขอ.pdf"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert ("attachment.stamped", 1, "somying", "0") in office.events


async def test_the_page_offers_both_and_waits_for_neither(office: Office, pdfs: CountedPdfs, clerk: SignedIn) -> None:
    """The page of the message leads to findings and copy of each PDF, and no PDF is read before it stands."""
    office.receive(
        letter(), files=(("ก.pdf", PDF, saved(blank())), ("ข.png", "image/png", b"x"), ("ค.PDF", "a/b", b"x"))
    )
    page = (await clerk.get("/messages/1")).text
    assert re.findall(r'href="/messages/1/parts/(\d)/findings"', page) == ["0", "2"]
    assert re.findall(r'href="/messages/1/parts/(\d)/stamped.pdf"', page) == ["0", "2"]
    assert pdfs.inspections == 0


async def test_what_is_not_registered_has_no_stamp(office: Office, clerk: SignedIn) -> None:
    """Without a register number nothing is offered, and nothing is made by whoever knows the address."""
    receive(office, saved(blank()), decision=NOBODY, classification=Classification(Kind.SPAM))
    page = (await clerk.get("/messages/1")).text
    assert "parts/0/findings" in page
    assert "stamped.pdf" not in page
    assert (await clerk.get(STAMPED)).status_code == 404
    assert "stamped.pdf" not in (await clerk.get(FINDINGS)).text


async def test_a_document_is_inspected_once(office: Office, pdfs: CountedPdfs, clerk: SignedIn) -> None:
    """The same bytes in another message, and every later look, cost nothing more."""
    for _ in range(2):
        receive(office, with_file())
    for path in (FINDINGS, FINDINGS, STAMPED, FINDINGS.replace("/1/", "/2/")):
        assert (await clerk.get(path)).status_code == 200
    assert pdfs.inspections == 1


async def test_a_bomb_is_stamped_small(office: Office, clerk: SignedIn) -> None:
    """A hundred megabytes in a few kB stay a few kB."""
    receive(office, bomb())
    assert (await clerk.get(FINDINGS)).status_code == 200
    assert len((await clerk.get(STAMPED)).content) < 200_000


@pytest.mark.parametrize("path", [FINDINGS, STAMPED])
async def test_only_who_is_signed_in_learns_anything(office: Office, stranger: httpx.AsyncClient, path: str) -> None:
    """Strangers are shown the login."""
    receive(office, saved(blank()))
    answer = await stranger.get(path)
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/login")


@pytest.mark.parametrize("path", [FINDINGS, STAMPED])
async def test_a_sealed_message_keeps_its_pdfs_sealed(
    office: Office, pdfs: CountedPdfs, clerk: SignedIn, path: str
) -> None:
    """Marked secret: nothing of a PDF is told or copied before a clerk asks to open the message (R58)."""
    office.clear()
    receive(office, saved(blank()), classification=marked(secrecy=Secrecy.SECRET))
    assert (await clerk.get(path)).status_code == 403
    assert (await clerk.get(f"{path}?grant=guessed")).status_code == 403
    assert pdfs.inspections == 0
    assert "attachment.stamped" not in {event[0] for event in office.events}
    grant = (await clerk.post("/messages/1/open")).headers["location"].partition("?")[2]
    assert f"{path}?{grant}" in (await clerk.get(f"/messages/1?{grant}")).text
    assert (await clerk.get(f"{path}?{grant}")).status_code == 200


@pytest.mark.parametrize("part", ["1", "2", "x", "-1"])
async def test_what_is_no_pdf_has_neither(office: Office, clerk: SignedIn, part: str) -> None:
    """Other files, and parts that are not there, are not found."""
    office.receive(letter(), files=(("ก.pdf", PDF, saved(blank())), ("ข.png", "image/png", b"x")))
    for name in ("findings", "stamped.pdf"):
        assert (await clerk.get(f"/messages/1/parts/{part}/{name}")).status_code == 404


async def test_names_of_hidden_files_are_text(office: Office, clerk: SignedIn) -> None:
    """What a stranger named a file inside of a PDF is shown, not run."""
    document = blank()
    document.attachments["<script>alert(1)</script>\u202efdp.exe"] = b"MZ"
    receive(office, saved(document), name="<b>.pdf")
    page = (await clerk.get(FINDINGS)).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;⟨U+202E⟩fdp.exe" in page
    assert "<b>" not in page


class UnwillingPdfs:
    """Reads everything and stamps nothing."""

    def inspect(self, pdf: bytes) -> PdfInspection:
        return PdfInspection(1)

    def stamp(self, pdf: bytes, stamp: ReceivingStamp) -> bytes:
        raise UnreadableError("this PDF was not stamped (crash); print the register entry instead")

    def close(self) -> None: ...


@pytest.fixture
def unwilling() -> ReceivingDesk:
    return ReceivingDesk(UnwillingPdfs(), agency=AGENCY, wording=Wording(TEXTS.tables))


async def test_a_copy_that_fails_after_all_is_explained(unwilling: ReceivingDesk) -> None:
    """Although the PDF could be read: the page says so, offers the original, and no copy is noted."""
    office = Office(incoming=unwilling)
    receive(office, saved(blank()))
    async with visitor(office) as client:
        clerk = await signed_in(client, token=office.sign_in.new_link("somying"))
        answer = await clerk.get(STAMPED)
    assert answer.status_code == 422
    assert "ทำสำเนาประทับตรารับของไฟล์นี้ไม่ได้" in answer.text
    assert 'href="/messages/1/parts/0"' in answer.text
    assert "attachment.stamped" not in {event[0] for event in office.events}


async def test_pages_without_a_reader_of_pdfs_stay_as_they_are() -> None:
    """Where nothing inspects, nothing is offered and nothing is found."""
    office = Office()
    receive(office, saved(blank()))
    async with visitor(office) as client:
        clerk = await signed_in(client, token=office.sign_in.new_link("somying"))
        assert "findings" not in (await clerk.get("/messages/1")).text
        assert [(await clerk.get(path)).status_code for path in (FINDINGS, STAMPED)] == [404, 404]


def test_only_so_many_inspections_are_remembered(unwilling: ReceivingDesk) -> None:
    """Memory is bounded; what was asked for lately stays."""
    desk = unwilling
    digests = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(MOST + 1)]
    for digest in digests[:MOST]:
        desk.inspect(digest, b"")
    assert desk.known(digests[0])
    desk.inspect(digests[MOST], b"")
    assert desk.known(digests[0])
    assert desk.known(digests[1]) is None
