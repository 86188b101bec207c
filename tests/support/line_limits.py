"""What LINE's reference demands of messages beyond its formal description: lengths, counts, sizes, addresses.

Written from the reference alone; nothing here is shared with the program that is tested.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

USER_ID = re.compile(r"U[0-9a-f]{32}")
UUID_HEX = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
WEB = re.compile(r"(https?://|tel:|line://|mailto:)[!-~]+")


def code_units(text: str) -> int:
    """UTF-16, by which LINE counts most texts. Raises UnicodeEncodeError on half a pair."""
    return len(text.encode("utf-16-le")) // 2


def graphemes(text: str) -> int:
    """Characters as a reader of Thai counts them, by which LINE counts what actions say: marks are no characters."""
    return sum(unicodedata.category(c)[0] != "M" and c != "ำ" for c in text)


def message_faults(messages: list[Any]) -> Iterator[str]:
    """`path: what` of everything that is over a limit."""
    if not 1 <= len(messages) <= 5:
        yield f"messages: {len(messages)} of them"
    for number, message in enumerate(messages):
        path = f"messages[{number}]"
        match message.get("type"):
            case "text":
                yield from _length(message["text"], 5000, f"{path}.text")
            case "flex":
                yield from _length(message["altText"], 400, f"{path}.altText")
                yield from _container(message["contents"], f"{path}.contents")
            case other:
                yield f"{path}: a mail room sends no {other}"
        yield from _quick_reply(message.get("quickReply"), f"{path}.quickReply")


def _length(text: str, most: int, path: str) -> Iterator[str]:
    if not text.strip():
        yield f"{path}: empty"
    try:
        size = code_units(text)
    except UnicodeEncodeError:
        yield f"{path}: half a pair"
        return
    if size > most:
        yield f"{path}: {size} of {most}"


def _quick_reply(quick: Any, path: str) -> Iterator[str]:
    if quick is None:
        return
    items = quick.get("items") or []
    if not 1 <= len(items) <= 13:
        yield f"{path}.items: {len(items)} of them"
    for number, item in enumerate(items):
        yield from _action(item.get("action") or {}, f"{path}.items[{number}].action")


def _action(action: dict[str, Any], path: str) -> Iterator[str]:
    label = action.get("label", "")
    if not label.strip():
        yield f"{path}.label: empty"
    if graphemes(label) > 20:
        yield f"{path}.label: {graphemes(label)} of 20"
    match action.get("type"):
        case "postback":
            yield from _length(action.get("data", ""), 300, f"{path}.data")
            yield from _length(action.get("displayText", ""), 300, f"{path}.displayText")
        case "message":
            yield from _length(action.get("text", ""), 300, f"{path}.text")
        case "uri":
            if not WEB.fullmatch(action.get("uri", "")) or len(action["uri"]) > 1000:
                yield f"{path}.uri: invalid"
        case other:
            yield f"{path}: no {other} is expected"


def _container(bubble: dict[str, Any], path: str) -> Iterator[str]:
    if bubble.get("type") == "bubble" and (size := len(json.dumps(bubble, ensure_ascii=False).encode())) > 30 * 1024:
        yield f"{path}: {size} bytes of 30 KB"
    for part, component in bubble.items():
        if isinstance(component, dict):
            yield from _component(component, f"{path}.{part}")


def _component(component: dict[str, Any], path: str) -> Iterator[str]:
    match component.get("type"):
        case "box":
            for number, inner in enumerate(component.get("contents", [])):
                yield from _component(inner, f"{path}.contents[{number}]")
        case "text" if not (component.get("text") or component.get("contents")):
            yield f"{path}.text: empty"
    if "action" in component:
        yield from _action(component["action"], f"{path}.action")


def menu_faults(menu: dict[str, Any]) -> Iterator[str]:
    """The same for a rich menu."""
    size = menu.get("size", {})
    width, height = size.get("width", 0), size.get("height", 0)
    if not (800 <= width <= 2500 and height >= 250 and width / height >= 1.45):
        yield f"size: {width} × {height}"
    if not 1 <= graphemes(menu.get("chatBarText", "")) <= 14:
        yield "chatBarText: length"
    if not menu.get("name") or len(menu["name"]) > 300:
        yield "name: length"
    if not 1 <= len(menu.get("areas", [])) <= 20:
        yield "areas: number"
    for number, area in enumerate(menu.get("areas", [])):
        bounds = area["bounds"]
        if bounds["x"] + bounds["width"] > width or bounds["y"] + bounds["height"] > height:
            yield f"areas[{number}].bounds: outside"
        yield from _action(area["action"], f"areas[{number}].action")
