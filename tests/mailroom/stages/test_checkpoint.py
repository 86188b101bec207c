"""A checkpoint in words: what is signed can be read back from wherever it was copied to."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from mailroom.domain.evidence import ChainHead, Checkpoint
from mailroom.stages.checkpoint import checkpoint_file, checkpoint_text, read_checkpoint

MADE = datetime(2026, 11, 28, 17, 10, 5, tzinfo=UTC)
ROOT, HEAD, KEY = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))
TEXT = checkpoint_text(origin="bantuayang", day=date(2026, 11, 28), made=MADE, head=ChainHead(1234, HEAD), root=ROOT)
CHECKPOINT = Checkpoint(
    day=date(2026, 11, 28),
    at=MADE,
    size=1234,
    root=ROOT,
    head=HEAD,
    text=TEXT,
    signature=bytes(range(128, 192)),
    key=KEY,
)


def test_what_is_signed_stays_what_it_is() -> None:
    """Signatures of years ago are over these very bytes: changing the form means changing its number."""
    assert (
        "mailroom checkpoint 1\n"
        "origin: bantuayang\n"
        "day: 2026-11-28\n"
        "made: 2026-11-28T17:10:05Z\n"
        "size: 1234\n"
        f"root: {ROOT.hex()}\n"
        f"head: {HEAD.hex()}\n"
    ) == TEXT


@pytest.mark.parametrize(
    "copied",
    [
        lambda file: file,
        lambda file: "เรียน พยาน\n\n" + file + "\n-- \nลงชื่อ: ระบบ\nsize: 9\n",
        lambda file: "".join(f"> {line}\r\n" for line in file.splitlines()),
        lambda file: file.replace("\n", "  \n"),
    ],
    ids=["as it is", "words around it", "quoted", "spaces"],
)
def test_a_copy_is_read_back_from_a_mail(copied: object) -> None:
    """Quoted, with words around it, with other ends of lines: the signed text is found again byte for byte."""
    assert read_checkpoint(copied(checkpoint_file(CHECKPOINT))) == CHECKPOINT  # type: ignore[operator]


def test_no_line_is_so_long_that_a_mail_program_breaks_it() -> None:
    """Seventy-six characters are left whole everywhere."""
    assert max(map(len, checkpoint_file(CHECKPOINT).splitlines())) <= 76


@pytest.mark.parametrize("spoil", ["", "hello", TEXT, checkpoint_file(CHECKPOINT).replace("size: 1234", "size: many")])
def test_what_is_no_whole_checkpoint_is_refused(spoil: str) -> None:
    """Without key, signature or a number it is none."""
    with pytest.raises(ValueError, match="no checkpoint"):
        read_checkpoint(spoil)


def test_another_size_is_another_text() -> None:
    """What was changed in a copy does not get the old text: its signature will not fit."""
    file = checkpoint_file(CHECKPOINT).replace("size: 1234", "size: 1235")
    assert read_checkpoint(file) == replace(CHECKPOINT, size=1235, text=TEXT.replace("1234", "1235"))
