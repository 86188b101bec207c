"""A key that is opened when it is first needed."""

import pytest

from mailroom.domain.errors import ConfigurationError, SigningRefusedError
from mailroom.ports import Signer
from signing.late_signer import LateSigner
from tests.support.licence_office import ScriptedSigner


class Socket:
    """Where a token may be plugged in; counts how often it was asked for."""

    def __init__(self) -> None:
        self.token: Signer | None = None
        self.asked = 0

    def open(self) -> Signer:
        self.asked += 1
        if self.token is None:
            raise ConfigurationError("no token; plug it in")
        return self.token


def test_asking_what_is_known_opens_nothing() -> None:
    """The certificate is known once the key was opened, and stays known."""
    socket = Socket()
    late = LateSigner(socket.open)
    assert late.known() is None
    with pytest.raises(SigningRefusedError, match="plug it in"):
        _ = late.certificate
    socket.token = ScriptedSigner()
    assert late.known() is None
    assert socket.asked == 1
    assert late.certificate.subject == "Test"
    assert late.known() == late.certificate
    late.close()
    assert late.known() is not None
    assert socket.asked == 2
