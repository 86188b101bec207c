"""The independent check of conversations: events, what became one submission of them, and what we said to people."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from storage.findings import Finding, fault
from storage.sealing.kek import KeyEncryptionKeys
from storage.verify_spool import SpoolCheck

STATES = frozenset({"open", "closed", "taken", "dropped"})
COMPLETE = frozenset({"closed", "taken"})
CONTENT_STATES = frozenset({"none", "wanted", "kept", "gone", "too-large", "external"})
PIECE = 1 << 20

CONVERSATIONS = """
SELECT c.conversation, c.state, m.id AS message,
  (SELECT count(*) FROM chat_event e WHERE (e.agency, e.channel, e.account) = (c.agency, c.channel, c.account)
    AND e.conversation = c.conversation AND e.conversation <> '') AS events,
  EXISTS (SELECT 1 FROM chat_event e WHERE (e.agency, e.channel, e.account) = (c.agency, c.channel, c.account)
    AND e.event_id = c.conversation) AS begun
FROM conversation c LEFT JOIN message m
  ON (m.agency, m.channel, m.account, m.external_id) = (c.agency, c.channel, c.account, c.conversation)
WHERE c.agency = :agency
"""
MESSAGES = """
SELECT m.id FROM message m LEFT JOIN conversation c
  ON (c.agency, c.channel, c.account, c.conversation) = (m.agency, m.channel, m.account, m.external_id)
WHERE m.agency = :agency AND c.conversation IS NULL AND m.channel IN (
  SELECT channel FROM conversation WHERE agency = :agency UNION SELECT channel FROM chat_cursor WHERE agency = :agency)
"""
EVENTS = """
SELECT e.event_id, e.person, e.conversation, e.handled, e.content_state, c.person AS conversation_person,
  c.conversation AS known, u.at AS taken_back, e.unsent_at
FROM chat_event e
LEFT JOIN conversation c
  ON (c.agency, c.channel, c.account, c.conversation) = (e.agency, e.channel, e.account, e.conversation)
LEFT JOIN chat_unsend u
  ON (u.agency, u.channel, u.account, u.message_id) = (e.agency, e.channel, e.account, e.message_id)
WHERE e.agency = :agency
"""
OPEN_TWICE = """
SELECT person, count(*) AS open FROM conversation WHERE agency = :agency AND state = 'open' AND person <> ''
GROUP BY channel, account, person HAVING count(*) > 1
"""
DOCUMENTS = """
SELECT c.conversation, json_extract(d.value, '$[1]') AS event_id, e.conversation AS found
FROM conversation c, json_each(c.documents) d LEFT JOIN chat_event e
  ON (e.agency, e.channel, e.account) = (c.agency, c.channel, c.account)
  AND e.event_id = json_extract(d.value, '$[1]')
WHERE c.agency = :agency
"""
CONTENTS = """
SELECT e.channel, e.account, e.event_id, e.content_file, e.content_size, e.content_sha256 FROM chat_event e
LEFT JOIN conversation c
  ON (c.agency, c.channel, c.account, c.conversation) = (e.agency, e.channel, e.account, e.conversation)
WHERE e.agency = :agency AND e.content_state <> 'none' AND e.content_state = 'kept'
  AND (CASE WHEN e.conversation = '' THEN NOT e.handled ELSE c.state IN ('open', 'closed') END)
"""
"""What is not in the archive yet: what a conversation that was taken or dropped had is no longer in the folder."""

STILL = f"{CONTENTS} AND (e.channel, e.account, e.event_id) = (:channel, :account, :event_id)"
PROMPTS = """
SELECT id, channel, "to", subject, text, coalesce(card, '') AS card FROM outbox_item
WHERE agency = :agency AND letter = 'prompt'
"""
ENTRY = """
SELECT m.channel, m.sender_address FROM register_entry e JOIN message m ON m.id = e.message_id
WHERE e.agency = :agency AND e.year = :year AND e.number = :number
"""
PROVEN = """
SELECT email FROM chat_person WHERE agency = :agency AND channel = :channel AND person = :person
  AND email_proven_at IS NOT NULL
"""
WORDS = """
SELECT coalesce(json_extract(message, '$.text'), '') || ' ' || coalesce(json_extract(message, '$.file_name'), '')
  || ' ' || data AS words
FROM chat_event
WHERE agency = :agency AND channel = :channel AND person = :person AND person <> ''
  AND account IN (SELECT account FROM chat_cursor WHERE agency = :agency AND channel = :channel)
"""
QUOTED = re.compile(r"""(?:เลขรับ|No\.|\[") ?(\d{1,7})/([2๒][5๕]\d\d)(?!\d)""")
"""A register number, called so or at the head of a line of a card; an announcement's own number looks alike.

Matches Thai digits as well.
"""


class ChatCheck:
    """Part of one run of `verify`, on its connection. `again` opens another, which sees what was committed meanwhile."""

    def __init__(
        self,
        connection: Any,
        again: Callable[[], Any],
        data: Path,
        agency: str,
        counts: Counter[str],
        keks: KeyEncryptionKeys | None,
    ) -> None:
        """`data` is the folder in which each channel has one of its own."""
        self._connection = connection
        self._again = again
        self._data = data
        self._agency = agency
        self._counts = counts
        self._keks = keks

    @property
    def looks(self) -> tuple[Callable[[], Iterator[Finding]], ...]:
        spool = SpoolCheck(self._connection, self._data, self._agency, self._counts, self._keks)
        return (self._conversations, self._messages, self._events, self._contents, self._prompts, spool.all)

    def _rows(self, query: str, **values: object) -> Iterator[Any]:
        yield from self._connection.execute(query, {"agency": self._agency} | values)

    def _conversations(self) -> Iterator[Finding]:
        for row in self._rows(CONVERSATIONS):
            self._counts["conversations"] += 1
            for text in _conversation_faults(row):
                yield fault(f"conversation {row['conversation']}", text)
        for row in self._rows(OPEN_TWICE):
            yield fault(f"person {row['person']}", f"{row['open']} conversations are open at once")
        for row in self._rows(DOCUMENTS):
            if row["found"] != row["conversation"]:
                text = f"the event {row['event_id']}, which brought a document, does not belong to it"
                yield fault(f"conversation {row['conversation']}", text)

    def _messages(self) -> Iterator[Finding]:
        for row in self._rows(MESSAGES):
            yield fault(f"message {row['id']}", "it was said in a conversation that is not in the books")

    def _events(self) -> Iterator[Finding]:
        for row in self._rows(EVENTS):
            self._counts["events"] += 1
            for text in _event_faults(row):
                yield fault(f"event {row['event_id']}", text)

    def _contents(self) -> Iterator[Finding]:
        """What was fetched and is in no archive yet is in its file."""
        for row in self._rows(CONTENTS):
            path = self._data / row["channel"] / "content" / Path(row["content_file"]).name
            if _digest(path, row["content_size"]) != row["content_sha256"] and self._is_still_there(row):
                yield fault(
                    f"event {row['event_id']}", f"its content is not whole in {path}; it has to be asked for anew"
                )

    def _is_still_there(self, row: Any) -> bool:
        """Not while a running program takes the conversation, and removes the file, under our eyes."""
        key = {name: row[name] for name in ("channel", "account", "event_id")}
        with closing(self._again()) as connection:
            return connection.execute(STILL, {"agency": self._agency} | key).fetchone() is not None

    def _prompts(self) -> Iterator[Finding]:
        """Nobody was told of a case that is not theirs, unless they named it themselves."""
        for row in self._rows(PROMPTS):
            quoted = QUOTED.findall(f"{row['subject']}\n{row['text']}\n{row['card']}")
            for number, year in sorted({(int(number), int(year)) for number, year in quoted}):
                if self._is_foreign(row, number, year):
                    yield fault(
                        f"letter {row['id']}", f"it tells {row['to']} of {number}/{year}, a case of somebody else"
                    )

    def _is_foreign(self, prompt: Any, number: int, year: int) -> bool:
        key = {"channel": prompt["channel"], "person": prompt["to"]}
        for entry in self._rows(ENTRY, number=number, year=year):
            address = str(entry["sender_address"])
            if entry["channel"] == prompt["channel"] and address == prompt["to"]:
                return False
            if address.lower() in {row["email"].lower() for row in self._rows(PROVEN, **key)}:
                return False
            words = " ".join(row["words"] for row in self._rows(WORDS, **key))
            # The address may have been proven once, and given up since.
            return not (_names(words, number, year) or (address and address.lower() in words.lower()))
        return False


def _names(words: str, number: int, year: int) -> bool:
    said = {int(digits) for digits in re.findall(r"\d{1,9}", words)}
    return number in said and not said.isdisjoint({year, year % 100})


def _digest(path: Path, size: int) -> str:
    """Of a file of that size; nothing of any other, nor of what is no file."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            if file.seek(0, 2) != size:
                return ""
            file.seek(0)
            while piece := file.read(PIECE):
                digest.update(piece)
    except OSError:
        return ""
    return digest.hexdigest()


def _conversation_faults(row: Any) -> Iterator[str]:
    if row["state"] not in STATES:
        yield f"it has the unknown state {row['state']}"
    if row["state"] == "taken" and row["message"] is None:
        yield "it is taken, but the log has no message of it"
    if row["message"] is not None and row["state"] not in COMPLETE:
        yield f"message {row['message']} was made of it, but it is {row['state']}"
    if not row["begun"]:
        yield "the event with which it began is not in the books"
    if row["state"] in COMPLETE and not row["events"]:
        yield "no event belongs to it"


def _event_faults(row: Any) -> Iterator[str]:
    if row["content_state"] not in CONTENT_STATES:
        yield f"its content has the unknown state {row['content_state']}"
    if row["taken_back"] is not None and row["unsent_at"] is None:
        yield "its message was taken back, but is not marked so"
    if not row["conversation"]:
        return
    if row["known"] is None:
        yield f"its conversation {row['conversation']} is not in the books"
    elif row["person"] and row["conversation_person"] not in ("", row["person"]):
        yield f"it belongs to the conversation {row['conversation']} of somebody else"
    if not row["handled"]:
        yield f"it belongs to the conversation {row['conversation']}, but was not acted on"
