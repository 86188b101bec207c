"""What the letters about licences say: the licence itself, its one-time link, and the reminder before it lapses."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mailroom.domain.agency import Agency
from mailroom.domain.decision import Letter
from mailroom.domain.licence import Act, LicenceContent
from mailroom.domain.register import RegisterNumber
from mailroom.domain.service import Service
from mailroom.stages import thai
from mailroom.stages.compose import QUOTED_NAME, Composed, Composer, one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceFacts:
    """The licence that a letter is about."""

    agency: Agency
    service: Service
    number: str
    content: LicenceContent
    status_url: str
    """Its public page, as the QR code has it."""
    letter_no: str = ""
    """ที่ of this letter; empty for one that is not in ทะเบียนหนังสือส่ง."""
    request: RegisterNumber | None = None
    """The request that led to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """How the paper goes to its holder: its entry in ทะเบียนหนังสือส่ง, and the file, enclosed or to be fetched."""

    act: Act
    sent_no: str
    dated: date
    file_name: str
    file_size: int
    digest: str
    link_url: str = ""
    link_until: datetime | None = None
    graded: bool = False
    """Of a graded matter the letter names neither licence nor place (R58)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """When a licence lapses, and until when a request for renewal is in time (R16)."""

    last_day: date
    today: date
    safe_until: datetime
    now: datetime


def licence_letter(composer: Composer, facts: LicenceFacts, hand_over: HandOver, channel: str = "") -> Composed:
    """The letter that carries a licence, or its link where there is one, in that channel's own wording if it has one."""
    values = _licence(facts) | _hand_over(composer, hand_over)
    if not hand_over.link_url:
        return composer.write(Letter.LICENCE, values)
    return composer.write(
        Letter.LICENCE_LINK, values, subject="licence-link-graded" if hand_over.graded else "", channel=channel
    )


def renewal_reminder(composer: Composer, facts: LicenceFacts, lapse: Lapse) -> Composed:
    """The reminder. It names the last moment that is safe, or says that there is none left."""
    return composer.write(
        Letter.RENEWAL_REMINDER,
        _licence(facts)
        | {
            "days_left": (lapse.last_day - lapse.today).days,
            "safe_until_th": thai.thai_datetime(lapse.safe_until),
            "safe_until_en": thai.english_datetime(lapse.safe_until),
            "too_late": lapse.now > lapse.safe_until,
            "by_payment": facts.service.renewal_by_payment,
        },
    )


def _licence(facts: LicenceFacts) -> dict[str, Any]:
    content, service = facts.content, facts.service
    title = service.licence_name or service.name
    return {
        "agency": facts.agency,
        "name": one_line(content.holder, QUOTED_NAME),
        "title": title,
        "title_en": service.name_en or title,
        "licence_no": facts.number,
        "premises": one_line(content.premises, QUOTED_NAME),
        "starts_th": thai.thai_date(content.starts_on),
        "starts_en": thai.english_date(content.starts_on),
        "last_day_th": thai.thai_date(content.expires_on) if content.expires_on else "",
        "last_day_en": thai.english_date(content.expires_on) if content.expires_on else "",
        "status_url": facts.status_url,
        "letter_no": facts.letter_no,
        "number": str(facts.request) if facts.request else "",
    }


def _hand_over(composer: Composer, hand_over: HandOver) -> dict[str, Any]:
    until = hand_over.link_until
    return {
        "done_th": composer.label("licence_acts", hand_over.act),
        "done_en": composer.label("licence_acts", hand_over.act, language=1),
        "graded": hand_over.graded,
        "sent_no": hand_over.sent_no,
        "dated_th": thai.thai_date(hand_over.dated),
        "file": {
            "name": hand_over.file_name,
            "size": thai.readable_size(hand_over.file_size),
            "sha256": hand_over.digest,
        },
        "link_url": hand_over.link_url,
        "link_until_th": thai.thai_datetime(until) if until else "",
        "link_until_en": thai.english_datetime(until) if until else "",
    }
