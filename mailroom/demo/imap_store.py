"""A mailbox in memory, as the demo's IMAP server shows it."""

import base64
import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

_SPECIAL = {"INBOX": "", "Sent": "\\Sent", "Trash": "\\Trash", "Junk": "\\Junk", "Archive": "\\Archive"}
_uidvalidities = itertools.count(1_700_000_000)


@dataclass(slots=True, eq=False)
class StoredMail:
    """One mail in one folder."""

    uid: int
    raw: bytes
    entered_at: datetime
    flags: set[str]
    modseq: int


@dataclass(slots=True, eq=False)
class Mailbox:
    """One folder: mails in order of UID; UIDs are never used again."""

    special_use: str = ""
    uidvalidity: int = field(default_factory=lambda: next(_uidvalidities))
    uidnext: int = 1
    modseq: int = 1
    mails: list[StoredMail] = field(default_factory=list)
    watchers: set[Callable[[], None]] = field(default_factory=set)
    """Called after every change, by sessions that idle."""

    def add(self, raw: bytes, entered_at: datetime, flags: Iterable[str] = ()) -> StoredMail:
        self.modseq += 1
        mail = StoredMail(self.uidnext, raw, entered_at, set(flags), self.modseq)
        self.uidnext += 1
        self.mails.append(mail)
        self._tell()
        return mail

    def remove(self, mails: Iterable[StoredMail]) -> None:
        gone = {id(mail) for mail in mails}
        self.mails = [mail for mail in self.mails if id(mail) not in gone]
        self._tell()

    def touch(self, mail: StoredMail) -> None:
        """Note that the flags of a mail changed (RFC 7162)."""
        self.modseq += 1
        mail.modseq = self.modseq

    def _tell(self) -> None:
        for watcher in tuple(self.watchers):
            watcher()


class Store:
    """All folders, by the name that goes over the wire."""

    def __init__(self) -> None:
        self.mailboxes = {name: Mailbox(use) for name, use in _SPECIAL.items()}

    def add(self, folder: str, raw: bytes, entered_at: datetime, flags: Iterable[str] = ()) -> StoredMail:
        """Put a mail into a folder, which is made when missing; `folder` is its name as people read it."""
        return self.mailboxes.setdefault(wire_name(folder), Mailbox()).add(raw, entered_at, flags)

    def find(self, name: str) -> Mailbox | None:
        """The folder of this wire name; INBOX in any case."""
        return self.mailboxes.get("INBOX" if name.upper() == "INBOX" else name)


def wire_name(name: str) -> str:
    """A folder's name in modified UTF-7 (RFC 3501 section 5.1.3)."""
    return re.sub(r"[^\x20-\x7e]+|&", _shifted, name)


def _shifted(run: re.Match[str]) -> str:
    if run[0] == "&":
        return "&-"
    encoded = base64.b64encode(run[0].encode("utf-16-be")).decode().rstrip("=")
    return "&" + encoded.replace("/", ",") + "-"
