"""From a delivery to its events. Each is read by itself, and none of them, whatever it holds, raises."""

from dataclasses import dataclass, replace
from datetime import datetime

from channels.line.decode_event import STEPS
from channels.line.delivery import DeliveryError, Element, element_of, take_apart
from channels.line.fields import Fields, MalformedError, read_element
from mailroom.domain.chat import ChatEvent, ChatEventKind, Spooled


@dataclass(frozen=True, slots=True)
class Origin:
    """The delivery that events stood in: its digest, and when our end had it safe."""

    digest: str
    received_at: datetime

    def blank(self, index: int, raw: str) -> ChatEvent:
        """An event of which nothing is known but where it stood."""
        return ChatEvent(
            id=f"{self.digest}-{index}",
            kind=ChatEventKind.MALFORMED,
            occurred_at=self.received_at,
            received_at=self.received_at,
            raw=raw,
            delivery=self.digest,
        )


def decode(spooled: Spooled) -> list[ChatEvent]:
    """See `ChatPlatform.decode`. A body that is no delivery is one event by itself, for a clerk to see."""
    origin = Origin(spooled.digest, spooled.received_at)
    try:
        delivery = take_apart(spooled.body)
    except DeliveryError as error:
        blank = origin.blank(0, spooled.body.decode("utf-8", "replace"))
        return [replace(blank, defect=f"event-malformed: delivery ({error})")]
    return [decode_element(element, index, origin) for index, element in enumerate(delivery.events)]


def decode_again(raw: str, origin: Origin) -> ChatEvent:
    """The event of which `ChatEvent.raw` is the text, as it was decoded at first; only its id may be another."""
    try:
        element = element_of(raw)
    except DeliveryError as error:
        return replace(origin.blank(0, raw), defect=f"event-malformed: delivery ({error})")
    return decode_element(element, 0, origin)


def decode_element(element: Element, index: int, origin: Origin) -> ChatEvent:
    """Never raises. Whatever of a malformed event can be read is kept with it: who, when, and what was said."""
    event = origin.blank(index, element.text)
    try:
        value, fault = read_element(element)
        fields = Fields(value)
    except MalformedError as error:
        return _malformed(event, str(error))
    for step in STEPS:
        try:
            event = step(fields, event)
        except MalformedError as error:
            fault = fault or str(error)
        except Exception as error:  # a fault of our own must not take the delivery's other events with it
            fault = fault or f"internal error ({type(error).__name__})"
    return _malformed(event, fault) if fault else event


def _malformed(event: ChatEvent, fault: str) -> ChatEvent:
    return replace(event, kind=ChatEventKind.MALFORMED, defect=f"event-malformed: {fault}")
