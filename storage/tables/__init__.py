"""The tables, one class for each; every one names the agency whose row it is."""

from typing import cast

import sqlalchemy as sa
from sqlmodel import SQLModel

from storage.tables.attachments import AttachmentReadingRow
from storage.tables.chat import ChatCursorRow, ChatEventRow, ChatPersonRow, ChatUnsendRow, ConversationRow
from storage.tables.desk import ClearanceRow, ClerkRow, LoginFailureRow, LoginLinkRow, SessionRow
from storage.tables.evidence import ChainRow, CheckpointProofRow, CheckpointRow
from storage.tables.evidence_sent import SentCopyRow
from storage.tables.journal import JournalCursorRow, LetterClaimRow, NumberClaimRow
from storage.tables.keeping import (
    BackupCheckRow,
    BackupRunRow,
    DrillRow,
    FixityRunRow,
    NumberFenceRow,
    NumberVoidRow,
    SegmentReadingRow,
)
from storage.tables.learning import AuditDrawingRow, CorrectionRow, HeadStateRow, ModelRow
from storage.tables.licences import (
    DocumentRow,
    DownloadLinkRow,
    FieldDecisionRow,
    InstrumentRow,
    IssuanceRow,
    LicenceEventRow,
    LicenceReminderRow,
    LicenceRow,
    OutgoingEntryRow,
)
from storage.tables.mail import AccountRow, AttachmentRow, EventRow, MessageRow, OutboxItemRow
from storage.tables.mailbox import ClearedMessageRow, ClearingRow, MailboxUseRow
from storage.tables.matches import MatchCursorRow, SameRequestRow
from storage.tables.privacy import BreachRow, BreachStepRow, DataRequestRow, ReadLogRow, RestrictionRow
from storage.tables.register import CaseFileRow, RegisterCounterRow, RegisterEntryRow, RegisterVoidRow
from storage.tables.retention import (
    CaseRetentionRow,
    DestructionItemRow,
    DestructionListRow,
    HoldRow,
    TransferRow,
)
from storage.tables.search import SearchStateRow, SearchWaitRow


def table_of(row: type[SQLModel]) -> sa.Table:
    """The table behind a row class, for statements that write many rows at once."""
    return cast(sa.Table, sa.inspect(row).local_table)


MESSAGE = table_of(MessageRow)
ATTACHMENT = table_of(AttachmentRow)
OUTBOX_ITEM = table_of(OutboxItemRow)
EVENT = table_of(EventRow)
ACCOUNT = table_of(AccountRow)
REGISTER_COUNTER = table_of(RegisterCounterRow)
REGISTER_ENTRY = table_of(RegisterEntryRow)
REGISTER_VOID = table_of(RegisterVoidRow)
CASE_FILE = table_of(CaseFileRow)
CLERK = table_of(ClerkRow)
SESSION = table_of(SessionRow)
LOGIN_LINK = table_of(LoginLinkRow)
LOGIN_FAILURE = table_of(LoginFailureRow)
LICENCE = table_of(LicenceRow)
LICENCE_EVENT = table_of(LicenceEventRow)
LICENCE_REMINDER = table_of(LicenceReminderRow)
ISSUANCE = table_of(IssuanceRow)
DOCUMENT = table_of(DocumentRow)
DOWNLOAD_LINK = table_of(DownloadLinkRow)
OUTGOING_ENTRY = table_of(OutgoingEntryRow)
INSTRUMENT = table_of(InstrumentRow)
FIELD_DECISION = table_of(FieldDecisionRow)
CHAT_EVENT = table_of(ChatEventRow)
CHAT_UNSEND = table_of(ChatUnsendRow)
CHAT_PERSON = table_of(ChatPersonRow)
CONVERSATION = table_of(ConversationRow)
CHAT_CURSOR = table_of(ChatCursorRow)
BACKUP_RUN = table_of(BackupRunRow)
BACKUP_CHECK = table_of(BackupCheckRow)
DRILL = table_of(DrillRow)
FIXITY_RUN = table_of(FixityRunRow)
SEGMENT_READING = table_of(SegmentReadingRow)
NUMBER_FENCE = table_of(NumberFenceRow)
MAILBOX_USE = table_of(MailboxUseRow)
CLEARING = table_of(ClearingRow)
CLEARED_MESSAGE = table_of(ClearedMessageRow)
NUMBER_VOID = table_of(NumberVoidRow)
CASE_RETENTION = table_of(CaseRetentionRow)
HOLD = table_of(HoldRow)
DESTRUCTION_LIST = table_of(DestructionListRow)
DESTRUCTION_ITEM = table_of(DestructionItemRow)
TRANSFER = table_of(TransferRow)
READ_LOG = table_of(ReadLogRow)
DATA_REQUEST = table_of(DataRequestRow)
RESTRICTION = table_of(RestrictionRow)
BREACH = table_of(BreachRow)
BREACH_STEP = table_of(BreachStepRow)
SENT_COPY = table_of(SentCopyRow)
JOURNAL_CURSOR = table_of(JournalCursorRow)
NUMBER_CLAIM = table_of(NumberClaimRow)
LETTER_CLAIM = table_of(LetterClaimRow)
SEARCH_STATE = table_of(SearchStateRow)
SEARCH_WAIT = table_of(SearchWaitRow)
SAME_REQUEST = table_of(SameRequestRow)
MATCH_CURSOR = table_of(MatchCursorRow)
ATTACHMENT_READING = table_of(AttachmentReadingRow)
CLEARANCE = table_of(ClearanceRow)
CORRECTION = table_of(CorrectionRow)
MODEL = table_of(ModelRow)
HEAD_STATE = table_of(HeadStateRow)
AUDIT_DRAWING = table_of(AuditDrawingRow)
CHAIN = table_of(ChainRow)
CHECKPOINT = table_of(CheckpointRow)
CHECKPOINT_PROOF = table_of(CheckpointProofRow)
METADATA = SQLModel.metadata
