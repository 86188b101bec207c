"""Measures the webhook of LINE, with the database free, locked, and on a slow disk, against a webhook of line-bot-sdk.

`python -m bench.webhook [--seconds N] [--rate N]` writes its table into docs/benchmarks.md.
"""

import argparse
import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from bench.webhook_desks import OURS, PEER, ROOT, Desk, mailroom, peer
from bench.webhook_load import Client, Shot, at_once, steady
from bench.webhook_report import FREE, LOCKED, SLOW, Outcome, Report, write
from tests.support import line_events as say

PEOPLE = 50
COPIES = 100
Open = Callable[..., AbstractContextManager[Desk]]
DESKS: dict[str, Open] = {OURS: mailroom, PEER: peer}


class Post:
    """Makes deliveries, one text message each, and remembers what was in them."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def make(self, number: int) -> tuple[bytes, dict[str, str]]:
        return self.make_for(number % PEOPLE, number)

    def make_for(self, person: int, number: int) -> tuple[bytes, dict[str, str]]:
        user = f"U{person:032x}"
        event = say.text(f"ขอต่ออายุใบอนุญาตร้านอาหาร เลขที่ {number}", user=user, at=datetime.now(UTC))
        self.sent.append(event["webhookEventId"])
        content = say.body(event)
        return content, say.signed(content)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10, help="of each phase")
    parser.add_argument("--rate", type=int, default=50, help="deliveries a second")
    parser.add_argument("--report", type=Path, default=ROOT / "docs" / "benchmarks.md")
    chosen = parser.parse_args()
    (ROOT / "bench-data").mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="webhook-", dir=ROOT / "bench-data"))
    sink = subprocess.Popen([sys.executable, "-m", "bench.line_sink"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert sink.stdout is not None
    try:
        api = int(sink.stdout.readline())
        outcomes = {name: _measured(name, folder, api, chosen.seconds, chosen.rate) for name in DESKS}
    finally:
        sink.terminate()
        sink.wait()
        shutil.rmtree(folder, ignore_errors=True)
    print(write(Report(outcomes=outcomes, seconds=chosen.seconds, rate=chosen.rate), chosen.report))


def _measured(name: str, folder: Path, api: int, seconds: int, rate: int) -> Outcome:
    place = folder / str(len(name))
    with DESKS[name](place / "fast", api) as desk:
        found = asyncio.run(_fast(desk, seconds, rate))
    with DESKS[name](place / "slow", api, slow_disk=True) as desk:
        slow, lost = asyncio.run(_slow(desk, seconds, rate))
    found.phases[SLOW] = slow
    found.lost.extend(lost)
    return found


async def _fast(desk: Desk, seconds: int, rate: int) -> Outcome:
    """The database free, then locked; then one delivery again and again."""
    post, client, count = Post(), Client(desk.port), seconds * rate
    warm = await _warm(client, post, rate)
    phases: dict[str, Sequence[Shot]] = {FREE: await steady(client, post.make, 0, count, rate)}
    phases[LOCKED] = await _under_lock(desk, client, post, seconds, rate)
    say_again, headers = post.make_for(PEOPLE, 2 * count)
    statuses = await at_once(client, say_again, headers, COPIES)
    client.close()
    shots = [*warm, *phases[FREE], *phases[LOCKED]]
    kept = _kept(post, [*(shot.status for shot in shots), 200 if 200 in statuses else 0])
    in_books = await asyncio.to_thread(desk.await_books, len(kept))
    in_register = await asyncio.to_thread(desk.await_register)
    return Outcome(
        phases=phases,
        lost=_wrong(desk, kept),
        copies=Counter(statuses),
        entries=desk.entries(post.sent[-1]),
        books_seconds=in_books,
        register_seconds=in_books + in_register,
    )


async def _under_lock(desk: Desk, client: Client, post: Post, seconds: int, rate: int) -> list[Shot]:
    """For exactly as long as deliveries are due."""
    with desk.locked():
        shots = asyncio.create_task(steady(client, post.make, seconds * rate, seconds * rate, rate))
        await asyncio.sleep(seconds)
    return await shots


async def _warm(client: Client, post: Post, rate: int) -> list[Shot]:
    """A second that does not count: connections are open, and the first segment is there."""
    return await steady(client, post.make, 0, rate, rate)


async def _slow(desk: Desk, seconds: int, rate: int) -> tuple[list[Shot], list[str]]:
    post, client = Post(), Client(desk.port)
    warm = await _warm(client, post, rate)
    shots = await steady(client, post.make, 0, seconds * rate, rate)
    client.close()
    kept = _kept(post, [shot.status for shot in (*warm, *shots)])
    await asyncio.to_thread(desk.await_books, len(kept))
    return shots, _wrong(desk, kept)


def _kept(post: Post, statuses: list[int]) -> list[str]:
    """Ids of events whose delivery was answered with 200; made in the order in which they were sent."""
    return [event for event, status in zip(post.sent, statuses, strict=True) if status == 200]


def _wrong(desk: Desk, kept: list[str]) -> list[str]:
    """Events that are not in the books exactly once although their delivery was answered with 200."""
    found = Counter(desk.in_the_books())
    return [event for event in kept if found[event] != 1]


if __name__ == "__main__":
    main()
