"""Transfer encodings are undone to the byte, and damage is told, however the lines are cut."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from channels.email.reading.transfer import undone
from mailroom.stages.defects import Defects

LINE_ENDS = st.sampled_from([b"\n", b"\r\n", b" \r\n"])
LINE_LENGTHS = st.lists(st.integers(1, 80), min_size=1, max_size=4)


def lines(letters: bytes, lengths: list[int], line_end: bytes) -> bytes:
    """The letters in lines whose lengths come in turn."""
    pieces: list[bytes] = []
    while letters:
        length = lengths[len(pieces) % len(lengths)]
        pieces.append(letters[:length])
        letters = letters[length:]
    return line_end.join(pieces) + line_end


@given(st.binary(min_size=1, max_size=600), LINE_LENGTHS, LINE_ENDS)
def test_sound_base64_has_no_defect(content: bytes, lengths: list[int], line_end: bytes) -> None:
    """Regular lines or not, the content comes back, and nothing is called damaged."""
    raw = b"before" + lines(base64.b64encode(content), lengths, line_end) + b"behind"
    defects = Defects()
    assert undone(raw, 6, len(raw) - 6, "base64", defects) == content
    assert defects.all() == ()


@given(st.binary(min_size=3, max_size=600), LINE_LENGTHS, LINE_ENDS, st.data())
def test_foreign_characters_in_base64_are_a_defect(
    content: bytes, lengths: list[int], line_end: bytes, data: st.DataObject
) -> None:
    """Characters that are no letters are left out and told, wherever they stand."""
    letters = base64.b64encode(content)
    at = data.draw(st.integers(0, len(letters.rstrip(b"="))))
    raw = lines(letters[:at] + b"!!!" + letters[at:], lengths, line_end)
    defects = Defects()
    assert undone(raw, 0, len(raw), "base64", defects) == content
    assert defects.all() == ("base64-damaged",)
