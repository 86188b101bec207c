"""From one paper of a licence to what its template prints and what lies in its PDF (R27-R30, R37, R93, R96)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from mailroom.domain.agency import Agency
from mailroom.domain.clerk import Clerk
from mailroom.domain.instrument import Signatory
from mailroom.domain.licence import Act, Issuance
from mailroom.domain.service import Service
from mailroom.domain.signature import Enclosure
from mailroom.domain.texts import Texts
from mailroom.ports import Json, Renderer
from mailroom.stages.codes import grouped
from mailroom.stages.licence_enclosures import LicencePaper, enclosures
from mailroom.stages.normalise import to_arabic_digits
from mailroom.stages.thai import thai_date, to_thai_digits

TEMPLATE = "licence.v1"
ARABIC, THAI = "0123456789", "๐๑๒๓๔๕๖๗๘๙"
_CAPACITY = re.compile(r"((?:รักษาราชการ|ปฏิบัติราชการ|รักษาการ|ทำการ)แทน)\s*(.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How an agency's papers look."""

    thai_digits: bool = False
    emblem: Mapping[str, Json] | None = None
    """`{"svg": drawing}` or `{"png": base64}`; None leaves the place empty."""
    demo: bool = False
    """The certificate is one of the demonstration authority: the paper says so."""


class Papers:
    """Papers of one agency. Equal issuances give equal bytes."""

    def __init__(
        self, *, agency: Agency, renderer: Renderer, texts: Texts, public_url: str, style: Style | None = None
    ) -> None:
        """`public_url` is where the public pages begin, without a stroke at its end."""
        self._agency = agency
        self._renderer = renderer
        self._texts = texts
        self._url = public_url.rstrip("/")
        self._style = style or Style()

    def render(self, issuance: Issuance, service: Service, version: int, signatory: Signatory, at: datetime) -> bytes:
        """The unsigned PDF with its enclosures. Raises RenderingError."""
        paper = self.paper(issuance, service, version, signatory)
        return self._renderer.render(TEMPLATE, self.printed(paper), at=at, enclosures=self.enclosed(paper))

    def paper(self, issuance: Issuance, service: Service, version: int, signatory: Signatory) -> LicencePaper:
        """All that the paper says. The issuance has its number and code."""
        return LicencePaper(
            agency=self._agency,
            service=service,
            act=issuance.act,
            number=issuance.number,
            code=issuance.code,
            version=version,
            url=self.address(issuance.code),
            content=issuance.content,
            reason=issuance.follows,
            signatory=signatory,
        )

    def address(self, code: str) -> str:
        """Of the public record, as the QR holds it."""
        return f"{self._url}/l/{code}"

    def enclosed(self, paper: LicencePaper) -> tuple[Enclosure, ...]:
        return enclosures(paper, self._texts.label("papers", "enclosure"))

    def printed(self, paper: LicencePaper) -> dict[str, Json]:
        """The data of the template (docs/documents.md). Codes and addresses keep Arabic digits: they are typed."""
        content = paper.content
        substitute = paper.act is Act.SUBSTITUTE
        return {
            "digits": THAI if self._style.thai_digits else ARABIC,
            "demo": self._style.demo,
            "draft": False,
            **({"emblem": self._style.emblem} if self._style.emblem else {}),
            "agency": paper.agency.name,
            "title": paper.service.licence_name or paper.service.name,
            "law": self._figures(paper.service.law),
            "number": self._figures(paper.number),
            "substitute": substitute,
            "reason": self._figures(paper.reason) if substitute else "",
            "holder": self._figures(content.holder),
            "holder_id": self._figures(content.holder_id),
            "premises": self._figures(content.premises),
            "address": self._figures(content.address),
            "business": self._figures(content.business),
            "extra": [
                {"label": one.label, "value": self._figures(content.extra[one.key])}
                for one in paper.service.fields
                if content.extra.get(one.key)
            ],
            "fee": self._figures(_money(content.fee)),
            "receipt": self._figures(content.receipt),
            "issued_on": self._day(content.issued_on),
            "starts_on": self._day(content.starts_on),
            "expires_on": self._day(content.expires_on),
            "conditions": [self._figures(text) for text in content.conditions],
            "signer": _signer(paper.signatory),
            "qr": {"qr": paper.url},
            "code": grouped(paper.code),
            "verify_at": paper.url,
        }

    def _figures(self, text: str) -> str:
        return to_thai_digits(text) if self._style.thai_digits else text

    def _day(self, on: date | None) -> str:
        return self._figures(thai_date(on)) if on else ""


def signatory_of(clerk: Clerk) -> Signatory:
    """Who signs, with name, position and capacity as papers print them (R37)."""
    capacity = _CAPACITY.fullmatch(clerk.capacity.strip())
    return Signatory(
        name=clerk.display_name,
        position=clerk.position,
        capacity=capacity[1] if capacity else clerk.capacity,
        on_behalf=capacity[2] if capacity else "",
    )


def file_name(service: str, number: str, version: int) -> str:
    """ASCII, and telling: `food-shop-12-2569.pdf`, from the second version on `food-shop-12-2569-v2.pdf`."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", to_arabic_digits(number)).strip("-")
    parts = (service, plain, f"v{version}" if version > 1 else "")
    return "-".join(part for part in parts if part) + ".pdf"


def _signer(signatory: Signatory) -> dict[str, Json]:
    return {
        "name": signatory.name,
        "position": signatory.position,
        "capacity": signatory.capacity,
        "on_behalf": signatory.on_behalf,
    }


def _money(fee: str) -> str:
    """Baht with two decimals and thousands apart; what is no number stays as it is."""
    return f"{float(fee):,.2f}" if re.fullmatch(r"\d+(\.\d+)?", fee) else fee
