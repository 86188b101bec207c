"""The whole sample mailbox, in the order in which its mails entered it."""

from mailroom.demo.mails.charsets import CHARSETS
from mailroom.demo.mails.everyday import EVERYDAY
from mailroom.demo.mails.file_names import FILE_NAMES
from mailroom.demo.mails.hostile import HOSTILE
from mailroom.demo.mails.letters import LETTERS
from mailroom.demo.mails.model import Sample
from mailroom.demo.mails.requests import REQUESTS
from mailroom.demo.mails.robots import ROBOTS
from mailroom.demo.mails.structures import STRUCTURES
from mailroom.demo.mails.twice import TWICE

SAMPLE: tuple[Sample, ...] = tuple(
    sorted(
        (*REQUESTS, *EVERYDAY, *LETTERS, *ROBOTS, *CHARSETS, *FILE_NAMES, *STRUCTURES, *HOSTILE, *TWICE),
        key=lambda sample: sample.entered_at,
    )
)
