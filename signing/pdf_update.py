"""Appends an update to a PDF (ISO 32000-1 section 7.5.6) with a hole for a signature; the bytes before stay as they are."""

import hashlib
import io
import logging
import re
import secrets
from dataclasses import dataclass
from typing import Final

import pikepdf

from mailroom.domain.errors import SigningRefusedError

_START: Final = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
_STAND_IN: Final = f"/{secrets.token_hex(16)}"
"""Begins what stands for a reference. Nobody can guess it, so no content can be taken for one."""
_STANDING_IN: Final = re.compile(_STAND_IN.encode() + rb"(\d+)")
_TAIL_BYTES = 1024
_RANGE_WIDTH = 32
"""Room for the three numbers of a ByteRange."""
ObjectId = tuple[int, int]
"""Number and generation."""
# Damage is reported by refusing the document; qpdf's own complaints would stand in the log beside it.
logging.getLogger("pikepdf").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document whose signature is missing: `before`, then the hole between < and >, then `after`."""

    original: bytes
    before: bytes
    room: int
    """Bytes that the signature may have."""
    after: bytes

    def digest(self) -> bytes:
        """SHA-256 of everything but the hole."""
        whole = hashlib.sha256(self.original)
        whole.update(self.before)
        whole.update(self.after)
        return whole.digest()

    def fill(self, signature: bytes) -> bytes:
        """The signed document. `signature` must fit into the room."""
        text = signature.hex().encode().ljust(2 * self.room, b"0")
        return b"".join((self.original, self.before, b"<", text, b">", self.after))


class PdfUpdate:
    """One update under way: objects of `document` are changed in place, marked, and written at the end."""

    def __init__(self, pdf: bytes) -> None:
        """Raises SigningRefusedError for a document that is damaged or encrypted."""
        self._pdf = pdf
        self._previous, self._by_stream = _last_table(pdf)
        try:
            self.document = pikepdf.open(io.BytesIO(pdf), attempt_recovery=False)
        except pikepdf.PasswordError as error:
            raise SigningRefusedError("the document is encrypted; sign it before it is protected") from error
        except (pikepdf.PdfError, ValueError) as error:
            raise _damaged(str(error)) from error
        if self.document.is_encrypted:
            raise SigningRefusedError("the document is encrypted; sign it before it is protected")
        self._changed: dict[ObjectId, pikepdf.Object] = {}
        self._new: list[tuple[int, pikepdf.Object | bytes]] = []
        self._size = self._next = int(self.document.trailer.Size)

    def reserve(self) -> pikepdf.Object:
        """What stands for a reference to an object that is yet to be written.

        qpdf would read the whole document before it gave out a number.
        """
        self._next += 1
        return pikepdf.Name(f"{_STAND_IN}{self._next - 1}")

    def write(self, reference: pikepdf.Object, body: pikepdf.Object | bytes) -> None:
        """Write the object for which `reference` was reserved; it may still be changed until all is prepared."""
        self._new.append((_number(reference), body))

    def mark(self, changed: pikepdf.Object) -> None:
        """Have a changed object written. One that stands inside another has no number: mark the outer one."""
        self._changed[changed.objgen] = changed

    def prepare(self, reference: pikepdf.Object, head: bytes, room: int) -> Prepared:
        """Everything but the signature. `head` are the entries of the signature dictionary, without its brackets."""
        gap = b"" if self._pdf.endswith((b"\n", b"\r")) else b"\n"
        body, places = bytearray(gap), {}
        target = (_number(reference), 0)
        for objgen, content in (*self._changed.items(), *(((number, 0), each) for number, each in self._new)):
            places[objgen] = len(self._pdf) + len(body)
            body += b"%d %d obj\n%b\nendobj\n" % (*objgen, _written(content))
        places[target] = len(self._pdf) + len(body)
        body += b"%d %d obj\n<<%b/ByteRange [0 " % (*target, head)
        begins = len(self._pdf) + len(body) + _RANGE_WIDTH + len(b"]/Contents ")
        ends = begins + 2 * room + 2
        after = b">>\nendobj\n" + self._table(places, ends + len(b">>\nendobj\n"))
        body += (b"%d %d %d" % (begins, ends, len(after))).ljust(_RANGE_WIDTH) + b"]/Contents "
        return Prepared(self._pdf, bytes(body), room, after)

    def _table(self, places: dict[ObjectId, int], at: int) -> bytes:
        """The table of what was written, of the kind that the document has."""
        end = b"startxref\n%d\n%%%%EOF\n" % at
        size = max(self._size, *(number + 1 for number, _ in places))
        table = sorted(places.items())
        if not self._by_stream:
            rows = (b"%d 1\n%010d %05d n \n" % (number, place, generation) for (number, generation), place in table)
            return b"xref\n" + b"".join(rows) + b"trailer\n<<" + self._trailer(size) + b">>\n" + end
        own = size
        table = sorted({**places, (own, 0): at}.items())
        rows = (b"\x01" + place.to_bytes(8, "big") + generation.to_bytes(2, "big") for (_, generation), place in table)
        content = b"".join(rows)
        index = b" ".join(b"%d 1" % number for (number, _), _ in table)
        return (
            b"%d 0 obj\n<</Type/XRef/W[1 8 2]/Index[%b]/Length %d%b>>\nstream\n%b\nendstream\nendobj\n"
            % (own, index, len(content), self._trailer(own + 1), content)
            + end
        )

    def _trailer(self, size: int) -> bytes:
        trailer = self.document.trailer
        entries = b"/Size %d/Root %b/Prev %d" % (size, _reference(trailer.Root), self._previous)
        if "/Info" in trailer:
            entries += b"/Info " + _reference(trailer.Info)
        if "/ID" in trailer:
            # The first half names the document, the second this state of it (section 14.4).
            state = hashlib.sha256(b"%d" % len(self._pdf) + bytes(trailer.ID[1])).digest()[:16]
            entries += b"/ID[<%b><%b>]" % (bytes(trailer.ID[0]).hex().encode(), state.hex().encode())
        return entries


def _number(stand_in: pikepdf.Object) -> int:
    return int(str(stand_in).removeprefix(_STAND_IN))


def _written(body: pikepdf.Object | bytes) -> bytes:
    if isinstance(body, bytes):
        return body
    return _STANDING_IN.sub(rb"\1 0 R", body.unparse(resolved=True))


def text(value: str) -> bytes:
    """A text string of a PDF (section 7.9.2)."""
    return b"<" + (b"\xfe\xff" + value.encode("utf-16-be", "replace")).hex().encode() + b">"


def _reference(value: pikepdf.Object) -> bytes:
    return b"%d %d R" % value.objgen


def _last_table(pdf: bytes) -> tuple[int, bool]:
    """Where the last cross-reference table stands, and whether it is a stream."""
    found = _START.search(pdf, max(0, len(pdf) - _TAIL_BYTES))
    if found is None or not pdf.startswith(b"%PDF-"):
        raise _damaged("it has no table of contents at its end")
    place = int(found[1])
    return place, not pdf.startswith(b"xref", place)


def _damaged(why: str) -> SigningRefusedError:
    return SigningRefusedError(f"the document is damaged ({why}); make it anew and sign that")
