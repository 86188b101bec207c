"""A letter as LINE's message objects: its words, its card, and what can be tapped. A pure function of the item."""

import json
import re
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

_CALL = re.compile(r"tel:\+?[0-9]{3,20}")
"""A telephone number as an address (RFC 3966)."""

_NOTHING = "–"
_GREY = "#6B7280"
_DONE = "☑"
_OPEN = "☐"


def messages(item: OutboxItem) -> list[Json]:
    """One to five message objects: the words, then the card; what can be tapped hangs on the last of them.

    Words that the card says all of are not said twice; a card that LINE would not draw is put into words. Raises
    PermanentChannelError when there is nothing to say.
    """
    words = _plain(item.text).strip()
    card = _cleaned(item.card or Card(), item.id)
    bubble = _bubble(card)
    if bubble is not None and not _fits(bubble):
        _log.warning("line.card_in_words", item=item.id)
        words, card, bubble = f"{words}\n\n{_in_words(card)}".strip(), _tapped_below(card), None
    alternative = shortened(_line(words or card.title or _plain(item.subject)) or _NOTHING, LONGEST_ALT_TEXT)
    if bubble is None:
        words = words or _plain(item.subject).strip()
    elif _says(card, words):
        words = ""
    made: list[Json] = [{"type": "text", "text": text} for text in _texts(words, MOST_MESSAGES - bool(bubble), item.id)]
    if bubble:
        made.append({"type": "flex", "altText": alternative, "contents": bubble})
    if not made:
        raise PermanentChannelError("the letter has neither words nor a card; nothing can be sent over LINE")
    if card.choices:
        made[-1]["quickReply"] = {"items": [_quick(one) for one in card.choices[:MOST_CHOICES]]}
    return made


def _texts(words: str, most: int, item_id: str) -> list[str]:
    """The words in at most so many pieces; what is too long even so ends in an ellipsis, and is noted."""
    for waste in _WASTES:
        pieces = split(words, LONGEST_TEXT, waste)
        if len(pieces) <= most:
            return pieces
    _log.warning("line.letter_cut", item=item_id, pieces=len(pieces), sent=most)
    return [*pieces[: most - 1], shortened("\n".join(pieces[most - 1 :]), LONGEST_TEXT)]


def _bubble(card: Card) -> Json | None:
    """The card as a Flex bubble; None when there is none to draw."""
    body = [*_title(card), *(_row(label, value) for label, value in card.rows), *map(_check, card.items), *_note(card)]
    if not card.buttons and not (card.title or card.rows or card.items):
        return None
    bubble: Json = {"type": "bubble"}
    if body:
        bubble["body"] = {"type": "box", "layout": "vertical", "spacing": "md", "contents": body}
    if card.buttons:
        buttons = [_button(one) for one in card.buttons]
        bubble["footer"] = {"type": "box", "layout": "vertical", "spacing": "sm", "contents": buttons}
    return bubble


def _fits(bubble: Json) -> bool:
    return len(json.dumps(bubble, ensure_ascii=False).encode()) <= LARGEST_BUBBLE


def _in_words(card: Card) -> str:
    """What a card shows, line by line; addresses behind its buttons too."""
    rows = (": ".join(one for one in row if one) for row in card.rows)
    links = (f"{one.label}: {one.url}" for one in card.buttons if one.url)
    return "\n".join(one for one in (card.title, *rows, *map(_checked, card.items), card.note, *links) if one)


def _tapped_below(card: Card) -> Card:
    """Without a card to stand in, buttons go where the choices are, before them."""
    return Card(choices=(*(one for one in card.buttons if not one.url), *card.choices))


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
    return _text(_checked(item), size="sm", **({"color": _GREY} if item.done else {}))


def _checked(item: CheckItem) -> str:
    return f"{_DONE if item.done else _OPEN} {item.label}"


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
    """The address in plain characters; empty when it is neither of the web nor a telephone number."""
    if _CALL.fullmatch(url):
        return url
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


def _cleaned(card: Card, item_id: str) -> Card:
    """With nothing in it that a message object may not hold, and without what is empty or of no use."""
    return Card(
        title=_line(_plain(card.title)),
        rows=tuple(row for row in ((_plain(a).strip(), _plain(b).strip()) for a, b in card.rows) if any(row)),
        items=tuple(CheckItem(_line(_plain(one.label)), one.done) for one in card.items if one.label.strip()),
        note=_plain(card.note).strip(),
        buttons=tuple(_usable(map(_choice, card.buttons), item_id)),
        choices=tuple(_usable(map(_choice, card.choices), item_id)),
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
