"""What a message asks for on a licence that there is: which act, and which numbers it names."""

import re
from itertools import islice

from mailroom.domain.licence import Act
from mailroom.domain.message import Message
from mailroom.stages.normalise import normalised
from mailroom.stages.quoting import split_body

REACH = 8000
"""Characters of a text that are read."""
NUMBERS_LIMIT = 10
"""So many numbers are looked up at most: a message cannot make the books search without end."""

_NUMBER = re.compile(r"(?<![\d/])(\d{1,7})\s?/\s?(2[45]\d\d|26\d\d)(?![\d/])")
_ACTS = (
    (Act.SUBSTITUTE, re.compile(r"ใบแทน|(?:ใบอนุญาต[^\n]{0,40})(?:หาย|ชำรุด|ถูกทำลาย)|substitute|lost licen[cs]e", re.I)),
    (Act.TRANSFER, re.compile(r"โอน(?:ใบอนุญาต|กิจการ|สิทธิ)|transfer (?:the |my |of )?licen[cs]e", re.I)),
    (Act.AMEND, re.compile(r"แก้ไขรายการ|เปลี่ยนแปลงรายการ|แก้ไขใบอนุญาต|amend", re.I)),
    (Act.RENEW, re.compile(r"ต่ออายุ|ต่อใบอนุญาต|renew", re.I)),
)
"""The first that a text names holds: who lost a licence and renews it later says so in that order."""


def licence_numbers(message: Message) -> list[str]:
    """Numbers of the form of licences (`12/2569`) in subject and text, as licences print them. None need exist."""
    found = (f"{int(match[1])}/{match[2]}" for match in _NUMBER.finditer(_written(message)))
    return list(islice(dict.fromkeys(found), NUMBERS_LIMIT))


def asked_act(message: Message) -> Act | None:
    """The act on an existing licence that the sender's own words name; None when they name none."""
    text = _written(message)
    return next((act for act, words in _ACTS if words.search(text)), None)


def _written(message: Message) -> str:
    """Subject and what the sender wrote; where they only forwarded, what they forwarded."""
    body = split_body(message.text[:REACH])
    return normalised(f"{message.subject}\n{body.own or body.quoted}")
