"""What a message refers to: letters of ours by their id, and register numbers by their words."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from mailroom.domain.message import Message
from mailroom.domain.register import RegisterNumber

SAME_MAIL_WITHIN = timedelta(days=7)
"""A relay that delivers a mail again does so within this time; a citizen who repeats it later means it."""

MENTION_LIMIT = 20
"""So many references are looked up at most: a message cannot make the books search without end."""

_OUTBOX_ID = re.compile(r"<?([0-9a-f]{32})@")
QUOTED_NUMBER = re.compile(
    r"(?:เลข(?:ที่)?(?:ทะเบียน)?(?:หนังสือ)?รับ|(?:registration|register|receipt)\s+(?:no\b|number\b))"
    r"[^0-9๐-๙\n]{0,20}([0-9๐-๙]{1,7})\s?/\s?([2๒][5๕][0-9๐-๙]{2})(?![0-9๐-๙])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"/\s?[2๒][5๕]")


def outbox_ids(message: Message) -> list[str]:
    """Ids of letters of ours that the message may reply to: In-Reply-To first, then References, the latest first."""
    named = (*message.in_reply_to, *reversed(message.references))
    found = (match[1] for match in map(_OUTBOX_ID.match, named) if match)
    return list(islice(dict.fromkeys(found), MENTION_LIMIT))


def quoted_numbers(message: Message) -> list[RegisterNumber]:
    """Register numbers that subject and text quote, as in `เลขรับที่ ๔๑/๒๕๖๙`, in their order. None need exist."""
    return list(islice(dict.fromkeys(_numbers(f"{message.subject}\n{message.text}")), MENTION_LIMIT))


def _numbers(text: str) -> Iterator[RegisterNumber]:
    if not _YEAR.search(text):  # far cheaper, and true of nearly every message
        return
    for match in QUOTED_NUMBER.finditer(text):
        yield RegisterNumber(year=int(match[2]), number=int(match[1]))
