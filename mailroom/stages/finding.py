"""Finding words in texts however they were typed, and showing the place. Positions are those of characters."""

import unicodedata
from collections.abc import Iterator

from mailroom.domain.search import Excerpt
from mailroom.stages.normalise import compact

AROUND = 40
"""Characters that an excerpt shows on either side of what was found."""
WINDOW = 250
"""Characters that are looked at a time: a long text is not compacted again and again."""
SHORTEST_NEAR = 4
"""Characters; of shorter words too many differ by one."""
_LEADING = frozenset("เแโใไ")
"""Thai vowels that are written before their consonant."""
_TRAILING = frozenset("\u0e33\u200d")
"""Sara am, part of which stands above its consonant, and the joiner of emoji."""
_CUT = "…"

Span = tuple[int, int]
"""Where something begins, and where it ends, the end not included."""


def trigrams(words: str) -> list[str]:
    """Runs of three characters that cover compact words of three characters or more; each once."""
    starts = [*range(0, len(words) - 2, 3), len(words) - 3]
    return list(dict.fromkeys(words[start : start + 3] for start in starts))


def find(text: str, words: str) -> Span | None:
    """The first place of compact words in a text as it was written; None where they are not in it.

    Words between whose letters stand very many blanks may be passed over.
    """
    reach = WINDOW + 4 * len(words) + AROUND
    for start in range(0, max(len(text), 1), WINDOW):
        window = text[start : start + reach]
        if words in compact(window):
            begin, end = _within(window, words)
            return _whole_clusters(text, start + begin, start + end)
    return None


def _within(text: str, words: str) -> Span:
    """Where compact words stand in a text that holds them: what the text is up to there holds them, by halving."""
    low, end = 0, len(text)
    while low < end:
        middle = (low + end) // 2
        low, end = (low, middle) if words in compact(text[:middle]) else (middle + 1, end)
    begin, high = 0, end
    while begin < high:
        middle = (begin + high + 1) // 2
        begin, high = (middle, high) if words in compact(text[middle:end]) else (begin, middle - 1)
    return begin, end


def excerpt(text: str, place: Span) -> Excerpt:
    """The place with a little of what stands around it, on one line."""
    begin, end = place
    first, last = _whole_clusters(text, max(0, begin - AROUND), min(len(text), end + AROUND))
    before, after = text[first:begin], text[end:last]
    return Excerpt(
        before=(_CUT if first else "") + _one_line(before).lstrip(),
        hit=_one_line(text[begin:end]),
        after=_one_line(after).rstrip() + (_CUT if last < len(text) else ""),
    )


def marked(text: str, words: str) -> Excerpt | None:
    """The whole text, with the first place of compact words apart; None where they are not in it."""
    place = find(text, words) if words else None
    if place is None:
        return None
    return Excerpt(text[: place[0]], text[place[0] : place[1]], text[place[1] :])


def marked_near(text: str, words: str) -> Excerpt | None:
    """The same for what differs from compact words by one letter."""
    spelled = compact(text)
    place = near(spelled, words) if len(words) >= SHORTEST_NEAR else None
    return marked(text, spelled[slice(*place)]) if place else None


def _one_line(text: str) -> str:
    """Runs of white space as one blank, at both ends as well."""
    words = " ".join(text.split())
    if not words:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + words + (" " if text[-1].isspace() else "")


def _whole_clusters(text: str, begin: int, end: int) -> Span:
    """The place widened to where letters can be parted."""
    while _parts_cluster(text, begin):
        begin -= 1
    while _parts_cluster(text, end):
        end += 1
    return begin, end


def _parts_cluster(text: str, at: int) -> bool:
    """Whether a cut before this character would part what is written as one."""
    if not 0 < at < len(text):
        return False
    before, here = text[at - 1], text[at]
    return here in _TRAILING or before in _LEADING or before == "\u200d" or unicodedata.category(here)[0] == "M"


def near(text: str, words: str) -> Span | None:
    """Where compact words stand in a compact text but for one letter; None where they do not.

    One letter is left out, put in, exchanged, or changed places with its neighbour. One half of the words then stands
    as it is written, or the two in the middle changed places. A line feed in the text keeps its items apart.
    """
    first, second, crossed = near_parts(words)
    for begin in _places(text, first):
        end = _ends(second, text, begin + len(first))
        if end is not None and "\n" not in text[begin:end]:
            return begin, end
    backwards = text[::-1]
    for place in _places(text, second):
        reached = _ends(first[::-1], backwards, len(text) - place)
        if reached is not None and "\n" not in text[len(text) - reached : place]:
            return len(text) - reached, place + len(second)
    begin = text.find(crossed)
    return (begin, begin + len(crossed)) if begin >= 0 else None


def near_parts(words: str) -> tuple[str, str, str]:
    """First half, second half, and the words with the two letters in the middle exchanged.

    What differs from the words by one letter holds one of them.
    """
    middle = len(words) // 2
    crossed = words[: middle - 1] + words[middle] + words[middle - 1] + words[middle + 1 :]
    return words[:middle], words[middle:], crossed


def _places(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def _ends(words: str, text: str, at: int) -> int | None:
    """Where words that begin at this place end, with one letter different at most; None where they do not stand there."""
    same = 0
    while same < len(words) and at + same < len(text) and words[same] == text[at + same]:
        same += 1
    if same == len(words):
        return at + same
    here = at + same
    exchanged, left_out, put_in = words[same + 1 :], words[same + 1 :], words[same:]
    if here < len(text) and text.startswith(exchanged, here + 1):
        return here + 1 + len(exchanged)
    if text.startswith(left_out, here):
        return here + len(left_out)
    if here < len(text) and text.startswith(put_in, here + 1):
        return here + 1 + len(put_in)
    crossed = words[same + 1 : same + 2] + words[same] + words[same + 2 :]
    return here + len(crossed) if len(crossed) > 1 and text.startswith(crossed, here) else None
