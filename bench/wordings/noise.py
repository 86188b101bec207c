"""What happens to a text between the head and the mail: misspelling, short forms, slips, spaces, Thai digits."""

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_TONE = re.compile("[\u0e48-\u0e4b]")
_CONSONANTS = re.compile("(?<=[\u0e01-\u0e2e])[\u0e01-\u0e2e](?=[\u0e01-\u0e2e])")
_GAP = re.compile(r"(?<=[\u0e01-\u0e4e]) (?=[\u0e01-\u0e44])")
_RATES: Mapping[str, Mapping[str, float]] = {
    "formal": {"misspelt": 0.1, "short": 0.1, "spoken": 0.0, "slip": 0.03, "spaces": 0.1, "digits": 0.3},
    "plain": {"misspelt": 0.3, "short": 0.3, "spoken": 0.25, "slip": 0.15, "spaces": 0.25, "digits": 0.05},
    "chatty": {"misspelt": 0.45, "short": 0.45, "spoken": 0.5, "slip": 0.3, "spaces": 0.45, "digits": 0.02},
}


def noisy(text: str, style: str, noise: Mapping[str, Any], chance: random.Random) -> str:
    """The text as it may have been typed by somebody of that style. English is left as it is."""
    rates = _RATES.get(style)
    if rates is None:
        return text
    for name in ("spoken", "short", "misspelt"):
        if chance.random() < rates[name]:
            text = _exchanged(text, noise[name], chance)
    if chance.random() < rates["slip"]:
        text = _slipped(text, chance)
    if chance.random() < rates["spaces"]:
        text = _spaced(text, chance)
    if chance.random() < rates["digits"] and "http" not in text:
        text = text.translate(_THAI_DIGITS)
    return text


def _exchanged(text: str, pairs: Sequence[Sequence[str]], chance: random.Random) -> str:
    """One to three of the words that the text has in their other form."""
    found = [pair for pair in pairs if pair[0] in text]
    for written, typed in chance.sample(found, min(len(found), chance.randint(1, 3))):
        text = text.replace(written, typed, 1)
    return text


def _slipped(text: str, chance: random.Random) -> str:
    """One slip of the fingers: a tone mark lost or doubled, or two consonants that changed places."""
    tones, consonants = [*_TONE.finditer(text)], [*_CONSONANTS.finditer(text)]
    slip = chance.choice(("lost", "doubled", "changed"))
    if slip == "changed" and consonants:
        at = chance.choice(consonants).start()
        return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
    if not tones:
        return text
    at = chance.choice(tones).start()
    return text[:at] + text[at + 1 :] if slip == "lost" else text[:at] + text[at] + text[at:]


def _spaced(text: str, chance: random.Random) -> str:
    """Spaces between Thai letters left out, doubled, or put at the end of a line instead."""
    way = chance.choice(("none", "double", "line"))
    if way == "line":
        return _GAP.sub(lambda found: "\n" if chance.random() < 0.4 else found[0], text)
    return _GAP.sub("" if way == "none" else "  ", text)
