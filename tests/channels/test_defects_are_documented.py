"""Every defect that reading can find is explained in docs/defects.md and has words, and nothing else is explained."""

import re
from pathlib import Path

from mailroom.texts import LANGUAGES, load_texts
from tests.support.stage_values import CONFIG

ROOT = Path(__file__).resolve().parents[2]
_CODE = re.compile(r'"((?:unreadable|[a-z0-9]+(?:-[a-z0-9]+)+))"')
_ADDED = re.compile(r"(?:defects|_defects|faults)\.add\(\s*([^,()]+)")
_OF_AN_EVENT = re.compile(r'"((?:content|event|message|name|text)-[a-z-]+)(?=[":])')
"""Defects of events are made as one text, code and detail together."""
_ELSEWHERE = {"message-partial", "external-body", "event-id-reused"}
"""Not written where they are found: named in a table, or by the books."""


def used() -> set[str]:
    found = set(_ELSEWHERE)
    for module in (*(ROOT / "channels/email/reading").glob("*.py"), *(ROOT / "channels/line").glob("*.py")):
        text = module.read_text("utf-8")
        for argument in _ADDED.findall(text):
            found.update(_CODE.findall(argument))
        if module.match("line/decode*.py"):
            found.update(_OF_AN_EVENT.findall(text))
    return found


def test_every_code_is_documented() -> None:
    """The codes in the source are the codes in the table."""
    table = (ROOT / "docs/defects.md").read_text("utf-8")
    assert set(re.findall(r"^\| `([a-z0-9-]+)` \|", table, re.M)) == used()


def test_every_code_has_words() -> None:
    """In both languages."""
    for language in LANGUAGES:
        assert used() <= set(load_texts(CONFIG, language).tables["defects"])
