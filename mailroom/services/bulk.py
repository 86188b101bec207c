"""Papers for many at once, from a workbook: a run has a name, and each of its rows leads to one paper for good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from mailroom.domain.agency import BANGKOK
from mailroom.domain.clerk import Clerk
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import Act, Issuance, IssuanceState
from mailroom.domain.service import Catalogue, Service
from mailroom.ports import Books, Clock
from mailroom.services import paper_checks as check
from mailroom.services.custody import Progress, no_progress
from mailroom.services.issuing import Issuing, PaperDraft
from mailroom.services.licence_sheet import PAPER_COLUMNS, ColumnNames, read_sheet, write_blank
from mailroom.stages.licence_content import faults, tidied_content
from mailroom.stages.licence_rows import Problem, RowReader, row_content
from mailroom.stages.licence_rules import last_day

TOGETHER = 100
_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a workbook led to."""

    papers: tuple[Issuance, ...] = ()
    """Of every row, in order of id, those prepared by an earlier run included."""
    new: int = 0
    problems: tuple[Problem, ...] = ()
    """Where there are any, nothing was prepared."""


class BulkPreparation:
    """Prepares first licences from the rows of a workbook whose columns docs/licence-import.md lists."""

    def __init__(
        self, *, books: Books, issuing: Issuing, catalogue: Catalogue, names: ColumnNames, clock: Clock
    ) -> None:
        self._books = books
        self._issuing = issuing
        self._catalogue = catalogue
        self._names = names
        self._clock = clock

    def blank(self, out: BinaryIO, service: str) -> None:
        """A workbook to fill in."""
        heading = self._names.heading(PAPER_COLUMNS, [check.licensing(self._catalogue, service)])
        write_blank(heading, service, out, at=self._clock.now())

    def prepare_many(
        self, source: Path | BinaryIO, service: str, batch: str, clerk: Clerk, progress: Progress = no_progress
    ) -> Prepared:
        """A paper for each row that has none yet. Rows that were prepared under this name before must be the same.

        Raises UnreadableError, RefusedActionError.
        """
        if not batch.strip() or "#" in batch:
            raise RefusedActionError("batch-name", batch)
        kind = check.licensing(self._catalogue, service)
        there = {one.batch: one for one in self._papers(batch)}
        drafts, problems = self._drafts(source, kind, batch, there)
        if problems:
            return Prepared(problems=tuple(problems))
        waiting = _unprepared(drafts, there)
        for start in range(0, len(waiting), TOGETHER):
            part = waiting[start : start + TOGETHER]
            self._issuing.prepare_all(part, clerk)
            progress(start + len(part), len(waiting))
        return Prepared(tuple(self._papers(batch)), len(waiting))

    def _drafts(
        self, source: Path | BinaryIO, service: Service, batch: str, there: Mapping[str, Issuance]
    ) -> tuple[list[PaperDraft], list[Problem]]:
        sheet = read_sheet(source, self._names.spellings(PAPER_COLUMNS, [service]))
        lacking = [key for key in ("holder", "email") if key not in sheet.headings.places]
        problems = [Problem(1, self._names.heading([key], [])[0], "column-missing") for key in lacking]
        if problems:
            return [], problems
        rows = sheet.readers()
        drafts = [self._draft(row, service, f"{batch}#{row.number}", there) for row in rows]
        return drafts, [problem for row in rows for problem in row.problems]

    def _draft(self, row: RowReader, service: Service, batch: str, there: Mapping[str, Issuance]) -> PaperDraft:
        """What a row leaves out follows from the service and from the day on which it was first prepared."""
        first = there[batch].prepared_at if batch in there else self._clock.now()
        content = row_content(row, service, first.astimezone(BANGKOK).date())
        content = tidied_content(
            replace(
                content,
                conditions=content.conditions or service.conditions,
                fee=content.fee or (f"{service.fee:.2f}" if service.fee else ""),
                expires_on=content.expires_on or last_day(content.starts_on, service.months),
            )
        )
        keys = {one.label: one.key for one in service.fields}
        for code, detail in faults(content, service):
            row.fault(keys.get(detail, detail), code, detail)
        email = row.text("email")
        try:
            if not check.mailbox(email):
                row.fault("email", "email-missing")
        except RefusedActionError as error:
            row.fault("email", error.code, error.detail)
        return PaperDraft(act=Act.ISSUE, service=service.key, content=content, email=email, batch=batch)

    def _papers(self, batch: str) -> list[Issuance]:
        with self._books.look() as uow:
            return uow.issuances.in_state(*IssuanceState, limit=_ALL, batch=batch)


def _unprepared(drafts: Sequence[PaperDraft], there: Mapping[str, Issuance]) -> list[PaperDraft]:
    """Those without a paper. Raises RefusedActionError for a row that no longer says what its paper was made of."""
    for draft in drafts:
        before = there.get(draft.batch)
        if before is not None and (before.content, before.email) != (draft.content, draft.email):
            raise RefusedActionError("batch-differs", draft.batch.rpartition("#")[2])
    return [draft for draft in drafts if draft.batch not in there]
