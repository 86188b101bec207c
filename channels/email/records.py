"""FETCH answers, one at a time: imapclient's own dictionary hides an answer that came twice."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from imapclient.response_parser import parse_fetch_response

from channels.email.connection import ImapConnection

Row = dict[bytes, Any]
"""Attributes of one message by upper-case name; BODY[] and BODY[]<origin> are bytes or None."""


def fetch_rows(client: ImapConnection, uids: Sequence[int], items: str) -> Iterator[tuple[int, Row]]:
    """UID and attributes, one pair for each answer that names a UID we asked for.

    Raises imaplib's errors, and those of the parser.
    """
    asked = set(uids)
    for group in _groups(client.uid_fetch(uid_set(uids), items)):
        for row in parse_fetch_response(group, normalise_times=False, uid_is_key=False).values():
            if row.get(b"UID") in asked:
                yield row[b"UID"], row


def _groups(records: Iterable[Any]) -> Iterator[list[Any]]:
    """imaplib gives a tuple for each literal, then the rest of the line, which ends the answer."""
    group: list[Any] = []
    for record in records:
        group.append(record)
        if not isinstance(record, tuple):
            yield group
            group = []


def uid_set(uids: Sequence[int]) -> str:
    """A sequence set (RFC 9051 section 9) of these UIDs exactly, runs drawn together: `1:3,7`."""
    runs: list[list[int]] = []
    for uid in sorted(set(uids)):
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in runs)
