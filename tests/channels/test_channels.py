"""Every channel of `channels.CHANNELS` keeps the promises of its ports, on the real other side."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from channels import CHANNELS
from tests.contracts.channel_contract import InboxContract, ReaderContract, SenderContract
from tests.support.channel_kits import LineReading, LineSending, LineTaking, MailReading, MailSending, MailTaking
from tests.support.line_end import LineEnd


def sending(name: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    match name:
        case "email":
            yield MailSending(folder, request.getfixturevalue("smtp_end"))
        case "line":
            with LineEnd() as end:
                yield LineSending(folder, end)


def taking(name: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    match name:
        case "email":
            yield MailTaking(folder, request.getfixturevalue("dovecot"), request.getfixturevalue("fresh_user"))
        case "line":
            yield LineTaking(folder)


class TestSenders(SenderContract):
    """A channel without a kit fails here: write it one."""

    @pytest.fixture(params=sorted(CHANNELS))
    def kit(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
        yield from sending(request.param, tmp_path, request)


class TestInboxes(InboxContract):
    @pytest.fixture(params=sorted(CHANNELS))
    def kit(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
        yield from taking(request.param, tmp_path, request)


class TestReaders(ReaderContract):
    @pytest.fixture(params=sorted(CHANNELS))
    def kit(self, request: pytest.FixtureRequest, tmp_path: Path) -> Any:
        return {"email": MailReading(), "line": LineReading(tmp_path)}[request.param]
