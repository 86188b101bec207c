"""A conversation for a terminal: who said what, the cards line by line, and what can be tapped."""

import unicodedata
from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from mailroom.demo.line_account import Bubble, Json
from mailroom.demo.line_phone import Phone, buttons, card_lines, quick_replies

WIDTH = 76
NAME = 10
"""Columns of the speaker's name."""
SPEAKER = "mailroom"
MOST_LINES = 5
"""Of one text; what is longer ends in an ellipsis."""
MOST_CHOICES = 4
_LEADING = "เแโใไ"
_FOLLOWING = "ะาำๅๆฯ"
_SIGNS = {"follow": "adds the account as a friend", "unfollow": "blocks the account"}


def transcript(phone: Phone, account: str) -> Iterator[Text]:
    """Line by line, a heading first."""
    yield Text(f"LINE {account} · {phone.citizen.name}", style="bold")
    chat = phone.chat
    for at, bubble in enumerate(chat):
        lines = list(_lines(bubble, last=at + 1 == len(chat) or not chat[at + 1].ours))
        name = SPEAKER if bubble.ours else phone.citizen.name
        continued = at > 0 and chat[at - 1].ours == bubble.ours
        yield from _spoken("" if continued else name, lines, "green" if bubble.ours else "bold")


def _spoken(name: str, lines: list[Text], style: str) -> Iterator[Text]:
    for at, line in enumerate(lines):
        yield Text(set_cell_size(name if at == 0 else "", NAME), style=style) + line


def _lines(bubble: Bubble, *, last: bool) -> Iterator[Text]:
    if bubble.unsent:
        yield Text("(a message, taken back later)", style="dim")
        return
    if bubble.message.get("type") == "flex":
        yield from _card(bubble.message["contents"])
    else:
        words = _words(bubble.message)
        style = "dim" if words.startswith("(") else ""
        yield from (Text(line, style=style) for line in _cut(wrapped(words, WIDTH - NAME)))
    labels = [str(one["label"]) for one in quick_replies(bubble)]
    if last and labels:
        more = [f"+{len(labels) - MOST_CHOICES}"] if len(labels) > MOST_CHOICES else []
        yield Text(" ".join([*(f"[{one}]" for one in labels[:MOST_CHOICES]), *more]), style="cyan")


def _card(contents: Json) -> Iterator[Text]:
    for line in card_lines(contents):
        first, *rest = wrapped(line, WIDTH - NAME - 2)
        yield Text("│ ", style="green") + Text(first)
        yield from (Text("│   ", style="green") + Text(one) for one in rest)
    labels = [f"[{one['label']}]" for one in buttons(contents)]
    if labels:
        yield Text("│ ", style="green") + Text(" ".join(labels), style="cyan")


def _words(message: Json) -> str:
    """What a message says, signs and files in brackets."""
    match message.get("type"):
        case "text":
            return str(message["text"])
        case "tap":
            return f"(taps) {message['text']}"
        case "note":
            return f"({_SIGNS.get(str(message['text']), message['text'])})"
        case "file":
            return f"(file) {message['fileName']}"
        case "location":
            return f"(place) {message['title']}, {message['address']}"
        case kind:
            return f"({kind})"


def _cut(lines: list[str]) -> list[str]:
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1]} …"]


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most so many columns; empty ones are left out. Thai is cut at spaces, or between whole clusters."""
    return [piece for line in text.splitlines() if line.strip() for piece in _pieces(line.rstrip(), width)]


def _pieces(line: str, width: int) -> Iterator[str]:
    while cell_len(line) > width:
        end = _fitting(line, width)
        space = line.rfind(" ", width // 2, end + 1)
        at = space if space > 0 else next((n for n in range(end, 0, -1) if _may_break(line, n)), end)
        yield line[:at].rstrip()
        line = line[at:].lstrip()
    yield line


def _fitting(line: str, width: int) -> int:
    """How many characters fit."""
    used = 0
    for at, character in enumerate(line):
        used += cell_len(character)
        if used > width:
            return max(at, 1)
    return len(line)


def _may_break(line: str, at: int) -> bool:
    """Not within a cluster, nor between a vowel and its consonant."""
    mark = unicodedata.category(line[at]) == "Mn" or line[at] in _FOLLOWING
    return not mark and line[at - 1] not in _LEADING
