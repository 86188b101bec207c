"""What was read in attachments, and what each seems to be."""

from typing import Protocol


class AttachmentBook(Protocol):
    """What was read in attachments, and what each seems to be."""
