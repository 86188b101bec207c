"""The agency of the demo with its Official Account, and what the citizens of its script did there."""

import io
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from rich.console import Console

from mailroom import bootstrap
from mailroom.bootstrap import House
from mailroom.cli.operation import full_pass
from mailroom.demo.agency_files import write_configuration
from mailroom.demo.line_outcome import CHANNEL, line_records
from mailroom.demo.line_platform import LinePlatform, line_platform
from mailroom.demo.line_script import CHART, PIMJAI, Cast
from mailroom.demo.line_show import converse
from mailroom.demo.line_webhook import served
from mailroom.demo.post_office import PASSWORD, PostOffice, post_office
from mailroom.demo.run import free_port
from mailroom.domain.record import MessageRecord
from signing.demo_authority import DemoAuthority


@dataclass(frozen=True)
class Agency:
    """The demo's house and the far ends around it."""

    house: House
    platform: LinePlatform
    office: PostOffice

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """The webhook is open, and whatever arrives is worked off at once, as the daemon does it."""
        talks, web = self.house.talks[CHANNEL], self.house.configuration.settings.web
        self.platform.courier.url = f"http://{web.host}:{web.port}{talks.platform.webhook_path}"
        bell, over = threading.Event(), threading.Event()

        def work() -> None:
            while bell.wait() and not over.is_set():
                bell.clear()
                full_pass(self.house)

        worker = threading.Thread(target=work, name="at-work")
        worker.start()
        try:
            with served(talks.platform.webhook(talks.spool, bell.set), web.host, web.port):
                yield
        finally:
            over.set()
            bell.set()
            worker.join()


@dataclass(frozen=True)
class Conversation:
    """What came of the script."""

    agency: Agency
    cast: Cast
    faults: list[str]
    records: list[MessageRecord]
    printed: str


@contextmanager
def opened(folder: Path) -> Iterator[Agency]:
    with ExitStack() as stack:
        office, platform = stack.enter_context(post_office()), stack.enter_context(line_platform())
        authority = stack.enter_context(DemoAuthority())
        servers = office.servers(web_port=free_port(), time_stamps=authority.time_stamps)
        path = write_configuration(folder, replace(servers, line=platform.access))
        authority.write(folder, PASSWORD)
        yield Agency(stack.enter_context(bootstrap.open_house(bootstrap.load(path))), platform, office)


@pytest.fixture
def agency(tmp_path: Path) -> Iterator[Agency]:
    """One where nothing has been said yet."""
    with opened(tmp_path / "agency") as found:
        yield found


@pytest.fixture(scope="session")
def conversation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Conversation]:
    """The whole script, played once against the running webhook; the house stays open."""
    with opened(Path(tmp_path_factory.mktemp("line")) / "agency") as agency:
        out = Console(file=io.StringIO(), width=100)
        faults = converse(agency.house, agency.platform, lambda: full_pass(agency.house), out)
        cast = Cast(agency.platform.phone(PIMJAI), agency.platform.phone(CHART))
        assert isinstance(out.file, io.StringIO)
        yield Conversation(agency, cast, faults, line_records(agency.house), out.file.getvalue())
