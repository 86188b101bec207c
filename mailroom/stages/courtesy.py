"""Thanks that ask for nothing: with the words of courtesy taken away, nothing is left of the message."""

import re

from mailroom.stages import kinds, lazy

_PARTICLE = r"(?:นะ|น้า|ครับผม|ครับ|คร้าบ|คับ|ค้าบ+|ค่ะ|คะ|ค่า|ค้า|จ้า|จ้ะ|จ๊ะ|ฮะ|งับ|เลย|เด้อ|ๆ)"
_THANKS_WORDS = lazy.pattern(
    r"(?:เรียน|กราบเรียน|สวัสดี|ดิฉัน|กระผม|ผม|หนู|ข้าพเจ้า|ทาง|เรา|ได้รับ(?:เรื่อง|อีเมล|เมล|เอกสาร|ข้อความ|เลขรับ|คำตอบ)?(?:แล้ว|เรียบร้อย|ครบถ้วน|ครบ)*|รับทราบ|ทราบแล้ว|เข้าใจแล้ว|โอเค|ตกลง|ขอ(?:กราบ)?ขอบ(?:พระ)?คุณ|ขอบ(?:พระ|ใจ)?คุณ|ขอบใจ"
    rf"|มาก(?:มาย|ๆ)*|หลาย|เป็นอย่าง(?:สูง|ยิ่ง|มาก)|อย่าง(?:สูง|ยิ่ง|มาก|รวดเร็ว)|จริง|{_PARTICLE}|เจ้าหน้าที่|ทีมงาน|พี่|น้อง|ท่าน|นายก(?:เทศมนตรี)?|ทุกท่าน|ทุกคน|ที่(?:ให้)?(?:ความ)?(?:ช่วยเหลือ|ช่วย|ดูแล|ให้บริการ|กรุณา|ดำเนินการ|แจ้ง|ตอบ|อนุเคราะห์|รวดเร็ว|สละเวลา)"
    r"|สำหรับ(?:ความช่วยเหลือ|ความกรุณา|ความอนุเคราะห์|ข้อมูล|บริการ|คำแนะนำ|คำตอบ|ทุกอย่าง)|ให้|แล้ว|ด้วย|บริการ|รวดเร็ว|ทันใจ|ประทับใจ|น่ารัก|สุดยอด|ดี|เยี่ยม|เรียบร้อย|เทศบาล|อบต\.?|และ"
    r"|\b(?:dear|hi|hello|sir|madam|team|officer|officers|staff|thanks|thank|you|so|very|much|a|lot|many|for|your|the|all|help|helping|me|us|kind|quick|fast|great|excellent|good"
    r"|assistance|reply|response|support|service|received|noted|with|got|it|this|regards|best|kindly|kindness|well|ok|okay|work|job|appreciate|appreciated|everything|everyone|again|and|to|we|i|really)\b)",
)
_THANKS = lazy.pattern(r"ขอบ(?:พระ)?คุณ|ขอบใจ|ซาบซึ้ง|ชมเชย|\bthank(?:s| you)\b|\bappreciated?\b|รับทราบ", re.I)
_PRAISE = lazy.pattern(
    r"แล้ว|เรียบร้อย|มาก|ดี(?!ฉัน)|เยี่ยม|ไว|เร็ว|ประทับใจ|ซาบซึ้ง|ชมเชย|ที่(?:รีบ|ได้|ช่วย|มา|กรุณา|รับ|ให้|ดูแล|แนะนำ|อำนวย)|สำหรับ|ขึ้นเยอะ|สว่าง|สะอาด|แทน|ตลอดมา|เจริญ|เพราะ|น่ารัก|จริง"
    r"|\b(?:for|great|good|excellent|quick|fast|kind|helpful|solved|fixed|fine|perfect|works?|received|lovely|wonderful)\b"
)
"""What was done, or how well: what stands beside such thanks asks for nothing."""
_ASKS = lazy.pattern(
    r"ขอ(?!บ|ง|แสดง|ให้เจริญ|ให้มีความสุข|ชม|ชื่นชม|กราบ)|แต่|ยัง|ไม่(?!กี่|เคย(?:คิด|เจอ))|ช่วย(?!เหลือ|มา|ดู|แก้|ซ่อม|ตัด|เก็บ|จัด|ดำเนิน|แนะ|ประสาน|เป็น|ทำ)|รบกวน(?!ท่าน|ด้วย)|อยาก|ต้อง|ไหม|มั้ย|ป่าว|หรือ(?!ง)|อีก|กรุณา(?!มาก|ที่|อย่าง|ให้)|โปรด|เมื่อไ|ทำไม|ล่วงหน้า|\?|\d"
    r"|\b(?:but|not|please|when|how|still|however|could|would|need|want|can you|advance)\b|n't\b"
)
_NOT_LETTERS = lazy.pattern(r"[^0-9a-z\u0e00-\u0e7f]+", re.I)
_LONGEST_THANKS = 200
_LONGEST_PRAISE = 120


def only_thanks(subject: str, text: str) -> bool:
    """Whether a message says thanks and nothing else: with the words of courtesy taken away, nothing is left.

    Praise of what was done may stand beside it in a few words, as long as nothing in them asks or tells of a fault.
    Subject and text come normalised. The text decides; the subject is looked at only when the text has no letter, as
    when it is a row of emoji.
    """
    said = (text.strip() if _NOT_LETTERS.sub("", text) else subject.strip()).casefold()
    if len(said) > _LONGEST_THANKS or not _THANKS.search(said):
        return False
    lines = [line for line in said.split("\n") if line.strip()]
    left = _NOT_LETTERS.sub("", _THANKS_WORDS.sub(" ", lines[0]))
    rest = [_NOT_LETTERS.sub("", _THANKS_WORDS.sub(" ", line)) for line in lines[1:]]
    # The last line may be the sender's name.
    if not left and not any(rest[:-1]) and (not rest or len(rest[-1]) <= 40):
        return True
    return len(said) <= _LONGEST_PRAISE and bool(_PRAISE.search(_THANKS.sub(" ", said))) and not _wants_something(said)


def _wants_something(said: str) -> bool:
    patterns = (_ASKS, kinds.APPLY, kinds.GRIEVANCE, kinds.DISTURBS, kinds.BROKEN, kinds.STATUS, kinds.PAYMENT)
    return any(pattern.search(said) for pattern in patterns)
