"""Names of content files: plain ids as they are, everything else by digest, nothing ever outside of the folder."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mailroom.ports.contents import content_name, content_path


def test_a_plain_id_is_its_own_name() -> None:
    """A folder can be read by eye."""
    assert content_path(Path("/x"), "01H0000000000000000000000A") == Path("/x/content/01H0000000000000000000000A")


@given(st.text())
def test_no_id_leads_out_of_the_folder(event_id: str) -> None:
    """Paths, dots, NUL, lone surrogates, a thousand characters: all become one short plain name."""
    name = content_name(event_id)
    assert content_path(Path("/x"), event_id).parent == Path("/x/content")
    assert 0 < len(name) <= 200
    assert name.isascii()
    assert not set(name) & set("/\\.\0")


def test_different_ids_have_different_files() -> None:
    """An id that looks like the name of another is replaced as well."""
    strange = content_name("../a")
    assert content_name(strange) != strange
