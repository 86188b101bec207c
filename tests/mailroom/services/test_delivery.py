"""Handing a licence over: what the letter says, what it carries, and when it is a link instead."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailroom.domain.decision import Letter, Secrecy
from mailroom.domain.licence import Act
from mailroom.domain.outbox import OutboxItem
from mailroom.services.links import hash_of
from tests.support.post import CONTENT, PDF, START, Post, issuance, status_url

DIGEST = hashlib.sha256(PDF).hexdigest()
_LINK_ADDRESS = "https://licence.agency.example/documents/{}"
_LINK = re.compile(r"https://licence\.agency\.example/documents/([A-Za-z0-9_-]{43})\s")


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    place = Post(tmp_path)
    yield place
    place.close()


def test_the_letter_says_all_it_must(post: Post) -> None:
    """Licence, number, validity, ที่, เลขทะเบียนส่ง, status page, both ways to check it; Thai first, English below."""
    (letter,) = post.hand_over()
    assert letter.letter is Letter.LICENCE
    assert letter.subject == "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร เลขที่ 12/2569"
    for body in (letter.text, letter.html):
        for words in (
            "นางสาวปิ่นแก้ว ใจดี",
            "ได้ออกใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหารให้ท่านแล้ว",
            "12/2569",
            "5 มกราคม 2569 ถึง 31 ธันวาคม 2569",
            "อท 52301/1",
            "1/2569",
            status_url("7K3M9QXR2V5T"),
            "TEDA Web Validation",
            DIGEST,
            "Food shop licence",
            "5 January 2026 to 31 December 2026",
            "0 2000 0000",
        ):
            assert words in body, words
    assert letter.text.index("เรียน") < letter.text.index("has issued the licence")


def test_how_to_check_it_takes_two_lines(post: Post) -> None:
    """R95: exactly two in each language."""
    (letter,) = post.hand_over()
    for language in ("วิธีตรวจสอบว่าเป็นของจริงและยังใช้ได้\n", "How to check it\n"):
        following = letter.text.split(language)[1].split("\n\n")[0].strip().splitlines()
        assert [line[:2] for line in following] == ["1.", "2."]


def test_nobody_is_told_to_hang_up_paper(post: Post) -> None:
    """R28: the licensee may display electronically."""
    (letter,) = post.hand_over()
    assert "ทางอิเล็กทรอนิกส์ได้" in letter.text
    for words in ("พิมพ์", "ติดไว้", "แขวน", "paper", "print", "hang"):
        assert words not in letter.text


@pytest.mark.parametrize(
    ("act", "thai", "english"),
    [
        (Act.AMEND, "ได้แก้ไขรายการในใบอนุญาต", "has amended"),
        (Act.SUBSTITUTE, "ได้ออกใบแทนใบอนุญาต", "has issued a substitute for"),
        (Act.RENEW, "ได้ต่ออายุใบอนุญาต", "has renewed"),
        (Act.TRANSFER, "ได้โอนใบอนุญาต", "has transferred"),
    ],
)
def test_the_letter_names_what_was_done(post: Post, act: Act, thai: str, english: str) -> None:
    (letter,) = post.hand_over(act=act)
    assert thai in letter.text
    assert english in letter.html


def test_a_licence_that_does_not_lapse_says_so(post: Post) -> None:
    (letter,) = post.hand_over(content=replace(CONTENT, expires_on=None))
    assert "ใช้ได้: 5 มกราคม 2569 เป็นต้นไป" in letter.text
    assert "5 January 2026 onwards" in letter.text


async def test_what_is_sent_is_what_is_archived(post: Post) -> None:
    """G18: the sender is handed the bytes of the digest, and its answer is kept as evidence."""
    row = post.receive()
    (letter,) = post.hand_over(message_id=row)
    assert await post.dispatcher.run() == 1
    assert post.postman.enclosed == [(PDF,)]
    assert [hashlib.sha256(one).hexdigest() for one in post.postman.enclosed[0]] == [DIGEST]
    assert (post.item(letter.id).reply, post.item(letter.id).sent_at) == ("250 accepted", START)
    assert [(one.name, one.detail) for one in post.events(row)] == [("letter.sent", "250 accepted")]


def damage(post: Post, letter: OutboxItem) -> None:
    """Change one byte of the enclosed document on the disk."""
    with post.books.look() as uow:
        document = uow.documents.get(letter.enclosures[0].digest)
    assert document is not None
    (segment,) = (post.folder / "archive").rglob(f"*{document.place.segment}*")
    content = bytearray(segment.read_bytes())
    content[document.place.offset + document.place.length // 2] ^= 1
    segment.write_bytes(content)


async def test_altered_bytes_are_never_sent(post: Post) -> None:
    """The letter fails with a plain reason; others behind it go on."""
    row = post.receive()
    (letter,) = post.hand_over(message_id=row)
    damage(post, letter)
    post.hand_over(b"%PDF another", number="13/2569")
    assert await post.dispatcher.run() == 1
    failed = post.item(letter.id)
    assert failed.state == "failed"
    assert failed.reply.startswith(f"document {DIGEST} was not sent: ")
    assert [one.name for one in post.events(row)] == ["letter.failed"]
    assert post.postman.enclosed == [(b"%PDF another",)]


async def test_a_document_missing_from_the_books_is_never_sent(post: Post) -> None:
    (letter,) = post.hand_over()
    stray = replace(letter, id="a" * 32, enclosures=(replace(letter.enclosures[0], digest="0" * 64),))
    with post.books.begin() as uow:
        uow.outbox.put(stray)
        uow.commit()
    assert await post.dispatcher.run() == 1
    assert "is not in the books" in post.item("a" * 32).reply


def test_it_answers_the_request_in_its_thread(post: Post) -> None:
    """To the address of the paper, which the clerk confirmed, not to whoever wrote."""
    (letter,) = post.hand_over(message_id=post.receive())
    assert (letter.in_reply_to, letter.references) == ("<b@c.test>", ("<a@c.test>", "<b@c.test>"))
    assert (letter.to, letter.to_name) == ("pinkaew@citizen.test", "นางสาวปิ่นแก้ว ใจดี")


def test_without_a_request_there_is_no_thread(post: Post) -> None:
    (letter,) = post.hand_over()
    assert (letter.message_id, letter.in_reply_to, letter.references) == (None, "", ())


def token_of(letter: OutboxItem) -> str:
    match = _LINK.search(letter.text)
    assert match
    return match[1]


def test_a_huge_document_goes_as_a_link(post: Post) -> None:
    """The token stands in the letter alone; the books know its hash; the link leads to the very document."""
    content = b"%PDF" + bytes(1_000_000)
    (letter,) = post.hand_over(content)
    assert (letter.letter, letter.enclosures) == (Letter.LICENCE_LINK, ())
    token = token_of(letter)
    assert token in letter.html
    assert letter.subject == "ลิงก์รับใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร เลขที่ 12/2569"
    assert "วันที่ 12 มกราคม 2569 เวลา 10.00 น." in letter.text
    with post.books.look() as uow:
        found = uow.links.find(hash_of(token), START)
    assert found is not None
    assert found.size == len(content)


def test_a_graded_matter_goes_as_a_link_and_names_nothing(post: Post) -> None:
    """R58: neither subject nor words tell what it is about."""
    (letter,) = post.hand_over(message_id=post.receive(secrecy=Secrecy.SECRET))
    assert letter.letter is Letter.LICENCE_LINK
    assert letter.subject == "ลิงก์รับเอกสาร เลขทะเบียนส่ง 1/2569"
    for body in (letter.subject, letter.text, letter.html):
        for words in ("ใบอนุญาตจัดตั้ง", "12/2569", "ป้าปุ้ย", "Food shop", "7K3M9QXR2V5T"):
            assert words not in body, words
    assert "อท 52301/1" in letter.text
    assert token_of(letter)


def test_another_channel_gets_a_link_and_the_mailbox_the_file(post: Post) -> None:
    """R116: a bot cannot send a file; where an e-mail address is known, the file goes there as well."""
    row = post.receive(channel="line", sender="U123")
    chat, mail = post.hand_over(message_id=row, channel="line")
    assert (chat.channel, chat.to, chat.letter) == ("line", "U123", Letter.LICENCE_LINK)
    assert (mail.channel, mail.to, mail.letter) == ("email", "pinkaew@citizen.test", Letter.LICENCE)
    assert [one.channel for one in post.hand_over(message_id=row, channel="line", email="")] == ["line"]


def test_a_link_in_a_chat_is_short_words_and_a_button(post: Post) -> None:
    """One address in the words and under the button, and the public record beside it."""
    row = post.receive(channel="line", sender="U123")
    chat, _ = post.hand_over(message_id=row, channel="line")
    assert chat.card
    assert [one.url for one in chat.card.buttons] == [
        _LINK_ADDRESS.format(token_of(chat)),
        status_url("7K3M9QXR2V5T"),
        "tel:020000000",
    ]
    assert "12/2569" in chat.card.title
    assert len(chat.text) < 1000


def test_an_address_given_in_the_chat_gets_the_file(post: Post) -> None:
    """Where the paper itself names none (R116)."""
    row = post.receive(channel="line", sender="U123")
    with post.books.begin() as uow:
        chats = uow.chats("line", "saraban@agency.example")
        chats.save_person(replace(chats.person("U123"), email="pin@citizen.test"))
        uow.commit()
    _, mail = post.hand_over(message_id=row, channel="line", email="")
    assert (mail.channel, mail.to, mail.letter) == ("email", "pin@citizen.test", Letter.LICENCE)


def test_a_graded_paper_never_goes_over_a_chat(post: Post) -> None:
    """By mail alone, and where no address is known a clerk hands it over (R58, R118)."""
    row = post.receive(channel="line", sender="U123", secrecy=Secrecy.SECRET)
    assert [one.channel for one in post.hand_over(message_id=row, channel="line")] == ["email"]
    assert post.hand_over(message_id=row, channel="line", email="") == ()
    assert [one.name for one in post.events(row)] == ["letter.omitted"]


@pytest.mark.parametrize(
    ("size", "more", "ways"),
    [
        (1000, {}, ("enclosed",)),
        (1_000_001, {}, ("link",)),
        (1000, {"channel": "line"}, ("link", "enclosed")),
        (1_000_001, {"channel": "line"}, ("link",)),
        (1000, {"email": ""}, ()),
    ],
)
def test_how_a_paper_goes_is_known_before_it_is_entered(
    post: Post, size: int, more: dict[str, str], ways: tuple[str, ...]
) -> None:
    """The register of letters sent says it of a letter that is written after its entry."""
    row = post.receive(channel=more.get("channel", "email"), sender="U123")
    with post.books.look() as uow:
        assert post.delivery.ways(uow, issuance(message_id=row, **more), size) == ways


def test_without_any_address_a_clerk_is_told(post: Post) -> None:
    row = post.receive()
    assert post.hand_over(message_id=row, email="") == ()
    assert [(one.name, one.detail) for one in post.events(row)] == [("letter.omitted", "12/2569")]


def test_links_differ_and_nobody_can_guess_them(post: Post) -> None:
    """256 bits each."""
    content = b"%PDF" + bytes(1_000_000)
    tokens = {token_of(post.hand_over(content)[0]) for _ in range(5)}
    assert len(tokens) == 5


def test_looking_uses_nothing_up_and_fetching_does(post: Post) -> None:
    """Programs that scan mail open every link."""
    content = b"%PDF" + bytes(range(256)) * 5000
    token = token_of(post.hand_over(content)[0])
    for _ in range(3):
        document = post.links.look(token)
        assert document is not None
        assert document.name == "licence-food-shop-12-2569-1.pdf"
    fetched = post.links.fetch(token)
    assert fetched is not None
    assert fetched.content == content
    assert post.links.fetch(token) is None
    assert post.links.look(token) is None


def test_a_link_expires(post: Post) -> None:
    token = token_of(post.hand_over(b"%PDF" + bytes(1_000_000))[0])
    post.clock.at += timedelta(days=7, seconds=1)
    assert post.links.look(token) is None
    assert post.links.fetch(token) is None


@pytest.mark.parametrize("token", ["", "x", "../../etc/passwd", "a" * 43, "ก" * 43, "a" * 42 + "\n", "a" * 100_000])
def test_what_is_no_link_leads_nowhere(post: Post, token: str) -> None:
    assert post.links.look(token) is None
    assert post.links.fetch(token) is None


HOSTILE = (
    "\r\nBcc: victim@example.com\r\n\r\nbody",
    "{{ 7*7 }} {% raw %} {title}",
    "<script>alert(1)</script>'\"&<img src=x onerror=alert(1)>",
    "\u202eexe.fdp\u2066\x00\x07\x1b[31m\ud800",
    "ก" + "\u0e49" * 5000,
    "",
)


@pytest.mark.parametrize("words", HOSTILE)
def test_no_words_of_a_licence_do_harm(post: Post, words: str) -> None:
    """Names come from applicants: they stay on one line, inert, and bounded."""
    (letter,) = post.hand_over(content=replace(CONTENT, holder=words, premises=words))
    assert "\n" not in letter.subject
    assert "<script" not in letter.html
    assert "<img" not in letter.html
    assert len(letter.text) < 5000
    assert not set(letter.text) & set("\0\x07\x1b\u202e\ud800")


def test_an_unknown_service_still_gets_its_letter(post: Post) -> None:
    """A service that was taken out of the catalogue meanwhile is named by its key."""
    (letter,) = post.hand_over(service="old-service")
    assert letter.subject == "old-service เลขที่ 12/2569"
    assert "Licence: old-service\n" in letter.text
