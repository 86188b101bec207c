"""The books of conversations of one account."""

from storage.books.chat_cases import ChatCases
from storage.books.chat_events import ChatEvents
from storage.books.chat_people import ChatPeople


class SqlChatBook(ChatEvents, ChatPeople, ChatCases):
    """`ports.ChatBook`."""
