"""Which class a case belongs to, until when it is kept, and what a survey proposes (R60). Years are of the Buddhist era."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailroom.domain.case import CaseState
from mailroom.domain.retention import CaseFile, ListItem, RetentionClass, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The classes of an agency, as its legal officer confirms them."""

    default: RetentionClass
    classes: tuple[RetentionClass, ...]
    archives_years: int
    """After so many years records are due to the National Archives."""

    @property
    def every(self) -> Sequence[RetentionClass]:
        return (*self.classes, self.default)

    def named(self, key: str) -> RetentionClass | None:
        return next((one for one in self.every if one.key == key), None)

    def of(self, file: CaseFile) -> RetentionClass:
        """The class that it was given, that of its service, or the default.

        A class that is configured no more keeps for good: nobody knows any longer how short it was meant to be.
        """
        if file.assigned:
            known = self.named(file.assigned)
            return known or RetentionClass(key=file.assigned, name=file.assigned, years=None)
        return next((one for one in self.classes if file.service in one.services), self.default)


def due_after(file: CaseFile, kept: RetentionClass) -> int | None:
    """The last year in which the case is kept; None for good."""
    return None if kept.years is None else file.ended + kept.years


def proposed(file: CaseFile, schedule: Schedule, year: int) -> ListItem | None:
    """The line of a survey in `year`; None while nothing is due: a period ends with 31 December of its last year.

    What is old enough for the National Archives goes there, whatever its class says.
    """
    kept = schedule.of(file)
    due, archives = due_after(file, kept), file.ended + schedule.archives_years
    ends = archives if due is None or archives < year else due
    if ends >= year:
        return None
    return ListItem(
        number=file.number,
        class_key=kept.key,
        class_name=kept.name,
        ended=file.ended,
        due=ends,
        proposal=Verdict.TRANSFER if archives < year else Verdict.DESTROY,
    )


def kept_out(file: CaseFile) -> str:
    """Why a case is not proposed although its period ended; empty when nothing in it speaks against it.

    `undecided` waits for a clerk, `graded` follows the rules of official secrets (R58).
    """
    if file.state is CaseState.HELD:
        return "undecided"
    return "graded" if file.graded else ""
