"""What each command shows of people, and the note of it before it does (R109, docs/privacy.md).

A command that is not listed is refused by a test; whoever adds one says here what it shows.
"""

import os
import pwd
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from mailroom.domain.privacy import How, Read
from mailroom.ports import Books


@dataclass(frozen=True, slots=True)
class Shown:
    """The command prints or writes personal data, and notes it with `note_read`."""

    what: str
    how: How = How.VIEW


@dataclass(frozen=True, slots=True)
class Nothing:
    """It shows nobody's personal data, or what is published for everybody, and why that is so."""

    why: str


OURS = Nothing("speaks of the installation, not of citizens")
COUNTS = Nothing("counts, times and states")
OFFICIAL = Nothing("speaks of the agency and its officers")
PUBLISHED = Nothing("published for everybody")
NUMBERS = Nothing("numbers and states of licences")
NUMBERED = Nothing("years, states and numbers of cases")
COPIES = Nothing("moves and compares copies; what is in them is not shown")
EXPORT = Shown("export", How.EXPORT)
PAPER = Shown("paper")

COMMANDS: Mapping[str, Shown | Nothing] = MappingProxyType(
    {
        **dict.fromkeys(("init", "check", "doctor", "run", "demo", "clerk add", "clerk link", "clerk clear"), OURS),
        "once": COUNTS,
        "evaluate": Nothing("shows the files of whoever calls it, and nothing of ours"),
        **dict.fromkeys(("search show", "search rebuild"), COUNTS),
        "verify": Nothing("rows, digests and numbers that differ"),
        "export register": EXPORT,
        "export outgoing": EXPORT,
        "export messages": EXPORT,
        **dict.fromkeys((f"licence {name}" for name in ("prepare", "submit", "approve", "release", "issue")), PAPER),
        **dict.fromkeys((f"licence {name}" for name in ("return", "cancel")), NUMBERS),
        **dict.fromkeys((f"licence {name}" for name in ("suspend", "resume", "revoke", "cease")), NUMBERS),
        "licence show": Shown("licence"),
        "licence list": Shown("papers"),
        "licence pdf": Shown("document", How.DOWNLOAD),
        "licence import": Shown("licences"),
        **dict.fromkeys((f"licence {name}" for name in ("items", "publish-item")), OFFICIAL),
        **dict.fromkeys((f"licence {name}" for name in ("verify", "search", "extract", "publish", "push")), PUBLISHED),
        **dict.fromkeys(
            (
                f"announce {name}"
                for name in (
                    *("draft", "change", "list", "show", "preview", "submit", "send-back", "sign", "record"),
                    *("gazette", "publish", "withdraw", "replace", "export", "compliance"),
                )
            ),
            OFFICIAL,
        ),
        **dict.fromkeys(("backup run", "backup list", "backup check", "drill", "fixity", "restore", "rebuild"), COPIES),
        **dict.fromkeys(("restore message", "restore case"), Shown("raw", How.DOWNLOAD)),
        "evidence checkpoint": COUNTS,
        "evidence bundle": Shown("bundle", How.DOWNLOAD),
        "evidence verify": COPIES,
        **dict.fromkeys(("fence show", "fence set", "fence compute"), COUNTS),
        **dict.fromkeys(("line test", "line quota", "line webhook set", "line webhook show"), OURS),
        **dict.fromkeys(("line menu install", "line menu remove", "line menu show"), OURS),
        **dict.fromkeys(("learn status", "learn train", "learn use", "learn off"), COUNTS),
        "explain": Shown("message"),
        **dict.fromkeys(("mailbox show", "mailbox clear"), COUNTS),
        **dict.fromkeys(("archive seal", "keys init", "keys rotate", "keys sheet"), OURS),
        **dict.fromkeys(("keys test", "keys show", "keys recover"), OURS),
        "privacy reads": Shown("access-log", How.EXPORT),
        "privacy requests": Shown("data-request"),
        **dict.fromkeys(("privacy breaches", "privacy reach"), Shown("breach")),
        "privacy notice": Shown("breach", How.DOWNLOAD),
        "privacy processing": OFFICIAL,
        **dict.fromkeys(("retention lists", "retention survey", "retention holds"), NUMBERED),
        "retention print": Shown("retention", How.DOWNLOAD),
        "retention transfer": Shown("transfer", How.DOWNLOAD),
    }
)
"""By the words of the command."""


def note_read(books: Books, command: str, key: str, listed: Iterable[int] = ()) -> None:
    """Note that a command shows what the list says of it, before it does. Raises StorageError.

    `key` names rows, digests, numbers or a kind of sheet, never people or words that were searched for.
    """
    shown = COMMANDS[command]
    if not isinstance(shown, Shown):
        raise TypeError(f"{command}: this command is listed as one that shows nobody")
    read = Read(at=datetime.now(UTC), actor=actor(), what=shown.what, key=key, how=shown.how, listed=tuple(listed))
    with books.begin() as uow:
        uow.reads.note(read)
        uow.commit()


def actor() -> str:
    """`cli:USER`: the account that runs the command, and in brackets who became root by sudo for it.

    Asked of the system, not of the environment, in which anybody may call themselves anything.
    """
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    behind = os.environ.get("SUDO_USER", "")
    return f"cli:{name} ({behind})" if os.getuid() == 0 and behind else f"cli:{name}"
