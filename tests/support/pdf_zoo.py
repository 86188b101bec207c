"""PDFs as strangers send them: hostile, broken, odd. Each with the finding that a clerk must see."""

import io
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Encryption, Name, String


def blank(**options: Any) -> pikepdf.Pdf:
    document = pikepdf.new()
    document.add_blank_page(page_size=options.get("size", (595, 842)))
    return document


def saved(document: pikepdf.Pdf, **options: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer, **options)
    return buffer.getvalue()


def with_root(key: str, value: Any) -> bytes:
    document = blank()
    document.Root[key] = value
    return saved(document)


def with_annotation(**parts: Any) -> bytes:
    document = blank()
    entry = Dictionary(Type=Name.Annot, Rect=[0, 0, 9, 9], **parts)
    document.pages[0].obj.Annots = Array([document.make_indirect(entry)])
    return saved(document)


def script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def with_file() -> bytes:
    document = blank()
    document.attachments["setup.exe"] = b"MZ"
    return saved(document)


def signed() -> bytes:
    document = blank()
    field = Dictionary(FT=Name.Sig, T=String("s"), V=Dictionary(Type=Name.Sig, Contents=String("x")))
    document.Root.AcroForm = Dictionary(Fields=Array([document.make_indirect(field)]))
    return saved(document)


def looping() -> bytes:
    """A page tree whose child is itself."""
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[2 0 R]>>endobj\ntrailer<</Root 1 0 R>>\n"


def bomb() -> bytes:
    """A page of a few kB whose content is a hundred megabytes once decoded twice."""
    document = blank()
    content = zlib.compress(zlib.compress(b"\0" * (100 << 20), 9), 9)
    stream = pikepdf.Stream(document, content, Filter=Array([Name.FlateDecode, Name.FlateDecode]))
    document.pages[0].obj.Contents = document.make_indirect(stream)
    return saved(document, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)


ZOO: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "script on opening": (lambda: with_root("/OpenAction", script()), "javascript"),
    "opening": (lambda: with_root("/OpenAction", script()), "on-opening"),
    "named script": (
        lambda: with_root("/Names", Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script()])))),
        "javascript",
    ),
    "script on closing": (lambda: with_root("/AA", Dictionary(WC=script())), "javascript"),
    "script after a link": (
        lambda: with_annotation(
            Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("https://a.example"), Next=script())
        ),
        "javascript",
    ),
    "launch": (
        lambda: with_annotation(Subtype=Name.Link, A=Dictionary(S=Name.Launch, F=String("cmd.exe"))),
        "launch",
    ),
    "submits a form": (
        lambda: with_annotation(Subtype=Name.Link, A=Dictionary(S=Name.SubmitForm, F=String("http://a.example"))),
        "submits",
    ),
    "another file": (
        lambda: with_annotation(Subtype=Name.Link, A=Dictionary(S=Name.GoToR, F=String("\\\\10.0.0.1\\x\\y.pdf"))),
        "remote",
    ),
    "script address": (
        lambda: with_annotation(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String(" JavaScript:alert(1)"))),
        "address",
    ),
    "file address": (
        lambda: with_annotation(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("file:///c:/x.exe"))),
        "address",
    ),
    "film": (lambda: with_annotation(Subtype=Name.RichMedia), "media"),
    "attached note": (
        lambda: with_annotation(Subtype=Name.FileAttachment, FS=Dictionary(EF=Dictionary(), F=String("a.exe"))),
        "files",
    ),
    "attached file": (with_file, "files"),
    "dynamic form": (lambda: with_root("/AcroForm", Dictionary(Fields=Array(), XFA=String("<xdp/>"))), "xfa"),
    "signed": (signed, "signed"),
    "author's password": (lambda: saved(blank(), encryption=Encryption(owner="x", user="")), "encrypted"),
    "reader's password": (lambda: saved(blank(), encryption=Encryption(owner="x", user="y")), "locked"),
    "prefix": (lambda: b"MZ\x90\0junk\n" + saved(blank()), "prefixed"),
    "wrong table": (lambda: saved(blank()).replace(b"startxref\n", b"startxref\n9"), "repaired"),
    "cut short": (lambda: saved(blank())[:60], "broken"),
    "empty": (lambda: b"", "broken"),
    "random": (lambda: bytes(range(256)) * 40, "broken"),
    "a page of HTML": (lambda: b"<html><script>alert(1)</script></html>", "broken"),
    "loop": (looping, "broken"),
}
