"""What the README says of the demo."""

from collections.abc import Mapping
from pathlib import Path

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
