"""The evidence bundle of one case: one ZIP that a court or an auditor can check without us."""

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from mailroom.domain.agency import BANGKOK, Agency
from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.errors import RefusedActionError, StorageError
from mailroom.domain.evidence import ProofKind
from mailroom.domain.register import RegisterNumber
from mailroom.ports import Archive, Books, Clock, Json, Renderer, UnitOfWork
from mailroom.ports.evidence import CaseRows, EvidenceKey
from mailroom.services.evidence.case_proofs import CaseProofs, case_proofs
from mailroom.services.evidence.matter import Matter, matter
from mailroom.services.evidence.summary import TEMPLATE, Proven, Summary
from mailroom.stages.checkpoint import checkpoint_file

FORM = "mailroom bundle 1"
PIECE = 1 << 20
VERIFIER = Path(__file__).with_name("verifier.py")


@dataclass(frozen=True, slots=True)
class MadeBundle:
    """What was written."""

    number: RegisterNumber
    files: int
    rows: int
    open: int
    """Rows that no checkpoint covers yet: a bundle of a later day proves them too."""


class Bundles:
    """Makes bundles of one agency."""

    def __init__(
        self,
        *,
        books: Books,
        archive: Archive,
        clock: Clock,
        key: EvidenceKey,
        agency: Agency,
        rows: CaseRows,
        renderer: Renderer,
        summary: Summary,
        read_me: str,
        trusted: bytes = b"",
    ) -> None:
        """`trusted` are the certificates of time-stamp authorities, PEM; `read_me` says how to check, in both languages."""
        self._books = books
        self._archive = archive
        self._clock = clock
        self._key = key
        self._agency = agency
        self._rows = rows
        self._renderer = renderer
        self._summary = summary
        self._read_me = read_me
        self._trusted = trusted

    def write(self, number: RegisterNumber, out: Path, by: Clerk) -> MadeBundle:
        """Into a file that appears when it is whole; noted before that.

        Raises RefusedActionError, ArchiveDamagedError, StorageError, RenderingError.
        """
        now = self._clock.now()
        with self._books.begin() as uow:
            asked = matter(uow, number)
            _require_right(uow, asked, by)
            first = asked.messages[0].logged.id
            uow.events.add("bundle.made", now, message_id=first, actor=by.username, detail=str(number))
            uow.commit()
        with self._books.look() as uow:
            found = matter(uow, number)
            proofs = case_proofs(uow.chain, self._rows.of_case(number))
        part = out.with_name(f".{out.name}.part")
        try:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
                files = self._fill(_Filling(archive, now), found, proofs, by)
            part.replace(out)
        except OSError as error:
            raise StorageError(f"{out} cannot be written ({error}); check the folder and the disk") from error
        finally:
            part.unlink(missing_ok=True)
        return MadeBundle(number, files, proofs.covered, len(proofs.links) - proofs.covered)

    def _fill(self, bundle: "_Filling", found: Matter, proofs: CaseProofs, by: Clerk) -> int:
        """How many files."""
        for name, place, digest in found.files():
            with closing(self._archive.open(place, digest)) as source:
                bundle.copy(name, source)
        bundle.put("rows.json", _json({"rows": _rows(proofs)}))
        bundle.put("proofs.json", _json(self._proofs(bundle, proofs)))
        if self._trusted:
            bundle.put("trusted.pem", self._trusted)
        proven = Proven(
            rows=proofs.covered,
            open=len(proofs.links) - proofs.covered,
            checkpoints=proofs.checkpoints,
            key=self._key.public,
        )
        data = self._summary.data(found, proven, at=bundle.at, by=by.display_name, files=dict(bundle.digests))
        bundle.put("summary.pdf", self._renderer.render(TEMPLATE, data, at=bundle.at))
        bundle.put("READ-ME.txt", self._read_me.encode())
        bundle.put("verify.py", VERIFIER.read_bytes())
        manifest = _json(
            {
                "form": FORM,
                "agency": self._agency.name,
                "case": str(found.number),
                "made_at": bundle.at.isoformat(),
                "made_by": by.username,
                "key": self._key.public.hex(),
                "files": bundle.digests,
            }
        )
        bundle.put("manifest.json", manifest)
        bundle.put("manifest.sig", f"{self._key.sign(manifest).hex()}\n".encode())
        return len(bundle.digests)

    @staticmethod
    def _proofs(bundle: "_Filling", proofs: CaseProofs) -> Mapping[str, Json]:
        checkpoints = []
        for one, known in proofs.checkpoints:
            name = f"checkpoints/{one.day}.checkpoint"
            bundle.put(name, checkpoint_file(one).encode())
            tokens = [proof.data for proof in known if proof.kind is ProofKind.TIMESTAMP]
            token = f"checkpoints/{one.day}.tst" if tokens else None
            if token:
                bundle.put(token, tokens[0])
            checkpoints.append({"day": one.day.isoformat(), "file": name, "token": token})
        return {"checkpoints": checkpoints, "links": proofs.links_json, "consistency": proofs.growth_json}


@dataclass(slots=True)
class _Filling:
    """A ZIP that is being filled."""

    archive: zipfile.ZipFile
    at: datetime
    digests: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, content: bytes) -> None:
        self.archive.writestr(self._entry(name), content)
        self.digests[name] = hashlib.sha256(content).hexdigest()

    def copy(self, name: str, source: BinaryIO) -> None:
        digest = hashlib.sha256()
        with self.archive.open(self._entry(name), "w", force_zip64=True) as target:
            while part := source.read(PIECE):
                digest.update(part)
                target.write(part)
        self.digests[name] = digest.hexdigest()

    def _entry(self, name: str) -> zipfile.ZipInfo:
        """Thai time, as ZIP knows no zones."""
        local = self.at.astimezone(BANGKOK)
        entry = zipfile.ZipInfo(name, (local.year, local.month, local.day, local.hour, local.minute, local.second))
        entry.compress_type = zipfile.ZIP_DEFLATED
        return entry


def _require_right(uow: UnitOfWork, asked: Matter, by: Clerk) -> None:
    """Graded matter needs the head's authority, of somebody named for it (R58); a restricted case one of those named (R106)."""
    if asked.secret and not (by.role is Role.APPROVER and by.cleared):
        raise RefusedActionError("bundle-secret")
    restriction = uow.privacy.restriction_of(asked.number)
    if restriction and by.username not in restriction.people:
        raise RefusedActionError("bundle-restricted")


def _rows(proofs: CaseProofs) -> Sequence[Json]:
    """Rows whose facts can be shown. A link about more than one row has none: its leaf alone is proven."""
    return [
        {"seq": link.seq, "table": link.table, "key": link.key, "record": record}
        for link, record in zip(proofs.links, proofs.records, strict=True)
        if record
    ]


def _json(value: Mapping[str, Json]) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False, indent=1)}\n".encode()
