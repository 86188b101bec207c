"""Long runs of base64 in a mail, as they stand between the empty line of a MIME part and its boundary.

They are found on the raw bytes and taken as such: whatever the length of their lines, to put them back is to join.
"""

from collections.abc import Iterator

LEAST_RUN = 64 << 10
"""Bytes. A part costs a record and a look at it; what is shorter is not worth it."""
HEAD_LIMIT = 16 << 10
"""Bytes of the headers of a part, at most."""
SAMPLE = 256

_BOUNDARY = b"\n--"
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n"


def runs(mail: bytes) -> Iterator[tuple[int, int]]:
    """Begin and end of each, in order, without the line break at the end. Reads what is long, and passes over the rest."""
    at = 0
    while at + LEAST_RUN < len(mail):
        # Looked for from behind: many boundaries that stand close together cost no more than one.
        close = mail.rfind(_BOUNDARY, at, at + LEAST_RUN)
        if close >= 0:
            at = close + 1
            continue
        end = mail.find(_BOUNDARY, at + LEAST_RUN - len(_BOUNDARY))
        if end < 0:
            return
        start = _behind_empty_line(mail, at)
        stop = start + len(mail[start:end].rstrip(b"\r\n"))
        if start and stop - start >= LEAST_RUN and _is_base64(mail, start, stop):
            yield start, stop
        at = end + 1


def _behind_empty_line(mail: bytes, at: int) -> int:
    """Where the content of the part begins whose headers stand there; 0 where there is none."""
    ends = [
        mail.find(line, at, at + HEAD_LIMIT) + len(line)
        for line in (b"\n\n", b"\n\r\n")
        if line in mail[at : at + HEAD_LIMIT]
    ]
    return min(ends, default=0)


def _is_base64(mail: bytes, start: int, end: int) -> bool:
    """As far as both ends show: should it be something else in between, it comes back all the same."""
    return not (mail[start : start + SAMPLE] + mail[end - SAMPLE : end]).translate(None, _BASE64)
