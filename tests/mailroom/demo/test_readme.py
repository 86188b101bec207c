"""What the README says of the demo."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mailroom.demo.mails.sample import SAMPLE
from mailroom.demo.mails.second_wave import Thread, second_wave

README = Path(__file__).resolve().parents[3] / "README.md"


class _AnyThread(Mapping[str, Thread]):
    """A thread for every sample."""

    def __getitem__(self, name: str) -> Thread:
        return Thread("1/2569", f"<{name}@x>")

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(())

    def __len__(self) -> int:
        return 0


def test_the_readme_counts_the_sample_rightly() -> None:
    """The number of mails, in words and in the terminal sample, is that of both waves."""
    count = len(SAMPLE) + len(second_wave(_AnyThread()))
    text = README.read_text(encoding="utf-8")
    assert f"a sample mailbox of {count} Thai mails" in text
    assert f"taken {count} · registered" in text
    assert text.count("lost 0") == 1


def test_the_readme_shows_the_conversations_as_they_are(conversation: Any) -> None:
    """Their counts, and every line that is quoted, but for number, day and hour."""
    text = README.read_text(encoding="utf-8")
    quoted = text.partition("\nLINE @")[2].partition("\nas expected")[0].splitlines()[1:]
    printed = {_without_figures(line) for line in conversation.printed.splitlines()}
    assert len(quoted) > 20
    assert [line for line in quoted if line != "…" and _without_figures(line) not in printed] == []
    assert conversation.printed.splitlines()[-1] in quoted


def _without_figures(line: str) -> str:
    """The demo runs on any day, and numbers go on behind those of its mails."""
    line = re.sub(r"[0-9]+/25[0-9]{2}", "N", line.rstrip())
    return re.sub(r"[0-9]{1,2} \S+ 25[0-9]{2} [0-9]{2}\.[0-9]{2}", "D", line)
