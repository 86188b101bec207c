"""Thanks that ask for nothing: with the words of courtesy taken away, nothing is left of the message."""

import re

_PARTICLE = r"(?:นะ|น้า|ครับผม|ครับ|คร้าบ|คับ|ค้าบ|ค่ะ|คะ|ค่า|ค้า|จ้า|จ้ะ|จ๊ะ|ฮะ|งับ|เลย|ๆ)"
_THANKS_WORDS = re.compile(
    r"(?:เรียน|กราบเรียน|สวัสดี|ดิฉัน|กระผม|ผม|หนู|ข้าพเจ้า|ทาง|เรา|ได้รับ(?:เรื่อง|อีเมล|เมล|เอกสาร|ข้อความ|เลขรับ|คำตอบ)?(?:แล้ว|เรียบร้อย|ครบถ้วน|ครบ)*|รับทราบ|ทราบแล้ว|เข้าใจแล้ว|โอเค|ตกลง|ขอ(?:กราบ)?ขอบ(?:พระ)?คุณ|ขอบ(?:พระ|ใจ)?คุณ|ขอบใจ"
    rf"|มาก(?:มาย|ๆ)*|เป็นอย่าง(?:สูง|ยิ่ง|มาก)|อย่าง(?:สูง|ยิ่ง|มาก|รวดเร็ว)|จริง|{_PARTICLE}|เจ้าหน้าที่|ทีมงาน|พี่|น้อง|ท่าน|นายก(?:เทศมนตรี)?|ทุกท่าน|ทุกคน|ที่(?:ให้)?(?:ความ)?(?:ช่วยเหลือ|ช่วย|ดูแล|ให้บริการ|กรุณา|ดำเนินการ|แจ้ง|ตอบ|อนุเคราะห์|รวดเร็ว|สละเวลา)"
    r"|สำหรับ(?:ความช่วยเหลือ|ความกรุณา|ความอนุเคราะห์|ข้อมูล|บริการ|คำแนะนำ|คำตอบ|ทุกอย่าง)|ให้|แล้ว|ด้วย|บริการ|รวดเร็ว|ทันใจ|ประทับใจ|น่ารัก|สุดยอด|ดี|เยี่ยม|เรียบร้อย|เทศบาล|อบต\.?|และ|ล่วงหน้า"
    r"|\b(?:dear|hi|hello|sir|madam|team|officer|officers|staff|thanks|thank|you|so|very|much|a|lot|many|for|your|the|all|help|helping|me|us|kind|quick|fast|great|excellent|good"
    r"|assistance|reply|response|support|service|received|noted|with|got|it|this|regards|best|kindly|kindness|well|ok|okay|work|job|appreciate|appreciated|everything|everyone|again|and|to|we|i|really)\b)",
)
_THANKS = re.compile(r"ขอบ(?:พระ)?คุณ|ขอบใจ|\bthank(?:s| you)\b|\bappreciated?\b|รับทราบ", re.I)
_DONE = re.compile(
    rf"(?:ขอบ(?:พระ)?คุณ(?:มาก(?:ๆ)?|เจ้าหน้าที่|ทีมงาน|เทศบาล|ทุกท่าน|ท่าน|พี่ๆ?)*(?:ที่|สำหรับ)|ได้รับ|ได้)[^\s\n]{{0,60}}?(?:{_PARTICLE}+|แล้ว{_PARTICLE}*|เรียบร้อย(?:แล้ว)?{_PARTICLE}*)(?=\s|$)"
    r"|\bthank(?:s| you)(?: so much| very much| a lot)? for [a-z' ]{1,80}(?=[.!\n]|$)"
)
"""What somebody thanks for, or has got: one stretch without a blank."""
_ASKS = re.compile(
    r"ขอ(?!บ)|แต่|ยัง|ไม่|ช่วย(?!เหลือ|มา|ดู|แก้|ซ่อม|ตัด|เก็บ|จัด|ดำเนิน|แนะ|ประสาน)|รบกวน|อยาก|ต้อง|ไหม|มั้ย|ป่าว|หรือ(?!ง)|อีก|กรุณา(?!มาก|ที่|อย่าง)|โปรด|เมื่อ(?!วาน|เช้า|กี้)|ทำไม|\?|\b(?:but|not|please|when|how|still|however|again\?|could|would)\b|n't\b"
)
_NOT_LETTERS = re.compile(r"[^0-9a-z\u0e00-\u0e7f]+", re.I)
_LONGEST_THANKS = 200


def only_thanks(subject: str, text: str) -> bool:
    """Whether a message says thanks and nothing else: with the words of courtesy taken away, nothing is left.

    Subject and text come normalised. The text decides; the subject is looked at only when the text has no letter, as when it is a row of emoji.
    """
    said = (text.strip() if _NOT_LETTERS.sub("", text) else subject.strip()).casefold()
    if len(said) > _LONGEST_THANKS or not _THANKS.search(said):
        return False
    if not _ASKS.search(said):
        said = _DONE.sub(" ", said)
    lines = [line for line in said.split("\n") if line.strip()]
    if not lines:
        return True
    left = _NOT_LETTERS.sub("", _THANKS_WORDS.sub(" ", lines[0]))
    rest = [_NOT_LETTERS.sub("", _THANKS_WORDS.sub(" ", line)) for line in lines[1:]]
    # The last line may be the sender's name.
    return not left and not any(rest[:-1]) and (not rest or len(rest[-1]) <= 40)
