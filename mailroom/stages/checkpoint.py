"""A checkpoint in words: the lines that are signed, and the file that witnesses and the public get."""

import re
from datetime import UTC, date, datetime

from mailroom.domain.evidence import ChainHead, Checkpoint
from mailroom.stages import lazy

TITLE = "mailroom checkpoint 1"
"""The first line; its number changes with the form."""
SIGNED = ("origin", "day", "made", "size", "root", "head")
_LINE = lazy.pattern(r"^[>\s]*([a-z]+): *(\S.*?)\s*$", re.MULTILINE)
_DIGEST = lazy.pattern(r"[0-9a-f]{64}")


def checkpoint_text(*, origin: str, day: date, made: datetime, head: ChainHead, root: bytes) -> str:
    """What is signed: UTF-8, lines that end in LF, the last one too. `made` is written in UTC, to the second.

    The tree has `head.seq` leaves. No line is longer than mail programs leave whole.
    """
    values = (
        origin,
        day.isoformat(),
        f"{made.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        str(head.seq),
        root.hex(),
        head.value.hex(),
    )
    return "".join(
        f"{line}\n" for line in (TITLE, *(f"{key}: {value}" for key, value in zip(SIGNED, values, strict=True)))
    )


def checkpoint_file(checkpoint: Checkpoint) -> str:
    """The signed lines, an empty one, and below it key and signature in hexadecimal, the latter in two lines."""
    signature = checkpoint.signature.hex()
    below = (f"key: {checkpoint.key.hex()}", f"signature: {signature[:64]}", f"signature: {signature[64:]}")
    return f"{checkpoint.text}\n" + "".join(f"{line}\n" for line in below)


def read_checkpoint(file: str) -> Checkpoint:
    """Of such a file, also when a mail program quoted it or put words around it. The signature is not checked.

    Raises ValueError when it is none.
    """
    start = file.find(TITLE)
    found: dict[str, str] = {}
    for name, value in _LINE.findall(file[start:]) if start >= 0 else ():
        found[name] = found.get(name, "") + value if name == "signature" else found.get(name, value)
    try:
        made = datetime.strptime(found["made"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        head = ChainHead(int(found["size"]), _digest(found["head"]))
        day, root = date.fromisoformat(found["day"]), _digest(found["root"])
        key, signature = _digest(found["key"]), bytes.fromhex(found["signature"])
        origin = found["origin"]
    except (KeyError, ValueError) as error:
        raise ValueError("it is no checkpoint of mailroom, or not a whole one") from error
    return Checkpoint(
        day=day,
        at=made,
        size=head.seq,
        root=root,
        head=head.value,
        text=checkpoint_text(origin=origin, day=day, made=made, head=head, root=root),
        signature=signature,
        key=key,
    )


def _digest(text: str) -> bytes:
    if not _DIGEST.fullmatch(text):
        raise ValueError("no digest")
    return bytes.fromhex(text)
