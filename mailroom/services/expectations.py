"""What is right to say of messages that somebody labelled: read from a file, and held against what was found.

The file is a JSON object: by name of the message's file an object with any of `kind`, `service`, `agency`, `urgency`,
`secrecy` and `outcome`. Each is one value, or a list of which each is right; "" says none. What is absent is not judged.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from mailroom.domain.decision import Kind, Outcome, Secrecy, Urgency
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.service import Catalogue

FILE = "expectations.json"
KIND, SERVICE, AGENCY = "kind", "service", "agency"
URGENCY, SECRECY, OUTCOME = "urgency", "secrecy", "outcome"
_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {KIND: tuple(Kind), URGENCY: tuple(Urgency), SECRECY: tuple(Secrecy), OUTCOME: tuple(Outcome)}
)
QUESTIONS = (KIND, SERVICE, AGENCY, URGENCY, SECRECY, OUTCOME)
_HELP = "see docs/classification.md"

Expected = Mapping[str, tuple[str, ...]]
"""By question, the answers of which each is right."""


@dataclass(frozen=True, slots=True)
class Expectations:
    """Of a folder of messages."""

    by_file: Mapping[str, Expected]

    def of(self, file: str) -> Expected:
        """Nothing for a file that nobody labelled."""
        return self.by_file.get(file, {})

    def unlisted_agencies(self, catalogue: Catalogue) -> tuple[str, ...]:
        """Expected agencies that the directory does not have, sorted."""
        expected = {name for one in self.by_file.values() for name in one.get(AGENCY, ()) if name}
        return tuple(sorted(name for name in expected if catalogue.agency(name) is None))


def read_expectations(content: bytes, files: Collection[str], catalogue: Catalogue) -> Expectations:
    """Of the content of expectations.json. Raises ConfigurationError naming the entry, its fault and the remedy.

    `files` are the messages that are there: an expectation of none of them is a slip.
    """
    try:
        listed = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{FILE}: it is no JSON ({error}); correct it, {_HELP}") from error
    if not isinstance(listed, dict):
        raise ConfigurationError(f"{FILE}: write one object with the names of the files as its keys; {_HELP}")
    for name in listed:
        if name not in files:
            raise ConfigurationError(
                f"{FILE}: {name}: there is no such file beside it; correct the name or remove the entry"
            )
    return Expectations({name: _expected(name, entry, catalogue) for name, entry in listed.items()})


def _expected(name: str, entry: Any, catalogue: Catalogue) -> Expected:
    if not isinstance(entry, dict):
        raise ConfigurationError(f'{FILE}: {name}: write an object as {{"kind": "request"}}; {_HELP}')
    if unknown := sorted(set(entry) - set(QUESTIONS)):
        raise ConfigurationError(
            f"{FILE}: {name}: {unknown[0]}: nothing is expected by this name; write one of {', '.join(QUESTIONS)}"
        )
    return {
        question: _answers(f"{FILE}: {name}: {question}", question, value, catalogue)
        for question, value in entry.items()
        if value is not None
    }


def _answers(place: str, question: str, value: Any, catalogue: Catalogue) -> tuple[str, ...]:
    answers = value if isinstance(value, list) else [value]
    if not answers or not all(isinstance(one, str) for one in answers):
        raise ConfigurationError(
            f'{place}: write a text or a list of texts, "" for none; leave it out to judge nothing'
        )
    words = _WORDS.get(question) or ("", *(one.key for one in catalogue.services))
    if question != AGENCY and (wrong := next((one for one in answers if one not in words), None)) is not None:
        known = ", ".join(one or '""' for one in words)
        raise ConfigurationError(f"{place}: {wrong or 'empty'}: not known here; write one of {known}")
    return tuple(answers)
