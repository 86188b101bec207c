"""What answers in the place of rules and catalogue, where it proved better, and where a clerk is asked instead.

Numpy is loaded only with a model: without one this costs a message nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailroom.domain.decision import Classification, Kind, Reason
from mailroom.domain.learning import LEARNED_KINDS, NONE, Head
from mailroom.stages.classify_case import MessageCase
from mailroom.stages.clues import SERVICE_ONLY, clue, is_learned

if TYPE_CHECKING:
    from mailroom.stages.linear_model import LinearHead
    from mailroom.stages.look import Look

Ranked = Sequence[tuple[str, float]]
"""Answers with their probabilities, likeliest first."""
CANDIDATES = 3
"""So many are shown to the clerk who is asked."""
_LIKELIER = 0.5
"""What is likelier than everything else together."""


@dataclass(frozen=True, slots=True)
class HeadUse:
    """By what one question is answered."""

    version: int = 0
    """Of the model; 0 for rules and catalogue."""
    asks: bool = False
    """Whether an audit found too many wrong: a clerk is asked, whatever the answer."""
    model: "LinearHead | None" = None


@dataclass(frozen=True, slots=True)
class Models:
    """By what each question is answered now."""

    kind: HeadUse = HeadUse()
    service: HeadUse = HeadUse()
    agency: HeadUse = HeadUse()

    @property
    def is_idle(self) -> bool:
        """Whether everything stays as rules and catalogue have it."""
        return all(use.model is None and not use.asks for use in (self.kind, self.service, self.agency))

    def of(self, head: Head) -> HeadUse:
        return {Head.KIND: self.kind, Head.SERVICE: self.service, Head.AGENCY: self.agency}[head]

    def applied(self, found: Classification, case: MessageCase) -> Classification:
        """The classification as it stands with what was learned, and with what is asked. Pure."""
        if self.is_idle or case.chosen is not None:
            return found
        seen = _Seen(found, case)
        if is_learned(found, case):
            found = self._with_agency(found, case, seen)
            if found.kind is not Kind.WRONG_AGENCY:
                found = self._with_service(self._with_kind(found, seen), case, seen)
        elif found.kind in SERVICE_ONLY:
            found = self._with_service(found, case, seen)
        return found

    def _with_agency(self, found: Classification, case: MessageCase, seen: "_Seen") -> Classification:
        """A matter that we know already is sent nowhere else."""
        use = self.agency
        if use.model is not None and not case.history.is_thread:
            ranked = seen.ranked(use.model)
            answer, probability = ranked[0]
            sure = use.model.threshold is not None and probability >= use.model.threshold
            if answer == NONE:
                found = _ours(found, use.version) if found.kind is Kind.WRONG_AGENCY else found
            elif sure and case.catalogue.agency(answer):
                reason = Reason("learned-agency", f"{answer}: {seen.words(use.model, answer)}")
                found = _foreign(found, answer, (reason,), use.version)
            else:
                reason = Reason("asks-agency", _listed(ranked))
                found = _foreign(found, None, (reason,), use.version)
        if use.asks and found.agency:
            found = replace(found, agency=None, reasons=(Reason("audit-asks-agency", found.agency), *found.reasons))
        return found

    def _with_kind(self, found: Classification, seen: "_Seen") -> Classification:
        """Where the model is not sure, the rules' kind stands."""
        use = self.kind
        if use.model is None or found.kind not in LEARNED_KINDS:
            return found
        answer, probability = seen.ranked(use.model)[0]
        sure = use.model.threshold is not None and probability >= use.model.threshold
        if not sure or answer not in LEARNED_KINDS:
            return found
        found = replace(found, model=_joined(found.model, use.version))
        if answer == found.kind:
            return found
        reason = Reason("learned-kind", seen.words(use.model, answer))
        return replace(found, kind=Kind(answer), reasons=(reason, *found.reasons))

    def _with_service(self, found: Classification, case: MessageCase, seen: "_Seen") -> Classification:
        use = self.service
        if use.model is not None:
            ranked = seen.ranked(use.model)
            answer, probability = ranked[0]
            others = tuple(one for one in found.reasons if one.code not in _OF_SERVICES)
            known = case.catalogue.service(answer)
            sure = use.model.threshold is not None and probability >= use.model.threshold
            if sure and known:
                reason = Reason("learned-service", seen.words(use.model, answer))
            elif answer == NONE and probability > _LIKELIER:
                reason = Reason("learned-no-service")
            else:
                reason = Reason("asks-service", _listed(ranked, {one.key: one.name for one in case.catalogue.services}))
            service = answer if sure and known else None
            version = _joined(found.model, use.version)
            found = replace(found, service=service, reasons=(reason, *others), model=version)
        named = case.catalogue.service(found.service)
        if use.asks and named:
            found = replace(found, service=None, reasons=(Reason("audit-asks-service", named.name), *found.reasons))
        return found


_OF_SERVICES = frozenset({"service-words", "service-alike", "several-services", "perhaps-services", "primer-service"})
"""What the catalogue says of services, where a model answers instead."""
_OF_AGENCIES = frozenset({"agency-words", "several-agencies", "local-authority", "primer-agency"})


class _Seen:
    """One message as a model sees it: made when the first one looks."""

    def __init__(self, found: Classification, case: MessageCase) -> None:
        self._found, self._case = found, case
        self._look: Look | None = None

    def _looked(self) -> "Look":
        if self._look is None:
            from mailroom.stages.look import look

            self._look = look(self._case.said, clue(self._found))
        return self._look

    def ranked(self, model: "LinearHead") -> Ranked:
        return model.ranked(self._looked().vector)

    def words(self, model: "LinearHead", answer: str) -> str:
        """The words that spoke most for an answer."""
        return " · ".join(f"“{one.text}”" for one in self._looked().spans(model, answer))


def _ours(found: Classification, version: int) -> Classification:
    """What the catalogue took for another agency's."""
    reasons = tuple(one for one in found.reasons if one.code not in _OF_AGENCIES)
    return replace(
        found,
        kind=Kind.REQUEST,
        agency=None,
        reasons=(Reason("learned-ours"), *reasons),
        model=_joined(found.model, version),
    )


def _foreign(found: Classification, agency: str | None, reasons: tuple[Reason, ...], version: int) -> Classification:
    others = tuple(one for one in found.reasons if one.code not in _OF_AGENCIES | _OF_SERVICES)
    return replace(
        found,
        kind=Kind.WRONG_AGENCY,
        service=None,
        agency=agency,
        reasons=(*reasons, *others),
        model=_joined(found.model, version),
    )


def _listed(ranked: Ranked, names: "dict[str, str] | None" = None) -> str:
    """The likeliest answers in words, but for none of them."""
    likely = [answer for answer, _ in ranked if answer != NONE][:CANDIDATES]
    return " · ".join(names.get(one, one) if names else one for one in likely)


def _joined(model: str, version: int) -> str:
    """Versions that had a part in it."""
    parts = {*filter(None, model.split("+")), str(version)}
    return "+".join(sorted(parts, key=int))
