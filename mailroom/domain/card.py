"""The structured side of a letter, for channels that show more than words: a card, a checklist, things to tap."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to tap. Exactly one of `data`, `says` and `url` is filled."""

    label: str
    data: str = ""
    """Comes back to us unseen; opaque to the channel."""
    says: str = ""
    """Is sent as if the person had typed it."""
    url: str = ""


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One line of a checklist."""

    label: str
    done: bool


@dataclass(frozen=True, slots=True)
class Card:
    """What stands beside a letter's words. A channel that has no cards sends the words alone."""

    title: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    """Label and value of each line; a card with a title or rows or items is drawn, else only `choices` are shown."""
    items: tuple[CheckItem, ...] = ()
    note: str = ""
    buttons: tuple[Choice, ...] = ()
    """Inside the card; they stay."""
    choices: tuple[Choice, ...] = ()
    """Below the latest message; they vanish once something else is said."""
