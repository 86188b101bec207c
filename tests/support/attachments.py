"""Mails with attachments, as raw bytes."""

import base64
import random


def encoded(content: bytes, line: int = 76, end: bytes = b"\r\n") -> bytes:
    """Base64 in lines of one length, the last without its break."""
    text = base64.b64encode(content)
    return end.join(text[at : at + line] for at in range(0, len(text), line))


def mail(subject: str, *attachments: bytes, end: bytes = b"\r\n") -> bytes:
    """A message with a text and these attachments, each a run of base64 lines."""
    head = [f"Subject: {subject}".encode(), b'Content-Type: multipart/mixed; boundary="b"', b"", b"--b", b"", b"text"]
    for number, attachment in enumerate(attachments):
        name = b'Content-Type: application/pdf; name="%d.pdf"' % number
        head += [b"--b", name, b"Content-Transfer-Encoding: base64", b"", attachment]
    return end.join([*head, b"--b--", b""])


def pdf(seed: int, size: int = 60_000) -> bytes:
    """An attachment that does not pack, and is long enough to be kept once."""
    return encoded(random.Random(seed).randbytes(size))
