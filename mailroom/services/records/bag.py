"""A bag as RFC 8493 describes it, in a ZIP: a payload, digests of all of it, and who made it."""

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from mailroom.domain.agency import BANGKOK

PIECE = 1 << 20
_UNSAFE = re.compile(r"[\x00-\x1f\x7f%\\]")
"""What the lists of digests would have to escape."""


@dataclass(slots=True)
class Bag:
    """A bag in a ZIP that is being filled."""

    archive: zipfile.ZipFile
    at: datetime
    name: str
    digests: dict[str, str] = field(default_factory=dict)
    """Of the payload, by path below the folder."""
    size: int = 0
    manifest: str = ""

    def put(self, name: str, content: bytes) -> None:
        self.copy(name, io.BytesIO(content))

    def copy(self, name: str, source: BinaryIO) -> str:
        """The name that it got."""
        safe = _UNSAFE.sub("_", name)
        digest = hashlib.sha256()
        with self.archive.open(self._entry(safe), "w", force_zip64=True) as target:
            while part := source.read(PIECE):
                digest.update(part)
                target.write(part)
                self.size += len(part)
        self.digests[safe] = digest.hexdigest()
        return safe

    def close(self, about: Mapping[str, str], read_me: str) -> None:
        """Write what describes the payload, and digests of that as well."""
        info = {**about, "Payload-Oxum": f"{self.size}.{len(self.digests)}"}
        manifest = _digests(self.digests)
        self.manifest = hashlib.sha256(manifest).hexdigest()
        tags = {
            "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "bag-info.txt": "".join(f"{name}: {' '.join(text.split())}\n" for name, text in info.items()).encode(),
            "READ-ME.txt": read_me.encode(),
            "manifest-sha256.txt": manifest,
        }
        for name, content in tags.items():
            self.archive.writestr(self._entry(name), content)
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in tags.items()}
        self.archive.writestr(self._entry("tagmanifest-sha256.txt"), _digests(digests))

    def _entry(self, name: str) -> zipfile.ZipInfo:
        """Thai time, as ZIP knows no zones."""
        local = self.at.astimezone(BANGKOK)
        stamp = (local.year, local.month, local.day, local.hour, local.minute, local.second)
        entry = zipfile.ZipInfo(f"{self.name}/{name}", stamp)
        entry.compress_type = zipfile.ZIP_DEFLATED
        return entry


def _digests(of: Mapping[str, str]) -> bytes:
    """As `sha256sum -c` reads it."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(of.items())).encode()
