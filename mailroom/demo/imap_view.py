"""A folder as one client knows it: message numbers lag behind the folder between announcements."""

from collections.abc import Iterator

from mailroom.demo.imap_store import Mailbox, StoredMail
from mailroom.demo.imap_syntax import Command, number_set

SYSTEM_FLAGS = "\\Answered \\Flagged \\Deleted \\Seen \\Draft"


class FolderView:
    """One opened folder."""

    def __init__(self, folder: Mailbox, *, read_only: bool) -> None:
        self.folder = folder
        self.read_only = read_only
        self.mails = list(folder.mails)
        """Those whose numbers the client knows."""

    def opening(self) -> Iterator[str]:
        """What SELECT tells."""
        kept = "" if self.read_only else f"{SYSTEM_FLAGS} \\*"
        yield f"* FLAGS ({SYSTEM_FLAGS})"
        yield f"* {len(self.mails)} EXISTS"
        yield "* 0 RECENT"
        yield f"* OK [PERMANENTFLAGS ({kept})] kept"
        yield f"* OK [UIDVALIDITY {self.folder.uidvalidity}] valid"
        yield f"* OK [UIDNEXT {self.folder.uidnext}] next"
        yield f"* OK [HIGHESTMODSEQ {self.folder.modseq}] highest"

    def news(self) -> Iterator[str]:
        """What came and went since the client last heard; after this it knows."""
        present = {id(mail) for mail in self.folder.mails}
        for number in range(len(self.mails), 0, -1):
            if id(self.mails[number - 1]) not in present:
                del self.mails[number - 1]
                yield f"* {number} EXPUNGE"
        if len(self.mails) != len(self.folder.mails):
            self.mails = list(self.folder.mails)
            yield f"* {len(self.mails)} EXISTS"

    def chosen(self, command: Command) -> list[tuple[int, StoredMail]]:
        """Number and mail of those that the first argument names and that still exist. Raises SyntaxFaultError."""
        largest = (self.mails[-1].uid if command.by_uid else len(self.mails)) if self.mails else 0
        wanted = number_set(command.text(0), largest)
        present = {id(mail) for mail in self.folder.mails}
        return [
            (number, mail)
            for number, mail in enumerate(self.mails, 1)
            if wanted(mail.uid if command.by_uid else number) and id(mail) in present
        ]
