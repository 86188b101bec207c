"""A letter as LINE's message objects: its words, its card, and what can be tapped. A pure function of the item."""

import json
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import structlog

from channels.line.split import shortened, shortened_label, split, units
from mailroom.domain.card import Card, CheckItem, Choice
from mailroom.domain.errors import PermanentChannelError
from mailroom.domain.outbox import OutboxItem

_log = structlog.get_logger(__name__)

Json = dict[str, Any]

MOST_MESSAGES = 5
LONGEST_TEXT = 5000
LONGEST_ALT_TEXT = 400
MOST_CHOICES = 13
LONGEST_LABEL = 20
LONGEST_DATA = 300
LONGEST_URL = 1000
LARGEST_BUBBLE = 30_000
"""Bytes of JSON; LINE's own limit is 30 KB."""

_WASTES = (0.5, 0.05, 0.0)
"""How much of each piece may stay unused for a good border: less and less, until the letter fits."""

_NOTHING = "–"
_GREY = "#6B7280"
_DONE = "☑"
_OPEN = "☐"


def messages(item: OutboxItem) -> list[Json]:
    """One to five message objects: the words, then the card; what can be tapped hangs on the last of them.

    Words that the card says all of are not said twice. Raises PermanentChannelError when there is nothing to say.
    """
    words = _plain(item.text).strip()
    card = _cleaned(item.card or Card())
    bubble = _bubble(card, item.id)
    alternative = shortened(_line(words or card.title or _plain(item.subject)) or _NOTHING, LONGEST_ALT_TEXT)
    if bubble is None:
        words = words or _plain(item.subject).strip()
    elif _says(card, words):
        words = ""
    texts = _texts(words, MOST_MESSAGES - bool(bubble), item.id)
    made: list[Json] = [{"type": "text", "text": text} for text in texts]
    if bubble:
        made.append({"type": "flex", "altText": alternative, "contents": bubble})
    if not made:
        raise PermanentChannelError("the letter has neither words nor a card; nothing can be sent over LINE")
    if quick := [_quick(one) for one in _usable(card.choices, item.id)][:MOST_CHOICES]:
        made[-1]["quickReply"] = {"items": quick}
    return made


def _texts(words: str, most: int, item_id: str) -> list[str]:
    """The words in at most so many pieces; what is too long even so ends in an ellipsis, and is noted."""
    for waste in _WASTES:
        pieces = split(words, LONGEST_TEXT, waste)
        if len(pieces) <= most:
            return pieces
    _log.warning("line.letter_cut", item=item_id, pieces=len(pieces), sent=most)
    return [*pieces[: most - 1], shortened("\n".join(pieces[most - 1 :]), LONGEST_TEXT)]


def _bubble(card: Card, item_id: str) -> Json | None:
    """The card as a Flex bubble; None when there is none to draw, or it is larger than LINE takes."""
    buttons = [_button(one) for one in _usable(card.buttons, item_id)]
    body = [*_title(card), *(_row(label, value) for label, value in card.rows), *map(_check, card.items), *_note(card)]
    if not buttons and not (card.title or card.rows or card.items):
        return None
    bubble: Json = {"type": "bubble"}
    if body:
        bubble["body"] = {"type": "box", "layout": "vertical", "spacing": "md", "contents": body}
    if buttons:
        bubble["footer"] = {"type": "box", "layout": "vertical", "spacing": "sm", "contents": buttons}
    size = len(json.dumps(bubble, ensure_ascii=False).encode())
    if size > LARGEST_BUBBLE:
        # The words say everything; a letter is not lost for its decoration.
        _log.warning("line.card_left_out", item=item_id, size=size)
        return None
    return bubble


def _title(card: Card) -> Iterator[Json]:
    if card.title:
        yield _text(card.title, weight="bold", size="lg")


def _note(card: Card) -> Iterator[Json]:
    if card.note:
        yield _text(card.note, size="xs", color=_GREY)


def _row(label: str, value: str) -> Json:
    parts = [_text(label, size="sm", color=_GREY, flex=2)] if label else []
    parts += [_text(value, size="sm", flex=4)] if value else []
    return {"type": "box", "layout": "horizontal", "spacing": "sm", "contents": parts}


def _check(item: CheckItem) -> Json:
    return _text(f"{_DONE if item.done else _OPEN} {item.label}", size="sm", **({"color": _GREY} if item.done else {}))


def _text(text: str, **look: Any) -> Json:
    return {"type": "text", "text": text, "wrap": True, **look}


def _button(choice: Choice) -> Json:
    return {"type": "button", "style": "link", "height": "sm", "action": action(choice)}


def _quick(choice: Choice) -> Json:
    return {"type": "action", "action": action(choice)}


def action(choice: Choice) -> Json:
    """What a tap does; the whole label is said even where the button shows its beginning."""
    label = shortened_label(choice.label, LONGEST_LABEL)
    if choice.url:
        return {"type": "uri", "label": label, "uri": web_address(choice.url)}
    if choice.says:
        return {"type": "message", "label": label, "text": shortened(choice.says, LONGEST_DATA)}
    return {
        "type": "postback",
        "label": label,
        "data": choice.data,
        "displayText": shortened(choice.label, LONGEST_DATA),
    }


def _usable(choices: Iterable[Choice], item_id: str) -> Iterator[Choice]:
    """Those that LINE would take; one that it would refuse would take the whole letter with it."""
    for choice in choices:
        given = [one for one in (choice.data, choice.says, choice.url) if one]
        if choice.label and len(given) == 1 and units(choice.data) <= LONGEST_DATA and _reachable(choice.url):
            yield choice
        else:
            _log.warning("line.choice_left_out", item=item_id, filled=len(given), size=units(choice.data))


def _reachable(url: str) -> bool:
    return not url or len(web_address(url)) in range(1, LONGEST_URL + 1)


def web_address(url: str) -> str:
    """The address in plain characters; empty when it is none of the web."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        plain_host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not plain_host or any(c.isspace() for c in url):
        return ""
    return quote(url.replace(host, plain_host, 1) if host != plain_host else url, safe="%/:=&?~#+!$,;'@()*[]")


def _says(card: Card, words: str) -> bool:
    """Whether every line of the words stands in the card."""
    drawn = {card.title, card.note, *(item.label for item in card.items)}
    for label, value in card.rows:
        drawn |= {value, f"{label} {value}", f"{label}: {value}"}
    return all(line.strip() in drawn for line in words.splitlines() if line.strip())


def _cleaned(card: Card) -> Card:
    """With nothing in it that a message object may not hold, and without what is empty."""
    return Card(
        title=_line(_plain(card.title)),
        rows=tuple((_plain(label).strip(), _plain(value).strip()) for label, value in card.rows if label or value),
        items=tuple(CheckItem(_line(_plain(one.label)), one.done) for one in card.items if one.label.strip()),
        note=_plain(card.note).strip(),
        buttons=tuple(_choice(one) for one in card.buttons),
        choices=tuple(_choice(one) for one in card.choices),
    )


def _choice(choice: Choice) -> Choice:
    return Choice(_line(_plain(choice.label)), choice.data, _line(_plain(choice.says)), choice.url)


def _plain(text: str) -> str:
    """Line ends as LINE has them; without other control characters and halves of pairs."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c if c == "\n" else " " if c == "\t" else "\ufffd" if unicodedata.category(c) == "Cs" else c
        for c in unified
        if c in "\n\t" or unicodedata.category(c) != "Cc"
    )


def _line(text: str) -> str:
    return " ".join(text.split())
