"""Learning from clerks, for the daemon: drawing for the audit, and training in a process of its own."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import structlog

from mailroom.bootstrap import guidance
from mailroom.bootstrap.chore import HouseChore
from mailroom.bootstrap.house import House

log = structlog.get_logger(__name__)

AUDIT_SECONDS = 3600
TRAIN_SECONDS = 600
LOOK_SECONDS = 1.0
"""How often a training that runs looks whether work is to stop."""


def chores(house: House) -> list[HouseChore]:
    """What of a day is audited is drawn in the hour after it; training begins when it is due."""
    audit = guidance.audit(house.configuration, house.books, house.clock)
    learning = guidance.learning(house.configuration, house.books, house.clock)

    def draw() -> bool:
        """No letters come of it."""
        audit.draw()
        return False

    def train() -> bool:
        """As above."""
        if learning.due():
            train_apart(house.configuration.path, house.stopping.is_set)
        return False

    return [HouseChore("audit", AUDIT_SECONDS, draw), HouseChore("train", TRAIN_SECONDS, train)]


def train_apart(config: Path, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Train in a process of its own, which has the memory for it; whether it ended well.

    It holds no lock: the daemon goes on, and takes up what was trained with the next batch.
    """
    command = [sys.executable, "-m", "mailroom", "learn", "train", "--config", str(config)]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    while True:
        try:
            _, complaint = process.communicate(timeout=LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            if stopping():
                process.terminate()
            continue
        break
    if process.returncode and not stopping():
        log.warning("training.failed", reason=complaint.strip().rpartition("\n")[2])
    return not process.returncode
