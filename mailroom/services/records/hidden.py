"""Lines of registers and public records of restricted cases and of secret matter.

The number stays, what it is about does not (R51, R58, R106).
"""

from dataclasses import replace

from mailroom.domain.outgoing import OutgoingEntry
from mailroom.domain.record import MessageRecord
from mailroom.domain.register import RegisterEntry
from mailroom.services.public_licence import PublicLicence
from mailroom.services.register_rows import RegisterRow
from mailroom.services.wording import Wording


def hidden_row(entry: RegisterEntry, record: MessageRecord, wording: Wording) -> RegisterRow:
    """A line of ทะเบียนหนังสือรับ with its number and times alone."""
    draft = replace(
        entry.draft,
        letter_no="",
        dated=None,
        sender=wording.say("hidden", "sender"),
        subject=wording.say("hidden", "subject"),
    )
    bare = replace(record, message=None, classification=None, decision=None, follows=None)
    return RegisterRow(replace(entry, draft=draft), bare, "", wording.say("hidden", "remark"))


def hidden_entry(entry: OutgoingEntry, wording: Wording) -> OutgoingEntry:
    """The same for ทะเบียนหนังสือส่ง."""
    draft = replace(
        entry.draft,
        addressee=wording.say("hidden", "sender"),
        subject=wording.say("hidden", "subject"),
        action="",
        note=wording.say("hidden", "remark"),
        document=None,
    )
    return replace(entry, draft=draft)


def sealed_row(entry: RegisterEntry, record: MessageRecord, wording: Wording) -> RegisterRow:
    """A line about secret matter: number, times, urgency and grade; neither who wrote, nor of what, nor what came of it.

    An export is read by people whom nobody named for secret matter, so it never tells more, whoever makes it. Who is
    named reads it at the desk, where each look is noted, or in the evidence bundle (R58).
    """
    draft = replace(
        entry.draft,
        letter_no="",
        dated=None,
        sender=wording.say("hidden", "secret-sender"),
        addressee="",
        subject=wording.say("hidden", "secret-subject"),
    )
    bare = replace(record, message=None, classification=None, decision=None, follows=None)
    grade = wording.say("remarks", "secrecy", secrecy=wording.say("secrecy", entry.draft.secrecy))
    return RegisterRow(replace(entry, draft=draft), bare, "", grade)


def sealed_entry(entry: OutgoingEntry, wording: Wording) -> OutgoingEntry:
    """The same for a letter that answers secret matter, in ทะเบียนหนังสือส่ง."""
    draft = replace(
        entry.draft,
        addressee=wording.say("hidden", "secret-sender"),
        subject=wording.say("hidden", "secret-subject"),
        action="",
        note="",
        document=None,
    )
    return replace(entry, draft=draft)


def hidden_licence(licence: PublicLicence, wording: Wording) -> PublicLicence:
    """For who holds the paper with its code: whether it is in force, and nothing else that it prints."""
    reason = wording.say("hidden", "public")
    items = tuple(replace(one, value="", masked=one.masked or reason) for one in licence.items)
    return replace(licence, items=items, listed=False)
