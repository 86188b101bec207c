"""What is wrong with the key that signs: a certificate about to end, or a key that could not be used (R91)."""

from collections.abc import Callable

from mailroom.domain.signature import CertificateFacts
from mailroom.ports import Clock
from mailroom.services.release_turns import ReleaseTurns
from mailroom.stages.instrument_checks import Remark

WAITS = "signing-waits"


class SigningAlarms:
    """Looks at what is known already: nothing here opens a key, however often a page asks."""

    def __init__(
        self, *, certificate: Callable[[], CertificateFacts | None], turns: ReleaseTurns, clock: Clock
    ) -> None:
        """`certificate` gives the one that signs, None while it is not known; `turns` how the last release went."""
        self._certificate = certificate
        self._turns = turns
        self._clock = clock

    def remarks(self) -> list[Remark]:
        """For people: codes of the table `signing_alarms` of the texts, the detail being days left or the cause."""
        found = [Remark(WAITS, self._turns.waiting)] if self._turns.waiting else []
        certificate, now = self._certificate(), self._clock.now()
        alarm = certificate.expiry_alarm(now) if certificate else None
        if certificate is None or alarm is None:
            return found
        days = (certificate.not_after - now).days
        return [*found, Remark("certificate-ends", str(days)) if alarm else Remark("certificate-ended")]

    def codes(self) -> list[str]:
        """For machines: `signing-waits`, and `certificate-90`, `-30`, `-7`, or `certificate-ended`."""
        found = [WAITS] if self._turns.waiting else []
        certificate = self._certificate()
        alarm = certificate.expiry_alarm(self._clock.now()) if certificate else None
        return found if alarm is None else [*found, f"certificate-{alarm or 'ended'}"]
