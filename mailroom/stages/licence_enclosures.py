"""The items of a licence for machines, as they lie in its PDF: licence.json and licence.xml (R93; docs/licence-data.md)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from mailroom.domain.agency import Agency
from mailroom.domain.instrument import Signatory
from mailroom.domain.licence import Act, LicenceContent
from mailroom.domain.service import Service
from mailroom.domain.signature import Enclosure

NAMESPACE = "urn:mailroom:licence:1"
"""Names the vocabulary and its version; what it says only ever grows by optional items."""

Item = str | int | None | Sequence["Item"] | Mapping[str, "Item"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LicencePaper:
    """All that one paper of a licence says."""

    agency: Agency
    service: Service
    act: Act
    number: str
    code: str
    version: int
    url: str
    """Of its public record."""
    content: LicenceContent
    reason: str = ""
    """Why there is a substitute, or what was amended."""
    signatory: Signatory


def enclosures(paper: LicencePaper, description: str) -> tuple[Enclosure, Enclosure]:
    """Both files, each with a description for people. Equal papers give equal bytes."""
    items = licence_items(paper)
    return (
        Enclosure("licence.json", "application/json", as_json(items), f"{description} (JSON)"),
        Enclosure("licence.xml", "application/xml", as_xml(items), f"{description} (XML)"),
    )


def licence_items(paper: LicencePaper) -> dict[str, Item]:
    """The vocabulary, in the order in which both files have it. Days are ISO 8601 of the common era."""
    agency, service, content, signatory = paper.agency, paper.service, paper.content, paper.signatory
    return {
        "vocabulary": NAMESPACE,
        "agency": {"key": agency.key, "name": agency.name, "name_en": agency.name_en},
        "type": {
            "key": service.key,
            "name": service.licence_name or service.name,
            "name_en": service.name_en,
            "law": service.law,
        },
        "act": paper.act.value,
        "number": paper.number,
        "version": paper.version,
        "code": paper.code,
        "url": paper.url,
        "holder": {"name": content.holder, "identity": content.holder_id},
        "premises": content.premises,
        "address": content.address,
        "business": content.business,
        "items": [
            {"key": one.key, "label": one.label, "label_en": one.label_en, "value": content.extra[one.key]}
            for one in service.fields
            if content.extra.get(one.key)
        ],
        "conditions": list(content.conditions),
        "fee": content.fee,
        "receipt": content.receipt,
        "issued_on": content.issued_on.isoformat(),
        "starts_on": content.starts_on.isoformat(),
        "expires_on": content.expires_on.isoformat() if content.expires_on else None,
        "reason": paper.reason,
        "signatory": {
            "name": signatory.name,
            "position": signatory.position,
            "capacity": signatory.capacity,
            "on_behalf": signatory.on_behalf,
        },
    }


def as_json(items: Mapping[str, Item]) -> bytes:
    """UTF-8, indented, with a line feed at its end."""
    return (json.dumps(items, ensure_ascii=False, indent=2) + "\n").encode()


_ONE_OF = {"items": "item", "conditions": "condition"}
"""What the members of a list are called."""


def as_xml(items: Mapping[str, Item]) -> bytes:
    """One element `licence` with the same items; those that are empty are left out."""
    root = ET.Element(_name("licence"))
    for key, value in items.items():
        if key != "vocabulary":
            _add(root, key, value)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True, default_namespace=NAMESPACE)) + b"\n"


def _add(parent: ET.Element, key: str, value: Item) -> None:
    if value is None or value == "" or value == []:
        return
    element = ET.SubElement(parent, _name(key))
    if isinstance(value, Mapping):
        for name, item in value.items():
            _add(element, name, item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            _add(element, _ONE_OF[key], item)
    else:
        element.text = str(value)


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"
