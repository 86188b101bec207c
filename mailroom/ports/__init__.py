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
from mailroom.ports.documents import Examiner, IncomingPdfs, Json, Renderer, Signer
from mailroom.ports.licences import (
    DocumentBook,
    FieldBook,
    InstrumentBook,
    IssuanceBook,
    LicenceBook,
    LinkBook,
    OutgoingBook,
)

__all__ = [
    "AccountBook",
    "Archive",
    "Books",
    "CaseBook",
    "ClerkBook",
    "Clock",
    "Content",
    "DocumentBook",
    "EventBook",
    "Examiner",
    "FieldBook",
    "HealthBook",
    "Inbox",
    "IncomingPdfs",
    "InstrumentBook",
    "IssuanceBook",
    "Json",
    "Known",
    "LicenceBook",
    "LinkBook",
    "MessageBook",
    "OutboxBook",
    "OutgoingBook",
    "QueueBook",
    "Reader",
    "RegisterBook",
    "Renderer",
    "Sender",
    "Signer",
    "UnitOfWork",
]
