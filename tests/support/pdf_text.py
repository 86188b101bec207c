"""The text of a PDF as a reader extracts it."""

from tests.support.pdf_readers import READERS


def text_of(pdf: bytes) -> str:
    """All of it in the order of the document, without white space: where lines end is the layout's affair."""
    return "".join(READERS["pypdf"](pdf).split())
