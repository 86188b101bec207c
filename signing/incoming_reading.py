"""What the confined process does with a PDF that came in: it says what is in it, or stamps a copy that cannot act."""

import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import pikepdf

Finding = tuple[str, str]
"""Code and detail."""

_ACTIONS: Final = {
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/SubmitForm": "submits",
    "/ImportData": "submits",
    "/GoToR": "remote",
    "/GoToE": "remote",
    "/Rendition": "media",
    "/RichMediaExecute": "media",
}
"""Types of actions that a paper has no need of (ISO 32000-1, 12.6.4)."""
_PARTS: Final = {
    "/OpenAction": "on-opening",
    "/XFA": "xfa",
    "/JS": "javascript",
    "/RichMediaContent": "media",
    "/RichMediaSettings": "media",
}
_MEDIA: Final = frozenset({"/RichMedia", "/3D", "/Movie", "/Sound", "/Screen"})
_ACTING: Final = (
    "/OpenAction",
    "/AA",
    "/JS",
    "/XFA",
    "/EF",
    "/EmbeddedFiles",
    "/JavaScript",
    "/RichMediaContent",
    "/FS",
)
_DANGEROUS_ADDRESS: Final = re.compile(rb"\s*(javascript|vbscript|data|file)\s*:|\\\\", re.IGNORECASE)
_MOST_NAMES: Final = 5

_POINTS_PER_MM = 72 / 25.4
WIDTH, HEIGHT, MARGIN = 50 * _POINTS_PER_MM, 25 * _POINTS_PER_MM, 8 * _POINTS_PER_MM
"""Of the stamp, in points, and its distance from the edges of the page."""
_LARGEST_SHARE: Final = 0.45
"""Of the width of a small page."""


def answer(question: bytes, pdf: bytes, stamp: bytes) -> list[bytes]:
    """`inspect`: number of pages and findings as JSON. `stamp`: `ok` and the copy, or `no` and the code of a finding."""
    if question == b"inspect":
        pages, findings = inspected(pdf)
        return [json.dumps({"pages": pages, "findings": findings}).encode()]
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return [b"ok", stamped(document, stamp)]
    except pikepdf.PasswordError:
        return [b"no", b"locked"]
    except (pikepdf.PdfError, ValueError, IndexError):
        return [b"no", b"broken"]


def inspected(pdf: bytes) -> tuple[int, list[Finding]]:
    """How many pages, and what a clerk should know, sorted."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            pages = len(document.pages)
            found = {*_of_file(pdf, document), *_of_parts(_dictionaries(document.objects))}
            named = {code for code, detail in found if detail}
            kept = [(code, detail) for code, detail in sorted(found) if detail or code not in named]
            return (pages, kept) if pages else (0, [("broken", "")])
    except pikepdf.PasswordError:
        return 0, [("locked", "")]
    except (pikepdf.PdfError, ValueError, IndexError):
        return 0, [("broken", "")]


def _of_file(pdf: bytes, document: pikepdf.Pdf) -> Iterator[Finding]:
    if not pdf.startswith(b"%PDF-"):
        yield "prefixed", ""
    if document.is_encrypted:
        yield "encrypted", ""
    if document.get_warnings():
        yield "repaired", ""
    names = sorted(document.attachments)
    if names:
        yield "files", ", ".join(names[:_MOST_NAMES]) + (" …" if len(names) > _MOST_NAMES else "")


def _of_parts(parts: Iterable[pikepdf.Dictionary]) -> Iterator[Finding]:
    for part in parts:
        kind = _name(part, "/S")
        if kind in _ACTIONS:
            yield _ACTIONS[kind], ""
        if kind == "/URI" and _DANGEROUS_ADDRESS.match(_bytes(part, "/URI")):
            yield "address", ""
        yield from ((code, "") for key, code in _PARTS.items() if key in part)
        yield from _of_annotation(part)


def _of_annotation(part: pikepdf.Dictionary) -> Iterator[Finding]:
    subtype = _name(part, "/Subtype")
    if subtype in _MEDIA:
        yield "media", ""
    if "/EF" in part or (subtype == "/FileAttachment" and "/FS" in part):
        yield "files", ""
    if _name(part, "/FT") == "/Sig" and "/V" in part:
        yield "signed", ""


def _dictionaries(objects: Iterable[Any]) -> Iterator[pikepdf.Dictionary]:
    """Every dictionary, those inside of others too. Each indirect object is entered once, where it stands itself."""
    for whole in objects:
        waiting = [whole]
        while waiting:
            item = waiting.pop()
            if isinstance(item, pikepdf.Stream):
                item = item.stream_dict
            if isinstance(item, pikepdf.Dictionary):
                yield item
                waiting += [value for value in item.values() if _is_part(value)]
            elif isinstance(item, pikepdf.Array):
                waiting += [value for value in item if _is_part(value)]


def _is_part(value: Any) -> bool:
    return isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect


def _name(part: pikepdf.Dictionary, key: str) -> str:
    value = part.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _bytes(part: pikepdf.Dictionary, key: str) -> bytes:
    value = part.get(key)
    return bytes(value) if isinstance(value, pikepdf.String) else b""


def stamped(document: pikepdf.Pdf, stamp: bytes) -> bytes:
    """A copy that carries the stamp and nothing that acts. Equal input gives equal bytes."""
    with pikepdf.open(io.BytesIO(stamp)) as drawing:
        _lay_over(document, document.pages[0], drawing.pages[0])
        _still(document)
        copy = io.BytesIO()
        # Contents are neither decoded nor written anew: a bomb stays what it is, and small.
        level = pikepdf.StreamDecodeLevel.none
        document.save(copy, deterministic_id=True, encryption=False, stream_decode_level=level)
        return copy.getvalue()


def _lay_over(document: pikepdf.Pdf, page: pikepdf.Page, drawing: pikepdf.Page) -> None:
    """As `Page.add_overlay` does, but under a name that is the same each time."""
    form = document.copy_foreign(drawing.as_form_xobject())
    name = page.add_resource(form, pikepdf.Name.XObject, pikepdf.Name("/ReceivingStamp"))
    drawn = page.calc_form_xobject_placement(
        form, name, place(page), invert_transformations=True, allow_shrink=True, allow_expand=False
    )
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(b"Q\n/Artifact BMC\n" + drawn + b"\nEMC\n")


def _still(document: pikepdf.Pdf) -> None:
    """Take out what acts or hides. Content streams are not touched."""
    for part in list(_dictionaries(document.objects)):
        for key in _ACTING:
            if key in part:
                del part[key]
        if _name(part, "/S") in _ACTIONS or _DANGEROUS_ADDRESS.match(_bytes(part, "/URI")):
            for key in list(part.keys()):
                del part[key]


def place(page: pikepdf.Page) -> pikepdf.Rectangle:
    """The upper right corner as the reader sees it, in the coordinates of the page before it is turned."""
    left, bottom, right, top = (float(edge) for edge in page.cropbox)
    turn = _turn(page)
    seen = right - left if turn in (0, 180) else top - bottom
    scale = min(1.0 / _unit(page), _LARGEST_SHARE * abs(seen) / WIDTH)
    across, up, margin = WIDTH * scale, HEIGHT * scale, MARGIN * scale
    if turn in (90, 270):
        across, up = up, across
    x = left + margin if turn in (90, 180) else right - margin - across
    y = bottom + margin if turn in (180, 270) else top - margin - up
    return pikepdf.Rectangle(x, y, x + across, y + up)


def _turn(page: pikepdf.Page) -> int:
    """Degrees clockwise; the attribute is inherited (ISO 32000-1, table 30)."""
    node: Any = page.obj
    for _ in range(50):  # A hostile tree may go in circles.
        if "/Rotate" in node:
            return int(node.Rotate) % 360 // 90 * 90
        if "/Parent" not in node:
            return 0
        node = node.Parent
    return 0


def _unit(page: pikepdf.Page) -> float:
    """How many points one unit of the page is."""
    return max(0.01, float(page.obj.get("/UserUnit", 1)))
