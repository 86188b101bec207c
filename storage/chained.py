"""Which rows are evidence: the one list that says of every table what the chain holds of it, and why not of the rest.

*Facts* are written once, with the row, and get a link in the transaction that writes them. *State* changes later: that
a transaction of the program changed it gets a link, and each night what it has become. What is *free* is neither.

A list never changes once it was released: links that were made by it would fit no more. What a new column says of a row
is state, or a table of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

import sqlalchemy as sa

from storage.tables import METADATA

STATE = ".state"
"""Ends the table name of a link about what a row has become."""
CHANGES = "changes"
"""Table name of a link about rows whose state a transaction changed; its key names them, by table."""
CHAIN = "chain"
"""Table name of a link about the chain itself; its key says what happened."""
BEGUN, SEALED = "begun", "sealed"
"""What happened: rows from before there was a chain were linked; rows were sealed. A blank and when follow."""


@dataclass(frozen=True)
class Evidence:
    """One table: the names of its columns, by what becomes of them. The key is its primary key without the agency."""

    name: str
    facts: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    free: tuple[str, ...] = ()

    @cached_property
    def table(self) -> sa.Table:
        return METADATA.tables[self.name]

    @cached_property
    def key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.table.primary_key if column.name != "agency")

    def key_sql(self, row: str) -> str:
        """The key of `row` (an alias, NEW) as text: what the columns hold, with slashes between."""
        return " || '/' || ".join(self._key_part(row, name) for name in self.key)

    def _key_part(self, row: str, name: str) -> str:
        column = f'{row}."{name}"'
        if self._is_number(name):
            return f"CAST({column} AS TEXT)"
        # Only a slash within it, and what escapes that, could make two keys look like one.
        return f"replace(replace({column}, '%', '%25'), '/', '%2F')" if len(self.key) > 1 else column

    def key_values(self, key: str) -> tuple[int | str, ...]:
        """What the columns of the key hold. Raises ValueError when it is no key of this table."""
        parts = key.split("/") if len(self.key) > 1 else [key]
        escaped = len(self.key) > 1
        return tuple(
            int(part) if self._is_number(name) else unquote(part) if escaped else part
            for name, part in zip(self.key, parts, strict=True)
        )

    def _is_number(self, name: str) -> bool:
        return isinstance(self.table.c[name].type, sa.Integer)

    def values_sql(self, row: str, columns: Sequence[str]) -> str:
        """The values of these columns as the database holds them; bytes in hexadecimal."""
        return ", ".join(
            f'lower(hex({row}."{name}"))' if isinstance(self.table.c[name].type, sa.LargeBinary) else f'{row}."{name}"'
            for name in columns
        )


def _table(name: str, facts: str = "", state: str = "", free: str = "") -> Evidence:
    return Evidence(name, tuple(facts.split()), tuple(state.split()), tuple(free.split()))


PLACE = "segment segment_offset stored_length"
"""Where bytes lie in the archive changes when segments are written anew; `verify` reads there, and compares the digest."""
_CONTENT = "holder holder_id premises address business conditions fee receipt issued_on starts_on expires_on extra"

_TABLES = (
    _table(
        "message",
        "agency channel account external_id folder entered_system_at announced_size digest size arrived_at",
        "outcome rule registered letter redirect_agency decision_reasons decided_by clerk_reason kind service "
        "urgency_rank classification deemed_received_at processed_at follows_year follows_number duplicate_of "
        "fingerprint text_key sender_name sender_address sender_key subject header_id search_text reading text",
        # How often it was tried, and when the mailbox was told, prove nothing; both change with nearly every message.
        f"attempts taken_at {PLACE}",
    ),
    _table(
        "attachment",
        state="message_id part agency name media_type declared_type size sha256 inline withdrawn",
    ),
    _table(
        "outbox_item",
        "agency message_id channel letter to to_address to_name in_reply_to references created_at "
        "subject text html enclosures card",
        "due_at state attempts reply sent_at uncertain",
    ),
    _table("event", "agency name at message_id actor detail"),
    _table("register_counter", state="agency register year last"),
    _table(
        "register_entry",
        "agency register year number message_id letter_no dated sender addressee subject entered_system_at "
        "deemed_received_at registered_at urgency secrecy",
    ),
    _table("register_void", "agency register year number voided_at actor reason"),
    _table("case_file", state="agency register year number message_id state service follows_year follows_number"),
    _table(
        "clerk",
        state="agency username display_name password_hash disabled_at role position capacity",
    ),
    _table(
        "licence",
        state="agency service number code status status_since status_reason version document email channel message_id "
        f"updated_at search_text search_place {_CONTENT}",
    ),
    _table("licence_event", "agency licence_id act at actor reason version document"),
    _table("licence_reminder", "licence_id expires_on days agency at"),
    _table(
        "issuance",
        state="agency act service state licence_id number code email channel message_id follows prepared_by submitted_by "
        "approved_by signatory note rendition document outgoing_year outgoing_number batch batch_name prepared_at "
        f"changed_at {_CONTENT}",
    ),
    _table("document", "agency digest kind name media_type size created_at", free=PLACE),
    _table("download_link", state="token_hash agency digest expires_at used_at"),
    _table(
        "outgoing_entry",
        "agency year number dated sender addressee subject action note document message_id registered_at",
    ),
    _table(
        "instrument",
        state="agency kind state number title dated effective_on rules phones details signatory gazette rendition "
        "document code prepared_by signed_by changed_at published_at",
    ),
    _table("field_decision", state="agency service field public reason decided_by decided_at"),
    _table(
        "chat_event",
        "agency channel account event_id kind person room occurred_at received_at redelivered reply_token message_id "
        "unsent data delivery message raw",
        "defect content_state content_file content_size content_sha256 content_media_type content_note unsent_at "
        "conversation handled",
        # How often a picture was asked for, and when next.
        "content_attempts content_due_at",
    ),
    _table("chat_unsend", "agency channel account message_id at"),
    _table(
        "chat_person",
        state="agency channel account person name given_name email email_proven_at code_hash code_email code_expires_at "
        "code_tries codes_sent_at blocked_at greeted_at",
    ),
    _table(
        "conversation",
        state="agency channel account conversation person state step opened_at closes_at closed_at service documents "
        "awaited name email answers reply_token reply_token_at",
    ),
    _table(
        "backup_run",
        state="agency target started_at ended_at point bytes_read bytes_added tables messages error verified_at "
        "forgotten_at",
    ),
    _table("backup_check", "agency target part parts at differences"),
    _table("drill", "agency target point at seconds messages bytes differences"),
    _table("fixity_run", "agency at seconds segments records bytes healed damaged"),
    _table("number_fence", state="agency required_at point lifted_at lifted_by stated"),
    _table("number_claim", state="agency register year number seal entered_at deemed_at message_id closed_at"),
    _table("letter_claim", state="agency item letter seal closed_at"),
    _table("number_void", "agency register year first last voided_at actor reason"),
    _table("clearing", "agency channel account at actor folder size"),
    _table("cleared_message", "message_id agency clearing_id"),
    _table("read_log", "agency at actor what key how listed"),
    _table(
        "data_request",
        state="agency kind year number name email wish received_at entered_at entered_by state answer answered_at "
        "answered_by letter",
    ),
    _table(
        "restriction",
        state="agency year number request reason people placed_at placed_by lifted_at lifted_by lift_reason",
    ),
    _table(
        "breach",
        state="agency title known_at opened_at opened_by kinds nature people records effects measures advice "
        "late_reason risk notified_at told_at closed_at",
    ),
    _table("breach_step", "agency breach kind happened_at noted_at actor text"),
    _table("case_retention", state="agency year number class_key reason assigned_at assigned_by"),
    _table("hold", "agency year number reason placed_at placed_by", "asked_at asked_by ask_reason lifted_at lifted_by"),
    _table(
        "destruction_list",
        "agency year made_at made_by",
        "state members decided_on document closed_at closed_by close_reason",
    ),
    _table(
        "destruction_item",
        "agency list_id year number class_key class_name ended due proposal",
        "verdict note",
    ),
    _table("transfer", "agency list_id made_at made_by profile cases files manifest"),
    _table("correction", "agency message_id head value was actor at model source drawing_id"),
    _table("model", "agency version made_at examples until_correction digest code catalogue report"),
    _table("head_state", "agency head version asks at actor why"),
    _table("audit_drawing", "agency message_id head day answer model drawn_at"),
    _table("sent_copy", "agency item attempt at digest size reply accepted", free=PLACE),
    _table("clearance", "agency username cleared at actor"),
    _table("checkpoint", "agency day at size root head text signature key"),
    _table("checkpoint_proof", "agency day kind at data"),
)

EVIDENCE: Mapping[str, Evidence] = {one.name: one for one in _TABLES}

NO_EVIDENCE: Mapping[str, str] = {
    "chain": "it is the chain",
    "session": "who is signed in; it ends by itself",
    "login_link": "it ends by itself within minutes",
    "login_failure": "counts attempts of the last minutes",
    "account": "when a mailbox was last looked at",
    "chat_cursor": "how far a spool was read; reading it again changes nothing",
    "journal_cursor": "how far the journal goes; its pages are signed, and lie elsewhere",
    "search_state": "how far the full-text index goes, which is made of the messages and can be made anew",
    "search_wait": "what the full-text index has still to take in",
    "same_request": "proposed by the program; what clerks say of it is in the event log",
    "match_cursor": "how far the register was compared; comparing again changes nothing",
    "attachment_reading": "made of what the archive holds, and made again where it is lost",
    "segment_reading": "when a segment was last read; each reading is in fixity_run",
    "mailbox_use": "how full a mailbox was when it was last looked at",
}
"""Tables that the chain leaves out, and why."""
