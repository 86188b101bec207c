"""What `mailroom once` does, with a mark after the mail is in and another after the letters are out."""

import asyncio
import sys
from pathlib import Path

from mailroom import bootstrap, logs


def main(config: Path, *, letters: bool) -> None:
    loaded = bootstrap.load(config)
    logs.configure("error")
    with bootstrap.open_house(loaded) as house:
        print("MARK started", flush=True)
        for watch in house.watches:
            outcome = house.rounds.receive(watch)
            assert not outcome.error, outcome.error
            print(f"{outcome.taken.messages} taken, {outcome.processed} processed, {outcome.marked} marked")
        print("MARK received", flush=True)
        if not letters:
            return
        print(f"{asyncio.run(_dispatch(house))} sent")
        print("MARK sent", flush=True)


async def _dispatch(house: bootstrap.House) -> int:
    sent = 0
    for dispatcher in house.dispatchers:
        await asyncio.to_thread(dispatcher.recover)
        sent += await dispatcher.run()
        await dispatcher.close()
    return sent


if __name__ == "__main__":
    main(Path(sys.argv[1]), letters="--no-letters" not in sys.argv)
