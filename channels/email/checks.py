"""Tries everything that the settings name, for `mailroom doctor`: takes nothing, changes nothing, sends nothing."""

import asyncio
from collections.abc import Iterator

import aiosmtplib

from channels.email.connection import Connector, ImapConnection
from channels.email.errors import FolderRefusedError, smtp_errors
from channels.email.folders import find, list_folders, resolve
from channels.email.marking import accepts_keyword, can_move
from channels.email.sender import sender_address
from channels.email.session import Session
from channels.email.settings import EmailSettings
from channels.email.submission import Submission, end
from mailroom.domain.errors import ChannelError
from mailroom.settings import Finding

_QUOTA_ALARM = 0.8


def check(settings: EmailSettings) -> Iterator[Finding]:
    """One finding for each thing tried, as it is tried. Never raises ChannelError."""
    session = Session(Connector(settings.imap))
    try:
        with session.use() as client:
            yield Finding("imap.login", True, f"{settings.imap.username} at {settings.imap.host} is let in")
            yield from _folders(settings, session, client)
            yield from _quota(client)
    except ChannelError as error:
        yield Finding("imap", False, str(error))
    finally:
        session.close()
    yield asyncio.run(_submission(settings))


def _folders(settings: EmailSettings, session: Session, client: ImapConnection) -> Iterator[Finding]:
    after = settings.imap.after
    target = after.removeprefix("move:") if after.startswith("move:") else None
    listed = list_folders(client)
    watched, missing = resolve(settings.imap.folders, listed, excluded=target)
    for name in missing:
        yield Finding("imap.folder", False, f"{name}: no such folder; correct imap.folders")
    for folder in watched:
        try:
            state = session.select(client, folder.name)
        except FolderRefusedError as error:
            yield Finding("imap.folder", False, str(error))
            continue
        yield Finding("imap.folder", True, f"{folder.name}: {state.exists} messages")
        if after == "keyword":
            yield _keyword(session, client, folder.name)
    if target is not None:
        yield _target(client, target, exists=find(target, listed) is not None)
    idle = client.has_capability("IDLE")
    yield Finding("imap.idle", True, "new mail is announced at once" if idle else "not offered; the mailbox is polled")


def _keyword(session: Session, client: ImapConnection, folder: str) -> Finding:
    # Only a folder opened for writing tells which keywords it keeps; opening changes nothing.
    kept = accepts_keyword(session.select(client, folder, readonly=False))
    text = "keywords are kept" if kept else "the server keeps no keywords; mail is taken, but left unmarked"
    return Finding("imap.after", True, f"{folder}: {text}")


def _target(client: ImapConnection, target: str, *, exists: bool) -> Finding:
    if not can_move(client):
        return Finding("imap.after", False, 'the server cannot move mail (RFC 6851); write after = "keyword" or "keep"')
    return Finding("imap.after", True, f"mail is moved to {target}" + ("" if exists else ", which will be created"))


def _quota(client: ImapConnection) -> Iterator[Finding]:
    if not client.has_capability("QUOTA"):
        return
    for quota in client.get_quota("INBOX"):
        usage, limit = int(quota.usage), int(quota.limit)
        text = f"{quota.resource}: {usage} of {limit} used"
        full = limit > 0 and usage / limit >= _QUOTA_ALARM
        yield Finding("imap.quota", not full, text + ("; make room before senders are refused" if full else ""))


async def _submission(settings: EmailSettings) -> Finding:
    try:
        sender = sender_address(settings)
        submission = Submission(settings.smtp, domain=sender.domain)
        client = await submission.connect()
        with smtp_errors(submission.place):
            text = f"{submission.place}: {_login_text(settings)}; letters come from {sender.address}; {_offers(client)}"
        await end(client)
    except ChannelError as error:
        return Finding("smtp", False, str(error))
    return Finding("smtp.login", True, text)


def _login_text(settings: EmailSettings) -> str:
    return f"{settings.smtp.username} is let in" if settings.smtp.username else "connected, without a login"


def _offers(client: aiosmtplib.SMTP) -> str:
    if client.supports_extension("smtputf8"):
        return "Thai addresses can be written to"
    return "no Thai addresses (the server has no SMTPUTF8)"
