"""What `mailroom once` does, with a mark after the mail is in and another after the letters are out.

python -m bench.own_pass CONFIG [--prepare] [--no-letters] [--unclassified]
"""

import asyncio
import sys
from pathlib import Path

from bench.unclassified import Unclassified
from mailroom import bootstrap, logs
from mailroom.services.dispatch import send_letters
from mailroom.stages.judge import Judge


def main(config: Path, options: set[str]) -> None:
    loaded = bootstrap.load(config)
    if "--prepare" in options:
        with bootstrap.open_books(loaded):
            return
    if "--unclassified" in options:
        # The reader asks the judge for the classifier that it gives to its child; nobody else classifies new matters.
        Judge.classifier = property(lambda _: Unclassified())  # type: ignore[assignment,method-assign]
    logs.configure("error")
    with bootstrap.open_house(loaded) as house:
        print("MARK started", flush=True)
        for watch in house.watches:
            outcome = house.rounds.receive(watch)
            assert not outcome.error, outcome.error
            print(f"{outcome.taken.messages} taken, {outcome.processed} processed, {outcome.marked} marked")
        print("MARK received", flush=True)
        if "--no-letters" not in options:
            print(f"{asyncio.run(send_letters(house.dispatchers))} sent")
            print("MARK sent", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), set(sys.argv[2:]))
