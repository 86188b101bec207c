"""What people read of what programs decide: a catalogue of sentences in one language."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailroom.domain.decision import Reason


@dataclass(frozen=True, slots=True)
class Texts:
    """Tables of sentences by code."""

    language: str
    tables: Mapping[str, Mapping[str, str]]

    def label(self, table: str, key: str) -> str:
        """The sentence of a code; the code itself where there is none, so that nothing is ever hidden."""
        return self.tables.get(table, {}).get(key, key)

    def reason(self, reason: Reason) -> str:
        """A reason in words. What was found stands in it literally, whatever it contains."""
        return self.label("reasons", reason.code).replace("{detail}", reason.detail)

    def defect(self, defect: str) -> str:
        """A defect (`code: detail`) in words."""
        code, _, detail = defect.partition(":")
        return self.label("defects", code.strip()).replace("{detail}", detail.strip())
