"""Lines of registers and public records of restricted cases: the number stays, what it is about does not (R51, R106)."""

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


def hidden_licence(licence: PublicLicence, wording: Wording) -> PublicLicence:
    """For who holds the paper with its code: whether it is in force, and nothing else that it prints."""
    reason = wording.say("hidden", "public")
    items = tuple(replace(one, value="", masked=one.masked or reason) for one in licence.items)
    return replace(licence, items=items, listed=False)
