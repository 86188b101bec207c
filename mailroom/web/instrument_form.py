"""The form of a draft: what a clerk typed, as content of an announcement or order."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mailroom.domain.instrument import ChannelRule, InstrumentKind, Signatory
from mailroom.domain.service import Catalogue
from mailroom.services.instrument_content import ITEMS, Content, details_of, read_day

MORE_LINES = 2
"""Empty lines that the channel table offers; saving offers as many again."""
MOST_LINES = 40
LENGTH = 4000
"""Characters of one field that are kept."""


def content_from(kind: InstrumentKind, form: Mapping[str, str], before: Content, catalogue: Catalogue) -> Content:
    """What was typed, over what was there. Raises RefusedActionError for a day that cannot be read."""
    typed = _Typed(form)
    outside = Signatory(
        name=typed.line("outside_name"),
        position=typed.line("outside_position"),
        capacity=typed.line("outside_capacity"),
        on_behalf=typed.line("outside_on_behalf"),
    )
    is_channels = kind is InstrumentKind.CHANNELS
    return replace(
        before,
        number=typed.line("number"),
        title=typed.line("title") if is_channels else before.title,
        dated=read_day(typed.line("dated")),
        effective_on=read_day(typed.line("effective_on")),
        rules=tuple(_rules(typed, catalogue)) if is_channels else (),
        phones=tuple(line.strip() for line in typed.text("phones").splitlines() if line.strip()) if is_channels else (),
        details=details_of(before.details, **{item: typed.text(item) for item in ITEMS[kind]}),
        signatory=typed.line("signatory"),
        outside_signatory=outside if outside.name and not typed.line("signatory") else None,
    )


class _Typed:
    """Fields of a form, without what no document can hold."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self._form = form

    def text(self, name: str) -> str:
        return self._form.get(name, "").replace("\r\n", "\n").replace("\x00", "").strip()[:LENGTH]

    def line(self, name: str) -> str:
        return " ".join(self.text(name).split())

    def ticked(self, name: str) -> bool:
        return name in self._form


def _rules(typed: _Typed, catalogue: Catalogue) -> Iterator[ChannelRule]:
    """The lines of the channel table that have an address; a line is removed by emptying it."""
    for at in range(MOST_LINES):
        address = typed.line(f"address-{at}")
        if not address:
            continue
        yield ChannelRule(
            channel=typed.line(f"channel-{at}"),
            address=address,
            unit=typed.line(f"unit-{at}"),
            services=tuple(one.key for one in catalogue.services if typed.ticked(f"service-{at}-{one.key}")),
            starts_on=read_day(typed.line(f"starts-{at}")),
            ends_on=read_day(typed.line(f"ends-{at}")),
        )
