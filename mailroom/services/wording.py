"""The words of exports, from the catalogue of texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from mailroom.domain.agency import BANGKOK
from mailroom.domain.errors import ConfigurationError
from mailroom.stages.thai import thai_short_date, to_thai_digits


@dataclass(frozen=True, slots=True)
class Wording:
    """Tables of the catalogue, and whether our own numbers and dates are written in Thai digits."""

    tables: Mapping[str, Mapping[str, str]]
    thai_digits: bool = False

    def say(self, table: str, key: str, **facts: str) -> str:
        """A text with its facts filled in. Raises ConfigurationError when the catalogue lacks it."""
        try:
            return self.tables[table][key].format_map(facts)
        except (KeyError, ValueError) as error:
            raise ConfigurationError(
                f"the texts of exports lack {table}.{key} or a fact of it ({error}); add it"
            ) from error

    def known(self, table: str, key: str) -> str:
        """The text of a key that comes from outside, for example the name of a channel; else the key itself."""
        return self.tables.get(table, {}).get(key, key)

    def figures(self, text: str) -> str:
        """Our own numbers and dates. Digits in what others wrote stay as they wrote them."""
        return to_thai_digits(text) if self.thai_digits else text

    def period(self, year: int | None) -> str:
        """The พ.ศ. year of a register, or the words for all years."""
        return (
            self.say("print", "all_years") if year is None else self.figures(self.say("print", "year", year=str(year)))
        )

    def day(self, on: date | None) -> str:
        """`5 ม.ค. 2569`, or nothing."""
        return self.figures(thai_short_date(on)) if on else ""

    def time(self, at: datetime | None) -> str:
        """`5 ม.ค. 2569 08.30 น.` in Thailand, or nothing."""
        if at is None:
            return ""
        local = at.astimezone(BANGKOK)
        text = self.say("print", "time", date=thai_short_date(local.date()), time=f"{local:%H.%M}")
        return self.figures(text)
