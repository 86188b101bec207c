"""SEARCH of the demo's IMAP server: the keys that mail clients use."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from mailroom.demo.imap_store import StoredMail
from mailroom.demo.imap_syntax import Argument, SyntaxFaultError, number_set

_FLAGS = {"SEEN", "ANSWERED", "FLAGGED", "DELETED", "DRAFT"}
_DAY_KEYS = {"SINCE", "BEFORE", "ON"}


def search(view: Sequence[StoredMail], keys: Sequence[Argument]) -> list[tuple[int, StoredMail]]:
    """Number and mail of those in `view` that all keys fit. Raises SyntaxFaultError for an unknown key."""
    if keys[:1] and str(keys[0]).upper() == "CHARSET":
        keys = keys[2:]
    last_uid = view[-1].uid if view else 0
    return [
        (number, mail)
        for number, mail in enumerate(view, 1)
        if _fits_all(number, mail, keys, last_number=len(view), last_uid=last_uid)
    ]


def _fits_all(number: int, mail: StoredMail, keys: Sequence[Argument], *, last_number: int, last_uid: int) -> bool:
    rest = iter([_text(key) for key in keys])
    for key in rest:
        negated = key.upper() == "NOT"
        name = _next(rest) if negated else key
        upper = name.upper()
        if upper == "UID":
            fits = number_set(_next(rest), last_uid)(mail.uid)
        elif name[:1].isdigit() or name[:1] == "*":
            fits = number_set(name, last_number)(number)
        else:
            fits = _fits(upper, rest, mail)
        if fits == negated:
            return False
    return True


def _fits(key: str, rest: Iterator[str], mail: StoredMail) -> bool:
    if key == "ALL":
        return True
    if key in _FLAGS:
        return f"\\{key.title()}" in mail.flags
    if key.startswith("UN") and key[2:] in _FLAGS:
        return f"\\{key[2:].title()}" not in mail.flags
    if key in {"KEYWORD", "UNKEYWORD"}:
        return (_next(rest) in mail.flags) == (key == "KEYWORD")
    if key == "HEADER":
        return _header_holds(mail, _next(rest), _next(rest))
    if key in _DAY_KEYS:
        return _day_fits(key, _next(rest), mail.entered_at)
    raise SyntaxFaultError(f"search key {key} is not known")


def _header_holds(mail: StoredMail, name: str, words: str) -> bool:
    head = mail.raw.partition(b"\r\n\r\n")[0].decode("latin-1").lower()
    return any(line.startswith(f"{name.lower()}:") and words.lower() in line for line in head.split("\r\n"))


def _day_fits(key: str, day: str, entered_at: datetime) -> bool:
    try:
        asked = datetime.strptime(day, "%d-%b-%Y").date()  # noqa: DTZ007 - only the day counts
    except ValueError as error:
        raise SyntaxFaultError(f"{day} is not a date") from error
    entered = entered_at.date()
    return {"SINCE": entered >= asked, "BEFORE": entered < asked, "ON": entered == asked}[key]


def _next(rest: Iterator[str]) -> str:
    value = next(rest, None)
    if value is None:
        raise SyntaxFaultError("the search ends too early")
    return value


def _text(key: Argument) -> str:
    if isinstance(key, list):
        raise SyntaxFaultError("lists of search keys are not known")
    return key.decode("latin-1") if isinstance(key, bytes) else key
