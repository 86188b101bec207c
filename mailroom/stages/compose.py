"""Letters from templates: Thai first, English below, as plain text and as simple HTML."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import jinja2

from mailroom.domain.agency import BANGKOK, Agency, Announcement, ChannelRule
from mailroom.domain.decision import TEMPLATED, Letter, Secrecy
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.message import Message
from mailroom.domain.register import RegisterNumber
from mailroom.domain.service import OtherAgency, Service
from mailroom.domain.texts import Texts
from mailroom.stages import lazy, thai
from mailroom.stages.announced import lines_to_name
from mailroom.stages.inclusion import Templates, Whole

LISTED_ATTACHMENTS = 20
"""So many attachments are listed one by one; of the others a letter gives the number."""
QUOTED_SUBJECT = 150
QUOTED_NAME = 80
_UNPRINTABLE = lazy.pattern(
    "[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff\ue000-\uf8ff]+"
)
_STACKED = lazy.pattern("([\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])\\1{3,}")
_WIDE_SPACE = lazy.pattern(r"\s{2,}")
_PLACE = lazy.pattern(r"\{(\w+)\}")
_OWN_WORDING = lazy.pattern(r"th/([a-z-]+\.[a-z]+)\.txt")


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
    plain: Mapping[Letter, Whole]
    page: Mapping[Letter, Whole]
    own: Mapping[str, Whole]
    """By `LETTER.CHANNEL`: wordings that one channel has for itself, plain text alone."""


def stationery(templates: Mapping[str, str], *texts: Texts) -> Stationery:
    """Make templates (by path, `th/held.txt`) ready. Raises ConfigurationError naming template, line and remedy."""
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(dict(templates)),
        autoescape=jinja2.select_autoescape(["html"], default_for_string=True),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    ready = Templates(environment)
    try:
        plain = {letter: ready.whole(f"th/{letter}.txt") for letter in TEMPLATED}
        page = {letter: ready.whole(f"th/{letter}.html") for letter in TEMPLATED}
        own = {match[1]: ready.whole(match[0]) for match in map(_OWN_WORDING.fullmatch, templates) if match}
    except jinja2.TemplateSyntaxError as error:
        place = f"{error.name}, line {error.lineno}: {error.message}"
        raise ConfigurationError(f"letter template {place}; mend it or restore it from the example") from error
    except jinja2.TemplateError as error:
        raise ConfigurationError(f"letter template {error}; mend it or restore it from the example") from error
    return Stationery(texts, plain, page, own)


class Composer:
    """Composes every letter of one installation."""

    def __init__(self, stationery: Stationery) -> None:
        self._stationery = stationery

    def compose(self, letter: Letter, facts: LetterFacts) -> Composed:
        """The letter. Equal facts give equal words, so that a retry is the same letter.

        Raises ConfigurationError when a template asks for something that does not exist, naming it.
        """
        return self.write(letter, _values(facts, self._stationery.texts), channel=facts.channel)

    def write(self, letter: Letter, values: Mapping[str, Any], *, subject: str = "", channel: str = "") -> Composed:
        """The letter from ready values; they also fill the places in its subject, that of the key `subject` if given.

        A channel that has its own wording of this letter (`th/LETTER.CHANNEL.txt`) gets that as its text.
        Raises ConfigurationError as `compose` does.
        """
        own = self._stationery.own.get(f"{letter}.{channel}")
        try:
            text = (own or self._stationery.plain[letter]).render(values)
            html = self._stationery.page[letter].render(values)
        except jinja2.TemplateError as error:
            raise ConfigurationError(
                f"letter template {letter}: {error}; mend it or restore it from the example"
            ) from error
        return Composed(_filled(self.label("subjects", subject or letter), values), f"{text.strip()}\n", html)

    def label(self, table: str, key: str, language: int = 0) -> str:
        """Words of the catalogue: in Thai, or in the language below it."""
        return self._stationery.texts[language].label(table, key)


def compose(letter: Letter, facts: LetterFacts, stationery: Stationery) -> Composed:
    """One letter; see `Composer.compose`."""
    return Composer(stationery).compose(letter, facts)


def one_line(text: str, limit: int) -> str:
    """A citizen's words as a letter repeats them: one line, nothing that steers a terminal or a header, bounded."""
    text = _STACKED.sub(r"\1\1\1", _UNPRINTABLE.sub(" ", text))
    text = _WIDE_SPACE.sub(" ", text).strip()
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _filled(subject: str, values: Mapping[str, Any]) -> str:
    return one_line(_PLACE.sub(lambda place: str(values.get(place[1], "")), subject), QUOTED_SUBJECT)


def _values(facts: LetterFacts, texts: tuple[Texts, ...]) -> dict[str, Any]:
    message, graded = facts.message, facts.secrecy is not Secrecy.NONE
    files = [] if graded else [one for one in message.attachments if not one.inline]
    return {
        "agency": _as_announced(facts),
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
    """The announcement as letters quote it (R21, R35): what is announced and what is said come from one value."""
    announcement = facts.announcement
    dated = announcement.dated if announcement else None
    values: dict[str, Any] = {
        "announcement_number": announcement.number if announcement else "",
        "announcement_dated": thai.thai_date(dated) if dated else "",
        "announcement_url": announcement.url if announcement else "",
    }
    for one in texts:
        values[f"channel_{one.language}"] = one.label("channels", facts.channel)
        values[f"channels_{one.language}"] = [_channel(line, one) for line in _lines(facts)]
    return values


def _lines(facts: LetterFacts) -> tuple[ChannelRule, ...]:
    """The channels to name. Where the matter has channels of its own, the others would be wrong again."""
    announcement, day = facts.announcement, facts.entered_system_at.astimezone(BANGKOK).date()
    if announcement and announcement.rules:
        return lines_to_name(announcement, facts.service, day)
    named = announcement.channels if announcement else ("email",)
    if facts.service:
        named = tuple(name for name in named if name in facts.service.channels) or named
    line_id = announcement.line_id if announcement else ""
    found_at = {"email": facts.agency.central_address, "line": line_id}
    return tuple(ChannelRule(channel=name, address=found_at.get(name, "")) for name in named)


def _channel(line: ChannelRule, texts: Texts) -> str:
    """A channel as a letter names it, with where it is found and for which unit."""
    label = texts.label("channels", line.channel)
    named = f"{label}: {line.address}" if line.address else label
    return f"{named} ({line.unit})" if line.unit else named


def _as_announced(facts: LetterFacts) -> Agency:
    """The agency with the telephone of the announcement, so that letters name no other (R35)."""
    phones = facts.announcement.phones if facts.announcement else ()
    return replace(facts.agency, phone=", ".join(phones)) if phones else facts.agency


def _listed(name: str, size: int, sha256: str) -> ListedFile:
    return ListedFile(one_line(name, QUOTED_NAME) or "-", thai.readable_size(size), sha256)
