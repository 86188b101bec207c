"""What the name and the types of a file give away before anything looks into it."""

import re
from collections.abc import Iterator

from mailroom.domain.attachment_reading import FileFinding
from mailroom.domain.message import Address, Attachment, Message
from mailroom.stages.danger import find_macros, find_malware

_TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]|<U\\+20(?:2[A-E]|6[6-9])>", re.I)
_HERE = {"macro-document": "macros"}
"""Codes that the rules of mail have for the same thing."""
KNOWN = frozenset({"malware-test", "executable-content", "executable-name", "double-extension", "macros", "rtlo-name"})
"""Codes that come from here."""


def name_findings(file: Attachment) -> Iterator[FileFinding]:
    """A hidden ending, a direction that is turned around, a name that runs, a document that carries programs."""
    if _TURNED.search(file.name):
        yield FileFinding("rtlo-name", file.name)
    alone = Message(sender=Address("", ""), subject="", text="", attachments=(file,))
    for reason in (*find_malware(alone), *find_macros(alone)):
        yield FileFinding(_HERE.get(reason.code, reason.code), reason.detail)
