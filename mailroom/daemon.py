"""The daemon: schedule, signals, threads. It makes no decisions.

The schedule only ticks: all durable state is in the books, so a missed tick is never more than a delay.
"""

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from mailroom.domain.errors import ChannelError, MailroomError
from mailroom.ports import Inbox
from mailroom.services.custody import Watch
from mailroom.services.dispatch import Dispatcher
from mailroom.services.rounds import Round, Rounds

log = structlog.get_logger(__name__)

DISPATCH_SECONDS = 15
HEARTBEAT_SECONDS = 60
DRAIN_SECONDS = 30
"""How long a clean stop waits for work in hand. Stopping it harder loses nothing either."""

WATCH_PAUSE_SECONDS = 30.0
"""Pause of a watcher whose connection failed; the schedule looks meanwhile."""


@dataclass(frozen=True, slots=True)
class Watched:
    """An account with a second connection that waits for the server to announce mail."""

    watch: Watch
    listener: Inbox


class Bell:
    """Brings a chore forward, from any thread. Until a daemon runs, nobody hears it: then the chore comes at its time."""

    def __init__(self) -> None:
        self._heard: Callable[[], object] | None = None

    def ring(self) -> None:
        if self._heard is not None:
            self._heard()

    def heard_by(self, listener: Callable[[], object]) -> None:
        self._heard = listener


@dataclass(frozen=True, slots=True)
class Chore:
    """Something that is done every so many seconds, in a thread. True when it put letters into the outbox."""

    name: str
    seconds: int
    run: Callable[[], bool]
    bell: Bell = field(default_factory=Bell)


class Daemon:
    """Runs until it is told to stop, by signal or by `stop()`."""

    def __init__(
        self,
        *,
        watched: Sequence[Watched],
        rounds: Rounds,
        dispatchers: Sequence[Dispatcher],
        chores: Sequence[Chore] = (),
        poll_seconds: int,
        beat: Callable[[datetime], None],
        stopping: threading.Event,
    ) -> None:
        """`stopping` is set when a stop begins; work in hand looks at it between batches."""
        self._watched = watched
        self._rounds = rounds
        self._dispatchers = dispatchers
        self._chores = chores
        self._poll_seconds = poll_seconds
        self._beat = beat
        self._stopping = stopping
        self._stopped = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        """Jobs that were asked for while they ran: what called for them may have come too late for that run."""
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    async def run(self) -> None:
        """Until told to stop. Every failure of one job is logged, and the next tick tries again."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self.stop)
        for dispatcher in self._dispatchers:
            await asyncio.to_thread(dispatcher.recover)
        self._schedule()
        listeners = [self._listen(one, loop) for one in self._watched]
        log.info("daemon.started", accounts=len(self._watched))
        await self._stopped.wait()
        await self._drain(listeners)

    def stop(self) -> None:
        """Begin a clean stop. From the event loop's thread only."""
        self._stopping.set()
        self._stopped.set()

    def _schedule(self) -> None:
        now = datetime.now(UTC)
        for number, one in enumerate(self._watched):
            self._every(self._poll_seconds, f"look-{number}", self._look(one.watch), now)
        loop = asyncio.get_running_loop()
        for chore in self._chores:
            self._every(chore.seconds, chore.name, self._do(chore), now)
            chore.bell.heard_by(partial(loop.call_soon_threadsafe, self._now, chore.name))
        for number, dispatcher in enumerate(self._dispatchers):
            self._every(DISPATCH_SECONDS, _dispatch_name(number), self._send(dispatcher), now)
        self._every(HEARTBEAT_SECONDS, "heartbeat", self._heartbeat, now)
        self._scheduler.start()

    def _every(self, seconds: int, name: str, job: Callable[[], Awaitable[None]], first: datetime) -> None:
        self._scheduler.add_job(self._guarded(name, job), "interval", seconds=seconds, id=name, next_run_time=first)

    def _guarded(self, name: str, job: Callable[[], Awaitable[None]]) -> Callable[[], Coroutine[Any, Any, None]]:
        """The job as the schedule runs it: followed, so that a stop can wait for it, and never raising."""

        async def guarded() -> None:
            task = asyncio.current_task()
            assert task is not None  # noqa: S101 - inside a coroutine there always is one
            self._running[name] = task
            try:
                await job()
            except MailroomError as error:
                log.warning("job.failed", job=name, error=type(error).__name__)
            except Exception as error:  # the job loop: the next tick tries again
                log.exception("job.failed", job=name, error=type(error).__name__)
            finally:
                del self._running[name]
                if name in self._again:
                    self._again.discard(name)
                    self._now(name)

        return guarded

    def _look(self, watch: Watch) -> Callable[[], Awaitable[None]]:
        async def look() -> None:
            if self._stopping.is_set():
                return
            outcome: Round = await asyncio.to_thread(self._rounds.receive, watch)
            if outcome.taken.awaiting_consent:
                log.warning("account.awaits-consent", channel=outcome.channel, messages=outcome.taken.awaiting_consent)
            if outcome.processed:
                self._send_now()

        return look

    def _do(self, chore: Chore) -> Callable[[], Awaitable[None]]:
        async def do() -> None:
            if not self._stopping.is_set() and await asyncio.to_thread(chore.run):
                self._send_now()

        return do

    def _send(self, dispatcher: Dispatcher) -> Callable[[], Awaitable[None]]:
        """Each channel by itself: a server that hangs keeps no other channel's answers back."""

        async def send() -> None:
            if not self._stopping.is_set():
                await dispatcher.run()

        return send

    def _send_now(self) -> None:
        for number in range(len(self._dispatchers)):
            self._now(_dispatch_name(number))

    async def _heartbeat(self) -> None:
        await asyncio.to_thread(self._beat, datetime.now(UTC))

    def _now(self, name: str) -> None:
        """Bring a job forward; one that is running runs again."""
        if name in self._running:
            self._again.add(name)
        elif not self._stopping.is_set() and self._scheduler.get_job(name):
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    def _listen(self, one: Watched, loop: asyncio.AbstractEventLoop) -> threading.Thread:
        name = f"look-{self._watched.index(one)}"

        def listen() -> None:
            while not self._stopping.is_set():
                try:
                    if one.listener.wait(self._poll_seconds) and not self._stopping.is_set():
                        loop.call_soon_threadsafe(self._now, name)
                except ChannelError as error:
                    log.warning("listener.failed", error=type(error).__name__)
                    self._stopping.wait(WATCH_PAUSE_SECONDS)

        thread = threading.Thread(target=listen, name=name, daemon=True)
        thread.start()
        return thread

    async def _drain(self, listeners: Sequence[threading.Thread]) -> None:
        log.info("daemon.stopping", running=len(self._running))
        self._scheduler.pause()
        for one in self._watched:
            one.listener.close()
        if self._running:
            await asyncio.wait(self._running.values(), timeout=DRAIN_SECONDS)
        self._scheduler.shutdown(wait=False)  # It cancels what still runs: work in hand must be done by now.
        for dispatcher in self._dispatchers:
            await dispatcher.close()
        for thread in listeners:
            await asyncio.to_thread(thread.join, 5)
        log.info("daemon.stopped")


def _dispatch_name(number: int) -> str:
    return f"dispatch-{number}"
