"""One spelling for what people often type in two, so that a word of the catalogue is found however it was typed.

Both the catalogue and the message go through it; what comes out is for comparing only, never for showing.
"""

from mailroom.stages import lazy

_SPELLINGS = (
    ("อนุญาติ", "อนุญาต"),
    ("อณุญาต", "อนุญาต"),
    ("เต้นท์", "เต็นท์"),
    ("เต๊นท์", "เต็นท์"),
    ("เต๊น", "เต็นท์"),
    ("ฟุตปาธ", "ฟุตบาท"),
    ("ฟุตปาท", "ฟุตบาท"),
    ("ฟุตบาธ", "ฟุตบาท"),
    ("ฟุตพาท", "ฟุตบาท"),
    ("ฟุทบาท", "ฟุตบาท"),
    ("มอเตอร์ไซด์", "มอเตอร์ไซค์"),
    ("มอเตอไซ", "มอเตอร์ไซ"),
    ("มอไซด์", "มอไซค์"),
    ("มรณะบัตร", "มรณบัตร"),
    ("เบี้ยยังชีบ", "เบี้ยยังชีพ"),
    ("ทะเบียนบาน", "ทะเบียนบ้าน"),
    ("ทะเบีบน", "ทะเบียน"),
    ("พานิช", "พาณิช"),
    ("พาณิชน์", "พาณิชย์"),
    ("อเนกประสงค์", "เอนกประสงค์"),
    ("ก่อสราง", "ก่อสร้าง"),
    ("เฟสบุ๊ค", "เฟซบุ๊ก"),
    ("เฟสบุ๊ก", "เฟซบุ๊ก"),
    ("เฟซบุ๊ค", "เฟซบุ๊ก"),
    ("พาสปอต", "พาสปอร์ต"),
    ("พาสปอร์ท", "พาสปอร์ต"),
    ("พาสสปอร์ต", "พาสปอร์ต"),
    ("ใบขับขี้", "ใบขับขี่"),
    ("วีซา", "วีซ่า"),
    ("สติ๊กเกอร์", "สติกเกอร์"),
    ("มั๊ย", "มั้ย"),
    ("license", "licence"),
)
"""What is typed, and what it is compared as."""
_DRAWN_OUT = lazy.pattern(r"([^\W\d_])\1{3,}")


def respelled(text: str) -> str:
    """A text in lower case with one spelling of each word that is often misspelt, letters that are drawn out once."""
    for typed, meant in _SPELLINGS:
        if typed in text:
            text = text.replace(typed, meant)
    return _DRAWN_OUT.sub(r"\1", text)
