"""Contents are fetched whole or not at all (L10): prepared, gone, empty, cut, redirected, too large."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.line.api import LineApi
from channels.line.content import Contents
from channels.line.settings import LineSettings
from mailroom.domain.chat import ChatContent, ContentState
from mailroom.domain.errors import ChannelSetupError, StorageError, TemporaryChannelError
from tests.support.line_end import (
    PREPARING,
    Announced,
    CutBefore,
    Endless,
    Fault,
    LineEnd,
    Raw,
    Redirect,
    ServerError,
    Short,
    Silence,
    Status,
    Stored,
)
from tests.support.line_settings import line_settings

PICTURE = bytes(range(256)) * 1000
LIMIT = 1_000_000


@pytest.fixture
def contents(settings: LineSettings) -> Iterator[Contents]:
    api = LineApi(settings, timeout=1, content_timeout=0.4)
    yield Contents(api)
    api.close()


def fetched(contents: Contents, message_id: str = "1001", limit: int = LIMIT) -> tuple[ChatContent, bytes]:
    into = io.BytesIO()
    return contents.fetch(message_id, into, limit), into.getvalue()


def test_a_content_is_kept_byte_for_byte(line: LineEnd, contents: Contents) -> None:
    """With size, digest, and the type that LINE declares."""
    line.contents["1001"] = Stored(PICTURE, "image/JPEG; x=y")
    content, kept = fetched(contents)
    assert kept == PICTURE
    assert content == ChatContent(
        state=ContentState.KEPT,
        size=len(PICTURE),
        sha256=hashlib.sha256(PICTURE).hexdigest(),
        media_type="image/jpeg",
    )


def test_it_is_written_where_the_file_stands(line: LineEnd, contents: Contents, tmp_path: Path) -> None:
    """What is in the file already stays; what had to be given up is taken out of it again."""
    line.contents["1001"] = PICTURE
    path = tmp_path / "content"
    with path.open("w+b") as file:
        file.write(b"head")
        line.script("content", Short(5000))
        with pytest.raises(TemporaryChannelError):
            contents.fetch("1001", file, LIMIT)
        contents.fetch("1001", file, LIMIT)
    assert path.read_bytes() == b"head" + PICTURE


def test_a_video_is_waited_for(line: LineEnd, contents: Contents) -> None:
    """L10: 202 while LINE prepares it: soon again. One that LINE gives up on is gone."""
    line.contents["1001"] = Stored(PICTURE, "video/mp4", "processing")
    for _ in range(2):
        with pytest.raises(TemporaryChannelError, match="preparing") as caught:
            fetched(contents)
        assert caught.value.retry_after == 2.0
    line.contents["1001"] = Stored(PICTURE, "video/mp4")
    assert fetched(contents)[1] == PICTURE
    line.contents["1002"] = Stored(PICTURE, "video/mp4", "failed")
    assert fetched(contents, "1002")[0].state is ContentState.GONE


def test_a_preparation_of_which_nothing_is_known_is_waited_for(line: LineEnd, contents: Contents) -> None:
    """202, and no word about transcoding."""
    line.script("content", PREPARING)
    with pytest.raises(TemporaryChannelError) as caught:
        fetched(contents)
    assert caught.value.retry_after == 2.0


@pytest.mark.parametrize("status", [400, 404, 410])
def test_what_line_has_no_more_is_gone(line: LineEnd, contents: Contents, status: int) -> None:
    """L10, R115: the entry says so, with what LINE said."""
    line.script("content", Status(status, "Not found"))
    content, kept = fetched(contents)
    assert (content.state, kept) == (ContentState.GONE, b"")
    assert str(status) in content.note


FAILURES: list[tuple[Fault, type[Exception], str]] = [
    (Short(5000), TemporaryChannelError, "broke"),
    (Announced(500_000), TemporaryChannelError, "broke"),
    (Endless(200_000), TemporaryChannelError, "broke"),
    (CutBefore(), TemporaryChannelError, "broke"),
    (Silence(), TemporaryChannelError, "in time"),
    (Redirect("https://elsewhere.example/"), TemporaryChannelError, "not followed"),
    (Status(429, "slow", {"Retry-After": "5"}), TemporaryChannelError, "429"),
    (ServerError(500), TemporaryChannelError, "500"),
    (Status(403), ChannelSetupError, "plan"),
    (Status(401), ChannelSetupError, "access token"),
    (Status(418), TemporaryChannelError, "418"),
]


@pytest.mark.parametrize(("fault", "error", "words"), FAILURES, ids=[f"{c[0]!s:.40}" for c in FAILURES])
def test_whatever_is_not_whole_is_not_kept(
    line: LineEnd, contents: Contents, fault: Fault, error: type[Exception], words: str
) -> None:
    """L10: nothing of it stays in the file, and the next try is as good as the first."""
    line.contents["1001"] = PICTURE
    line.always("content", fault)
    into = io.BytesIO()
    with pytest.raises(error, match=words) as caught:
        contents.fetch("1001", into, LIMIT)
    assert type(caught.value) is error
    assert into.getvalue() == b""
    line.always("content", None)
    assert fetched(contents)[1] == PICTURE


def test_a_delay_that_line_names_is_kept(line: LineEnd, contents: Contents) -> None:
    """Of a rate limit and of an overloaded server."""
    line.script("content", Status(429, "", {"Retry-After": "5"}), Status(503, "", {"Retry-After": "8"}))
    for seconds in (5.0, 8.0):
        with pytest.raises(TemporaryChannelError) as caught:
            fetched(contents)
        assert caught.value.retry_after == seconds


def test_an_announced_giant_is_not_begun(line: LineEnd, contents: Contents) -> None:
    """Its size is known, nothing is read."""
    line.script("content", Announced(10**12))
    content, kept = fetched(contents)
    assert (content.state, content.size, kept) == (ContentState.TOO_LARGE, 10**12, b"")


class Watched(io.BytesIO):
    """A file that remembers the most it ever held."""

    most = 0

    def write(self, piece: object) -> int:
        written = super().write(piece)  # type: ignore[arg-type]
        self.most = max(self.most, self.tell())
        return written


def test_a_giant_in_disguise_never_stands_on_the_disk(line: LineEnd, contents: Contents) -> None:
    """Chunks without an end: not a byte beyond the limit is written, and what was is taken back."""
    line.script("content", Endless(3_000_000))
    into = Watched()
    content = contents.fetch("1001", into, LIMIT)
    assert content.state is ContentState.TOO_LARGE
    assert into.getvalue() == b""
    assert into.most <= LIMIT


def test_exactly_the_limit_is_taken(line: LineEnd, contents: Contents) -> None:
    """One byte more is not."""
    line.contents["1001"] = PICTURE
    assert fetched(contents, limit=len(PICTURE))[0].state is ContentState.KEPT
    assert fetched(contents, limit=len(PICTURE) - 1)[0].state is ContentState.TOO_LARGE
    line.script("content", Endless(100_000, ends=True))
    assert fetched(contents, limit=100_000)[0].size == 100_000


def test_an_empty_content_is_believed_at_the_third_time(line: LineEnd, contents: Contents) -> None:
    """L10: it may not be ready; a file without a byte is a file."""
    line.contents["1001"] = b""
    for _ in range(2):
        with pytest.raises(TemporaryChannelError, match="empty"):
            fetched(contents)
    content, _ = fetched(contents)
    assert (content.state, content.size, content.sha256) == (ContentState.KEPT, 0, hashlib.sha256(b"").hexdigest())
    with pytest.raises(TemporaryChannelError):
        fetched(contents)


def test_compressed_content_is_not_taken(line: LineEnd, contents: Contents) -> None:
    """Its digest would be of other bytes than those that were sent."""
    line.encoding = "gzip"
    line.contents["1001"] = PICTURE
    with pytest.raises(TemporaryChannelError, match="compressed"):
        fetched(contents)


def test_a_full_disk_is_no_fault_of_line(line: LineEnd, contents: Contents) -> None:
    """It has its own name and remedy."""

    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(28, "No space left on device")

    line.contents["1001"] = PICTURE
    with pytest.raises(StorageError, match="make room"):
        contents.fetch("1001", Full(), LIMIT)


def test_a_drip_without_end_is_given_up(line: LineEnd, settings: LineSettings) -> None:
    """Ten minutes for one content; the others have waited long enough."""
    line.contents["1001"] = PICTURE
    ticks = iter([0.0, 0.0, 601.0])
    contents = Contents(LineApi(settings), monotonic=lambda: next(ticks))
    with pytest.raises(TemporaryChannelError, match="ten minutes"):
        fetched(contents)


def test_a_message_id_leads_nowhere_else(line: LineEnd, contents: Contents) -> None:
    """Whatever stands in it is one segment of the path."""
    line.contents["../../info?x=#y"] = b"odd"
    assert fetched(contents, "../../info?x=#y")[1] == b"odd"
    assert line.requests[-1].path == "/v2/bot/message/..%2F..%2Finfo%3Fx%3D%23y/content"


def test_a_token_that_ended_is_renewed_for_a_content(tmp_path: Path, line: LineEnd) -> None:
    """As for every other request."""
    line.contents["1001"] = PICTURE
    contents = Contents(LineApi(line_settings(tmp_path, line, stateless=True)))
    assert fetched(contents)[1] == PICTURE
    line.revoke()
    assert fetched(contents)[1] == PICTURE


def test_an_answer_that_is_no_http(line: LineEnd, contents: Contents) -> None:
    """200 with another body is that body; LINE's word is all there is."""
    line.contents["1001"] = PICTURE
    line.script("content", Raw(b"{}"))
    assert fetched(contents)[1] == b"{}"
