"""One step of an announcement or order: nobody overtakes it, and the event log says who took it."""

from dataclasses import replace

from mailroom.domain.clerk import Clerk
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.instrument import Instrument, InstrumentState
from mailroom.ports import Clock, UnitOfWork


class Steps:
    """Works in the transaction that it is given; `take` ends it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def at(self, uow: UnitOfWork, instrument_id: int, *states: InstrumentState) -> Instrument:
        """The instrument, in one of these states; in any without. Raises RefusedActionError for a step out of order."""
        found = uow.instruments.get(instrument_id)
        if found is None:
            raise RefusedActionError("no-such-instrument", str(instrument_id))
        if states and found.state not in states:
            raise RefusedActionError("instrument-wrong-step", found.state)
        return found

    def unchanged(self, uow: UnitOfWork, seen: Instrument) -> None:
        """Raises RefusedActionError when it is not what was seen before the transaction."""
        if uow.instruments.get(seen.id) != seen:
            raise RefusedActionError("instrument-changed-meanwhile")

    def save(
        self, uow: UnitOfWork, before: Instrument, after: Instrument, event: str, clerk: Clerk, detail: str = ""
    ) -> Instrument:
        """Write the step with its event; what was written."""
        after = replace(after, changed_at=self._clock.now())
        uow.instruments.save(after, before.state)
        self.note(uow, event, after, clerk, detail)
        return after

    def take(
        self, uow: UnitOfWork, before: Instrument, after: Instrument, event: str, clerk: Clerk, detail: str = ""
    ) -> Instrument:
        """The same, and commit."""
        after = self.save(uow, before, after, event, clerk, detail)
        uow.commit()
        return after

    def note(self, uow: UnitOfWork, event: str, instrument: Instrument, clerk: Clerk, detail: str = "") -> None:
        told = f"{instrument.kind} {instrument.id} {detail}".strip()
        uow.events.add(event, self._clock.now(), actor=clerk.username, detail=told)
