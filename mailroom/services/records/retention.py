"""Classes, holds, the yearly survey, and what a committee decides of it (R60). Nothing is ever deleted here.

Each act is one transaction, and an event of each case that it is about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from mailroom.domain.agency import BANGKOK, buddhist_year
from mailroom.domain.clerk import Clerk
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.register import RegisterNumber
from mailroom.domain.retention import (
    Assignment,
    CaseFile,
    CommitteeDecision,
    DestructionList,
    Hold,
    ListItem,
    ListState,
    Verdict,
)
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.services.records.requests import only_approvers
from mailroom.stages.retention import Schedule, kept_out, proposed

MEMBERS = 3
"""A chair and two members at least (ข้อ 67; confirm with your legal officer)."""

Verdicts = Mapping[RegisterNumber, tuple[Verdict, str]]
"""What the committee decided of each case, with a note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a survey found."""

    made: DestructionList
    left_out: tuple[tuple[RegisterNumber, str], ...]
    """Cases whose period ended and which are kept all the same, with why: `held`, `undecided`, `graded`, `in-force`."""


class Retention:
    """How long cases of one agency are kept."""

    def __init__(self, *, books: Books, clock: Clock, schedule: Schedule) -> None:
        self._books = books
        self._clock = clock
        self._schedule = schedule

    @property
    def schedule(self) -> Schedule:
        return self._schedule

    def assign(self, number: RegisterNumber, class_key: str, reason: str, clerk: Clerk) -> None:
        """Put a case into a class by itself.

        Raises RefusedActionError `not-an-approver`, `reason-missing`, `no-such-class`, `no-such-case`.
        """
        only_approvers(clerk)
        _require_reason(reason)
        if self._schedule.named(class_key) is None:
            raise RefusedActionError("no-such-class", class_key)
        with self._books.begin() as uow:
            file = _file(uow, number)
            given = Assignment(
                number=number, class_key=class_key, reason=reason.strip(), at=self._clock.now(), by=clerk.username
            )
            uow.retention.assign(given)
            self._event(uow, "retention.classified", file.message_id, clerk, f"{class_key}: {given.reason}")
            uow.commit()

    def place(self, number: RegisterNumber, reason: str, clerk: Clerk) -> Hold:
        """Keep a case whatever its class says; anybody at the desk may.

        Raises RefusedActionError `reason-missing`, `no-such-case`, `held-already`.
        """
        _require_reason(reason)
        with self._books.begin() as uow:
            file = _file(uow, number)
            placed = Hold(number=number, reason=reason.strip(), placed_at=self._clock.now(), placed_by=clerk.username)
            placed = uow.retention.place(placed)
            self._event(uow, "retention.held", file.message_id, clerk, placed.reason)
            uow.commit()
        return placed

    def ask_to_lift(self, number: RegisterNumber, reason: str, clerk: Clerk) -> None:
        """The first of two persons. Asked again, the latest one counts.

        Raises RefusedActionError `reason-missing`, `not-held`.
        """
        _require_reason(reason)
        with self._books.begin() as uow:
            held = _held(uow, number)
            asked = replace(held, asked_at=self._clock.now(), asked_by=clerk.username, ask_reason=reason.strip())
            uow.retention.save_hold(asked)
            self._event(uow, "retention.lift-asked", _file(uow, number).message_id, clerk, reason.strip())
            uow.commit()

    def lift(self, number: RegisterNumber, clerk: Clerk) -> None:
        """The second of two persons, an approver, after another one asked for it.

        Raises RefusedActionError `not-an-approver`, `not-held`, `lift-not-asked`, `same-person`.
        """
        only_approvers(clerk)
        with self._books.begin() as uow:
            held = _held(uow, number)
            if held.asked_at is None:
                raise RefusedActionError("lift-not-asked", str(number))
            if held.asked_by == clerk.username:
                raise RefusedActionError("same-person")
            uow.retention.save_hold(replace(held, lifted_at=self._clock.now(), lifted_by=clerk.username))
            self._event(uow, "retention.lifted", _file(uow, number).message_id, clerk, held.ask_reason)
            uow.commit()

    def survey(self, year: int, clerk: Clerk) -> Survey:
        """The list of a year: cases whose period ended before it, without those that something keeps.

        Raises RefusedActionError `year-not-come` for a year that has not begun, `nothing-due`.
        """
        now = self._clock.now()
        if year > buddhist_year(now):
            raise RefusedActionError("year-not-come", str(year))
        with self._books.begin() as uow:
            items, left_out = self._due(uow, year, now.astimezone(BANGKOK).date())
            if not items:
                raise RefusedActionError("nothing-due", str(year))
            made = DestructionList(year=year, made_at=now, made_by=clerk.username, items=tuple(items.values()))
            made = uow.retention.add_list(made)
            for row, one in items.items():
                self._event(uow, "retention.listed", row, clerk, f"{made.id}/{year} {one.proposal}")
            uow.commit()
        return Survey(made=made, left_out=tuple(left_out))

    def left_out(self, year: int) -> Sequence[tuple[RegisterNumber, str]]:
        """What a survey would leave out now, and why; nothing is written."""
        with self._books.look() as uow:
            return self._due(uow, year, self._clock.now().astimezone(BANGKOK).date())[1]

    def _due(
        self, uow: UnitOfWork, year: int, today: date
    ) -> tuple[dict[int, ListItem], list[tuple[RegisterNumber, str]]]:
        """Lines by the message that opened the case; and what is kept out."""
        listed, held = uow.retention.listed(), {one.number for one in uow.retention.holds()}
        items, left_out = {}, []
        for file in uow.retention.files(year - 1):
            line = proposed(file, self._schedule, year) if file.number not in listed else None
            if line is None:
                continue
            why = "held" if file.number in held else kept_out(file) or _in_force(uow, file, today)
            if why:
                left_out.append((file.number, why))
            else:
                items[file.message_id] = line
        return items, left_out

    def withdraw(self, list_id: int, reason: str, clerk: Clerk) -> None:
        """Give a list up before it is decided; its cases come again with the next survey.

        Raises RefusedActionError `reason-missing`, `no-such-list`, `list-closed`.
        """
        _require_reason(reason)
        with self._books.begin() as uow:
            known = _list(uow, list_id)
            closed = replace(
                known,
                state=ListState.WITHDRAWN,
                closed_at=self._clock.now(),
                closed_by=clerk.username,
                close_reason=reason.strip(),
            )
            uow.retention.close_list(closed)
            self._each(uow, "retention.withdrawn", known.items, clerk, f"{list_id}: {reason.strip()}")
            uow.commit()

    def decide(self, list_id: int, decision: CommitteeDecision, verdicts: Verdicts, clerk: Clerk) -> DestructionList:
        """Record what the committee decided; an approver does, not who drew the list up.

        Raises RefusedActionError `not-an-approver`, `no-such-list`, `list-closed`, `same-person`, `committee-too-small`,
        `decision-incomplete`, `decision-date`, `verdict-missing`, `case-held`, `must-be-transferred`.
        """
        only_approvers(clerk)
        now = self._clock.now()
        with self._books.begin() as uow:
            known = _list(uow, list_id)
            _require_decision(known, decision, clerk, now.astimezone(BANGKOK).date())
            items = tuple(_judged(uow, one, verdicts) for one in known.items)
            closed = replace(
                known,
                state=ListState.DECIDED,
                decision=decision,
                items=items,
                closed_at=now,
                closed_by=clerk.username,
            )
            uow.retention.close_list(closed)
            for one in items:
                self._each(uow, "retention.decided", (one,), clerk, f"{list_id}: {one.verdict}")
            uow.commit()
        return closed

    def _each(self, uow: UnitOfWork, name: str, items: Sequence[ListItem], clerk: Clerk, detail: str) -> None:
        for one in items:
            case = uow.cases.of(one.number)
            self._event(uow, name, case.message_id if case else None, clerk, detail)

    def _event(self, uow: UnitOfWork, name: str, row: int | None, clerk: Clerk, detail: str) -> None:
        uow.events.add(name, self._clock.now(), message_id=row, actor=clerk.username, detail=detail)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise RefusedActionError("reason-missing")


def _file(uow: UnitOfWork, number: RegisterNumber) -> CaseFile:
    file = uow.retention.file(number)
    if file is None:
        raise RefusedActionError("no-such-case", str(number))
    return file


def _held(uow: UnitOfWork, number: RegisterNumber) -> Hold:
    held = uow.retention.hold_of(number)
    if held is None:
        raise RefusedActionError("not-held", str(number))
    return held


def _list(uow: UnitOfWork, list_id: int) -> DestructionList:
    known = uow.retention.destruction_list(list_id)
    if known is None:
        raise RefusedActionError("no-such-list", str(list_id))
    if known.state is not ListState.SURVEYED:
        raise RefusedActionError("list-closed", str(list_id))
    return known


def _in_force(uow: UnitOfWork, file: CaseFile, today: date) -> str:
    """A licence that came of the case and has not ended: its file is in use."""
    rows = (file.message_id, *(one.logged.id for one in uow.queue.later(file.number)))
    papers = (paper for row in rows for paper in uow.issuances.of_message(row) if paper.licence_id is not None)
    licences = (uow.licences.get(paper.licence_id) for paper in papers if paper.licence_id is not None)
    statuses = (one.status_on(today) for one in licences if one is not None)
    return "in-force" if any(one.in_force or one == "suspended" for one in statuses) else ""


def _require_decision(known: DestructionList, decision: CommitteeDecision, clerk: Clerk, today: date) -> None:
    if known.made_by == clerk.username:
        raise RefusedActionError("same-person")
    if len({one.strip() for one in decision.members if one.strip()}) < MEMBERS:
        raise RefusedActionError("committee-too-small", str(MEMBERS))
    if not decision.document.strip():
        raise RefusedActionError("decision-incomplete")
    if not known.made_at.astimezone(BANGKOK).date() <= decision.on <= today:
        raise RefusedActionError("decision-date")


def _judged(uow: UnitOfWork, item: ListItem, verdicts: Verdicts) -> ListItem:
    """With its verdict. A hold wins over every list (R60)."""
    if item.number not in verdicts:
        raise RefusedActionError("verdict-missing", str(item.number))
    verdict, note = verdicts[item.number]
    if verdict is not Verdict.KEEP and uow.retention.hold_of(item.number) is not None:
        raise RefusedActionError("case-held", str(item.number))
    if verdict is Verdict.DESTROY and item.proposal is Verdict.TRANSFER:
        raise RefusedActionError("must-be-transferred", str(item.number))
    return replace(item, verdict=verdict, note=note.strip())
