"""Recognises a redelivered copy of a message, and tells it from another one that reuses its Message-ID."""

import hashlib
from collections.abc import Iterable


def fingerprint_of(message_id: str, date: str, sender: str, subject: str, text: str, attachments: Iterable[str]) -> str:
    """SHA-256, hex, over what no relay changes; white space does not count.

    Empty unless the sender and at least one of Message-ID and Date are known: too little would make one of two.
    """
    if not sender or not (message_id or date):
        return ""
    parts = [message_id, date, sender.lower(), subject, text, *attachments]
    digest = hashlib.sha256()
    for part in parts:
        content = " ".join(part.split()).encode("utf-8", "replace")
        digest.update(b"%d:" % len(content) + content)
    return digest.hexdigest()
