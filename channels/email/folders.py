"""Which folders of a mailbox are watched, by the names that this server gives them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from channels.email.connection import ImapConnection
from mailroom.domain.message import Folder

_COMMON_NAMES: dict[str, tuple[str, ...]] = {
    "\\junk": (
        "Junk",
        "Spam",
        "Junk E-mail",
        "Junk Email",
        "Bulk Mail",
        "[Gmail]/Spam",
        "สแปม",
        "อีเมลขยะ",
        "เมลขยะ",
        "จดหมายขยะ",
    ),
    "\\archive": ("Archive", "เก็บถาวร"),
    "\\sent": ("Sent", "Sent Items", "Sent Messages"),
    "\\trash": ("Trash", "Deleted Items", "Deleted Messages", "ถังขยะ"),
}
"""Where servers without SPECIAL-USE (RFC 6154) keep what the flag names, lower-case flag to names."""

_XLIST_NAMES = {"\\junk": "\\spam"}
"""XLIST, the forerunner of SPECIAL-USE, has a word of its own for some."""


@dataclass(frozen=True, slots=True)
class ListedFolder:
    """One line of the server's list."""

    name: str
    """Decoded from modified UTF-7."""
    delimiter: str
    flags: frozenset[str]
    """Lower-case."""

    @property
    def readable(self) -> bool:
        return not self.flags & {"\\noselect", "\\nonexistent"}


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A folder whose mail is taken."""

    name: str
    kind: Folder


def list_folders(client: ImapConnection) -> list[ListedFolder]:
    """All folders, with special-use flags where the server has them. Raises imapclient's errors."""
    names = client.list_folders()
    if client.has_capability("XLIST") and not client.has_capability("SPECIAL-USE"):
        names = client.xlist_folders()
    return [
        ListedFolder(name, (delimiter or b"").decode("ascii", "replace"), frozenset(_text(flag) for flag in flags))
        for flags, delimiter, name in names
    ]


def resolve(
    wanted: Sequence[str], listed: Collection[ListedFolder], *, excluded: str | None = None
) -> tuple[list[WatchedFolder], list[str]]:
    """The folders to watch, in the order wanted and each once, and the wanted names that are missing.

    The folder to which taken mail is moved, `excluded`, is never watched.
    """
    found: dict[str, WatchedFolder] = {}
    missing = []
    for name in wanted:
        folder = find(name, listed)
        if folder is None:
            missing.append(name)
        elif excluded is None or not _same(folder.name, excluded):
            found.setdefault(folder.name, WatchedFolder(folder.name, _kind(folder)))
    return list(found.values()), missing


def find(name: str, listed: Collection[ListedFolder]) -> ListedFolder | None:
    """The folder of that name, or with that special use when the name begins with a backslash."""
    readable = [folder for folder in listed if folder.readable]
    if not name.startswith("\\"):
        return next((folder for folder in readable if _same(folder.name, name)), None)
    flags = {name.lower(), _XLIST_NAMES.get(name.lower(), "")}
    if flagged := next((folder for folder in readable if folder.flags & flags), None):
        return flagged
    return next((folder for folder in readable if _called(folder, name)), None)


def _called(folder: ListedFolder, special: str) -> bool:
    """Whether a folder has one of the names usual for a special use, at the top or right below INBOX."""
    common = {name.casefold() for name in _COMMON_NAMES.get(special.lower(), ())}
    prefix = f"inbox{folder.delimiter}"
    return folder.name.casefold().removeprefix(prefix) in common


def _kind(folder: ListedFolder) -> Folder:
    if folder.name.upper() == "INBOX":
        return Folder.INBOX
    if folder.flags & {"\\junk", "\\spam"} or _called(folder, "\\Junk"):
        return Folder.JUNK
    return Folder.OTHER


def _same(one: str, other: str) -> bool:
    """INBOX is named without regard to case (RFC 9051 section 5.1); every other folder exactly."""
    return one == other or (one.upper() == "INBOX" == other.upper())


def _text(flag: bytes | str) -> str:
    return (flag.decode("ascii", "replace") if isinstance(flag, bytes) else flag).lower()
