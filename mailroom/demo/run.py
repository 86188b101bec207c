"""`mailroom demo`: the whole way of a mail on this machine alone, with the sample mailbox."""

import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from mailroom import bootstrap, logs
from mailroom.bootstrap import House
from mailroom.demo.agency_files import write_configuration
from mailroom.demo.compare import Matched, gaps, match, threads
from mailroom.demo.licence import CLERK, HEAD, Verify, issue_licence, people
from mailroom.demo.line_outcome import line_records
from mailroom.demo.line_page import PhonePages
from mailroom.demo.line_platform import LinePlatform, line_platform
from mailroom.demo.line_script import VISITOR
from mailroom.demo.line_show import converse, warmed_up
from mailroom.demo.mails.model import Sample
from mailroom.demo.mails.sample import SAMPLE
from mailroom.demo.mails.second_wave import NEEDED, second_wave
from mailroom.demo.post_office import HOST, PASSWORD, PostOffice, post_office
from mailroom.demo.table import console, summary, table
from mailroom.demo.workplace import workplace
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.record import MessageRecord
from mailroom.services.rounds import Round
from signing.demo_authority import DemoAuthority

LINK_LIFE = timedelta(hours=10)

Once = Callable[[House], tuple[list[Round], int]]
"""One full pass: what `mailroom once` does."""

Serve = Callable[[House, Callable[[int], None]], None]
"""Daemon and queue until stopped; tells the port when it listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """One demonstration: its servers, its house, and where it writes."""

    office: PostOffice
    platform: LinePlatform
    house: House
    once: Once
    verify: Verify
    out: Console


def demo(*, stop: bool, folder: Path | None, port: int, once: Once, serve: Serve, verify: Verify) -> int:
    """Run it. The exit code is 0 only if all became of every mail that should.

    With `stop` it ends after the table; else daemon and queue go on until they are told to stop.
    Raises ConfigurationError when the folder holds something else or the port is taken, AlreadyRunningError when a
    demo runs in the folder.
    """
    logs.configure("error")
    with ExitStack() as stack:
        place = stack.enter_context(workplace(folder, keep=not stop))
        office, platform = stack.enter_context(post_office()), stack.enter_context(line_platform())
        authority = stack.enter_context(DemoAuthority())
        servers = office.servers(web_port=port or free_port(), time_stamps=authority.time_stamps)
        path = write_configuration(place, replace(servers, line=platform.access))
        authority.write(place, PASSWORD)
        with bootstrap.open_house(bootstrap.load(path)) as house:
            setting = Demo(office=office, platform=platform, house=house, once=once, verify=verify, out=console())
            right = show(setting, path)
            if stop:
                return 0 if right else 1
            _stay_open(setting, serve)
            return 0


def show(setting: Demo, path: Path) -> bool:
    """Both waves of mail, the table, the conversations and the checks; whether everything is as it should be."""
    setting.out.print(f"configuration and data: {path.parent}")
    with warmed_up(setting.house):
        matched = two_waves(setting)
    setting.out.print(table(matched))
    setting.out.print(summary(matched))
    faults = [f"{one.sample.name}: {difference}" for one in matched for difference in one.differences]
    faults += unsent(one.record for one in matched if one.record)
    licence = issue_licence(setting.house, matched, lambda: setting.office.letters, setting.verify)
    if licence.startswith("NOT"):
        faults.append(licence)
    else:
        setting.out.print(licence, soft_wrap=True, markup=False)
    setting.out.print()
    faults += converse(setting.house, setting.platform, lambda: setting.once(setting.house), setting.out)
    faults += unsent(line_records(setting.house))
    with setting.house.books.look() as uow:
        faults += [f"register, year {gap}" for gap in gaps(uow.messages.every())]
    faults += [f"verify: {one.subject}: {one.text}" for one in bootstrap.verify(setting.house.configuration).findings]
    for fault in faults:
        setting.out.print(fault, style="red", markup=False)
    setting.out.print(
        "as expected: every mail, every conversation, the register, the archive"
        if not faults
        else "NOT as expected, see above"
    )
    return not faults


def unsent(records: Iterable[MessageRecord]) -> list[str]:
    """Letters that are owed and did not go out, each with what the server said. One that came back did go out."""
    return [
        f"message {record.logged.id}: {reply.letter} is {reply.state} {reply.reply}".rstrip()
        for record in records
        for reply in record.replies
        if reply.state != "sent" and reply.sent_at is None
    ]


def two_waves(setting: Demo) -> list[Matched]:
    """Take, answer, let the senders write again, take again."""
    first = _wave(setting, SAMPLE, "the first wave: the sample mailbox")
    answered = threads(first, setting.office.letters)
    if not answered.keys() >= set(NEEDED):
        return first  # Their missing letters are among the differences.
    answers = second_wave(answered)
    return _wave(setting, answers, "the second wave: mail that answers our letters", before=SAMPLE)


def _wave(setting: Demo, samples: Sequence[Sample], title: str, before: Sequence[Sample] = ()) -> list[Matched]:
    setting.office.deliver(samples)
    rounds, sent = setting.once(setting.house)
    taken = sum(one.taken.messages for one in rounds)
    setting.out.print(f"{title}: {taken} taken, {sent} letters sent")
    for one in rounds:
        if one.error:
            setting.out.print(f"{one.account}: {one.error}", style="red", markup=False)
    with setting.house.books.look() as uow:
        return match((*before, *samples), uow.messages.every())


def _stay_open(setting: Demo, serve: Serve) -> None:
    house = setting.house
    sign_in = house.papers.licences.sign_in
    people(house)
    setting.platform.phone(VISITOR)
    setting.platform.pages = PhonePages(
        setting.platform, lambda: setting.office.letters, house.configuration.base_url
    ).answer
    links = [bootstrap.login_address(house.configuration, sign_in.new_link(name, LINK_LIFE)) for name in (CLERK, HEAD)]

    def ready(_port: int) -> None:
        setting.out.print("\nthe queue is open; each link signs in once, the first a clerk, the second the head:")
        for link in links:
            setting.out.print(link, soft_wrap=True)
        setting.out.print(f"what anyone may see: {house.configuration.base_url}/licences", soft_wrap=True)
        setting.out.print(f"a citizen's phone, LINE stood in for: {setting.platform.url}/", soft_wrap=True)
        setting.out.print("Ctrl-C ends it")

    serve(house, ready)
    setting.out.print("stopped")


def free_port() -> int:
    """Of the loopback. Raises ConfigurationError when there is none."""
    with socket.socket() as probe:
        try:
            probe.bind((HOST, 0))
        except OSError as error:
            raise ConfigurationError(f"no free port on {HOST} ({error.strerror}); name one with --port") from error
        return int(probe.getsockname()[1])
