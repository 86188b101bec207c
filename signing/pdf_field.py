"""Puts a signature field into a PDF: form, page, and, where the document is tagged, its structure (ISO 14289-1, 7.18.4)."""

from collections.abc import Iterable

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from mailroom.domain.errors import SigningRefusedError
from mailroom.domain.signature import Seal
from signing.pdf_update import PdfUpdate

_PRINT_AND_LOCKED = 132
_SIGNATURES_EXIST_AND_APPEND_ONLY = 3


def refuse_signed(document: pikepdf.Pdf) -> None:
    """Raises SigningRefusedError when the document carries a signature: only the first can certify it."""
    form = document.Root.get("/AcroForm")
    if form is not None and any("/V" in field for field in form.get("/Fields", ()) if field.get("/FT") == Name.Sig):
        raise SigningRefusedError("the document is signed already; make a new version of it and sign that")


def add_field(update: PdfUpdate, value: pikepdf.Object | None, seal: Seal | None, label: str) -> None:
    """A field on the page of the seal; `value` is the reference to its signature. Raises SigningRefusedError."""
    document = update.document
    page = _page(document, seal)
    widget, body = (
        update.reserve(),
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String(_free_name(document)),
            TU=String(label),
            F=_PRINT_AND_LOCKED,
            P=page.obj,
            Rect=_rectangle(page, seal),
        ),
    )
    if value is not None:
        body.V = value
    if seal is not None:
        body.AP = Dictionary(N=_empty_appearance(update, seal))
    if "/StructTreeRoot" in document.Root:
        body.StructParent = _add_to_structure(update, widget, page, label)
    _add_to_form(update, widget)
    _append(update, page.obj, "/Annots", widget)
    update.write(widget, body)


def empty_field(update: PdfUpdate) -> pikepdf.Object:
    """The signature field that waits for its value. Raises SigningRefusedError when there is none."""
    fields = update.document.Root.AcroForm.Fields
    for field in fields:
        if field.get("/FT") == Name.Sig and "/V" not in field:
            update.mark(field)
            return field
    raise SigningRefusedError("the document has no field for a time-stamp; make it anew and sign it at level B-LTA")


def _page(document: pikepdf.Pdf, seal: Seal | None) -> pikepdf.Page:
    number = 1 if seal is None else seal.page
    if not 1 <= number <= len(document.pages):
        raise SigningRefusedError(
            f"the seal stands on page {number}, the document has {len(document.pages)}; mend the template"
        )
    return document.pages[number - 1]


def _free_name(document: pikepdf.Pdf) -> str:
    form = document.Root.get("/AcroForm")
    fields = () if form is None else form.get("/Fields", ())
    # A field that was added just now is still a reference that nothing stands behind.
    taken = {str(field.get("/T", "")) if isinstance(field, Dictionary) else str(field) for field in fields}
    names = (f"Signature{number}" for number in range(len(taken) + 1, 2 * len(taken) + 2))
    return next(name for name in names if name not in taken)


def _rectangle(page: pikepdf.Page, seal: Seal | None) -> Array:
    if seal is None:
        return Array([0, 0, 0, 0])
    left, bottom = (float(value) for value in list(page.cropbox)[:2])
    corners = (left + seal.x, bottom + seal.y, left + seal.x + seal.width, bottom + seal.y + seal.height)
    return Array([round(corner, 3) for corner in corners])


def _empty_appearance(update: PdfUpdate, seal: Seal) -> pikepdf.Object:
    """What is seen there is drawn by the page itself; PDF/A wants an appearance all the same (ISO 19005-3, 6.3.3)."""
    empty = update.reserve()
    box = b"%g %g" % (seal.width, seal.height)
    update.write(empty, b"<</Type/XObject/Subtype/Form/BBox[0 0 %b]/Length 0>>\nstream\n\nendstream" % box)
    return empty


def _add_to_form(update: PdfUpdate, widget: pikepdf.Object) -> None:
    root = update.document.Root
    update.mark(root)
    if "/AcroForm" not in root:
        root.AcroForm = Dictionary(Fields=Array())
    form = root.AcroForm
    form.SigFlags = _SIGNATURES_EXIST_AND_APPEND_ONLY
    if form.is_indirect:
        update.mark(form)
    _append(update, form, "/Fields", widget)


def _add_to_structure(update: PdfUpdate, widget: pikepdf.Object, page: pikepdf.Page, label: str) -> int:
    """A structure element Form that holds the widget; its number in the parent tree, by which it is found."""
    tree = update.document.Root.StructTreeRoot
    number = _next_number(tree)
    parent = _outermost(tree)
    held = Dictionary(Type=Name.OBJR, Obj=widget, Pg=page.obj)
    element = update.reserve()
    update.write(
        element, Dictionary(Type=Name.StructElem, S=Name.Form, P=parent, Pg=page.obj, Alt=String(label), K=held)
    )
    tree.ParentTreeNextKey = number + 1
    update.mark(tree)
    _append(update, parent, "/K", element)
    _add_to_numbers(update, tree, number, element)
    return number


def _outermost(tree: pikepdf.Object) -> pikepdf.Object:
    """The element Document where the tree has one, as PDF/UA has it; else the root of the tree."""
    children = tree.get("/K")
    if isinstance(children, Array):
        children = children[0] if len(children) else None
    return children if isinstance(children, Dictionary) and children.is_indirect else tree


def _next_number(tree: pikepdf.Object) -> int:
    declared = int(tree.get("/ParentTreeNextKey", 0))
    return max(declared, 1 + max(_numbers(tree.get("/ParentTree")), default=-1))


def _numbers(node: pikepdf.Object | None, depth: int = 0) -> Iterable[int]:
    """The largest key of each leaf of a number tree (ISO 32000-1 section 7.9.7)."""
    if node is None or depth > _DEEPEST:
        return
    if "/Nums" in node and len(node.Nums):
        yield int(node.Nums[len(node.Nums) - 2])
    for child in node.get("/Kids", ()):
        yield from _numbers(child, depth + 1)


_DEEPEST = 8


def _add_to_numbers(update: PdfUpdate, tree: pikepdf.Object, number: int, element: pikepdf.Object) -> None:
    if "/ParentTree" not in tree:
        tree.ParentTree = Dictionary(Nums=Array())
    numbers = tree.ParentTree
    if numbers.is_indirect:
        update.mark(numbers)
    if "/Kids" in numbers:
        leaf = update.reserve()
        update.write(leaf, Dictionary(Limits=Array([number, number]), Nums=Array([number, element])))
        _append(update, numbers, "/Kids", leaf)
        return
    pairs = numbers.Nums
    pairs.append(number)
    pairs.append(element)
    if pairs.is_indirect:
        update.mark(pairs)


def _append(update: PdfUpdate, holder: pikepdf.Object, key: str, item: pikepdf.Object) -> None:
    """Add to a list that may be missing, a single value, or an object of its own."""
    if holder.is_indirect:
        update.mark(holder)
    held = holder.get(key)
    if isinstance(held, Array):
        held.append(item)
        if held.is_indirect:
            update.mark(held)
    else:
        holder[key] = Array([item] if held is None else [held, item])
