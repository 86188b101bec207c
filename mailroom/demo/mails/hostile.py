"""Mail that means harm, or does harm without meaning it: each costs no more than itself."""

from mailroom.demo.mails import files
from mailroom.demo.mails.build import (
    CRLF,
    attachment,
    base64_lines,
    entity,
    file_part,
    mail,
    multipart,
    text_part,
    word,
)
from mailroom.demo.mails.model import JUNK, File, Sample, Says, accepted, bangkok, held
from mailroom.demo.mails.ordinary import from_value, identifier_of, ordinary, with_lines
from mailroom.domain.decision import Kind
from mailroom.domain.message import Address

_CASINO = Address("เครดิตฟรี 888", "win@casino.example")
_LOAN = Address("เงินด่วนทันใจ", "loan@fast-money.example")
_FAKE_BANK = Address("ธนาคารตัวอย่าง", "security@bank-verify.example")
_LOOKALIKE = Address("ฝ่ายไอที เทศบาลตำบลบ้านตัวอย่าง", "it@baantuayang-mail.example")
_VIRUS = Address("ฝ่ายบัญชี", "billing@invoice.example")
_TRICK = Address("นาย สุจริต", "sujarit@mail.example")
_INJECTOR = "sneaky@mail.example"
_EMPTY = Address("", "blank@mail.example")
_NOTHING = Says(Address("", ""), "", files=None, defects=("unreadable",))
_BROKEN = Address("ไฟล์ เสีย", "broken@mail.example")

_INVOICE = files.eicar()
_SCRIPT = b"WScript.Echo('sample');\r\n"
_FORM = files.pdf("Form")
_PROGRAM = b"MZ" + b"\x90" * 64
_STALL = "ขอต่ออายุใบอนุญาตจำหน่ายสินค้าในที่หรือทางสาธารณะ"


def _shaped(name: str, at: str, sender: str, says: Says, text: str, subject: str | bytes) -> Sample:
    """A request whose headers are written by somebody who wishes to add headers of his own to our answer."""
    entered_at = bangkok(at)
    raw = mail(
        sender=sender,
        subject=subject,
        at=entered_at,
        identifier=f"{name}@mail.example",
        content=text_part(text),
        return_path=_INJECTOR,
    )
    fate = accepted(kind=Kind.REQUEST, service="street-vending")
    return Sample(name, entered_at, raw, with_lines(says, text), fate)


def _injection_in_subject() -> Sample:
    """Line ends inside an encoded word: whoever copies the decoded subject into a header adds a Bcc."""
    shown = f"{_STALL}␍␊Bcc: victim@target.example"
    wire = word(f"{_STALL}\r\nBcc: victim@target.example")
    says = Says(Address("ใจ ดี", _INJECTOR), shown)
    return _shaped(
        "bcc-in-subject", "2026-01-08 09:01:00", f"{word('ใจ ดี')} <{_INJECTOR}>", says, f"{_STALL} ครับ", wire
    )


def _injection_in_name() -> Sample:
    """The same in the display name."""
    shown = "ใจ ร้าย␍␊Bcc: victim@target.example"
    wire = word("ใจ ร้าย\r\nBcc: victim@target.example")
    says = Says(Address(shown, _INJECTOR), _STALL)
    return _shaped(
        "bcc-in-name", "2026-01-08 09:02:00", f"{wire} <{_INJECTOR}>", says, f"{_STALL} แผงที่ 9", word(_STALL)
    )


def _two_senders() -> Sample:
    """Two From fields that name different people: nobody may be answered."""
    text = "ขอให้เปลี่ยนบัญชีรับเงินเบี้ยยังชีพเป็นบัญชีนี้"
    says = Says(Address(_TRICK.name, ""), "ขอเปลี่ยนบัญชีรับเงิน", defects=("from-several",))
    at = bangkok("2026-01-08 09:03:00")
    raw = mail(
        sender=from_value(_TRICK),
        subject=word(says.subject),
        at=at,
        identifier=identifier_of("two-senders", _TRICK),
        content=text_part(text),
        more=[("From", "grandma@mail.example")],
    )
    return Sample(
        "two-senders",
        at,
        raw,
        with_lines(says, text),
        held(kind=Kind.REQUEST, letter=None, service="elderly-allowance"),
    )


def _deceptive_name() -> Sample:
    """A file name that shows another ending than it has, by a right-to-left override (U+202E)."""
    text = "ขอลงทะเบียนรับเงินเบี้ยยังชีพผู้สูงอายุ ตามไฟล์แนบ"
    shown = File("คำขอ<U+202E>fdp.exe", "application/x-msdownload", _PROGRAM)
    says = Says(_TRICK, "ขอลงทะเบียนรับเงินเบี้ยยังชีพผู้สูงอายุ", files=(shown,), defects=("name-deceptive",))
    at = bangkok("2026-01-08 09:04:00")
    content = multipart(
        [text_part(text), attachment(_PROGRAM, "application/pdf", "คำขอ\u202efdp.exe")], boundary="=_rlo"
    )
    raw = mail(
        sender=from_value(_TRICK),
        subject=word(says.subject),
        at=at,
        identifier=identifier_of("deceptive-name", _TRICK),
        content=content,
    )
    return Sample("deceptive-name", at, raw, with_lines(says, text), held(kind=Kind.MALWARE))


def _path_name() -> Sample:
    """A file name that is a path out of any folder, on two systems at once."""
    text = f"{_STALL} แนบแบบฟอร์มครับ"
    file = File("..\\../etc/passwd.pdf", "application/pdf", _FORM)
    says = Says(_TRICK, _STALL, files=(file,))
    at = bangkok("2026-01-08 09:05:00")
    leaf = file_part(_FORM, "application/pdf", 'attachment; filename="..\\\\../etc/passwd.pdf"')
    raw = mail(
        sender=from_value(_TRICK),
        subject=word(says.subject),
        at=at,
        identifier=identifier_of("path-name", _TRICK),
        content=multipart([text_part(text), leaf], boundary="=_path"),
    )
    return Sample("path-name", at, raw, with_lines(says, text), accepted(kind=Kind.REQUEST, service="street-vending"))


def _malware(name: str, at: str, subject: str, content: bytes, media_type: str, file_name: str) -> Sample:
    text = f"กรุณาเปิดไฟล์ {file_name} เพื่อชำระเงินภายในวันนี้"
    says = Says(_VIRUS, subject, files=(File(file_name, media_type, content),))
    return ordinary(name, at, says, text, held(kind=Kind.MALWARE), folder=JUNK)


def _empty() -> Sample:
    """No subject, no text, no file."""
    at = bangkok("2026-01-08 12:00:00")
    raw = mail(
        sender=_EMPTY.address,
        subject=None,
        at=at,
        identifier=identifier_of("empty", _EMPTY),
        content=entity([("Content-Type", "text/plain")], CRLF),
    )
    return Sample("empty", at, raw, Says(_EMPTY, ""), held(kind=Kind.EMPTY))


def _cut_off() -> Sample:
    """A multipart that ends in the middle of its file, as a broken relay leaves it."""
    text = f"{_STALL} ไฟล์ใหญ่ส่งหลายรอบแล้วไม่ผ่าน"
    says = Says(
        _BROKEN, _STALL, files=(File("form.pdf", "application/pdf", _FORM[:31]),), defects=("boundary-unclosed",)
    )
    at = bangkok("2026-01-08 12:05:00")
    whole = multipart([text_part(text), attachment(_FORM, "application/pdf", "form.pdf")], boundary="=_cut")
    raw = mail(
        sender=from_value(_BROKEN),
        subject=word(says.subject),
        at=at,
        identifier=identifier_of("cut-off", _BROKEN),
        content=whole[: whole.index(b"JVBER") + 42],
    )
    return Sample("cut-off", at, raw, with_lines(says, text), accepted(kind=Kind.REQUEST, service="street-vending"))


def _deep() -> Sample:
    """Two thousand multiparts in each other: past every limit, so a person has to look at it."""
    at = bangkok("2026-01-08 12:10:00")
    opened = b"".join(
        b'--%d\r\nContent-Type: multipart/mixed; boundary="%d"\r\n\r\n' % (depth, depth + 1) for depth in range(2000)
    )
    content = entity([("Content-Type", 'multipart/mixed; boundary="0"')], opened)
    raw = mail(
        sender=from_value(_BROKEN),
        subject="deep",
        at=at,
        identifier=identifier_of("deep", _BROKEN),
        content=content,
    )
    return Sample("deep", at, raw, Says(_BROKEN, "deep", files=None, defects=("depth-limit",)), held(kind=Kind.REQUEST))


def _no_header() -> Sample:
    """The tail of a mail whose head a broken relay swallowed: no field at all. Its bytes are kept like any other's."""
    raw = CRLF + base64_lines(_FORM)
    return Sample("no-header", bangkok("2026-01-08 12:15:00"), raw, _NOTHING, held(kind=Kind.UNPARSED, letter=None))


HOSTILE = (
    ordinary(
        "casino",
        "2026-01-06 03:00:00",
        Says(_CASINO, "เครดิตฟรี 100 สล็อตแตกง่าย สมัครเลย"),
        """
        รับเครดิตฟรีทันที สล็อต บาคาร่า แทงบอล ฝากถอนออโต้ คลิกที่นี่ https://casino.example/win
        """,
        held(kind=Kind.SPAM, letter=None, registered=False),
        folder=JUNK,
    ),
    ordinary(
        "loan",
        "2026-01-06 04:00:00",
        Says(_LOAN, "เงินกู้ด่วน ดอกเบี้ยต่ำ อนุมัติไว"),
        """
        บริการเงินกู้นอกระบบ ดอกเบี้ยต่ำ อนุมัติไวใน 5 นาที ไม่เช็คบูโร คลิกเลย https://fast-money.example
        """,
        held(kind=Kind.SPAM, letter=None, registered=False),
        folder=JUNK,
    ),
    ordinary(
        "bank-phishing",
        "2026-01-06 05:00:00",
        Says(_FAKE_BANK, "บัญชีของท่านถูกระงับ กรุณายืนยันตัวตนทันที"),
        """
        บัญชีของท่านถูกระงับ กรุณายืนยันรหัสผ่านและรหัส OTP ภายใน 24 ชั่วโมง ที่ https://bank-verify.example/login
        """,
        held(kind=Kind.PHISHING, letter=None, registered=False),
        folder=JUNK,
    ),
    ordinary(
        "mailbox-phishing",
        "2026-01-07 08:00:00",
        Says(_LOOKALIKE, "กล่องจดหมายเต็ม กรุณายืนยันรหัสผ่าน"),
        """
        กล่องจดหมายของท่านเต็ม กรุณายืนยันรหัสผ่านภายในวันนี้ มิฉะนั้นบัญชีจะถูกปิด https://baantuayang-mail.example/verify
        """,
        held(kind=Kind.PHISHING, letter=None, registered=False),
        more=[("Authentication-Results", "mx.baantuayang.example; spf=pass; dkim=pass; dmarc=pass")],
    ),
    _malware("test-virus", "2026-01-06 05:30:00", "ใบแจ้งหนี้ค้างชำระ", _INVOICE, "text/plain", "invoice.txt"),
    _malware("script", "2026-01-06 05:31:00", "ใบแจ้งหนี้ 2", _SCRIPT, "application/javascript", "ใบแจ้งหนี้.pdf.js"),
    _injection_in_subject(),
    _injection_in_name(),
    _two_senders(),
    _deceptive_name(),
    _path_name(),
    _empty(),
    _cut_off(),
    _deep(),
    _no_header(),
)
