"""One connection to the demo's IMAP server: its state, and what each command does."""

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from mailroom.demo.imap_fetch import attributes, flags_of
from mailroom.demo.imap_search import search
from mailroom.demo.imap_store import Mailbox, Store
from mailroom.demo.imap_syntax import Command, SyntaxFaultError, read_command
from mailroom.demo.imap_view import FolderView

_WRITE_BUFFER = 1 << 20
_BEFORE_LOGIN = {"CAPABILITY", "NOOP", "LOGOUT", "LOGIN", "ID"}
_NEEDS_FOLDER = {"UNSELECT", "CLOSE", "SEARCH", "FETCH", "STORE", "COPY", "MOVE", "EXPUNGE", "CHECK", "IDLE"}
_SILENT = {"FETCH", "STORE", "SEARCH"}
"""No EXPUNGE may be announced while these run (RFC 9051 section 7.5.1)."""


class ImapSession:
    """Serves one client until it leaves."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        store: Store,
        users: Mapping[str, str],
        capabilities: str,
        before: Callable[[Command], None],
    ) -> None:
        self._reader, self._writer = reader, writer
        self._store, self._users = store, users
        self._capabilities = capabilities
        self._before = before
        self._authenticated = False
        self._left = False
        self._view: FolderView | None = None

    async def serve(self) -> None:
        """Until the client leaves. Raises ConnectionError and IncompleteReadError when it is cut off."""
        self._say(f"* OK [CAPABILITY {self._capabilities}] ready")
        while not self._left:
            await self._writer.drain()
            try:
                command = await read_command(self._reader, lambda: self._say("+ go on"))
            except SyntaxFaultError as error:
                self._say(f"* BAD {error}")
                continue
            if command is None:
                return
            await self._obey(command)
        await self._writer.drain()

    async def _obey(self, command: Command) -> None:
        self._before(command)
        doing: Callable[[Command], Awaitable[None]] | None = getattr(self, f"_do_{command.name.lower()}", None)
        try:
            if doing is None:
                self._bad(command, "no such command")
            elif not self._authenticated and command.name not in _BEFORE_LOGIN:
                self._no(command, "log in first")
            elif self._view is None and command.name in _NEEDS_FOLDER:
                self._bad(command, "select a folder first")
            else:
                await doing(command)
        except SyntaxFaultError as error:
            self._bad(command, str(error))

    def _say(self, line: str) -> None:
        self._writer.write(line.encode("latin-1") + b"\r\n")

    def _ok(self, command: Command, text: str = "done") -> None:
        if command.name not in _SILENT:
            self._announce()
        self._say(f"{command.tag} OK {text}")

    def _no(self, command: Command, text: str) -> None:
        self._say(f"{command.tag} NO {text}")

    def _bad(self, command: Command, text: str) -> None:
        self._say(f"{command.tag} BAD {text}")

    def _announce(self) -> None:
        for line in self._view.news() if self._view else ():
            self._say(line)

    async def _do_capability(self, command: Command) -> None:
        self._say(f"* CAPABILITY {self._capabilities}")
        self._ok(command)

    async def _do_noop(self, command: Command) -> None:
        self._ok(command)

    _do_check = _do_noop
    _do_subscribe = _do_noop
    _do_unsubscribe = _do_noop

    async def _do_id(self, command: Command) -> None:
        self._say("* ID NIL")
        self._ok(command)

    async def _do_login(self, command: Command) -> None:
        expected = self._users.get(command.text(0))
        given = command.text(1).encode("latin-1")
        self._authenticated = expected is not None and hmac.compare_digest(expected.encode(), given)
        if self._authenticated:
            self._ok(command, f"[CAPABILITY {self._capabilities}] welcome")
        else:
            self._no(command, "[AUTHENTICATIONFAILED] wrong user name or password")

    async def _do_logout(self, command: Command) -> None:
        self._say("* BYE")
        self._say(f"{command.tag} OK bye")
        self._left = True

    async def _do_enable(self, command: Command) -> None:
        self._say(" ".join(["* ENABLED", *command.words(0)]))
        self._ok(command)

    async def _do_namespace(self, command: Command) -> None:
        self._say('* NAMESPACE (("" "/")) NIL NIL')
        self._ok(command)

    async def _do_list(self, command: Command) -> None:
        pattern = re.escape(command.text(1)).replace(r"\*", ".*").replace("%", "[^/]*")
        for name, mailbox in self._store.mailboxes.items():
            if re.fullmatch(pattern, name):
                flags = " ".join(flag for flag in ("\\HasNoChildren", mailbox.special_use) if flag)
                self._say(f'* {command.name} ({flags}) "/" "{name}"')
        self._ok(command)

    _do_lsub = _do_list

    async def _do_create(self, command: Command) -> None:
        if self._store.find(command.text(0)) is not None:
            self._no(command, "[ALREADYEXISTS] it exists")
            return
        self._store.mailboxes[command.text(0)] = Mailbox()
        self._ok(command)

    async def _do_status(self, command: Command) -> None:
        mailbox = self._named(command, 0)
        if mailbox is None:
            return
        unseen = sum("\\Seen" not in mail.flags for mail in mailbox.mails)
        known = {
            "MESSAGES": len(mailbox.mails),
            "UIDNEXT": mailbox.uidnext,
            "UIDVALIDITY": mailbox.uidvalidity,
            "UNSEEN": unseen,
            "RECENT": 0,
            "HIGHESTMODSEQ": mailbox.modseq,
        }
        asked = " ".join(f"{item.upper()} {known[item.upper()]}" for item in command.words(1) if item.upper() in known)
        self._say(f'* STATUS "{command.text(0)}" ({asked})')
        self._ok(command)

    async def _do_select(self, command: Command) -> None:
        folder = self._named(command, 0)
        self._view = FolderView(folder, read_only=command.name == "EXAMINE") if folder else None
        if self._view is None:
            return
        for line in self._view.opening():
            self._say(line)
        self._ok(command, f"[{'READ-ONLY' if self._view.read_only else 'READ-WRITE'}] open")

    _do_examine = _do_select

    async def _do_unselect(self, command: Command) -> None:
        self._view = None
        self._ok(command)

    async def _do_append(self, command: Command) -> None:
        mailbox, raw = self._named(command, 0), command.arguments[-1]
        if mailbox is None:
            return
        if not isinstance(raw, bytes):
            raise SyntaxFaultError("a literal is expected")
        flags = command.words(1) if isinstance(command.arguments[1], list) else []
        mail = mailbox.add(raw, datetime.now(UTC), flags)
        self._ok(command, f"[APPENDUID {mailbox.uidvalidity} {mail.uid}] kept")

    async def _do_idle(self, command: Command) -> None:
        folder, changed = self._open().folder, asyncio.Event()
        folder.watchers.add(changed.set)
        done = asyncio.ensure_future(self._reader.readline())
        self._say("+ idling")
        try:
            while not done.done():
                self._announce()
                changed.clear()
                waiting = asyncio.ensure_future(changed.wait())
                await asyncio.wait({done, waiting}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
        finally:
            folder.watchers.discard(changed.set)
            done.cancel()
        self._ok(command)

    async def _do_search(self, command: Command) -> None:
        hits = search(self._open().mails, command.arguments)
        numbers = "".join(f" {mail.uid if command.by_uid else number}" for number, mail in hits)
        self._say(f"* SEARCH{numbers}")
        self._ok(command)

    async def _do_fetch(self, command: Command) -> None:
        items = command.words(1) if isinstance(command.arguments[1], list) else [command.text(1)]
        since = self._changed_since(command)
        names = ["UID", *(item for item in items if item.upper() != "UID")] if command.by_uid else items
        for number, mail in self._open().chosen(command):
            if mail.modseq <= since:
                continue
            inside = attributes(mail, [*names, "MODSEQ"] if since else names)
            self._writer.write(b"* %d FETCH (%b)\r\n" % (number, inside))
            if self._writer.transport.get_write_buffer_size() > _WRITE_BUFFER:
                await self._writer.drain()
        self._ok(command)

    def _changed_since(self, command: Command) -> int:
        modifiers = command.words(2) if len(command.arguments) > 2 else []
        return int(modifiers[1]) if len(modifiers) == 2 and modifiers[0].upper() == "CHANGEDSINCE" else 0

    async def _do_store(self, command: Command) -> None:
        view, how, flags = self._open(), command.text(1).upper(), set(command.words(2))
        if view.read_only:
            self._no(command, "the folder is open for reading only")
            return
        for number, mail in self._open().chosen(command):
            mail.flags = {"+": mail.flags | flags, "-": mail.flags - flags}.get(how[0], flags)
            view.folder.touch(mail)
            if "SILENT" not in how:
                uid = b"UID %d " % mail.uid if command.by_uid else b""
                self._writer.write(b"* %d FETCH (%b%b)\r\n" % (number, uid, flags_of(mail)))
        self._ok(command)

    async def _do_copy(self, command: Command) -> None:
        target = self._store.find(command.text(1))
        if target is None:
            self._no(command, "[TRYCREATE] no such folder")
            return
        self._ok(command, f"{self._copied(command, target)}copied")

    async def _do_move(self, command: Command) -> None:
        target = self._store.find(command.text(1))
        if target is None:
            self._no(command, "[TRYCREATE] no such folder")
            return
        moved = [mail for _, mail in self._open().chosen(command)]
        self._say(f"* OK {self._copied(command, target)}moved")
        self._open().folder.remove(moved)
        self._ok(command)

    def _copied(self, command: Command, target: Mailbox) -> str:
        """Copy, and the response code that says where to (RFC 4315)."""
        pairs = [
            (mail.uid, target.add(mail.raw, mail.entered_at, mail.flags).uid)
            for _, mail in self._open().chosen(command)
        ]
        if not pairs:
            return ""
        old, new = (",".join(map(str, uids)) for uids in zip(*pairs, strict=True))
        return f"[COPYUID {target.uidvalidity} {old} {new}] "

    async def _do_expunge(self, command: Command) -> None:
        view = self._open()
        chosen = view.chosen(command) if command.by_uid else list(enumerate(view.mails, 1))
        view.folder.remove(mail for _, mail in chosen if "\\Deleted" in mail.flags)
        self._ok(command)

    async def _do_close(self, command: Command) -> None:
        view = self._open()
        if not view.read_only:
            view.folder.remove([mail for mail in view.folder.mails if "\\Deleted" in mail.flags])
        await self._do_unselect(command)

    def _named(self, command: Command, at: int) -> Mailbox | None:
        mailbox = self._store.find(command.text(at))
        if mailbox is None:
            self._no(command, "[NONEXISTENT] no such folder")
        return mailbox

    def _open(self) -> FolderView:
        if self._view is None:
            raise SyntaxFaultError("select a folder first")
        return self._view
