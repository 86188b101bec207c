"""All that the core asks of the outside."""

from mailroom.ports.books import (
    AccountBook,
    Books,
    CaseBook,
    ClerkBook,
    EventBook,
    HealthBook,
    MessageBook,
    OutboxBook,
    QueueBook,
    RegisterBook,
    UnitOfWork,
)
from mailroom.ports.channels import Archive, Clock, Content, Inbox, Known, Reader, Sender
from mailroom.ports.documents import Examiner, Json, Renderer, Signer

__all__ = [
    "AccountBook",
    "Archive",
    "Books",
    "CaseBook",
    "ClerkBook",
    "Clock",
    "Content",
    "EventBook",
    "Examiner",
    "HealthBook",
    "Inbox",
    "Json",
    "Known",
    "MessageBook",
    "OutboxBook",
    "QueueBook",
    "Reader",
    "RegisterBook",
    "Renderer",
    "Sender",
    "Signer",
    "UnitOfWork",
]
