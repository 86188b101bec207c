"""Which items of licences are published: what holds, and deciding anew (R107)."""

from dataclasses import dataclass

from mailroom.domain.clerk import Clerk
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import FIELDS, FieldDecision
from mailroom.domain.service import Catalogue, Service
from mailroom.domain.texts import Texts
from mailroom.ports import Books, Clock
from mailroom.services import paper_checks as check
from mailroom.services.disclosure import Disclosure


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedItem:
    """An item that licences of one type print, and whether it is published."""

    service: str
    key: str
    label: str
    masked: str
    """Why it is not published, as the public reads it; empty when it is."""
    decision: FieldDecision | None
    """What the agency decided; None where the default holds."""

    @property
    def public(self) -> bool:
        return not self.masked


class FieldDecisions:
    """Public pages read the books: what is decided here is published, or masked, with the next look at them."""

    def __init__(self, *, books: Books, catalogue: Catalogue, texts: Texts, clock: Clock) -> None:
        self._books = books
        self._catalogue = catalogue
        self._texts = texts
        self._clock = clock

    def types(self) -> tuple[Service, ...]:
        """Services of which licences come."""
        return tuple(one for one in self._catalogue.services if one.licence)

    def items(self, service: str) -> tuple[DecidedItem, ...]:
        """Every item of such a licence. Raises RefusedActionError for a service of which no licence comes."""
        kind = check.licensing(self._catalogue, service)
        with self._books.look() as uow:
            decisions = uow.fields.decisions()
        disclosure = Disclosure(self._catalogue, decisions, self._texts.tables["public_masked"])
        return tuple(
            DecidedItem(
                service=kind.key,
                key=key,
                label=label,
                masked=disclosure.reason(kind.key, key) or "",
                decision=disclosure.decision(kind.key, key),
            )
            for key, label in self._labels(kind).items()
        )

    def masked(self, service: str) -> frozenset[str]:
        """Keys of the items that are not published."""
        return frozenset(one.key for one in self.items(service) if not one.public)

    def decide(self, service: str, item: str, *, public: bool, clerk: Clerk, reason: str) -> FieldDecision:
        """Publish or mask an item of one type from now on; an approver decides, with a reason.

        The reason stands on the public page of every licence whose item is masked. Raises RefusedActionError.
        """
        check.approver(clerk)
        kind = check.licensing(self._catalogue, service)
        if item not in self._labels(kind):
            raise RefusedActionError("item-unknown", item)
        now = self._clock.now()
        decision = FieldDecision(kind.key, item, public, check.reason(reason), clerk.username, now)
        detail = f"{kind.key} {item} {'public' if public else 'masked'} | {decision.reason}"
        with self._books.begin() as uow:
            uow.fields.decide(decision)
            uow.events.add("field.decided", now, actor=clerk.username, detail=detail)
            uow.commit()
        return decision

    def _labels(self, kind: Service) -> dict[str, str]:
        own = {one.key: one.label for one in kind.fields}
        return {key: self._texts.label("public_columns", key) for key in FIELDS} | own
