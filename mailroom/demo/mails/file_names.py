"""File names as mail programs have written them: RFC 2231 whole and in pieces, RFC 2047 where it may not stand, bare bytes."""

from mailroom.demo.mails import files
from mailroom.demo.mails.build import extended, file_part, lines, mail, multipart, text_part, word
from mailroom.demo.mails.model import File, Sample, Says, accepted, bangkok
from mailroom.domain.decision import Kind
from mailroom.domain.message import Address

_PDF = files.pdf("Old letter")
_SUBJECT = "ขอต่ออายุใบอนุญาตสถานที่จำหน่ายอาหาร"
_ASK = """
ขอต่ออายุใบอนุญาตสถานที่จำหน่ายอาหารครับ
แบบคำขออยู่ในไฟล์แนบ
"""
_FATE = accepted(kind=Kind.REQUEST, service="food-premises")


def _with_file(name: str, at: str, who: Address, shown: str, disposition: bytes | str) -> Sample:
    """A mail whose one file has its name written in an old or odd way."""
    entered_at = bangkok(at)
    leaf = file_part(_PDF, "application/pdf", disposition)
    raw = mail(
        sender=f"{word(who.name)} <{who.address}>",
        subject=word(_SUBJECT),
        at=entered_at,
        identifier=f"{name}@{who.address.partition('@')[2]}",
        content=multipart([text_part(_ASK), leaf], boundary=f"=_{name}"),
    )
    says = Says(
        who,
        _SUBJECT,
        tuple(line for line in lines(_ASK).split("\r\n") if line),
        (File(shown, "application/pdf", _PDF),),
    )
    return Sample(name, entered_at, raw, says, _FATE)


_LONG = "หนังสือรับรองการแจ้งสถานที่จำหน่ายอาหาร ฉบับเดิม ปี ๒๕๖๘.pdf"


def _continued(name: str) -> str:
    """A name in numbered pieces (RFC 2231 section 3), cut in mid-character."""
    escaped = [f"%{byte:02X}" for byte in name.encode()]
    pieces = ["".join(escaped[at : at + 16]) for at in range(0, len(escaped), 16)]
    pieces[0] = f"utf-8''{pieces[0]}"
    fields = [f"filename*{number}*={piece}" for number, piece in enumerate(pieces)]
    return ";\r\n ".join(["attachment", *fields])


FILE_NAMES = (
    _with_file(
        "name-continued", "2026-01-05 11:25:00", Address("ชื่อ ยาวมาก", "long@new.example"), _LONG, _continued(_LONG)
    ),
    _with_file(
        "name-in-874",
        "2026-01-05 11:30:00",
        Address("ชื่อ ขยาย", "ext@old.example"),
        "คำขอ.pdf",
        f"attachment; {extended('filename', 'คำขอ.pdf', 'windows-874')}",
    ),
    _with_file(
        "name-as-word",
        "2026-01-05 11:35:00",
        Address("ชื่อ เข้ารหัส", "word@old.example"),
        "คำขอ.pdf",
        f'attachment; filename="{word("คำขอ.pdf")}"',
    ),
    _with_file(
        "name-in-raw-bytes",
        "2026-01-05 11:40:00",
        Address("ชื่อ ดิบ", "bytes@old.example"),
        "คำขอ.pdf",
        b'attachment; filename="' + "คำขอ.pdf".encode("tis-620") + b'"',
    ),
)
