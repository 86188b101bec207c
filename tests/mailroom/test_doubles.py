"""The doubles of channels keep the promises of the real ones."""

from typing import Any

import pytest

from tests.contracts.channel_contract import InboxContract, SenderContract
from tests.support.channel_kits import DoubleSending, DoubleTaking


class TestRecordingSender(SenderContract):
    @pytest.fixture
    def kit(self) -> Any:
        return DoubleSending()


class TestScriptedInbox(InboxContract):
    @pytest.fixture
    def kit(self) -> Any:
        return DoubleTaking()
