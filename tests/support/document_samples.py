"""One example of the data of each template, and what is enclosed in tests."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from mailroom.domain.signature import Enclosure
from mailroom.ports import Json

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
FOLDER = Path(__file__).parents[1] / "signing" / "samples"
SAMPLES = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))
"""`TEMPLATE` or `TEMPLATE+VARIANT`."""
ENCLOSURES = (
    Enclosure("licence.json", "application/json", '{"ผู้รับอนุญาต": "ปิ่นแก้ว"}\n'.encode(), "ข้อมูลใบอนุญาต"),
    Enclosure("licence.xml", "application/xml", b"<licence/>\r\n", "Licence", "alternative"),
    Enclosure("raw.bin", "application/octet-stream", bytes(range(256)), "Any bytes", "supplement"),
)
_NOT_PRINTED = {"digits", "svg", "qr", "png"}


def template(sample: str) -> str:
    return sample.partition("+")[0]


def sample_data(sample: str, **changes: Json) -> dict[str, Json]:
    return {**json.loads((FOLDER / f"{sample}.json").read_text(encoding="utf-8")), **changes}


def printed(value: Json, key: str = "") -> Iterator[str]:
    """Every text of the data that stands on the page."""
    if isinstance(value, str):
        if value and key not in _NOT_PRINTED:
            yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from printed(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from printed(item)


def replaced(value: Json, text: str, key: str = "") -> Json:
    """The data with one text in place of every printed one."""
    if isinstance(value, str):
        return value if key in _NOT_PRINTED else text
    if isinstance(value, dict):
        return {name: replaced(item, text, name) for name, item in value.items()}
    if isinstance(value, list):
        return [replaced(item, text) for item in value]
    return value
