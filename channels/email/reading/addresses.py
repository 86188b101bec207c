"""Reads address headers in linear time, and refuses to guess: an odd address is no address (RFC 5322, 6531).

Display names are decoded only after the structure is known, so nothing that is encoded can become an address.
"""

import re
from dataclasses import dataclass, field

from channels.email.reading.limits import ADDRESSES, NAME_CHARACTERS
from channels.email.reading.words import decoded
from mailroom.domain.message import Address
from mailroom.stages.characters import one_line, with_bidi_shown
from mailroom.stages.defects import Defects

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.S)
_PLAIN = re.compile(r'[^"(),:;<>]+')
_COMMENT_PIECE = re.compile(r"\\.|[()]|[^()\\]+|\\", re.S)
_ANGLE = re.compile(r"<([^<>]*)>")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# Not every space of Latin-1: as a byte, 0xA0 is the end of "ภ" in UTF-8, and 0x85 that of "ๅ".
_SPACE = re.compile(r"[ \t\r\n]+")
_SOMEBODY = re.compile(r"[^\s<>@\"',;]{1,64}@[^\s<>@\"',;]{1,253}")


@dataclass
class Mailboxes:
    """What an address header holds. `faults` are defect codes; with any of them no address should be trusted."""

    addresses: list[Address] = field(default_factory=list)
    faults: set[str] = field(default_factory=set)
    names_other: str = ""
    """A display name that shows another address than the real one."""


def read_mailboxes(value: bytes, defects: Defects) -> Mailboxes:
    """All mailboxes of one header value, groups flattened, at most `limits.ADDRESSES`."""
    scan = _Scan(value.decode("latin-1"), defects)
    scan.run()
    return scan.found


class _Scan:
    """One pass over the value. Characters stand for the raw bytes (Latin-1) until a name is decoded."""

    def __init__(self, text: str, defects: Defects) -> None:
        self.found = Mailboxes()
        self._text = text
        self._defects = defects
        self._at = 0
        self._in_group = False
        self._clear()

    def _clear(self) -> None:
        self._phrase: list[str] = []
        self._bare: list[str] = []
        self._angle: str | None = None
        self._comment = ""
        self._odd = False

    def run(self) -> None:
        while self._at < len(self._text):
            if len(self.found.addresses) >= ADDRESSES:
                self._defects.add("addresses-limit")
                return
            if not self._step():
                self.found.faults.add("address-malformed")
                break
        self._finish()

    def _step(self) -> bool:
        """Take one token; False when the rest cannot be understood."""
        character = self._text[self._at]
        match character:
            case '"':
                return self._quoted()
            case "(":
                return self._skip_comment()
            case "<":
                return self._take_angle()
            case ",":
                self._finish()
            case ":":
                self._open_group()
            case ";":
                self._close_group()
            case ")" | ">":
                self._odd = True
            case _:
                return self._take_plain()
        self._at += 1
        return True

    def _quoted(self) -> bool:
        found = _QUOTED.match(self._text, self._at)
        if found is None:
            return False
        self._at = found.end()
        self._odd |= self._angle is not None
        self._phrase.append(re.sub(r"\\(.)", r"\1", found.group(1), flags=re.S))
        self._bare.append(found.group())
        return True

    def _skip_comment(self) -> bool:
        """Step over a comment, however deep it nests; a name is taken from the first."""
        start, depth = self._at, 0
        for piece in _COMMENT_PIECE.finditer(self._text, self._at):
            depth += {"(": 1, ")": -1}.get(piece.group(), 0)
            if depth == 0:
                self._at = piece.end()
                self._comment = self._comment or self._text[start + 1 : piece.start()][: 4 * NAME_CHARACTERS]
                self._bare.append(" ")
                return True
        return False

    def _take_angle(self) -> bool:
        found = _ANGLE.match(self._text, self._at)
        if found is None:
            return False
        self._at = found.end()
        self._odd |= self._angle is not None
        self._angle = found.group(1).strip()
        return True

    def _take_plain(self) -> bool:
        found = _PLAIN.match(self._text, self._at)
        if found is None:
            return False
        self._at = found.end()
        if self._angle is not None:
            self._odd |= bool(found.group().strip())
        else:
            self._odd |= "]" in found.group() and "@" in found.group()
            self._phrase.append(found.group())
            self._bare.append(found.group())
        return True

    def _open_group(self) -> None:
        """What stood before the colon was the name of a group (RFC 5322, 3.4)."""
        if self._in_group or self._angle is not None:
            self._odd = True
            return
        self._in_group = True
        self.found.faults.add("address-group")
        self._clear()

    def _close_group(self) -> None:
        """A semicolon ends a group; elsewhere it is the comma of some clients."""
        self._finish()
        if not self._in_group:
            self.found.faults.add("address-semicolon")
        self._in_group = False

    def _finish(self) -> None:
        """Close the mailbox that was gathered."""
        bare, name = "".join(self._bare).strip(), _SPACE.sub(" ", "".join(self._phrase)).strip(" ")
        if bare or self._angle is not None or self._odd:
            if self._angle is None and "@" in bare:
                self._keep(self._comment, bare, shown="")
            else:
                self._keep(name or self._comment, self._angle or "", shown=name if not self._quoted_only() else "")
        self._clear()

    def _quoted_only(self) -> bool:
        return "".join(self._bare).strip().startswith('"')

    def _keep(self, raw_name: str, raw_address: str, *, shown: str) -> None:
        """Decode the name, check the address, and notice a name that poses as another address."""
        name = one_line(decoded(raw_name[: 8 * NAME_CHARACTERS].encode("latin-1"), self._defects), NAME_CHARACTERS)
        address = "" if self._odd else checked(raw_address.encode("latin-1"), self._defects)
        poses = _SOMEBODY.search(name)
        if poses and poses.group().lower() != address.lower():
            self.found.names_other = self.found.names_other or name
            if "@" in shown:  # Unquoted, an address before the angle: readers differ on which is meant.
                address = ""
        if not address:
            self.found.faults.add("address-malformed" if raw_address or self._odd else "address-missing")
        self.found.addresses.append(Address(with_bidi_shown(name), address))


def checked(raw: bytes, defects: Defects) -> str:
    """The address when it is plain beyond doubt, its domain lower-case and in ASCII (RFC 5890); else empty."""
    local, at, domain = raw.partition(b"@")
    if not at or b"@" in domain or len(raw) > 320 or b"=?" in raw or not local.isascii() or len(local) > 64:
        return ""
    name = _ascii_domain(domain, defects)
    if not _LOCAL.fullmatch(local.decode("ascii")) or len(name) > 253 or not _DOMAIN.fullmatch(name):
        return ""
    return f"{local.decode('ascii')}@{name}"


def _ascii_domain(domain: bytes, defects: Defects) -> str:
    if domain.isascii():
        name = domain.decode("ascii").lower()
        if "xn--" in name:
            defects.add("address-idn", name)
        return name
    try:
        name = domain.decode("utf-8").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    defects.add("address-idn", name)
    return name
