"""The documents agree with the code and with each other."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_RULE = re.compile(r"\bR([1-9]\d{0,2})\b")
_LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def _sources() -> Iterator[Path]:
    for folder in ("mailroom", "channels", "signing", "storage", "config"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".toml", ".template", ".typ"}:
                yield path


def test_every_rule_that_the_code_cites_is_in_the_list_of_rules() -> None:
    """A number in a comment can be looked up."""
    listed = {
        int(number)
        for number in re.findall(r"^\| R(\d+) \|", (ROOT / "docs/rules.md").read_text("utf-8"), re.MULTILINE)
    }
    cited = {
        (int(number), path.relative_to(ROOT))
        for path in _sources()
        for number in _RULE.findall(path.read_text("utf-8"))
    }
    assert {where for where in cited if where[0] not in listed} == set()


def test_every_link_between_documents_leads_somewhere() -> None:
    """No reader is sent to a file that is not there."""
    links = [(path, link) for path in DOCUMENTS for link in _LINK.findall(path.read_text("utf-8"))]
    lost = [f"{path.name}: {link}" for path, link in links if "://" not in link and not (path.parent / link).exists()]
    assert lost == []
