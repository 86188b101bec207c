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

if TYPE_CHECKING:
    from mailroom.bootstrap.papers import Workshop
    from mailroom.services.chancery import Chancery
    from mailroom.services.licence_office import LicenceOffice


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
    def shop(self) -> "Workshop":
        from mailroom.bootstrap import papers

        signer = papers.late_signer(self._configuration, self._stack)
        return papers.workshop(self._configuration, self._books, self._archive, self._clock, signer, self._stopping)

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
