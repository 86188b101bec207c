"""Attachments that can harm, spam and phishing, each with its reason."""

import re
from collections.abc import Iterator

from mailroom.domain.decision import Reason
from mailroom.domain.message import Attachment, Message
from mailroom.stages import lazy
from mailroom.stages.alternatives import any_of
from mailroom.stages.normalise import normalised

_EXECUTABLE = (
    "exe scr pif com bat cmd cpl dll msi msp mst jar js jse vbs vbe wsf wsh hta lnk ps1 psm1 reg chm apk iso img vhd vhdx"
    " library-ms url scf inf application gadget xll wsc"
)
_EXECUTABLE_NAME = lazy.pattern(rf"\.({'|'.join(_EXECUTABLE.split())})[\s.\u200b-\u200f\u202a-\u202e]*$", re.I)
_DOCUMENT = r"pdf|docx?|xlsx?|pptx?|jpe?g|png|gif|txt|rtf|odt|zip"
_DOUBLE = lazy.pattern(rf"\.(?:{_DOCUMENT})[\s._]*\.({'|'.join(_EXECUTABLE.split())}|html?|svg)[\s.]*$", re.I)
_MACRO_NAME = lazy.pattern(r"\.(?:doc|xls|ppt|dot|xlt|pot|pps|xla|ppa|xlsb)m\s*$", re.I)
_EXECUTABLE_TYPES = frozenset(
    f"application/{name}"
    for name in (
        "x-dosexec",
        "x-msdownload",
        "x-msdos-program",
        "vnd.microsoft.portable-executable",
        "x-executable",
        "x-elf",
        "x-sharedlib",
        "x-mach-binary",
        "x-ms-shortcut",
        "x-msi",
        "x-ms-installer",
        "hta",
        "x-bat",
        "x-ms-application",
        "vnd.android.package-archive",
        "java-archive",
        "x-java-archive",
    )
)
_TEST_FILES = frozenset(
    {
        "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f",
        "131f95c51cc819465fa1797f6ccacf9d494aaaff46fa3eac73ae63ffbdfd8267",
        "8b3f191819931d1f2cef7289239b5f77c00b079847b9c2636e56854d1e5eff71",
    }
)
"""SHA-256 of the test file of anti-virus makers: bare, with a line feed, with carriage return and line feed."""
_TEST_MARK = "EICAR-STANDARD-ANTIVIRUS-TEST-" + "FILE"
_CONTROL_MARKS = lazy.pattern("[\u202a-\u202e\u2066-\u2069]|\u2b7e|<U\\+202[A-E]>|\\\\u202[a-e]")

_LINK = lazy.pattern(r"https?://\S+|www\.\S+|\bbit\.ly/\S+|(?<!\w)line\s?id\s?[:：]?\s?@?\w+", re.I)
_OFFERS = tuple(
    any_of(pattern)
    for pattern in (
        r"เครดิตฟรี|สล็อต|บาคาร่า|แทงบอล|คาสิโน|หวยออนไลน์|เลขเด็ด|เว็บตรง|ฝากถอน|casino|slot game|betting",
        r"เงินกู้|กู้เงิน|เงินด่วน|สินเชื่อ(?:ด่วน|ไว|ส่วนบุคคล)|ดอกเบี้ยต่ำ|quick loan|easy loan|low interest",
        r"อนุมัติไว|อนุมัติใน|ไม่เช็[คก]บูโร|ติดบูโรก็|ไม่ต้องค้ำ|ไม่ใช้คนค้ำ|วงเงินสูง|โอนไวใน",
        r"ลงทุน.{0,30}(?:กำไร|ผลตอบแทน)|ผลตอบแทน.{0,20}ต่อ(?:วัน|เดือน)|การันตี(?:กำไร|ผล|ราย)|เทรด(?:ทอง|หุ้น|ฟอเร็กซ์)|crypto|bitcoin|forex|guaranteed profit",
        r"แจกเงิน|ถูกรางวัล|ผู้โชคดี|รับรางวัล|you (?:have )?won|lottery|prize winner|inheritance",
        r"[ \n]seo[ \n]|backlink|guest post|อันดับ google|หน้าแรก(?: google|ของ google)|first page|rank(?:ing)? (?:your|higher)|website rank|traffic to your",
        r"รับทำ(?:เว็บ|ใบขับขี่|บัตรประชาชน|วุฒิ|ป้าย|การตลาด|เพจ)|ยิงแอด|เพิ่มผู้ติดตาม|ปั๊มยอด|ปั๊มไลก์|ผู้ติดตามเพจ|รับผลิต|รับสกรีน|รับจัดทำ|we (?:offer|provide|are a (?:professional|leading))\b|our (?:services|products|company)\b|manufacturer|moq\b|wholesale|business directory",
        r"หารายได้เสริม|งานออนไลน์.{0,20}รายได้|รายได้หลัก(?:หมื่น|แสน)|ทำงานที่บ้าน.{0,20}(?:รายได้|มือถือ)|ธุรกิจเครือข่าย|ขยายสายงาน|work from home.{0,30}earn",
        r"โปรโมชั่น.{0,25}ลด|ลดราคา|ราคาพิเศษ|ราคาส่ง|ราคาโรงงาน|ลดกระหน่ำ|ลดทันที|flash sale|สั่งซื้อ(?:วันนี้|เลย|ครบ)|สั่งวันนี้|ลดสูงสุด|เริ่มต้น(?:เพียง|ล้านละ|แค่)|ผ่อน 0%|เบี้ยถูก|viagra|limited offer|special offer|buy now|best price|price list|free quote|discount",
        r"ส่งฟรี|แถมฟรี|แถม \d|ฟรีเฟอร์|ติดตั้งฟรี|ให้คำปรึกษาฟรี|ทดลองฟรี|เก็บเงินปลายทาง|เก็บปลายทาง|ออกใบกำกับภาษีได้|ขอใบเสนอราคา|ขั้นต่ำ \d|มีประกัน|รีวิวแน่น|เห็นผลใน|free trial|money back",
        r"สนใจ(?:ติดต่อ|สอบถาม|แอด|ทัก|โทร)|ทักมา(?:เลย)?|เหลือ \d{1,2} (?:ที่|สิทธิ์)|ที่สุดท้าย|จองในเดือนนี้|นัดชม|ท่านละ [\d,]+ บาท|ค่าลงทะเบียนท่านละ|หลักสูตร.{0,60}(?:รุ่น|โรงแรม|ท่านละ)|สมัคร(?:วีไอพี|สมาชิกวันนี้| \d ท่าน)|kindly (?:send|revert)|ask us for|contact us (?:today|now)|selected for our",
        r"คลิก(?:ลิงก์|ลิงค์|ที่นี่|เลย)|แอดไลน์|สมัครเลย|ทักแชท|ผ่านแชต|click (?:here|below)|unsubscribe|ยกเลิกรับข่าวสาร",
    )
)
_LURES = tuple(
    any_of(pattern)
    for pattern in (
        r"(?:บัญชี|อีเมล|กล่องจดหมาย|เบอร์|หมายเลข|เพจ|account|mailbox|e-?mail).{0,40}(?:ถูกระงับ|จะถูกปิด|จะถูกลบ|ถูกจำกัด|หมดอายุ|ละเมิด|suspend|deactivat|terminat|expire|locked)",
        r"(?:ยืนยัน|อัปเดต|อัพเดท|ปรับปรุง|verify|confirm|update|validate).{0,25}(?:บัญชี|รหัสผ่าน|ตัวตน|ข้อมูลส่วนตัว|password|account|identity|mailbox)",
        r"(?:พื้นที่|กล่องจดหมาย|โควตา|quota|storage|mailbox).{0,25}(?:เต็ม|เกินกำหนด|full|exceeded|almost full)",
        r"รหัส(?:ผ่าน|ลับ|\s?otp).{0,20}(?:หมดอายุ|ของท่าน|ของคุณ)|password.{0,20}expir|one[- ]time password|(?:กรอก|ใส่|แจ้ง|ส่ง).{0,20}(?:เลขบัตร|รหัสผ่าน|รหัส ?otp|รหัสเอทีเอ็ม|รหัสหลังบัตร|เลขบัญชีกับรหัส|หน้าบัตร)|เลขบัตรเครดิต|รหัสหลังบัตร|รหัสเอทีเอ็ม|bank details|with your .{0,20}password|enter your password",
        r"พัสดุ.{0,30}(?:ตกค้าง|ค้าง|ไม่สามารถจัดส่ง|ชำระค่า)|parcel.{0,30}(?:held|pending|customs fee)",
        r"(?:เงินคืน|คืนเงิน|คืนภาษี|เงินเยียวยา|สิทธิ์คืนเงิน|refund).{0,60}(?:คลิก|ลงทะเบียน|กรอก|ดาวน์โหลด|ลิงก์|click|claim)",
        r"ภายใน\s?(?:24|48|2)\s?(?:ชั่วโมง|ชม).{0,60}(?:ระงับ|ปิด|ลบ)|within (?:24|48) hours",
        r"(?:ตรวจพบ|พบ)การ(?:เข้าสู่ระบบ|ใช้งาน|ทำรายการ)ที่ผิดปกติ|unusual (?:sign-?in|activity|login)|ปลดล็อกบัญชี|unlock your",
        r"(?:ผู้โชคดี|ได้รับรางวัล|ได้รับสิทธิ์).{0,60}(?:โอนค่า|ค่าธรรมเนียม|ยืนยัน|กรอก)|million (?:usd|dollars|euros|pounds)|usd [\d.]+ million|next of kin|late (?:minister|husband|client)|inheritance",
        r"(?:รีบ|ด่วน).{0,20}โอนเงิน.{0,60}(?:บัญชีใหม่|ตามนี้)|บัญชีใหม่ของ(?:ผู้ขาย|คู่ค้า)|อย่าโทร|ห้ามบอกใคร|gift cards?\b|wire transfer",
        r"(?:เปิด|ดาวน์โหลด)(?:ไฟล์แนบ|แอป).{0,60}(?:รหัส|ลิงก์|เปิดใช้งานเนื้อหา)|enable (?:content|macros)|ติดตั้งแอป.{0,40}ลิงก์|อนุญาตการควบคุมเครื่อง|document was shared with you|shared a (?:file|document) with you",
    )
)
_TELLS_OF_IT = any_of(
    r"ร้องเรียน|แจ้งเบาะแส|ขอให้ตรวจสอบ|โปรดตรวจสอบ|ถูกหลอก|โดนหลอก|หลอกลวง|มิจฉาชีพ|โดนโกง|แอบอ้าง|แจ้งความ|เดือดร้อน"
    r"|ปลอมแปลง|scam|complain|defraud|report(?:ing)? (?:a |this )?(?:fraud|phishing|spam)|is (?:this|it) (?:real|genuine)"
)


REACH = 3000
"""So many characters of a body are searched: who sells or lures does not wait longer."""


def find_malware(message: Message) -> Iterator[Reason]:
    """Attachments that run when opened: by content, by name, by known test file, or found so by the reader."""
    for attachment in message.attachments:
        yield from _harmful(attachment)
    for defect in message.defects:
        if defect.partition(":")[0] in ("malware", "executable"):
            yield Reason("malware-found", defect.partition(":")[2].strip())
    if _TEST_MARK in message.text:
        yield Reason("malware-test")


def _harmful(attachment: Attachment) -> Iterator[Reason]:
    name = attachment.name
    if attachment.sha256 in _TEST_FILES:
        yield Reason("malware-test", name)
    if attachment.media_type in _EXECUTABLE_TYPES or attachment.declared_type in _EXECUTABLE_TYPES:
        yield Reason("executable-content", f"{name} ({attachment.media_type})")
    if _DOUBLE.search(name):
        yield Reason("double-extension", name)
    elif _EXECUTABLE_NAME.search(name) or (_CONTROL_MARKS.search(name) and _hidden_ending(name)):
        yield Reason("executable-name", name)


def _hidden_ending(name: str) -> bool:
    """A right-to-left override shows `licence<RLO>fdp.exe` as a PDF; the true ending may also lie before it."""
    return bool(re.search(rf"({'|'.join(_EXECUTABLE.split())})", name.rsplit(".", 1)[-1], re.I))


def find_macros(message: Message) -> Iterator[Reason]:
    """Documents that carry macros: a clerk is warned, the message goes its way."""
    for attachment in message.attachments:
        if _MACRO_NAME.search(attachment.name) or "macroenabled" in attachment.media_type.lower():
            yield Reason("macro-document", attachment.name)


def find_phishing(message: Message, own_text: str) -> tuple[Reason, ...]:
    """Two signals that somebody is after passwords or money; else nothing. A report of phishing is none."""
    text = _folded(message, own_text)
    lures = [match[0] for lure in _LURES if (match := lure.search(text))]
    bait = _bait(message, own_text)
    if _TELLS_OF_IT.search(text) or not lures or len(lures) + len(bait) < 2:
        return ()
    return (*(Reason("lure", words[:80]) for words in lures[:2]), *bait[:1])


def _folded(message: Message, own_text: str) -> str:
    return f" {normalised(message.subject)} \n{own_text[:REACH]}".casefold()


def _bait(message: Message, text: str) -> list[Reason]:
    pages = [a.name for a in message.attachments if re.search(r"\.(?:html?|shtml|svg)$", a.name.strip(), re.I)]
    found = [Reason("page-attached", pages[0])] if pages else []
    if link := _LINK.search(text):
        found.append(Reason("link", link[0][:120]))
    return found


def find_spam(message: Message, own_text: str) -> tuple[Reason, ...]:
    """Two signals that somebody sells something; else nothing. A complaint about such offers is none."""
    text = _folded(message, own_text)
    offers = [match[0] for offer in _OFFERS if (match := offer.search(text))]
    signals = [Reason("offer", words[:80]) for words in offers]
    if marked := _marked_spam(message):
        signals.append(Reason("marked-spam", marked))
    if offers and (link := _LINK.search(text)):
        signals.append(Reason("link", link[0][:120]))
    return () if len(signals) < 2 or _TELLS_OF_IT.search(text) else tuple(signals[:4])


def _marked_spam(message: Message) -> str:
    """What the mail server before us thought of it."""
    for name in ("x-spam-flag", "x-spam-status"):
        if message.header(name).strip().lower().startswith("yes"):
            return f"{name}: yes"
    level = message.header("x-ms-exchange-organization-scl").strip()
    return f"scl {level}" if level.isdigit() and int(level) >= 5 else ""
