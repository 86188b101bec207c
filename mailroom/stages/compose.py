"""Letters from templates: Thai first, English below, as plain text and as simple HTML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jinja2

from mailroom.domain.agency import Agency, Announcement
from mailroom.domain.decision import Letter, Secrecy
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.message import Message
from mailroom.domain.register import RegisterNumber
from mailroom.domain.service import OtherAgency, Service
from mailroom.domain.texts import Texts
from mailroom.stages import thai
from mailroom.stages.inclusion import load_whole

LISTED_ATTACHMENTS = 20
"""So many attachments are listed one by one; of the others a letter gives the number."""
QUOTED_SUBJECT = 150
QUOTED_NAME = 80
_UNPRINTABLE = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff\ue000-\uf8ff]+"
)
_STACKED = re.compile("([\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])\\1{3,}")
_WIDE_SPACE = re.compile(r"\s{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFacts:
    """What a letter speaks of."""

    agency: Agency
    message: Message
    channel: str
    number: RegisterNumber | None
    entered_system_at: datetime
    deemed_received_at: datetime
    service: Service | None = None
    other_agency: OtherAgency | None = None
    announcement: Announcement | None = None
    secrecy: Secrecy = Secrecy.NONE
    """Of a graded matter a letter repeats neither subject nor attachments (R58)."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A letter in words. The subject is one line without control characters."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One attachment as a letter lists it (R25)."""

    name: str
    size: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Stationery:
    """Templates and sentences, made ready once."""

    texts: tuple[Texts, ...]
    plain: Mapping[Letter, jinja2.Template]
    page: Mapping[Letter, jinja2.Template]


def stationery(templates: Mapping[str, str], *texts: Texts) -> Stationery:
    """Compile templates (by path, `th/held.txt`) once. Raises ConfigurationError naming template, line and remedy."""
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(dict(templates)),
        autoescape=jinja2.select_autoescape(["html"], default_for_string=True),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    try:
        plain = {letter: load_whole(environment, f"th/{letter}.txt") for letter in Letter}
        page = {letter: load_whole(environment, f"th/{letter}.html") for letter in Letter}
    except jinja2.TemplateSyntaxError as error:
        place = f"{error.name}, line {error.lineno}: {error.message}"
        raise ConfigurationError(f"letter template {place}; mend it or restore it from the example") from error
    except jinja2.TemplateError as error:
        raise ConfigurationError(f"letter template {error}; mend it or restore it from the example") from error
    return Stationery(texts, plain, page)


class Composer:
    """Composes every letter of one installation."""

    def __init__(self, stationery: Stationery) -> None:
        self._stationery = stationery

    def compose(self, letter: Letter, facts: LetterFacts) -> Composed:
        """The letter. Equal facts give equal words, so that a retry is the same letter.

        Raises ConfigurationError when a template asks for something that does not exist, naming it.
        """
        values = _values(facts, self._stationery.texts)
        try:
            text = self._stationery.plain[letter].render(values)
            html = self._stationery.page[letter].render(values)
        except jinja2.TemplateError as error:
            raise ConfigurationError(
                f"letter template {letter}: {error}; mend it or restore it from the example"
            ) from error
        return Composed(_subject(letter, facts, self._stationery.texts[0]), f"{text.strip()}\n", html)


def compose(letter: Letter, facts: LetterFacts, stationery: Stationery) -> Composed:
    """One letter; see `Composer.compose`."""
    return Composer(stationery).compose(letter, facts)


def one_line(text: str, limit: int) -> str:
    """A citizen's words as a letter repeats them: one line, nothing that steers a terminal or a header, bounded."""
    text = _STACKED.sub(r"\1\1\1", _UNPRINTABLE.sub(" ", text))
    text = _WIDE_SPACE.sub(" ", text).strip()
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _subject(letter: Letter, facts: LetterFacts, texts: Texts) -> str:
    number = str(facts.number) if facts.number else ""
    return one_line(texts.label("subjects", letter).replace("{number}", number), QUOTED_SUBJECT)


def _values(facts: LetterFacts, texts: tuple[Texts, ...]) -> dict[str, Any]:
    message, graded = facts.message, facts.secrecy is not Secrecy.NONE
    files = [] if graded else [one for one in message.attachments if not one.inline]
    return {
        "agency": facts.agency,
        "graded": graded,
        "blank": _is_blank(message),
        "name": one_line(message.sender.name, QUOTED_NAME),
        "subject": "" if graded else one_line(message.subject, QUOTED_SUBJECT),
        "number": str(facts.number) if facts.number else "",
        "entered_th": thai.thai_datetime(facts.entered_system_at),
        "deemed_th": thai.thai_datetime(facts.deemed_received_at),
        "entered_en": thai.english_datetime(facts.entered_system_at),
        "deemed_en": thai.english_datetime(facts.deemed_received_at),
        "out_of_hours": facts.entered_system_at != facts.deemed_received_at,
        "files": [_listed(one.name, one.size, one.sha256) for one in files[:LISTED_ATTACHMENTS]],
        "file_count": len(files),
        "more_files": max(0, len(files) - LISTED_ATTACHMENTS),
        "service": facts.service,
        "other": facts.other_agency,
        **_channels(facts, texts),
    }


def _is_blank(message: Message) -> bool:
    """Whether nothing arrived but the envelope: who sent it believes that a letter did, and must send it again."""
    unread = any(defect.startswith("unreadable") for defect in message.defects)
    return not (unread or message.subject.strip() or message.text.strip() or message.attachments)


def _channels(facts: LetterFacts, texts: tuple[Texts, ...]) -> dict[str, Any]:
    announcement = facts.announcement
    announced = announcement.channels if announcement else ("email",)
    if facts.service:  # Where the matter has channels of its own, the others would be wrong again.
        announced = tuple(name for name in announced if name in facts.service.channels) or announced
    values: dict[str, Any] = {
        "announcement_number": announcement.number if announcement else "",
        "announcement_url": announcement.url if announcement else "",
    }
    for one in texts:
        values[f"channel_{one.language}"] = one.label("channels", facts.channel)
        values[f"channels_{one.language}"] = [_channel(name, facts, one) for name in announced]
    return values


def _channel(name: str, facts: LetterFacts, texts: Texts) -> str:
    """A channel as a letter names it, with where it is found."""
    label = texts.label("channels", name)
    line_id = facts.announcement.line_id if facts.announcement else ""
    found_at = {"email": facts.agency.central_address, "line": line_id}.get(name, "")
    return f"{label}: {found_at}" if found_at else label


def _listed(name: str, size: int, sha256: str) -> ListedFile:
    return ListedFile(one_line(name, QUOTED_NAME) or "-", thai.readable_size(size), sha256)
