"""Which items of a licence are published, and the recorded reason of each that is not (R107)."""

from collections.abc import Iterable, Mapping

from mailroom.domain.licence import FIELDS, PRIVATE_FIELDS, FieldDecision
from mailroom.domain.service import Catalogue

SEARCHED = frozenset({"holder", "premises", "address", "business"})
"""Items in which a search looks, beside the number."""


class Disclosure:
    """The decisions in force, as they answer for every item of every type of licence."""

    def __init__(self, catalogue: Catalogue, decisions: Iterable[FieldDecision], reasons: Mapping[str, str]) -> None:
        """`reasons` are words for where the agency recorded none: by item, and for `service` and `unknown`."""
        self._catalogue = catalogue
        self._decided = {(one.service, one.field): one for one in decisions}
        self._reasons = reasons
        self._known: dict[tuple[str, str], str | None] = {}

    def reason(self, service: str, item: str) -> str | None:
        """Why the item is masked on licences of this service; None when it is published.

        The agency's decision for the service counts before its decision for all services, and that before the default.
        """
        key = (service, item)
        if key not in self._known:
            self._known[key] = self._found(service, item)
        return self._known[key]

    def decision(self, service: str, item: str) -> FieldDecision | None:
        """What the agency decided, for the service or else for all; None where the default holds."""
        return self._decided.get((service, item)) or self._decided.get(("", item))

    def guards_search(self) -> bool:
        """Whether some item in which a search looks is masked somewhere: then a match alone would give it away."""
        services = {one.key for one in self._catalogue.services} | {service for service, _ in self._decided}
        return any(self.reason(service, item) is not None for service in services for item in SEARCHED)

    def _found(self, service: str, item: str) -> str | None:
        decision = self.decision(service, item)
        if decision is None:
            return self._default(service, item)
        return None if decision.public else decision.reason or self._reasons["service"]

    def _default(self, service: str, item: str) -> str | None:
        if item in FIELDS:
            return self._reasons[item] if item in PRIVATE_FIELDS else None
        listed = self._catalogue.service(service)
        field = next((one for one in listed.fields if one.key == item), None) if listed else None
        if field is None:
            return self._reasons["unknown"]
        return None if field.public else self._reasons["service"]
