"""Every defect that reading can find is explained in docs/defects.md, and nothing else is."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
_CODE = re.compile(r'"((?:unreadable|[a-z0-9]+(?:-[a-z0-9]+)+))"')
_ADDED = re.compile(r"(?:defects|_defects|faults)\.add\(\s*([^,()]+)")


def test_every_code_is_documented() -> None:
    """The codes in the source are the codes in the table."""
    used: set[str] = {"message-partial", "external-body"}
    for module in (ROOT / "channels/email/reading").glob("*.py"):
        for argument in _ADDED.findall(module.read_text("utf-8")):
            used.update(_CODE.findall(argument))
    table = (ROOT / "docs/defects.md").read_text("utf-8")
    assert set(re.findall(r"^\| `([a-z0-9-]+)` \|", table, re.M)) == used
