"""Tables of how far the full-text index goes. The index itself is made by `storage.books.search_index`."""

from sqlmodel import Field

from storage.columns import CleanText
from storage.tables.row import Row


class SearchStateRow(Row, table=True):
    """That there is an index, of which form, and the message up to which it was taken."""

    __tablename__ = "search_state"

    agency: str = Field(primary_key=True, sa_type=CleanText)
    form: int
    """What is indexed, and how; an index of another form is made anew."""
    reached: int
    """Row of a message: all up to it were dealt with, but for those that wait."""


class SearchWaitRow(Row, table=True):
    """A message to be taken into the index although the index went past it: not decided then, or changed since."""

    __tablename__ = "search_wait"

    message_id: int = Field(primary_key=True, foreign_key="message.id")
    agency: str = Field(sa_type=CleanText)
