"""What a person wants, by the words with which people ask for it, in Thai and English.

The patterns expect normalised text without case (`str.casefold`): ignoring case while searching is several times slower.
Each alternative of theirs begins with a character, which `any_of` needs and checks.
"""

import re

from mailroom.stages.alternatives import any_of

STATUS = any_of(
    r"ถึงไหน|ทราบผล|ไปถึงขั้น|ความคืบหน้า|คืบหน้า|ติดตามเรื่อง|ติดตามผล|ติดตามคำขอ|ขอติดตาม|ตามเรื่อง|สถานะ(?:คำขอ|เรื่อง|การ|ของ)|เช็[คก]สถานะ|ตรวจสอบสถานะ"
    r"|เสร็จ(?:หรือ)?ยัง|เสร็จรึยัง|เสร็จหรือยัง|ได้หรือยัง|ได้รึยัง|ผล(?:เป็น)?อย่างไร(?:บ้าง)?แล้ว|ผลการพิจารณา|อนุมัติ(?:หรือ|รึ)?ยัง"
    r"|เมื่อไ[หร]ร?่(?:จะ)?(?:ได้|เสร็จ)|เมื่อไหร่(?:จะ)?(?:ได้|เสร็จ)|(?:ยื่น|ส่ง)(?:คำขอ|เรื่อง|เอกสาร)?(?:ไป|ไว้).{0,60}(?:ยังไม่|หรือยัง|รึยัง|เงียบ|เมื่อไ)"
    r"|status of\b|progress (?:of|on)\b|any (?:update|progress|news) (?:on|about|regarding)\b|has (?:my|the) .{0,40}been (?:approved|processed)"
    r"|follow(?:ing)? up on\b|when will (?:i|my|it)\b",
)
WITHDRAWAL = any_of(
    r"ขอถอน(?<!ไม่ขอถอน)(?:คำขอ|เรื่อง|คำร้อง|ข้อร้องเรียน|การยื่น|แบบ)|ถอน(?<!ไม่ถอน)(?<!ไม่ขอถอน)(?:คำขอ|คำร้อง)|ขอยกเลิก(?<!ไม่ขอยกเลิก)(?:คำขอ|เรื่อง(?:ที่|ร้อง|เดิม)|คำร้อง|การยื่น|การขอ(?:อนุญาต)?(?:ที่|\s|$))"
    r"|ยกเลิก(?<!ไม่ยกเลิก)(?<!ไม่ขอยกเลิก)(?:คำขอ|คำร้อง)|ไม่ประสงค์(?:จะ)?(?:ดำเนินการ|ยื่น|ขอ).{0,12}(?:ต่อ|แล้ว)"
    r"|(?:withdraw|cancel)(?:ing)? (?:my|our|the) (?:application|request|complaint)\b",
)
PAYMENT = any_of(
    r"สลิป|หลักฐาน(?:การ)?(?:โอน|ชำระ|จ่าย)|โอนเงิน(?:ค่า\S{0,20})?(?:แล้ว|เรียบร้อย)|โอน(?:แล้ว|ให้แล้ว|เรียบร้อย)"
    r"|(?:ชำระ|จ่าย)(?:เงิน|ค่า(?:(?!ไม่)\S){0,25})?\s?(?:แล้ว|เรียบร้อย)|แจ้ง(?:การ)?(?:โอน|ชำระ)เงิน|payment (?:slip|receipt|proof)\b|proof of payment\b"
    r"|(?:have|has) (?:been )?(?:paid|transferred)\b|transfer(?:red)? .{0,20}(?:baht|thb)\b",
)
COMPLAINT = any_of(
    r"ร้องเรียน|ร้องทุกข์|เดือดร้อน|ขอความเป็นธรรม|ไม่พอใจ|แจ้งปัญหา|แจ้งเหตุ|ไฟไหม้|เพลิงไหม้|แย่มาก|ทนไม่ไหว|พูดจาไม่ดี|ไม่สุภาพ|เลือกปฏิบัติ|เรียกรับเงิน|สินบน|ทุจริต"
    r"|เสียงดัง|กลิ่นเหม็น|เหม็น|บุกรุก|ละเลย|ไม่เคยมา|ไม่มาเก็บ|ยังไม่มาเก็บ|ไม่เก็บขยะ|ขยะ(?:ล้น|เต็ม|ตกค้าง)|ช่วยมาดู|ช่วย(?:มา)?จัดการ|รบกวนเพื่อนบ้าน|ควันไฟ|น้ำเสีย|น้ำเน่า"
    r"|ทิ้งขยะ|ขยะมาทิ้ง|น้ำท่วม|ท่อตัน|ถนน(?:ชำรุด|พัง|เป็นหลุม|ทรุด)|เป็นหลุม|ไฟ(?:ทาง|ถนน|ส่องสว่าง).{0,40}(?:ดับ|เสีย|ไม่ติด)|อุทธรณ์|โต้แย้ง"
    r"|complain(?:t|ts|ing)?\b|nois[ey]\b|pothole|overflowing\b|flood(?:ed|ing)\b|bad smell\b|appeal against\b|[ \n]rude\b",
)
ENQUIRY = any_of(
    r"สอบถาม|อยากทราบ|ขอทราบ|อยากรู้|ไหม(?<!ผ้าไหม)(?!้)|มั้ย|มั๊ย|รึเปล่า|หรือเปล่า|หรือไม่|ยังไง|อย่างไร|เท่าไหร่|เท่าไร|กี่บาท|กี่วัน|ที่ไหน|ตรงไหน|เปิดกี่โมง|ปิดกี่โมง"
    r"|ต้องใช้(?:เอกสาร)?อะไร|ใช้อะไรบ้าง|มีอะไรบ้าง|ทำไง|ขอข้อมูล(?!ข่าวสาร)|ขอคำแนะนำ|ขอรายละเอียด|how (?:do|can|much|to|long)\b|what (?:is|are|documents|do)\b"
    r"|where (?:is|do|can)\b|when (?:is|are|do)\b|enquir|inquir|i would like to (?:ask|know)\b|could you (?:please )?tell\b|do i need\b|[ \n]can i\b|[?？]",
)
APPLY = any_of(
    r"ขอยื่น|ยื่นคำขอ|ยื่นคำร้อง|ยื่นแบบ|ยื่นเอกสาร|ยื่นขอ|ขออนุญาต|ขอต่ออายุ|ต่ออายุใบอนุญาต|ขอต่อใบอนุญาต|ขอใบอนุญาต|ขอจดทะเบียน|ขอลงทะเบียน|ขอแจ้ง|ขอรับ|ขอหนังสือรับรอง|ขอใบรับรอง"
    r"|ส่งเอกสาร|ส่งแบบ|ส่งคำขอ|แนบเอกสาร|แนบแบบ|แนบไฟล์|ตามเอกสารแนบ|เอกสารแนบ|เอกสารตามแนบ|มีความประสงค์|ประสงค์จะ|ขอแก้ไข|ขอยกเลิก|ขอใบแทน|ขอคัด|ขอให้(?:ดำเนินการ|ช่วย|ทาง|เทศบาล|อบต)"
    r"|ขอความอนุเคราะห์|ขอสำเนา|ขอใช้|ขอเช่า|ขอเลิก|ขอโอน|ขอเปลี่ยน|ขอเพิ่ม|ขอความช่วยเหลือ|รบกวนช่วย|ขอทำ|apply(?:ing)? (?:for|to)\b|application for\b"
    r"|i would like to (?:request|register|renew|apply)\b|please find attached\b|attached (?:is|are|please)\b|request(?:ing)? (?:for|a|an|the|to)\b|renew(?:al)? (?:of|my|our)\b"
    r"|i (?:want|need) to (?:register|renew|apply|request)\b",
)
ASKS_ONLY = any_of(
    r"ต้อง(?:ใช้|เตรียม|ทำ|ยื่น|ไป|เสีย|จ่าย)|ใช้เอกสารอะไร|กี่บาท|เท่าไหร่|เท่าไร|กี่วัน|ที่ไหน|กี่โมง|อย่างไร|ยังไง|หรือไม่|ไหม(?!้)|มั้ย|สอบถาม|อยากทราบ|\?|how\b|what\b|where\b",
)
"""In a text that also says "apply", these mean that the sender asks about applying, unless papers come along."""
SENDS_PAPERS = any_of(r"แนบ|ส่งเอกสาร|ส่งแบบ|ส่งคำขอ|ยื่นคำขอ|ขอยื่น|attached\b|i hereby\b|please find\b|submit(?:ting)?\b")

_OFFICE = r"(?:เทศบาล|ทต\.|อบต\.?)"
OUR_DOING = re.compile(
    rf"(?:ขอให้|อยากให้|ฝาก|ร้องเรียน|ฟ้อง|เพราะ|เจ้าหน้าที่|พนักงาน|คนงาน|ผู้รับเหมา)\s?(?:ทาง)?(?:ของ)?\s?{_OFFICE}"
    rf"|{_OFFICE}\s?(?:มา|ทำ|ตัด|ขุด|สร้าง|ต้อง|ปล่อย|ละเลย|ออกหนังสือ|ออกใบ|ช่วย|เอา|ถม|วาง|รับผิดชอบ|เรียก|สั่ง|ล้ำ)"
)
"""The office is to act, or has acted: whatever else is spoken of, nobody else can answer for that."""
AS_PAPER = re.compile(
    r"(?:แนบ|สำเนา|มี|ถือ|พร้อม|หมายเลข|เลขที่|ตาม|และ|กับ)(?:ใบ)?$|เพื่อ(?:นำ|ใช้|ไป|ประกอบ|ยื่น).{0,20}$|(?:นำไป|ไปยื่น|ประกอบการ).{0,8}$"
)
"""Before the words of another agency: the sender has or sends its paper, or says what ours is needed for."""
ACCUSES = re.compile(r"ร้องเรียน|ร้องทุกข์|โกง|ทุจริต")

_THANKS_WORDS = re.compile(
    r"(?:เรียน|กราบเรียน|สวัสดี|ดิฉัน|ผม|กระผม|ข้าพเจ้า|ทาง|เรา|ได้รับ(?:เรื่อง|อีเมล|เมล|เอกสาร|ข้อความ|เลขรับ|คำตอบ)?(?:แล้ว|เรียบร้อย|ครบถ้วน)*|รับทราบ|ทราบแล้ว|ขอ(?:กราบ)?ขอบ(?:พระ)?คุณ|ขอบ(?:พระ|ใจ)?คุณ|ขอบใจ"
    r"|มาก(?:ๆ)*|ๆ|เป็นอย่าง(?:สูง|ยิ่ง)|อย่าง(?:สูง|ยิ่ง)|จริง|นะ|ครับผม|ครับ|คับ|ค่ะ|คะ|จ้า|จ้ะ|เจ้าหน้าที่|ทุกท่าน|ทุกคน|ท่าน|ที่(?:ให้)?(?:ความ)?(?:ช่วยเหลือ|ช่วย|ดูแล|ให้บริการ|กรุณา|ดำเนินการ|แจ้ง|ตอบ|อนุเคราะห์|รวดเร็ว)"
    r"|สำหรับ(?:ความช่วยเหลือ|ข้อมูล|บริการ|คำแนะนำ)|ให้|แล้ว|ด้วย|บริการ|ดี|เยี่ยม|เรียบร้อย|เทศบาล|อบต\.?|และ"
    r"|\b(?:dear|hi|hello|sir|madam|team|officer|thanks|thank|you|so|very|much|a|lot|many|for|your|the|all|help|kind|quick"
    r"|assistance|reply|support|received|noted|with|got|it|regards|best|kindly|well|ok|okay)\b)",
)
_THANKS = re.compile(r"ขอบ(?:พระ)?คุณ|ขอบใจ|\bthank(?:s| you)\b|รับทราบ", re.I)
_NOT_LETTERS = re.compile(r"[^0-9a-z\u0e00-\u0e7f]+", re.I)
_LONGEST_THANKS = 200


def only_thanks(subject: str, text: str) -> bool:
    """Whether a message says thanks and nothing else: with the words of courtesy taken away, nothing is left.

    Subject and text come normalised. The text decides; the subject is looked at only when the text has no letter, as when it is a row of emoji.
    """
    said = (text.strip() if _NOT_LETTERS.sub("", text) else subject.strip()).casefold()
    if len(said) > _LONGEST_THANKS or not _THANKS.search(said):
        return False
    lines = [line for line in said.split("\n") if line.strip()]
    left = _NOT_LETTERS.sub("", _THANKS_WORDS.sub(" ", lines[0]))
    rest = [_NOT_LETTERS.sub("", _THANKS_WORDS.sub(" ", line)) for line in lines[1:]]
    # The last line may be the sender's name.
    return not left and not any(rest[:-1]) and (not rest or len(rest[-1]) <= 40)
