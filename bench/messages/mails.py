"""Labelled messages as mails: the bytes that a mailbox would hold, equal for equal messages."""

from dataclasses import replace
from email import message_from_bytes
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP

from bench.messages import LabelledMessage
from bench.messages.dummies import dummy

TO = "saraban@tuayang.example"
DATE = "Mon, 16 Jun 2025 10:30:00 +0700"
REPORTS = {
    "delivery-status": f"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {TO}\r\nAction: failed\r\nStatus: 5.1.1\r\n",
    "disposition-notification": f"Final-Recipient: rfc822; {TO}\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n",
}


def mail(message: LabelledMessage) -> bytes:
    """The bytes of one message. Raises ValueError for a report of a type that is none."""
    if message.raw is not None:
        return message.raw.encode()
    made = _report(message) if message.report else _letter(message)
    return _front(message) + made.as_bytes(policy=SMTP)


def _front(message: LabelledMessage) -> bytes:
    """Fields that the library would not write as they are: it loses a space where it folds a name with a dot."""
    fields = {"Return-Path": message.headers.get("Return-Path", ""), "From": _from(message.sender)}
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value).encode()


def _from(sender: str) -> str:
    name, _, address = sender.rpartition("<")
    if not name:
        return address
    shown = f'"{name.strip()}"' if name.isascii() else Header(name.strip(), "utf-8", header_name="From").encode()
    return f"{shown} <{address}".replace("\n", "\r\n")


def _letter(message: LabelledMessage) -> EmailMessage:
    made = EmailMessage(SMTP)
    _head(made, message)
    made.set_content(message.text)
    for name in message.attachments:
        media, content = dummy(name)
        main, _, sub = media.partition("/")
        made.add_attachment(content, maintype=main, subtype=sub, filename=name)
    _fix_boundaries(made, message.id)
    return made


def _report(message: LabelledMessage) -> EmailMessage:
    """RFC 3462: words for people, then the report for programs."""
    if message.report not in REPORTS:
        raise ValueError(f"{message.id}: {message.report}: write one of {', '.join(REPORTS)}")
    made = _letter(replace(message, attachments=(), report=""))
    made.make_mixed()
    status = f"Content-Type: message/{message.report}\r\n\r\n{REPORTS[message.report]}"
    made.attach(message_from_bytes(status.encode(), policy=SMTP))
    made.set_type("multipart/report")
    made.set_param("report-type", message.report)
    _fix_boundaries(made, message.id)
    return made


def _head(made: EmailMessage, message: LabelledMessage) -> None:
    made["To"] = TO
    if message.subject:
        made["Subject"] = message.subject
    made["Date"] = DATE
    made["Message-ID"] = f"<{message.id}@messages.example>"
    for name, value in message.headers.items():
        if name != "Return-Path":
            made[name] = value


def _fix_boundaries(made: EmailMessage, name: str) -> None:
    """No boundary by chance: equal messages are equal bytes."""
    for number, part in enumerate(made.walk()):
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            part.set_boundary(f"={name}={number}=")
