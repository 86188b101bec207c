"""What every archive promises: the same suite for the fake and for the real one."""

import hashlib
from typing import Any

import pytest

from mailroom.domain.errors import ArchiveDamagedError
from mailroom.domain.message import Place
from mailroom.ports import Archive

MAILS = [b"From: a@example.test\r\n\r\n" + bytes([65 + n]) * 50 * n for n in range(5)]


class ArchiveContract:
    """Subclass it and give it an `archive` fixture."""

    @pytest.fixture
    def archive(self, request: pytest.FixtureRequest) -> Any:
        raise NotImplementedError

    def test_what_is_kept_is_read_back(self, archive: Archive) -> None:
        """Each content comes back byte for byte from its own place."""
        for mail, kept in zip(MAILS, archive.keep(MAILS), strict=True):
            with archive.open(kept.place, kept.digest) as stream:
                assert stream.read() == mail

    def test_digest_and_size_are_those_of_the_raw_bytes(self, archive: Archive) -> None:
        """The address of a content is its SHA-256."""
        for mail, kept in zip(MAILS, archive.keep(MAILS), strict=True):
            assert (kept.digest, kept.size) == (hashlib.sha256(mail).hexdigest(), len(mail))

    def test_a_stream_is_kept_like_whole_bytes(self, archive: Archive) -> None:
        """Pieces of any length, empty ones too, make one content."""
        pieces = [b"", b"head\r\n", b"x" * 3_000_000, b"", b"tail"]
        [kept] = archive.keep([iter(pieces)])
        with archive.open(kept.place, kept.digest) as stream:
            assert stream.read() == b"".join(pieces)
        assert kept.size == 3_000_010

    def test_empty_content_is_kept(self, archive: Archive) -> None:
        """A message of no bytes is a message."""
        [kept] = archive.keep([b""])
        with archive.open(kept.place, kept.digest) as stream:
            assert stream.read() == b""

    def test_an_empty_batch_is_nothing(self, archive: Archive) -> None:
        """Nothing in, nothing out."""
        assert archive.keep([]) == []

    def test_reading_in_pieces_gives_the_same(self, archive: Archive) -> None:
        """A reader may take little at a time."""
        [kept] = archive.keep([b"0123456789" * 20_000])
        with archive.open(kept.place, kept.digest) as stream:
            pieces = iter(lambda: stream.read(777), b"")
            assert b"".join(pieces) == b"0123456789" * 20_000

    def test_another_digest_is_damage(self, archive: Archive) -> None:
        """Bytes that are not those of the digest are never passed off as them."""
        [kept] = archive.keep([b"one"])
        with pytest.raises(ArchiveDamagedError), archive.open(kept.place, "0" * 64) as stream:
            stream.read()

    @pytest.mark.parametrize("segment", ["999999.seg", "../000001.seg", "/etc/passwd", ""])
    def test_a_place_that_is_not_there_is_damage(self, archive: Archive, segment: str) -> None:
        """A place that the archive never gave out leads nowhere, least of all out of its folder."""
        with pytest.raises(ArchiveDamagedError), archive.open(Place(segment, 0, 10), "0" * 64) as stream:
            stream.read()

    def test_a_broken_source_leaves_the_rest_in_order(self, archive: Archive) -> None:
        """When a content breaks off, its error comes out and the archive goes on working."""

        def broken() -> Any:
            yield b"x" * 2_000_000
            raise ConnectionResetError

        [before] = archive.keep([b"before"])
        with pytest.raises(Exception):  # noqa: B017 - the source's own error, or its translation
            archive.keep([b"first", broken()])
        [after] = archive.keep([b"after"])
        for kept, mail in ((before, b"before"), (after, b"after")):
            with archive.open(kept.place, kept.digest) as stream:
                assert stream.read() == mail

    def test_the_same_content_twice_has_one_digest(self, archive: Archive) -> None:
        """Whether it is stored once or twice is the archive's own affair."""
        first, second = archive.keep([b"same", b"same"])
        assert first.digest == second.digest
        for kept in (first, second):
            with archive.open(kept.place, kept.digest) as stream:
                assert stream.read() == b"same"
