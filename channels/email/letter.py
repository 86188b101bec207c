"""An outbox item as RFC 5322 bytes: always the same for the same item, and safe whatever a citizen wrote."""

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from email.utils import format_datetime
from itertools import chain

from channels.email.entity import entity
from channels.email.manners import manner
from channels.email.recipients import Recipient, checked
from mailroom.domain.agency import BANGKOK
from mailroom.domain.errors import PermanentChannelError
from mailroom.domain.outbox import OutboxItem

SignMail = Callable[[bytes], bytes]
"""Makes of a finished mail the same mail as multipart/signed (RFC 8551). Raises SigningError."""

_MOST_SUBJECT = 250
_MOST_NAME = 100
_MOST_REFERENCES = 10
_WORD_BYTES = 39
"""As many bytes in one encoded word keep the line within 76 characters (RFC 2047 section 2)."""

_LINE = 76
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_SPACES = re.compile(r"\s+")


def wire(
    item: OutboxItem,
    enclosed: Sequence[bytes] = (),
    *,
    sender: Recipient,
    sender_name: str,
    sign_mail: SignMail | None = None,
) -> bytes:
    """The letter as it is handed over: CRLF, pure ASCII unless the recipient's local part is not.

    Headers and boundaries depend on the item alone, so that a letter sent twice is recognised as one. `sign_mail`
    signs one that carries documents; of two attempts then only the signature itself may differ, by its time and its
    random number. Raises PermanentChannelError for an address that is none, or an id that is none.
    """
    recipient = checked(item.to)
    if not _KEY.fullmatch(item.id):
        raise PermanentChannelError(f"outbox item {item.id[:64]!a} has no id that a Message-ID can hold")
    headers = [
        ("From", _mailbox(sender_name, sender)),
        ("To", _mailbox(item.to_name, recipient)),
        ("Subject", _text(_clean(item.subject, _MOST_SUBJECT), len("Subject: "))),
        ("Date", format_datetime(item.created_at.astimezone(BANGKOK))),
        ("Message-ID", f"<{item.id}@{sender.domain}>"),
        *_thread(item),
        *manner(item.letter).headers,
        ("Content-Language", "th"),
        ("MIME-Version", "1.0"),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    mail = head.encode("utf-8") + entity(item, enclosed)
    return sign_mail(mail) if sign_mail and item.enclosures else mail


def _thread(item: OutboxItem) -> Iterator[tuple[str, str]]:
    """In-Reply-To and References of well-formed ids only: the first, and the last ones (RFC 5322 section 3.6.4)."""
    ids = [i for i in dict.fromkeys(chain(item.references, [item.in_reply_to])) if _MESSAGE_ID.fullmatch(i)]
    if item.in_reply_to in ids:
        yield "In-Reply-To", item.in_reply_to
    if len(ids) > _MOST_REFERENCES:
        ids = [ids[0], *ids[1 - _MOST_REFERENCES :]]
    if ids:
        yield "References", "\r\n ".join(ids)


def _mailbox(name: str, address: Recipient) -> str:
    shown = _clean(name, _MOST_NAME)
    if not shown:
        return address.address
    return f"{_phrase(shown)}\r\n <{address.address}>"


def _phrase(name: str) -> str:
    if len(name) > _LINE - 10 or not name.isascii() or "=?" in name:
        return _encoded(name)
    if _PLAIN_PHRASE.fullmatch(name):
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(text: str, used: int) -> str:
    """Unstructured text (RFC 5322 section 3.2.5); what looks like an encoded word is encoded itself."""
    plain = text.isascii() and "=?" not in text and used + len(text) <= _LINE
    return text if plain else _encoded(text)


def _encoded(text: str) -> str:
    """Encoded words (RFC 2047), one on each line, none cut within a character."""
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode()}?=" for word in _words(text))


def _words(text: str) -> Iterator[bytes]:
    word = b""
    for character in text:
        encoded = character.encode("utf-8", "replace")
        if len(word) + len(encoded) > _WORD_BYTES:
            yield word
            word = b""
        word += encoded
    yield word


def _clean(text: str, limit: int) -> str:
    """One line without control or format characters that could hide or reorder it, cut to `limit`."""
    line = _SPACES.sub(" ", text[: 4 * limit])
    shown: Sequence[str] = [c for c in line if c.isprintable() or c in _JOINERS]
    return "".join(shown)[:limit].strip()


_JOINERS = "\u200c\u200d"
