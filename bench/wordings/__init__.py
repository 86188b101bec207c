"""Training messages, made from hand-written wordings. They share no sentence with the test messages of
bench/messages: `python -m bench.wordings --overlap bench/messages` proves it.

Wordings, names, places and numbers are written for this project; no real person or firm stands in them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice

from bench.wordings.composing import Press
from bench.wordings.data import Pool, Service, Wordings, wordings
from mailroom.domain.decision import Kind

__all__ = ["PER_AGENCY", "TrainingMessage", "training_messages"]

ENQUIRY_AT, OTHER_AT = (4, 8), 9
"""Which of ten messages about a service are enquiries, and which is of another kind (complaint, status, payment …)."""
PER_AGENCY = 5
"""Of another agency's matters there is one message for so many of each service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingMessage:
    """A message with what a clerk would say of it. `service` is a key of services.toml, `agency` a name of agencies.toml;
    both are "" where none is right."""

    subject: str
    text: str
    kind: Kind
    service: str
    agency: str


def training_messages(per_service: int, seed: int) -> list[TrainingMessage]:
    """Exactly `per_service` messages of each service; besides as many of each kind without a service, and a fifth (at least one)
    of each other agency. Equal seeds give equal messages, and fewer per service are contained in more."""
    found = wordings()
    messages: list[TrainingMessage] = []
    for service in found.services:
        messages += islice(_of_service(service, found, seed), per_service)
    for kind in found.kinds:
        messages += islice(_of_pool(kind, found, seed), per_service)
    for agency in found.agencies:
        messages += islice(_of_pool(agency, found, seed), -(-per_service // PER_AGENCY))
    return messages


def _of_service(service: Service, found: Wordings, seed: int) -> Iterator[TrainingMessage]:
    """Mostly what the service is usually asked for; enquiries and other kinds at fixed places."""
    main, enquiries = _of_pool(service.main, found, seed), _of_pool(service.enquiries, found, seed)
    others = cycle([_of_pool(pool, found, seed) for pool in service.others])
    for place in cycle(range(10)):
        yield next(enquiries if place in ENQUIRY_AT else next(others) if place == OTHER_AT else main)


def _of_pool(pool: Pool, found: Wordings, seed: int) -> Iterator[TrainingMessage]:
    for subject, text in Press(pool, found.frame, seed).messages():
        yield TrainingMessage(
            subject=subject, text=text, kind=Kind(pool.kind), service=pool.service, agency=pool.agency
        )
