"""What a message refers to: letters of ours by their id, and register numbers by their words."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from mailroom.domain.message import Message
from mailroom.domain.register import RegisterNumber
from mailroom.stages import lazy
from mailroom.stages.normalise import compact, normalised
from mailroom.stages.quoting import REPLY_SUBJECT, bare_subject, split_body

SAME_MAIL_WITHIN = timedelta(days=7)
"""A relay that delivers a mail again does so within this time; a citizen who repeats it later means it."""

SAME_SUBJECT_WITHIN = timedelta(days=90)
"""Who answers under the subject of a mail of their own so long after it goes on with the same matter."""

LEAST_SUBJECT = 10
"""Letters of a subject that names a matter: shorter ones ("สอบถาม") stand over many."""

MENTION_LIMIT = 20
"""So many references are looked up at most: a message cannot make the books search without end."""

REACH = 12_000
"""Characters of a body in which numbers are looked for."""

_OUTBOX_ID = lazy.pattern(r"<?([0-9a-f]{32})@")
QUOTED_NUMBER = lazy.pattern(
    r"(?:(?:หมาย)?เลข(?:ที่)?(?:ทะเบียน)?(?:หนังสือ)?(?:ลง)?รับ|(?:ลง)?รับ(?:ไว้)?(?:เลข)?ที่|เลข(?:ที่)?(?:เรื่อง|คำขอ|คำร้อง)|(?:registration|register|receipt|request|case|reference|ref)\.?\s*(?:no\b|number\b|#))"
    r"[^0-9๐-๙\n]{0,20}([0-9๐-๙]{1,7})\s?/\s?([2๒][5๕][0-9๐-๙]{2})(?![0-9๐-๙])",
    re.IGNORECASE,
)
_YEAR = lazy.pattern(r"/\s?[2๒][5๕]")


def outbox_ids(message: Message) -> list[str]:
    """Ids of letters of ours that the message may reply to: In-Reply-To first, then References, the latest first."""
    named = (*message.in_reply_to, *reversed(message.references))
    found = (match[1] for match in map(_OUTBOX_ID.match, named) if match)
    return list(islice(dict.fromkeys(found), MENTION_LIMIT))


def quoted_numbers(message: Message) -> list[RegisterNumber]:
    """Register numbers in the subject and in the sender's own words, as `เลขรับที่ ๔๑/๒๕๖๙`, in their order. None need exist.

    What is quoted or forwarded below names no matter by itself: people answer an old letter to begin something new.
    """
    return list(islice(dict.fromkeys(_numbers(message)), MENTION_LIMIT))


def is_answer(message: Message) -> bool:
    """Whether it says by itself that it answers something."""
    return bool(message.in_reply_to or REPLY_SUBJECT.match(normalised(message.subject[:100])))


def continued_subject(message: Message) -> str:
    """The subject of an earlier mail that this one answers by its subject, in the spelling to compare by; else empty.

    Also of a mail that says by its headers what it answers: people answer their own mail when nobody else did.
    """
    return subject_key(message.subject) if is_answer(message) else ""


def subject_key(subject: str) -> str:
    """The same for a mail and for answers to it; empty where the subject names no matter."""
    key = compact(bare_subject(subject[:1000])).casefold()
    return key if len(key) >= LEAST_SUBJECT else ""


def _numbers(message: Message) -> Iterator[RegisterNumber]:
    text = message.text
    if _YEAR.search(text):  # Far cheaper than to take a body apart, and true of few messages.
        text = split_body(text[:REACH]).own
    text = f"{message.subject}\n{text}"
    if not _YEAR.search(text):
        return
    for match in QUOTED_NUMBER.finditer(text):
        yield RegisterNumber(year=int(match[2]), number=int(match[1]))
