"""What is wrong with one entry, message or letter, and with what belongs to it."""

import re
from collections.abc import Iterator
from typing import Any

LETTER_STATES = frozenset({"pending", "deferred", "sending", "sent", "failed", "settled"})
OUTCOMES = frozenset({"accept", "redirect-agency", "redirect-channel", "hold", "ignore"})
CASE_STATES = frozenset({"open", "held", "redirected", "set-aside"})
QUOTED_NUMBER = re.compile(r"(?<![\d/])(\d{1,7})/([2๒][5๕]\d\d)(?!\d)")
"""Matches Thai digits as well."""


def entry_faults(row: Any) -> Iterator[str]:
    if row["id"] is None:
        yield f"its message {row['message_id']} is not in the log"
    elif not row["registered"]:
        yield f"the decision on message {row['id']} does not call for a number"
    elif row["entered"] != row["entered_system_at"]:
        yield "it has another time of entry than its message"
    if row["deemed"] < row["entered"]:
        yield "it is deemed received before it entered the system"
    if row["case_of"] != row["message_id"]:
        yield "its case is missing or belongs to another message"
    elif row["case_state"] not in CASE_STATES:
        yield f"its case has the unknown state {row['case_state']}"


def message_faults(row: Any) -> Iterator[str]:
    if row["outcome"] not in OUTCOMES:
        yield f"it has the unknown outcome {row['outcome']}"
    if row["registered"] and row["number"] is None:
        yield "it is decided to be registered, but has no entry in the register"
    # What did not arrive on one channel is settled, and may have gone by another.
    if row["letter"] is not None and (not row["letters"] or row["unsettled"] > 1):
        yield f"one letter ({row['letter']}) is owed, but the outbox has {row['letters']}"
    if row["receipts"] > 1:
        yield f"its receipt was acknowledged {row['receipts']} times"


PROMPT = "prompt"
"""A turn of a dialogue may tell somebody of several cases; that they are theirs is looked at elsewhere."""
HANDED_OVER = frozenset({"sent", "failed"})
"""A letter that came back was handed over, and failed afterwards."""


def letter_faults(row: Any) -> Iterator[str]:
    if row["message_id"] is not None and row["message"] is None:
        yield "it answers a message that is not in the log"
    if row["state"] not in LETTER_STATES:
        yield f"it has the unknown state {row['state']}"
    if (row["state"] == "sent" and row["sent_at"] is None) or (row["sent_at"] and row["state"] not in HANDED_OVER):
        yield "its state and its time of sending contradict each other"
    if row["letter"] == PROMPT:
        return
    quoted = {(int(number), int(year)) for number, year in QUOTED_NUMBER.findall(f"{row['subject']}\n{row['text']}")}
    if row["number"] is not None and quoted and (row["number"], row["year"]) not in quoted:
        yield f"it quotes another number than {row['number']}/{row['year']}"
