"""What a person says in a mail, told from quotes, forwards and signatures, by a table of bodies of many clients."""

from typing import NamedTuple

import pytest

from mailroom.stages.quoting import bare_subject, split_body

ASK = "ขอถังขยะ 1 ใบครับ"
OLD = "ได้รับเรื่องของท่านแล้ว ขออนุญาตก่อสร้างบ้าน"


class Mail(NamedTuple):
    """A body, and how it falls into parts. What is not named must be empty or does not matter."""

    name: str
    text: str
    said: str = ASK
    quoted: str | None = None
    """Part of what is quoted; None where nothing may be."""
    signed: str = ""
    """Part of the signature."""
    forwarded: bool = False


def quoting(name: str, opening: str, *, mark: str = "", forwarded: bool = False) -> Mail:
    """A reply above a quote that begins with `opening`."""
    old = "\n".join(mark + line for line in OLD.split("\n"))
    return Mail(name, f"{ASK}\n\n{opening}\n{old}", quoted=OLD[:20], forwarded=forwarded)


REPLIES = [
    quoting("gmail th", "เมื่อ พ. 5 ก.พ. 2568 เวลา 14:02 สมศรี <a@b.example> เขียนว่า:", mark="> "),
    quoting("gmail th long", "ในวันที่ อา. 1 มิ.ย. 2568 เวลา 10:00 เทศบาล <a@b.example> เขียนว่า:", mark="> "),
    quoting("gmail th on the day", "เมื่อวันที่ พฤ. 6 ก.พ. 2025 เวลา 09:11 สมศรี <a@b.example> เขียนข้อความต่อไปนี้:", mark="> "),
    quoting("gmail en", "On Wed, Feb 5, 2025 at 2:02 PM Somsri <a@b.example> wrote:", mark="> "),
    quoting("gmail en wrapped", "On Wed, Feb 5, 2025 at 2:02 PM Office of the Municipality of Tuayang\n<saraban@b.example> wrote:", mark="> "),
    quoting("gmail en wrapped thrice", "On Wed, Feb 5, 2025 at 2:02 PM Office of the\nMunicipality of Tuayang Town and Surroundings\n<saraban@b.example> wrote:", mark="> "),
    quoting("apple th", "เมื่อ 5 ก.พ. 2568 BE เวลา 14:02 สมศรี <a@b.example> เขียนว่า:", mark="> "),
    quoting("apple th comma", "ใน วันที่ 5 กุมภาพันธ์ 2568, เวลา 14:02 น., สมศรี <a@b.example> เขียน:", mark="> "),
    quoting("apple en", "On 5 Feb BE 2568, at 14:02, Somsri <a@b.example> wrote:", mark="> "),
    quoting("yahoo th", "ในวันพุธที่ 5 กุมภาพันธ์ 2568 เวลา 14:02:11 GMT+7, สมศรี <a@b.example> เขียนว่า:"),
    quoting("yahoo en", "On Wednesday, February 5, 2025 at 02:02:11 PM GMT+7, Somsri <a@b.example> wrote:"),
    quoting("thunderbird th", "เมื่อ 5/2/68 14:02, สมศรี เขียน:", mark="> "),
    quoting("thunderbird en", "On 5/2/25 14:02, Somsri wrote:", mark="> "),
    quoting("roundcube", "On 2025-02-05 14:02, Somsri wrote:", mark="> "),
    quoting("name first", "สมศรี ใจดี <a@b.example> เขียนว่า:", mark="> "),
    quoting("name first, day after", "สมศรี ใจดี เขียนเมื่อ 5 ก.พ. 68 14:02:", mark="> "),
    quoting("outlook th", "จาก: เทศบาล <a@b.example>\nส่ง: 5 กุมภาพันธ์ 2568 14:02\nถึง: สมชาย <s@b.example>\nเรื่อง: ได้รับเรื่องแล้ว\n"),
    quoting("outlook th sent when", "จาก: เทศบาล <a@b.example>\nส่งเมื่อ: วันพุธที่ 5 กุมภาพันธ์ 2568 14:02\nถึง: สมชาย <s@b.example>\nสำเนาถึง: กองช่าง\nหัวเรื่อง: RE: ได้รับเรื่องแล้ว\n"),
    quoting("outlook th line", "________________________________\nจาก: เทศบาล <a@b.example>\nส่ง: 5 กุมภาพันธ์ 2568\nถึง: สมชาย\nเรื่อง: เดิม\n"),
    quoting("outlook en", "From: Office <a@b.example>\nSent: Wednesday, February 5, 2025 2:02 PM\nTo: Somchai\nSubject: RE: received\n"),
    quoting("outlook en bold", "*From:* Office <a@b.example>\n*Sent:* Wednesday, February 5, 2025 2:02 PM\n*To:* Somchai\n*Subject:* RE: received\n"),
    quoting("original message", "-----Original Message-----\nFrom: Office <a@b.example>\nSent: Wednesday\nTo: Somchai\nSubject: received\n"),
    quoting("original message th", "-----ข้อความเดิม-----\nจาก: เทศบาล\nวันที่: 5 ก.พ. 2568\nถึง: สมชาย\nเรื่อง: เดิม\n"),
    quoting("original message th, other word", "----- ข้อความต้นฉบับ -----\nจาก: เทศบาล\nถึง: สมชาย\nเรื่อง: เดิม\n"),
    quoting("samsung", "-------- ข้อความดั้งเดิม --------\nจาก: เทศบาล <a@b.example>\nวันที่: 5/2/68 14:02 (GMT+07:00)\nถึง: สมชาย\nหัวเรื่อง: เดิม\n"),
    quoting("android en", "-------- Original message --------\nFrom: Office <a@b.example>\nDate: 5/2/25 14:02 (GMT+07:00)\nTo: Somchai\nSubject: received\n"),
    quoting("line works", "-----Original Message-----\nFrom: \"เทศบาล\" <a@b.example>\nTo: <s@b.example>\nCc:\nSent: 2025-02-05 (WED) 14:02:11 (UTC+07:00)\nSubject: เดิม\n"),
    quoting("date first", "Date: Wed, 5 Feb 2025 14:02\nFrom: a@b.example\nTo: s@b.example\nSubject: received\n"),
    quoting("forward gmail", "---------- Forwarded message ---------\nFrom: ยาใจ <y@b.example>\nDate: Wed, 5 Feb 2025\nSubject: เดิม\nTo: a@b.example\n", forwarded=True),
    quoting("forward gmail th", "---------- ข้อความที่ส่งต่อ ---------\nจาก: ยาใจ <y@b.example>\nวันที่: พ. 5 ก.พ. 2568\nเรื่อง: เดิม\nถึง: a@b.example\n", forwarded=True),
    quoting("forward apple", "Begin forwarded message:\n\nFrom: ยาใจ <y@b.example>\nSubject: เดิม\nDate: 5 February 2025\nTo: a@b.example\n", forwarded=True),
    quoting("forward apple th", "เริ่มต้นข้อความที่ส่งต่อ:\n\nจาก: ยาใจ <y@b.example>\nเรื่อง: เดิม\nวันที่: 5 กุมภาพันธ์ 2568\nถึง: a@b.example\n", forwarded=True),
    quoting("forward thunderbird", "-------- Forwarded Message --------\nSubject: เดิม\nDate: Wed, 5 Feb 2025\nFrom: ยาใจ <y@b.example>\nTo: a@b.example\n", forwarded=True),
    Mail("only marks", f"{ASK}\n> {OLD}\n> อีกบรรทัด", quoted=OLD),
    Mail("answer below", f"On 5/2/25 14:02, Office wrote:\n> {OLD}\n> มาก\n\n{ASK}", quoted=OLD),
    Mail("answer between", f"> {OLD}\n{ASK}\n> ตามนั้น", quoted="ตามนั้น"),
]  # fmt: skip

SIGNED = [
    Mail("mark", f"{ASK}\n-- \nสมชาย ใจดี\nร้านก๋วยเตี๋ยวสมชาย\n081-234-5678", signed="ร้านก๋วยเตี๋ยวสมชาย"),
    Mail("mark without a blank", f"{ASK}\n--\nสมชาย", signed="สมชาย"),
    Mail("dash", f"{ASK}\n—\nสมชาย ใจดี", signed="สมชาย ใจดี"),
    Mail("underscores", f"{ASK}\n__________\nนายสมชาย ใจดี\nโทร 0812345678", signed="0812345678"),
    Mail("respect", f"{ASK}\n\nขอแสดงความนับถือ\nนายสมชาย ใจดี\nผู้จัดการร้านกาแฟบ้านสวน", signed="ร้านกาแฟบ้านสวน"),
    Mail("respect, office", f"{ASK}\n\nขอแสดงความนับถือ\n(นายสมชาย ใจดี)\nผู้อำนวยการกองช่าง\nเทศบาลเมืองอื่น\nโทร. 0 3555 0199 ต่อ 12\nโทรสาร 0 3555 0200", signed="โทรสาร"),
    Mail("deep respect", f"{ASK}\nด้วยความเคารพอย่างสูง\nสมชาย", signed="สมชาย"),
    Mail("reverence", f"{ASK}\nด้วยความนับถือ\nสมหญิง ทองดี", signed="สมหญิง"),
    Mail("regards", f"{ASK}\n\nBest regards,\nJohn Smith\nSales Manager\nRoad Signs Co., Ltd.", signed="Road Signs"),
    Mail("kind regards", f"{ASK}\nKind regards\nJohn", signed="John"),
    Mail("sincerely", f"{ASK}\nYours sincerely,\nJohn Smith", signed="Smith"),
    Mail("faithfully", f"{ASK}\nYours faithfully\nJohn", signed="John"),
    Mail("thanks, then a name", f"{ASK}\n\nขอบคุณค่ะ\nสมหญิง ทองดี\n089-999-0000", signed="สมหญิง"),
    Mail("thanks en, then a name", f"{ASK}\n\nMany thanks,\nJohn", signed="John"),
    Mail("a postscript is said", f"{ASK}\nขอแสดงความนับถือ\nสมชาย\nปล. รื้อรั้วด้วย", said=f"{ASK}\nปล. รื้อรั้วด้วย", signed="สมชาย"),
    Mail("enclosures are said", f"{ASK}\nขอแสดงความนับถือ\nสมชาย\nสิ่งที่ส่งมาด้วย แบบคำขอ", said=f"{ASK}\nสิ่งที่ส่งมาด้วย แบบคำขอ", signed="สมชาย"),
    Mail("another wish is said", f"{ASK}\nขอบคุณครับ\nขอยืมเต็นท์ด้วย", said=f"{ASK}\nขอยืมเต็นท์ด้วย"),
    Mail("block without a closing", f"{ASK}\n\nนายสมชาย ใจดี\nนักวิชาการสาธารณสุข\nกองสาธารณสุขและสิ่งแวดล้อม\nโทร 035-555-0100", signed="นักวิชาการสาธารณสุข"),
    Mail("name and telephone", f"{ASK}\nนางสาวสมหญิง ทองดี\n089-999-0000", signed="089-999-0000"),
    Mail("company block", f"{ASK}\n\nวิภา รักงาน\nเจ้าหน้าที่ประสานงาน\nบริษัท ป้ายไฟสวย จำกัด\nTel: 02-555-0100\nwww.signs.example", signed="ป้ายไฟสวย"),
    Mail("address stays to be read", f"{ASK}\nนายสมชาย ใจดี\n12/3 หมู่ 4 ต.ตลาด\nโทร 0812345678", signed="12/3 หมู่ 4"),
    Mail("iphone", f"{ASK}\n\nSent from my iPhone"),
    Mail("iphone th", f"{ASK}\n\nส่งจาก iPhone ของฉัน"),
    Mail("android th", f"{ASK}\nส่งจากโทรศัพท์ Samsung Galaxy ของฉัน"),
    Mail("yahoo phone", f"{ASK}\nSent from Yahoo Mail on Android"),
    Mail("yahoo phone th", f"{ASK}\nส่งจาก Yahoo Mail บน iPhone"),
    Mail("outlook phone", f"{ASK}\nGet Outlook for iOS"),
    Mail("outlook phone th", f"{ASK}\nรับ Outlook สำหรับ Android"),
    Mail("phone, then quote", f"{ASK}\n\nส่งจาก iPhone ของฉัน\n\nเมื่อ 5 ก.พ. 2568 เวลา 14:02 ก <a@b.example> เขียนว่า:\n> {OLD}", quoted=OLD[:20]),
    Mail("signature, then quote", f"{ASK}\n\nขอแสดงความนับถือ\nสมชาย\n\nFrom: A <a@b.example>\nSent: Monday\nTo: B\nSubject: x\n\n{OLD}", quoted=OLD[:20], signed="สมชาย"),
    Mail("disclaimer", f"{ASK}\n\nThis e-mail and any attachments are confidential and intended solely for the addressee.\nIf you are not the intended recipient delete it.", signed="confidential"),
    Mail("disclaimer th", f"{ASK}\n\nอีเมลฉบับนี้และเอกสารแนบเป็นความลับ เฉพาะผู้รับที่ระบุไว้เท่านั้น", signed="ความลับ"),
    Mail("disclaimer of a word", f"{ASK}\nDISCLAIMER: the sender is not liable for a permit.", signed="liable"),
    Mail("environment", f"{ASK}\nPlease consider the environment before printing this e-mail", signed="environment"),
    Mail("virus", f"{ASK}\nVirus-free. www.avast.example", signed="Virus-free"),
]  # fmt: skip

ALL_OWN = [
    Mail("plain", ASK),
    Mail("several lines", f"เรียน นายกเทศมนตรี\n{ASK}\nบ้านเลขที่ 12/3", said=f"เรียน นายกเทศมนตรี\n{ASK}\nบ้านเลขที่ 12/3"),
    Mail("on the day", "เมื่อวันที่ 5 มีรถชนเสาไฟหน้าบ้าน เขียนว่ายังไงในคำร้องดี", said="เมื่อวันที่ 5 มีรถชนเสาไฟหน้าบ้าน เขียนว่ายังไงในคำร้องดี"),
    Mail("from where", "จาก: บ้านเลขที่ 5\nอยากให้ตัดต้นไม้", said="จาก: บ้านเลขที่ 5\nอยากให้ตัดต้นไม้"),
    Mail("a list", "ขอดังนี้\n- ถังขยะ\n- ไฟทาง", said="ขอดังนี้\n- ถังขยะ\n- ไฟทาง"),
    Mail("thanks in the middle", "ขอบคุณครับ\nต่อไปขอให้ซ่อมถนนหน้าบ้านเลขที่ 5 ด้วย " + "เพราะรถล้มบ่อยมาก " * 12, said="ขอบคุณครับ\nต่อไปขอให้ซ่อมถนนหน้าบ้านเลขที่ 5 ด้วย " + ("เพราะรถล้มบ่อยมาก " * 12).strip()),
    Mail("confidential first", "อีเมลฉบับนี้เป็นความลับ ขอร้องเรียนเจ้าหน้าที่", said="อีเมลฉบับนี้เป็นความลับ ขอร้องเรียนเจ้าหน้าที่"),
    Mail("an e-mail that was sent", "ส่งอีเมลมา 3 ฉบับไม่เคยมีคนตอบ", said="ส่งอีเมลมา 3 ฉบับไม่เคยมีคนตอบ"),
    Mail("a mobile that was sent from", "ส่งจากมือถือครับ ขอถังขยะ", said="ส่งจากมือถือครับ ขอถังขยะ"),
    Mail("only a block", "นายสมชาย ใจดี\nโทร 0812345678", said="นายสมชาย ใจดี\nโทร 0812345678"),
]  # fmt: skip

ALL = [*REPLIES, *SIGNED, *ALL_OWN]


@pytest.mark.parametrize("mail", ALL, ids=lambda mail: mail.name)
def test_what_a_person_says_is_told_from_all_else(mail: Mail) -> None:
    """What is said is exact; quote and signature are kept beside it."""
    body = split_body(mail.text)
    assert body.said == mail.said
    assert body.forwarded == mail.forwarded
    assert bool(body.quoted) == (mail.quoted is not None)
    assert (mail.quoted or "") in body.quoted
    assert mail.signed in body.signature


@pytest.mark.parametrize("mail", SIGNED, ids=lambda mail: mail.name)
def test_nothing_of_a_signature_is_lost(mail: Mail) -> None:
    """Facts are still read from what the sender wrote as a whole: said and signature together."""
    body = split_body(mail.text)
    assert all(line in body.own for line in (*body.said.split("\n"), *body.signature.split("\n")))


def test_the_table_is_large_enough() -> None:
    """Sixty bodies at least, so that no rule is bent to a few."""
    assert len(ALL) >= 60


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: ขอถังขยะ", "ขอถังขยะ"),
        ("RE: FW: ขอถังขยะ", "ขอถังขยะ"),
        ("ตอบกลับ: ส่งต่อ: ขอถังขยะ", "ขอถังขยะ"),
        ("Re[2]: ขอถังขยะ", "ขอถังขยะ"),
        ("[EXTERNAL] ขอถังขยะ", "ขอถังขยะ"),
        ("Request", "Request"),
        ("ตอบคำถามเรื่องถังขยะ", "ตอบคำถามเรื่องถังขยะ"),
    ],
)
def test_a_subject_without_what_clients_add(subject: str, bare: str) -> None:
    """Re, Fw, their Thai forms and the mark of outside mail, in any order."""
    assert bare_subject(subject) == bare


@pytest.mark.parametrize("piece", ["> ", "From: a\n", "-- \n", "ขอบคุณ\n", "@", "0", "_", "เมื่อ ", "--\nนาย ก\n", "On "])
def test_hostile_bodies_are_taken_apart_in_time(piece: str) -> None:
    """Twelve thousand characters of one piece end in parts, and all that was said is in one of them."""
    body = split_body(piece * (12_000 // len(piece)))
    assert len(body.own) + len(body.quoted) <= 12_000
