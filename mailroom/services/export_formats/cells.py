"""What may stand in the cell of a sheet, whatever a citizen wrote."""

import re

CELL_LENGTH = 32_767
"""Characters that a cell holds in every common spreadsheet program."""

_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SPACING = re.compile(r"[\t\r\n\v\f\x85\u2028\u2029]+")
_STEERING = re.compile(r"[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_FORMULA = re.compile(r"[\s\ufeff\ufffd\u200b-\u200d\u2060\"'`,;|]*[=+\-@＝＋－＠﹢﹣﹦﹫−]")


def plain(text: str) -> str:
    """The text on one line. Control characters become U+FFFD; those that steer the direction of writing vanish."""
    line = _SPACING.sub(" ", _STEERING.sub("", text))
    line = _CONTROLS.sub("\ufffd", line)
    return line if len(line) <= CELL_LENGTH else line[: CELL_LENGTH - 1] + "…"


def inert(text: str) -> str:
    """A plain text that no spreadsheet program takes for a formula when it opens a file of plain text.

    Programs strip spaces, marks and quotes before they look, and some fold full-width signs; an apostrophe in front
    makes them read on as text (OWASP, CSV injection).
    """
    return "'" + text if _FORMULA.match(text) else text
