"""licence.json and licence.xml: one vocabulary, equal bytes for equal papers, and the schema that describes it."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree as ET

import pytest

from mailroom.domain.instrument import Signatory
from mailroom.domain.licence import Act
from mailroom.paths import CONFIG
from mailroom.stages.codes import ALPHABET, grouped, new_code
from mailroom.stages.licence_enclosures import NAMESPACE, LicencePaper, as_json, as_xml, enclosures, licence_items
from tests.support.licence_office import AGENCY, FOOD, content

XS = "{http://www.w3.org/2001/XMLSchema}"
SCHEMA = CONFIG / "schemas" / "licence-1.xsd"
DOCUMENT = CONFIG.parent / "docs" / "licence-data.md"

FULL = LicencePaper(
    agency=replace(AGENCY, name_en="Ban Tua Yang Subdistrict Municipality"),
    service=replace(FOOD, name_en="Food shop licence"),
    act=Act.SUBSTITUTE,
    number="12/2569",
    code="7K3M9QXR2V5T",
    version=2,
    url="https://saraban.bantuayang.example/l/7K3M9QXR2V5T",
    content=content(receipt="341/2569", extra=MappingProxyType({"seats": "20 & <more>"})),
    reason="ฉบับเดิมชำรุด",
    signatory=Signatory(
        name="นางสุดา ใจงาม", position="รองนายกเทศมนตรี", capacity="รักษาราชการแทน", on_behalf="นายกเทศมนตรี"
    ),
)
BARE = replace(
    FULL,
    act=Act.ISSUE,
    agency=AGENCY,
    reason="",
    signatory=Signatory(name="นายสมศักดิ์ รุ่งเรือง", position=""),
    content=content(
        holder_id="",
        premises="",
        business="",
        address="",
        conditions=(),
        fee="",
        extra=MappingProxyType({}),
        expires_on=None,
    ),
)


def test_equal_papers_have_equal_bytes() -> None:
    """Two files, named, typed, described."""
    first, second = enclosures(FULL, "รายการ"), enclosures(replace(FULL), "รายการ")
    assert first == second
    assert [(one.name, one.media_type, one.relationship) for one in first] == [
        ("licence.json", "application/json", "data"),
        ("licence.xml", "application/xml", "data"),
    ]


def test_both_files_say_the_same() -> None:
    """What is empty is an empty string in one and no element in the other."""
    for paper in (FULL, BARE):
        items = json.loads(as_json(licence_items(paper)))
        assert items.pop("vocabulary") == NAMESPACE
        assert _without_empty(items) == _read(ET.fromstring(as_xml(licence_items(paper))))


def _without_empty(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_empty(item) for key, item in value.items() if item not in (None, "", [])}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return str(value)


def _read(element: ET.Element) -> object:
    assert element.tag.startswith(f"{{{NAMESPACE}}}")
    name = element.tag.partition("}")[2]
    if name in {"items", "conditions"}:
        return [_read(child) for child in element]
    return {child.tag.partition("}")[2]: _read(child) for child in element} if len(element) else element.text


@pytest.mark.parametrize("paper", [FULL, BARE])
def test_the_schema_describes_the_file(paper: LicencePaper) -> None:
    """Every element is declared, at its place, and what is declared as required is there."""
    schema = ET.parse(SCHEMA).getroot()
    assert schema.get("targetNamespace") == NAMESPACE
    types = {one.get("name"): one for one in schema.iter(f"{XS}complexType") if one.get("name")}
    root = schema.find(f"{XS}element")
    assert root is not None
    _follows(ET.fromstring(as_xml(licence_items(paper))), root, types)


def _follows(element: ET.Element, declaration: ET.Element, types: dict[str | None, ET.Element]) -> None:
    kind = declaration.find(f"{XS}complexType")
    kind = types.get(declaration.get("type")) if kind is None else kind
    if kind is None:
        assert len(element) == 0
        assert element.text
        return
    declared = {f"{{{NAMESPACE}}}{one.get('name')}": one for one in kind.iter(f"{XS}element")}
    order = [list(declared).index(child.tag) for child in element]
    assert order == sorted(order)
    required = {tag for tag, one in declared.items() if one.get("minOccurs") != "0"}
    assert required <= {child.tag for child in element}
    for child in element:
        _follows(child, declared[child.tag], types)


@pytest.mark.skipif(shutil.which("xmllint") is None, reason="xmllint is not installed")
@pytest.mark.parametrize("paper", [FULL, BARE])
def test_an_independent_validator_agrees(paper: LicencePaper, tmp_path: Path) -> None:
    file = tmp_path / "licence.xml"
    file.write_bytes(as_xml(licence_items(paper)))
    subprocess.run(["xmllint", "--noout", "--schema", str(SCHEMA), str(file)], check=True, timeout=60)


def test_the_document_shows_both_as_they_are() -> None:
    """docs/licence-data.md cannot drift from the program."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert as_json(licence_items(FULL)).decode() in text
    assert as_xml(licence_items(FULL)).decode() in text


def test_codes_are_twelve_characters_that_nobody_confuses() -> None:
    """Sixty bits of chance, printed in groups of four."""
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(len(code) == 12 and set(code) <= set(ALPHABET) for code in codes)
    assert len(ALPHABET) == 32
    assert not set("ILOU") & set(ALPHABET)
    assert grouped("7K3M9QXR2V5T") == "7K3M-9QXR-2V5T"
