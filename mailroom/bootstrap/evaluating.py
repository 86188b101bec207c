"""Joins what reads and decides messages that somebody labelled, as in service. Nothing is kept, nothing connected."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from channels import CHANNELS
from mailroom.configuration import Configuration
from mailroom.ports import Reader
from mailroom.services.delivery import EMAIL
from mailroom.stages.judge import Judge


@dataclass(slots=True)
class Memory:
    """The most that this process and the largest of its children held at any time, in bytes; 0 where Linux is not."""

    own: int = 0
    child: int = 0

    def look(self) -> None:
        """Children that end take what is known of them along: look while they live."""
        self.own = max(self.own, _peak("self"))
        self.child = max((self.child, *map(_peak, _children())))


@contextmanager
def open_evaluation(configuration: Configuration) -> Iterator[tuple[Reader, Judge]]:
    """The sandboxed reader of mail with the agency's rules, and the judge. Every day is one of service."""
    answers = configuration.settings.answers
    judge = Judge(
        agency=configuration.agency,
        catalogue=configuration.catalogue,
        hours=configuration.hours,
        per_sender_per_day=answers.per_sender_per_day,
        official_letters=answers.official_letters,
    )
    reader = CHANNELS[EMAIL].reader(configuration.channels.get(EMAIL), judge.classifier)
    with closing(reader):
        yield reader, judge


def _children() -> list[str]:
    try:
        tasks = list(Path("/proc/self/task").iterdir())
        return [child for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def _peak(process: str) -> int:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
