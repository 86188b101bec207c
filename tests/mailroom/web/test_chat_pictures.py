"""Pictures of a conversation: four types, known by their own bytes, bounded, and inert."""

import struct

import pytest

from mailroom.domain.chat import ChatMessageKind
from mailroom.domain.message import Attachment
from mailroom.web.chat_pictures import LARGEST, picture_type
from tests.mailroom.web.conftest import SignedIn
from tests.support.talk_on_desk import Talk, png
from tests.support.web_site import Office, letter


def jpeg(width: int, height: int, before: bytes = b"\xff\xe0\x00\x04ab") -> bytes:
    return b"\xff\xd8" + before + b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03" + bytes(9)


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + bytes(3)


def webp(kind: bytes, content: bytes) -> bytes:
    return b"RIFF\x00\x00\x00\x00WEBP" + kind + struct.pack("<I", len(content)) + content


def extended(width: int, height: int) -> bytes:
    return webp(b"VP8X", bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"))


def lossless(width: int, height: int) -> bytes:
    return webp(b"VP8L", b"\x2f" + (width - 1 | (height - 1) << 14).to_bytes(4, "little"))


def lossy(width: int, height: int) -> bytes:
    return webp(b"VP8 ", b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height))


def shown(media_type: str, content: bytes, size: int | None = None) -> str | None:
    file = Attachment("x", media_type, media_type, len(content) if size is None else size, "", False, 0)
    return picture_type(file, content)


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("image/png", png()),
        ("image/jpeg", jpeg(640, 480)),
        ("image/jpeg", jpeg(640, 480, b"\xff\xff\xe1\x00\x03x")),
        ("image/gif", gif(640, 480)),
        ("image/webp", extended(640, 480)),
        ("image/webp", lossless(640, 480)),
        ("image/webp", lossy(640, 480)),
    ],
)
def test_the_four_types_are_shown_as_what_they_are(media_type: str, content: bytes) -> None:
    """A picture whose first bytes agree with its type is served as that type."""
    assert shown(media_type, content) == media_type


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("image/png", b"<script>alert(1)</script>"),
        ("image/png", gif(1, 1)),
        ("image/jpeg", png()),
        ("image/gif", b"GIF88a" + bytes(9)),
        ("image/webp", webp(b"EVIL", bytes(20))),
        ("image/webp", b"RIFF\x00\x00\x00\x00WEBPVP8L"),
        ("image/jpeg", b"\xff\xd8\xff"),
        ("image/jpeg", b"\xff\xd8\xff\xe0\xff\xff"),
        ("image/jpeg", b"\xff\xd8" + b"\xff\xe0\x00\x00" * 9),
        ("image/jpeg", b"\xff\xd8" + b"\xff" * 500),
        ("image/png", b""),
        ("image/tiff", b"II*\x00"),
        ("text/html", b"<html>"),
    ],
)
def test_nothing_else_is_shown(media_type: str, content: bytes) -> None:
    """What is no such picture, contradicts its type, or breaks off, is a file to save and nothing more."""
    assert shown(media_type, content, size=100) is None


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("image/png", png(100_000, 100_000)[:100]),
        ("image/png", png(0, 5)),
        ("image/jpeg", jpeg(65_000, 65_000)),
        ("image/gif", gif(65_535, 65_535)),
        ("image/webp", extended(1 << 24, 1 << 24)),
    ],
)
def test_a_small_file_does_not_unfold_to_a_huge_picture(media_type: str, content: bytes) -> None:
    """The number of points is bounded, and must not be none."""
    assert shown(media_type, content) is None


def test_a_large_file_is_not_shown() -> None:
    """Neither one that says that it is large, nor one that is."""
    assert shown("image/png", png(), size=LARGEST + 1) is None
    assert shown("image/png", png() + bytes(LARGEST), size=9) is None


async def test_a_picture_is_served_inert(office: Office, clerk: SignedIn) -> None:
    """Exactly its type, no sniffing, in a sandbox, for no other site, kept nowhere."""
    talk = Talk()
    talk.sends(ChatMessageKind.IMAGE, "", "image/png", png())
    talk.received(office, office.books)
    answer = await clerk.get("/messages/1/parts/0/picture")
    assert answer.content == png()
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == "inline"


@pytest.mark.parametrize("media_type", ["image/svg+xml", "text/html", "image/png"])
async def test_what_only_claims_to_be_a_picture_is_not_served(office: Office, clerk: SignedIn, media_type: str) -> None:
    """Markup under any type gets no address of a picture that answers."""
    talk = Talk()
    talk.sends(ChatMessageKind.IMAGE, "x.png", media_type, b"<svg onload='alert(1)'>")
    talk.received(office, office.books)
    assert (await clerk.get("/messages/1/parts/0/picture")).status_code == 404
    assert (await clerk.get("/messages/1/parts/9/picture")).status_code == 404
    assert (await clerk.get("/messages/9/parts/0/picture")).status_code == 404


async def test_pictures_of_mail_are_saved_as_before(office: Office, clerk: SignedIn) -> None:
    """Mail keeps its ways: its pictures are files."""
    office.receive(letter(), files=(("x.png", "image/png", png()),))
    assert (await clerk.get("/messages/1/parts/0/picture")).status_code == 404
    assert "/picture" not in (await clerk.get("/messages/1")).text
