"""Mails as today's programs write them: UTF-8, encoded words, base64 and RFC 2231 names."""

from collections.abc import Sequence
from datetime import datetime

from mailroom.demo.mails.build import Header, attachment, mail, multipart, named, text_part, word
from mailroom.demo.mails.model import INBOX, Fate, File, Sample, Says, bangkok
from mailroom.domain.message import Address


def ordinary(
    name: str,
    at: str,
    says: Says,
    text: str,
    fate: Fate,
    *,
    more: Sequence[Header] = (),
    identifier: str = "",
    folder: str = INBOX,
) -> Sample:
    """A mail that says just this. Every line of `text` must be found again in the readable text."""
    entered_at = bangkok(at)
    raw = ordinary_mail(name, entered_at, says, text, more=more, identifier=identifier)
    return Sample(name, entered_at, raw, with_lines(says, text), fate, folder)


def ordinary_mail(
    name: str, at: datetime, says: Says, text: str, *, more: Sequence[Header] = (), identifier: str = ""
) -> bytes:
    return mail(
        sender=from_value(says.sender),
        subject=says.subject if says.subject.isascii() else word(says.subject),
        at=at,
        identifier=identifier or identifier_of(name, says.sender),
        content=content_of(name, text, says.files or ()),
        more=more,
    )


def identifier_of(name: str, sender: Address) -> str:
    return f"{name}@{sender.address.rpartition('@')[2]}"


def from_value(sender: Address) -> str:
    """The From value; a name in Thai is encoded, one in ASCII stands in quotes."""
    if not sender.name:
        return sender.address
    if sender.name.isascii():
        return f'"{sender.name}" <{sender.address}>'
    return named(sender.name, sender.address)


def content_of(name: str, text: str, files: Sequence[File]) -> bytes:
    """The text part alone, or a multipart/mixed of text and files."""
    body = text_part(text)
    if not files:
        return body
    leaves = [attachment(file.content, file.media_type, file.name) for file in files]
    return multipart([body, *leaves], boundary=f"=_{name}")


def with_lines(says: Says, text: str) -> Says:
    phrases = tuple(line.strip() for line in text.splitlines() if line.strip())
    return Says(says.sender, says.subject, (*says.phrases, *phrases), says.files, says.defects)
