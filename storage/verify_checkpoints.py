"""The check of checkpoints, our own and those from elsewhere, against the links as they are gone through."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from mailroom.domain.evidence import Checkpoint
from storage.findings import Finding, fault

OURS = "SELECT day, size, root, head, at, text, signature, key FROM checkpoint WHERE agency = ? ORDER BY size DESC, day DESC"
OUTSIDE = "outside checkpoints"


@dataclass(frozen=True, slots=True)
class Claim:
    """What one checkpoint says of the chain."""

    subject: str
    size: Any
    root: Any
    head: Any


class CheckpointCheck:
    """Sees each link once, in order, and remembers one hash for each level of the tree."""

    def __init__(
        self,
        connection: Any,
        agency: str,
        counts: Counter[str],
        outside: Sequence[tuple[str, Checkpoint]],
        public: bytes | None,
    ) -> None:
        self.size = 0
        self._connection = connection
        self._agency = agency
        self._counts = counts
        self._outside = outside
        self._public = public
        self._edge: list[bytes] = []
        """Roots of the whole subtrees of the links so far (RFC 6962), from the largest."""
        self._due: list[Claim] = []
        """The next one stands last."""

    def begin(self) -> Iterator[Finding]:
        """What is wrong with checkpoints in themselves."""
        for row in self._connection.execute(OURS, (self._agency,)):
            self._counts["checkpoints"] += 1
            claim = Claim(f"checkpoint {row[0]}", *row[1:4])
            self._due.append(claim)
            day, made = f"day: {row[0]}\n", f"made: {str(row[4])[:19].replace(' ', 'T')}Z\n"
            if day not in str(row[5]) or made not in str(row[5]):
                yield fault(claim.subject, "its signed text is of another time: one of them was changed")
            yield from self._signed(claim, *row[5:])
        for where, one in self._outside:
            self._counts[OUTSIDE] += 1
            claim = Claim(f"checkpoint {one.day} in {where}", one.size, one.root, one.head)
            self._due.append(claim)
            yield from self._signed(claim, one.text, one.signature, one.key)
        self._due.sort(key=lambda claim: claim.size if isinstance(claim.size, int) else 0, reverse=True)

    def _signed(self, claim: Claim, text: Any, signature: Any, key: Any) -> Iterator[Finding]:
        said = dict(re.findall(r"^(\w+): (.*)$", str(text), re.MULTILINE))
        if (said.get("size"), said.get("root"), said.get("head")) != (
            str(claim.size),
            _hex(claim.root),
            _hex(claim.head),
        ):
            yield fault(claim.subject, "its signed text and its numbers differ: one of them was changed")
        if not (isinstance(key, bytes) and isinstance(signature, bytes) and _is_signed(key, signature, text)):
            yield fault(claim.subject, "its signature does not fit what it says: it was changed")
        elif self._public is not None and key != self._public:
            yield fault(claim.subject, "it is signed with another key than that of the keyring")

    def link(self, leaf: bytes, value: bytes) -> Iterator[Finding]:
        self.size = size = self.size + 1
        while size % 2 == 0:
            leaf = sha256(b"\1" + self._edge.pop() + leaf).digest()
            size //= 2
        self._edge.append(leaf)
        while self._due and self._due[-1].size == self.size:
            yield from self._compared(self._due.pop(), value)

    def _compared(self, claim: Claim, value: bytes) -> Iterator[Finding]:
        top = self._edge[-1]
        for left in self._edge[-2::-1]:
            top = sha256(b"\1" + left + top).digest()
        if (claim.root, claim.head) != (top, value):
            text = f"the first {claim.size} links of the chain are not those that it covers: the chain was made anew, or changed"
            yield fault(claim.subject, text)

    def end(self) -> Iterator[Finding]:
        """Checkpoints that know of other links than there are."""
        for one in reversed(self._due):
            yield fault(one.subject, f"it covers {one.size} links, but there are {self.size}: some were removed")


def _hex(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else ""


def _is_signed(key: bytes, signature: bytes, text: Any) -> bool:
    # The library of ciphers takes a while to load, and most commands do without it.
    from storage.sealing.signed import is_signed

    return is_signed(key, signature, str(text).encode("utf-8", "surrogateescape"))
