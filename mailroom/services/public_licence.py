"""One licence as the public sees it: published items, masked items with their reason, and its present status."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mailroom.domain.agency import BANGKOK
from mailroom.domain.licence import FIELDS, Act, Licence, LicenceContent, LicenceStatus
from mailroom.domain.service import Service
from mailroom.ports import Json
from mailroom.services.disclosure import Disclosure
from mailroom.services.register_rows import rfc3339
from mailroom.services.wording import Wording

COLUMNS = (
    "no",
    "type",
    "law",
    "number",
    "holder",
    "holder_id",
    "premises",
    "address",
    "business",
    "issued_on",
    "starts_on",
    "expires_on",
    "conditions",
    "fee",
    "receipt",
    "extra",
    "status",
    "status_since",
    "authority",
    "code",
    "updated_at",
    "masked",
    "as_of",
)
"""Columns of the published files: those that the rules propose, and one for every other item that a licence prints."""

DAYS = frozenset({"issued_on", "starts_on", "expires_on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicItem:
    """One item that the licence prints."""

    key: str
    label: str
    label_en: str = ""
    value: str = ""
    """Days ISO 8601; conditions one on a line. Empty when masked, or not stated on this licence."""
    masked: str = ""
    """Why it is not published; empty when it is."""
    common: bool = True
    """Every licence has it; else only licences of this type."""


@dataclass(frozen=True, slots=True)
class PublicStep:
    """One step in the life of a licence. Who took it, and why, is not published."""

    act: Act
    at: datetime
    version: int
    document: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicLicence:
    """All that anyone may know of a licence."""

    service: str
    type_name: str
    type_name_en: str
    law: str
    authority: str
    number: str
    code: str
    status: LicenceStatus
    """On the day of asking."""
    status_since: datetime
    version: int
    items: tuple[PublicItem, ...]
    document: str | None
    """SHA-256 of the signed PDF in force."""
    updated_at: datetime
    listed: bool
    """Whether it stands in the public list; else only who holds its code sees it."""

    def item(self, key: str) -> PublicItem:
        return next(one for one in self.items if one.key == key)

    def value(self, key: str) -> str:
        """The value of an item; empty when it is masked."""
        return self.item(key).value

    @property
    def masked(self) -> tuple[PublicItem, ...]:
        return tuple(one for one in self.items if one.masked)

    @property
    def shown(self) -> tuple[PublicItem, ...]:
        """Published items that say something."""
        return tuple(one for one in self.items if one.value)

    def as_object(self, base_url: str = "") -> dict[str, Json]:
        """For machines: days ISO 8601, times RFC 3339 in +07:00; null where masked, with the reason in `masked`."""
        common = {one.key: one.value or None for one in self.items if one.common}
        conditions = self.value("conditions")
        return {
            "type": self.service,
            "type_name": self.type_name,
            "law": self.law,
            "number": self.number,
            **common,
            "conditions": None if self.item("conditions").masked else conditions.splitlines(),
            "extra": {one.key: one.value for one in self.items if not one.common and not one.masked},
            "masked": {one.key: one.masked for one in self.masked},
            "status": self.status.value,
            "in_force": self.status.in_force,
            "status_since": rfc3339(self.status_since),
            "authority": self.authority,
            "code": self.code,
            "url": f"{base_url}/l/{self.code}",
            "version": self.version,
            "sha256": self.document,
            "updated_at": rfc3339(self.updated_at),
        }

    def as_cells(self, no: int, wording: Wording, as_of: str, day: Callable[[str], str] = str) -> tuple[str, ...]:
        """For sheets: one text for each of `COLUMNS`. `day` writes an ISO 8601 day for the reader of the sheet."""
        mark = wording.say("public_masked", "mark")
        cells = {one.key: mark if one.masked else _written(one, day) for one in self.items if one.common}
        cells |= {
            "no": str(no),
            "type": self.type_name,
            "law": self.law,
            "number": self.number,
            "extra": "; ".join(f"{one.label}: {one.value}" for one in self.shown if not one.common),
            "status": wording.known("public_statuses", self.status),
            "status_since": day(self.status_since.astimezone(BANGKOK).date().isoformat()),
            "authority": self.authority,
            "code": self.code,
            "updated_at": rfc3339(self.updated_at),
            "masked": "; ".join(f"{one.label}: {one.masked}" for one in self.masked),
            "as_of": as_of,
        }
        return tuple(cells[column] for column in COLUMNS)


def _written(item: PublicItem, day: Callable[[str], str]) -> str:
    return day(item.value) if item.value and item.key in DAYS else item.value


class LicenceType:
    """One type of licence as it is published: what its licences print, and what of that is masked."""

    def __init__(self, key: str, service: Service | None, disclosure: Disclosure, wording: Wording) -> None:
        """`service` is None for a type that the public manual no longer lists."""
        self._key = key
        self._service = service
        self._disclosure = disclosure
        common = ((name, wording.say("public_columns", name), "") for name in FIELDS)
        own = ((one.key, one.label, one.label_en) for one in service.fields) if service else ()
        self._common = tuple(self._item(*one) for one in common)
        self._own = tuple(self._item(*one, common=False) for one in own)
        self._listed = frozenset(item.key for item in self._own)

    def view(self, licence: Licence, *, today: date, authority: str) -> PublicLicence:
        """The public view of a licence of this type on a day in Thailand."""
        status, service = licence.status_on(today), self._service
        return PublicLicence(
            service=self._key,
            type_name=(service.licence_name or service.name) if service else self._key,
            type_name_en=service.name_en if service else "",
            law=service.law if service else "",
            authority=authority,
            number=licence.number,
            code=licence.code,
            status=status,
            status_since=_since(licence, status),
            version=licence.version,
            items=tuple(self._items(licence.content)),
            document=licence.document,
            updated_at=licence.updated_at,
            listed=service is None or service.must_display,
        )

    def items(self) -> tuple[PublicItem, ...]:
        """Every item that such a licence prints, without values."""
        return self._common + self._own

    def _item(self, key: str, label: str, label_en: str, *, common: bool = True) -> PublicItem:
        masked = self._disclosure.reason(self._key, key) or ""
        return PublicItem(key=key, label=label, label_en=label_en, masked=masked, common=common)

    def _items(self, content: LicenceContent) -> Iterator[PublicItem]:
        for item in self._common:
            yield item if item.masked else _filled(item, _text(content, item.key))
        for item in self._own:
            yield item if item.masked else _filled(item, content.extra.get(item.key, ""))
        for key in content.extra:
            if key not in self._listed:
                yield self._unlisted(key, content.extra[key])

    def _unlisted(self, key: str, value: str) -> PublicItem:
        """An item of an earlier form of this type; it is shown only where the agency decided so."""
        item = self._item(key, key, "", common=False)
        return item if item.masked else _filled(item, value)


def _filled(item: PublicItem, value: str) -> PublicItem:
    return PublicItem(key=item.key, label=item.label, label_en=item.label_en, value=value, common=item.common)


def _since(licence: Licence, status: LicenceStatus) -> datetime:
    """Nobody notes that a licence lapses: it does at the midnight after its last day."""
    last = licence.content.expires_on
    if status is LicenceStatus.EXPIRED and last is not None:
        return datetime.combine(last + timedelta(days=1), time(), BANGKOK)
    return licence.status_since


def _text(content: LicenceContent, key: str) -> str:
    match value := getattr(content, key):
        case tuple():
            return "\n".join(" ".join(line.split()) for line in value)
        case date():
            return value.isoformat()
        case None:
            return ""
        case _:
            return str(value)
