"""Which announcement of channels held when: that of the books, else the configured one (R20); read once per batch."""

from dataclasses import dataclass
from datetime import datetime

from mailroom.domain.agency import Announcement
from mailroom.domain.instrument import Instrument, InstrumentKind
from mailroom.ports import UnitOfWork
from mailroom.stages.announced import as_announcement, holding, latest


@dataclass(frozen=True, slots=True)
class Announced:
    """Every announcement of channels that the agency ever published, and the one that its configuration names."""

    configured: Announcement | None = None
    instruments: tuple[Instrument, ...] = ()
    base_url: str = ""
    """Of the public pages, without a slash at its end."""

    def at(self, at: datetime) -> Announcement | None:
        """What was in force at that instant; None when any channel in use was proper (R20).

        The configured one holds until the first of the books takes effect, and never again.
        """
        instrument = holding(self.instruments, at)
        if instrument is not None:
            return as_announcement(instrument, self.page(instrument))
        if latest(self.instruments, at) is None and self.configured and self.configured.in_force(at):
            return self.configured
        return None

    def instrument(self, at: datetime) -> Instrument | None:
        """The instrument in force at that instant; None also while the configured announcement is."""
        return holding(self.instruments, at)

    def page(self, instrument: Instrument) -> str:
        """Address of an instrument's public page."""
        return f"{self.base_url}/announcements/{instrument.code}"


class Announcements:
    """Looks up announcements. What is published or withdrawn meanwhile is known to the next look: nothing restarts."""

    def __init__(self, configured: Announcement | None = None, *, base_url: str = "") -> None:
        self._configured = configured
        self._base_url = base_url.rstrip("/")

    def known(self, uow: UnitOfWork) -> Announced:
        """All that is needed to say of any instant what was in force."""
        published = [one for one in uow.instruments.every(InstrumentKind.CHANNELS) if one.published_at]
        return Announced(self._configured, tuple(published), self._base_url)

    def current(self, uow: UnitOfWork, now: datetime) -> Announcement | None:
        """The announcement in force now."""
        return self.known(uow).at(now)
