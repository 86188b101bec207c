"""What makes papers, announces and publishes, joined when it is first asked for: mail alone pays nothing for it."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING

from mailroom.configuration import Configuration
from mailroom.domain.licence import IssuanceState
from mailroom.ports import Archive, Books, Clock
from mailroom.services.links import Links
from mailroom.services.receiving_stamp import ReceivingDesk
from mailroom.services.signing_alarms import SigningAlarms

if TYPE_CHECKING:
    from mailroom.bootstrap.papers import Workshop
    from mailroom.services.chancery import Chancery
    from mailroom.services.licence_office import LicenceOffice
    from signing.late_signer import LateSigner


class Paperwork:
    """Each part is joined once. What is opened is closed with the house."""

    def __init__(
        self,
        configuration: Configuration,
        books: Books,
        archive: Archive,
        clock: Clock,
        stack: ExitStack,
        stopping: Callable[[], bool],
    ) -> None:
        self._configuration = configuration
        self._books = books
        self._archive = archive
        self._clock = clock
        self._stack = stack
        self._stopping = stopping

    @property
    def signs(self) -> bool:
        """Whether a key is configured."""
        return self._configuration.settings.signing.key is not None

    def awaits_signature(self) -> bool:
        """Whether anything is approved and can be signed."""
        if not self.signs:
            return False
        with self._books.look() as uow:
            return bool(uow.issuances.counts().get(IssuanceState.APPROVED))

    @cached_property
    def _signer(self) -> "LateSigner | None":
        from mailroom.bootstrap import papers

        return papers.late_signer(self._configuration, self._stack)

    @cached_property
    def alarms(self) -> SigningAlarms:
        known = self._signer.known if self._signer else lambda: None
        return SigningAlarms(certificate=known, turns=self.licences.turns, clock=self._clock)

    def meet_certificate(self) -> None:
        """Open the key, so that the alarms know its certificate. Raises SigningError where it cannot be opened."""
        if self._signer is not None:
            _ = self._signer.certificate

    @cached_property
    def shop(self) -> "Workshop":
        from mailroom.bootstrap import papers

        return papers.workshop(
            self._configuration, self._books, self._archive, self._clock, self._signer, self._stopping
        )

    @cached_property
    def licences(self) -> "LicenceOffice":
        from mailroom.bootstrap import papers

        return papers.join_licences(self.shop)

    @cached_property
    def chancery(self) -> "Chancery":
        from mailroom.bootstrap import papers

        return papers.join_chancery(self.shop)

    @cached_property
    def links(self) -> Links:
        return Links(books=self._books, archive=self._archive, clock=self._clock)

    @cached_property
    def incoming(self) -> ReceivingDesk:
        from mailroom.bootstrap import papers

        return papers.join_receiving(self.shop, self._stack)
