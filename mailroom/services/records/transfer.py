"""The package for the National Archives: files as they came, what the books say of them, and digests of all (R60, R119).

It is a bag as RFC 8493 describes it, in a ZIP: `sha256sum -c manifest-sha256.txt` within its folder checks it.
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from mailroom.domain.agency import BANGKOK, Agency
from mailroom.domain.clerk import Clerk
from mailroom.domain.errors import RefusedActionError, StorageError
from mailroom.domain.register import RegisterNumber
from mailroom.domain.retention import DestructionList, ListItem, ListState, Transfer, Verdict
from mailroom.ports import Archive, Books, Clock, Json, UnitOfWork
from mailroom.services.evidence.matter import Matter, matter
from mailroom.services.export_formats.csv_sheet import write_csv
from mailroom.services.records.bag import Bag
from mailroom.services.records.requests import only_approvers

FORM = "mailroom transfer 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The metadata profile of a package: data of the agency, not of this program (R119)."""

    name: str
    version: str
    fields: Mapping[str, str]
    """What the profile calls each of our facts, in its order."""
    read_me: str

    @property
    def title(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeTransfer:
    """What was written."""

    transfer: Transfer
    left_out: tuple[tuple[RegisterNumber, str], ...]
    """With why: `held`, `restricted`, `graded`."""


class Transfers:
    """Makes packages of one agency. What is handed over stays here as well."""

    def __init__(self, *, books: Books, archive: Archive, clock: Clock, agency: Agency, profile: Profile) -> None:
        self._books = books
        self._archive = archive
        self._clock = clock
        self._agency = agency
        self._profile = profile

    def write(self, list_id: int, out: Path, by: Clerk) -> MadeTransfer:
        """Into a file that appears when it is whole; noted after that, with the digest of its manifest.

        Raises RefusedActionError `not-an-approver`, `no-such-list`, `list-not-decided`, `nothing-to-transfer`,
        ArchiveDamagedError, StorageError.
        """
        only_approvers(by)
        now = self._clock.now()
        with self._books.look() as uow:
            decided = _decided(uow, list_id)
            items, left_out = _chosen(uow, decided)
            if not items:
                raise RefusedActionError("nothing-to-transfer", str(list_id))
            part = out.with_name(f".{out.name}.part")
            try:
                with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
                    bag = Bag(archive, now, f"transfer-{decided.year}-{decided.id}")
                    self._fill(bag, decided, items, by)
                part.replace(out)
            except OSError as error:
                raise StorageError(f"{out} cannot be written ({error}); check the folder and the disk") from error
            finally:
                part.unlink(missing_ok=True)
        made = Transfer(
            list_id=list_id,
            made_at=now,
            made_by=by.username,
            profile=self._profile.title,
            cases=len(items),
            files=len(bag.digests),
            manifest=bag.manifest,
        )
        return MadeTransfer(transfer=self._note(made, items, by), left_out=tuple(left_out))

    def _note(self, made: Transfer, items: list[tuple[ListItem, Matter]], by: Clerk) -> Transfer:
        with self._books.begin() as uow:
            noted = uow.retention.add_transfer(made)
            for _, one in items:
                row = one.messages[0].logged.id
                detail = f"{made.list_id}: {made.manifest}"
                uow.events.add("retention.handed-over", made.made_at, message_id=row, actor=by.username, detail=detail)
            uow.commit()
        return noted

    def _fill(
        self,
        bag: Bag,
        decided: DestructionList,
        items: list[tuple[ListItem, Matter]],
        by: Clerk,
    ) -> None:
        cases = [self._case(bag, item, found) for item, found in items]
        bag.put("data/metadata.json", _json(self._metadata(decided, cases, bag.at)))
        sheet = io.BytesIO()
        write_csv([*self._profile.fields.values()], (tuple(map(_cell, one.values())) for one in cases), sheet)
        bag.put("data/metadata.csv", sheet.getvalue())
        bag.close(
            {
                "Source-Organization": self._agency.name,
                "Bagging-Date": bag.at.astimezone(BANGKOK).date().isoformat(),
                "Contact-Name": by.display_name or by.username,
                "External-Identifier": f"{self._agency.key}/{decided.year}/{decided.id}",
                "Internal-Sender-Description": f"{FORM}; metadata profile {self._profile.title}",
            },
            self._profile.read_me,
        )

    def _case(self, bag: Bag, item: ListItem, found: Matter) -> dict[str, Json]:
        """Its files in a folder of its own; its metadata as the profile names them."""
        folder = f"data/cases/{item.number.year}-{item.number.number}"
        names = []
        for name, place, digest in found.files():
            with closing(self._archive.open(place, digest)) as source:
                names.append(bag.copy(f"{folder}/{name}", source))
        facts = _facts(item, found, names)
        named = {called: facts[key] for key, called in self._profile.fields.items()}
        bag.put(f"{folder}/metadata.json", _json({"profile": self._title, **named}))
        bag.put(f"{folder}/register.json", _json(_register(found)))
        return named

    @property
    def _title(self) -> dict[str, Json]:
        return {"name": self._profile.name, "version": self._profile.version}

    def _metadata(self, decided: DestructionList, cases: list[dict[str, Json]], at: datetime) -> dict[str, Json]:
        decision = decided.decision
        return {
            "form": FORM,
            "profile": self._title,
            "agency": self._agency.name,
            "made_at": at.isoformat(),
            "list": decided.id,
            "year": decided.year,
            "committee": list(decision.members) if decision else [],
            "decided_on": decision.on.isoformat() if decision else "",
            "document": decision.document if decision else "",
            "cases": list(cases),
        }


def _decided(uow: UnitOfWork, list_id: int) -> DestructionList:
    known = uow.retention.destruction_list(list_id)
    if known is None:
        raise RefusedActionError("no-such-list", str(list_id))
    if known.state is not ListState.DECIDED:
        raise RefusedActionError("list-not-decided", str(list_id))
    return known


def _chosen(
    uow: UnitOfWork, decided: DestructionList
) -> tuple[list[tuple[ListItem, Matter]], list[tuple[RegisterNumber, str]]]:
    """What goes, and what stays although it was decided: a hold, a restriction or a grade of secrecy wins."""
    chosen, left_out = [], []
    for item in decided.items:
        if item.verdict is not Verdict.TRANSFER:
            continue
        found = matter(uow, item.number)
        why = "held" if uow.retention.hold_of(item.number) else ""
        why = why or ("restricted" if uow.privacy.restriction_of(item.number) else "")
        why = why or ("graded" if found.secret else "")
        if why:
            left_out.append((item.number, why))
        else:
            chosen.append((item, found))
    return chosen, left_out


def _facts(item: ListItem, found: Matter, names: list[str]) -> dict[str, Json]:
    """What we know of a case, by names of ours: the profile says what it calls them."""
    draft = found.entry.draft
    return {
        "number": str(item.number),
        "title": draft.subject,
        "creator": draft.sender,
        "addressee": draft.addressee,
        "letter_no": draft.letter_no,
        "dated": draft.dated.isoformat() if draft.dated else "",
        "received_at": _time(draft.entered_system_at),
        "deemed_received_at": _time(draft.deemed_received_at),
        "registered_at": _time(draft.registered_at),
        "class": item.class_name,
        "ended": item.ended,
        "kept_until": item.due,
        "formats": sorted({PurePosixPath(name).suffix.lstrip(".") or "bin" for name in names}),
        "files": list(names),
    }


def _register(found: Matter) -> dict[str, Json]:
    """The entry, and what was done when."""
    draft = found.entry.draft
    return {
        "register_number": str(found.number),
        "subject": draft.subject,
        "sender": draft.sender,
        "addressee": draft.addressee,
        "registered_at": _time(draft.registered_at),
        "messages": [
            {"row": one.logged.id, "sha256": one.logged.digest, "channel": one.logged.envelope.channel}
            for one in found.messages
        ],
        "events": [
            {"name": one.name, "at": _time(one.at), "actor": one.actor, "detail": one.detail} for one in found.events
        ],
        "letters": [
            {"letter": item.letter, "to": item.to, "state": item.state, "attempts": len(copies)}
            for item, copies in found.letters
        ],
    }


def _time(at: datetime) -> str:
    return at.astimezone(BANGKOK).isoformat(timespec="seconds")


def _json(value: Mapping[str, Json]) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False, indent=1)}\n".encode()


def _cell(value: Json) -> str:
    return " | ".join(map(str, value)) if isinstance(value, list) else str(value)


def profile_fields(wanted: Mapping[str, str]) -> Iterator[str]:
    """Keys that the program does not know; a profile that has some is refused at the start."""
    known = {
        *("number", "title", "creator", "addressee", "letter_no", "dated", "received_at", "deemed_received_at"),
        *("registered_at", "class", "ended", "kept_until", "formats", "files"),
    }
    return (key for key in wanted if key not in known)
