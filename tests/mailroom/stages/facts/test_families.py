"""What each family of facts reads, and the traps that it does not read, one line each."""

import pytest

from mailroom.domain.fact import Doubt, Fact, FactKind
from mailroom.stages.facts import find_facts


def of(text: str, *kinds: str) -> list[str]:
    """Values of the facts of some kinds, doubtful ones marked."""
    wanted = {FactKind(kind) for kind in kinds}
    return [_told(one) for one in find_facts("", text) if one.kind in wanted]


def _told(one: Fact) -> str:
    return one.value if one.doubt is Doubt.NONE else f"{one.value} ?{one.doubt}"


IDENTITY = [
    ("บัตรประชาชน 3100600445635", ["3100600445635"]),
    ("3-1006-00445-63-5", ["3100600445635"]),
    ("3 1006 00445 63 5", ["3100600445635"]),
    ("เลขประจำตัวประชาชน ๓ ๑๐๐๖ ๐๐๔๔๕ ๖๓ ๕", ["3100600445635"]),
    ("เลขบัตร 310060044563-5", ["3100600445635"]),
    ("เลขประจำตัว 31006 00445 635", ["3100600445635"]),
    ("310\u200b0600445635", ["3100600445635"]),
    ("นายสมชาย(3100600445635)", ["3100600445635"]),
    ("นิติบุคคลเลขที่ 0105536112014", ["0105536112014"]),
    ("0-10-5-536-11201-4", ["0105536112014"]),
    ("ทะเบียนนิติบุคคล 0 10 5 536 11201 4", ["0105536112014"]),
    ("Tax ID: 0994000617721", ["0994000617721"]),
    ("เลขประจำตัวประชาชน 3100600445634", ["3100600445634 ?check-digit"]),
    ("3-1006-00445-63-4", ["3100600445634 ?check-digit"]),
    ("เลขผู้เสียภาษี 0105536112013", ["0105536112013 ?check-digit"]),
    ("เลขบัตรประชาชน 9100600445635", ["9100600445635 ?check-digit"]),
    ("หมายเลข 3100600445634", []),
    ("เลขที่บัญชี 3100600445635", []),
    ("เลขพัสดุ 3100600445635", []),
    ("tracking 3100600445635", []),
    ("ผู้ใช้ไฟฟ้าหมายเลข 3100600445635", []),
    ("31006004456351", []),
    ("https://example.com/3100600445635", []),
    ("0812345678 150 บาท", []),
    ("โทร 0812345678 02 1 2", []),
    ("3100600445635.50", []),
]


@pytest.mark.parametrize(("text", "found"), IDENTITY)
def test_identity_numbers(text: str, found: list[str]) -> None:
    """Right check digits are facts; wrong ones are doubtful where the number is labelled or grouped, else nothing."""
    assert of(text, "thai-id", "juristic-id") == found


PHONES = [
    ("โทร 081-234-5678", ["0812345678"]),
    ("โทร.0812345678", ["0812345678"]),
    ("๐๘๑ ๒๓๔ ๕๖๗๘", ["0812345678"]),
    ("08-1234-5678", ["0812345678"]),
    ("08 1234 5678", ["0812345678"]),
    ("081.234.5678", ["0812345678"]),
    ("+66 81 234 5678", ["0812345678"]),
    ("+66(0)81-234-5678", ["0812345678"]),
    ("(+66) 812345678", ["0812345678"]),
    ("0066812345678", ["0812345678"]),
    ("66812345678", ["0812345678"]),
    ("02-123-4567", ["021234567"]),
    ("(02) 123-4567", ["021234567"]),
    ("0 2123 4567 ต่อ 12", ["021234567"]),
    ("0-2123-4567 กด 0", ["021234567"]),
    ("055-123456", ["055123456"]),
    ("053 123 456", ["053123456"]),
    ("เบอร์0941234567ค่ะ", ["0941234567"]),
    ("081-234-5678, 02-123-4567", ["0812345678", "021234567"]),
    ("081\u200b-234-5678", ["0812345678"]),
    ("3100600445635", []),
    ("3-0812-34567-80-1", []),
    ("เลขที่บัญชี 0812345678", []),
    ("012-3-45678-9", []),
    ("EF081234567TH", []),
    ("เลขพัสดุ TH0812345678", []),
    ("0812345678@example.com", []),
    ("www.example.com/0812345678", []),
    ("โทร 191 หรือ 1669", []),
    ("08123456789", []),
    ("081234567", []),
    ("คดีหมายเลขดำที่ อ 0812345678/2568", []),
    ("A0812345678", []),
    ("วันที่ 05-12-2569", []),
]


@pytest.mark.parametrize(("text", "found"), PHONES)
def test_telephones(text: str, found: list[str]) -> None:
    """Thai numbers however they are grouped; never within a longer number, an account, a parcel or an address."""
    assert of(text, "phone") == found


EMAILS = [
    ("อีเมลsomchai@example.comครับ", ["somchai@example.com"]),
    ("Somchai.R@Example.CO.TH.", ["Somchai.R@example.co.th"]),
    ("<a+b@x-y.example>", ["a+b@x-y.example"]),
    ("somchai๑@example.com", ["somchai1@example.com"]),
    ("a@b", []),
    ("a@@example.com", []),
    ("LINE @agency", []),
]


@pytest.mark.parametrize(("text", "found"), EMAILS)
def test_email_addresses(text: str, found: list[str]) -> None:
    """An address ends where Thai begins; a name with an at sign is none."""
    assert of(text, "email") == found


MONEY = [
    ("ค่าธรรมเนียม 500 บาท", ["500.00"]),
    ("๑,๕๐๐ บาท", ["1500.00"]),
    ("1,234,567.89 บาท", ["1234567.89"]),
    ("500บาทค่ะ", ["500.00"]),
    ("฿250", ["250.00"]),
    ("THB 1,000.50", ["1000.50"]),
    ("300 THB", ["300.00"]),
    ("20 baht", ["20.00"]),
    ("ราคา 500.-", ["500.00"]),
    ("500.- บาท", ["500.00"]),
    ("2 ล้านบาท", ["2000000.00"]),
    ("1.5 ล้านบาท", ["1500000.00"]),
    ("3 หมื่นบาท", ["30000.00"]),
    ("100 บาท 50 สตางค์", ["100.50"]),
    ("500-1,000 บาท", ["500.00", "1000.00"]),
    ("2 ถึง 3 แสนบาท", ["200000.00", "300000.00"]),
    ("ห้าร้อยบาท", ["500.00"]),
    ("(หนึ่งพันห้าร้อยบาทถ้วน)", ["1500.00"]),
    ("สองหมื่นสามพันเอ็ดบาท", ["23001.00"]),
    ("ยี่สิบเอ็ดบาท", ["21.00"]),
    ("หนึ่งล้านสองแสนบาท", ["1200000.00"]),
    ("ร้อยบาท", ["100.00"]),
    ("ห้าบาทห้าสิบสตางค์", ["5.50"]),
    ("500 บ.", ["500.00"]),
    ("ทองคำหนัก 2 บาท", []),
    ("สร้อยทอง 1 บาท", []),
    ("บาทหลวง 2 รูป", []),
    ("2 บาทหลวง", []),
    ("500 คน", []),
    ("สิบร้อยพันบาท", []),
    ("มาตรา 500", []),
]


@pytest.mark.parametrize(("text", "found"), MONEY)
def test_money(text: str, found: list[str]) -> None:
    """Baht in figures, with scales, as spans and in words; gold is weighed in baht, and priests are called so."""
    assert of(text, "money") == found


DATES = [
    ("5 มกราคม 2569", ["2026-01-05"]),
    ("๕ มกราคม พ.ศ. ๒๕๖๙", ["2026-01-05"]),
    ("5 ม.ค. 69", ["2026-01-05"]),
    ("๕ ม.ค. ๖๙", ["2026-01-05"]),
    ("5มค69", ["2026-01-05"]),
    ("15 เดือน มิถุนายน ปี 2569", ["2026-06-15"]),
    ("5 มกราคม ค.ศ. 2026", ["2026-01-05"]),
    ("5 January 2026", ["2026-01-05"]),
    ("January 5, 2026", ["2026-01-05"]),
    ("Mar 3rd, 2026", ["2026-03-03"]),
    ("5/1/2569", ["2026-01-05"]),
    ("05-01-2569", ["2026-01-05"]),
    ("05.01.2026", ["2026-01-05"]),
    ("2026-01-05", ["2026-01-05"]),
    ("2569-01-05", ["2026-01-05"]),
    ("5/1/69", ["2026-01-05 ?short-year"]),
    ("29 ก.พ. 2567", ["2024-02-29"]),
    ("1-3 มกราคม 2569", ["2026-01-01/2026-01-03"]),
    ("1 ถึง 3 ม.ค. 69", ["2026-01-01/2026-01-03"]),
    ("30 ธ.ค. 2568 - 2 ม.ค. 2569", ["2025-12-30/2026-01-02"]),
    ("5 มกราคม ถึงวันที่ 7 กุมภาพันธ์ 2569", ["2026-01-05/2026-02-07"]),
    ("1/1/2569 – 3/1/2569", ["2026-01-01/2026-01-03"]),
    ("3-1 มกราคม 2569", ["2026-01-01"]),
    ("เดือนมกราคม 2569", ["2026-01"]),
    ("ม.ค. ๒๕๖๙", ["2026-01"]),
    ("นัดวันที่ 5 มกราคม นี้", ["--01-05 ?no-year"]),
    ("29 กุมภาพันธ์ 2569", ["29 กุมภาพันธ์ 2569 ?no-such-day"]),
    ("45 มกราคม 2569", ["45 มกราคม 2569 ?no-such-day"]),
    ("31/2/2569", []),
    ("12/13/2569", []),
    ("1/2/3/2569", []),
    ("1.2.69", []),
    ("มาตรา 3.1.25", []),
    ("192.168.10.25", []),
    ("5/1/2227", []),
    ("5 มกราคม ค.ศ. 2569", []),
    ("ทะเบียน 1กข 2227", []),
    ("02-123-4567", []),
    ("เลขรับ 41/2569", []),
    ("12 ม. 5 ต.บางรัก", []),
    ("คดีหมายเลขดำที่ อ 12/2568", []),
    ("2026-01-05-01", []),
    ("มีค่าใช้จ่าย 5 มีค่า", []),
]


@pytest.mark.parametrize(("text", "found"), DATES)
def test_dates(text: str, found: list[str]) -> None:
    """Eras, digits, months and spans; an impossible named day is doubtful, in figures it is something else."""
    assert of(text, "date") == found


LETTERS = [
    ("ที่ อท ๐๐๑๗.๕/ว ๔๓๕๑", ["letter-number=อท 0017.5/ว 4351"]),
    ("ที่ มท 0808.2/123 ลงวันที่ 5 ม.ค. 2569", ["letter-number=มท 0808.2/123", "letter-date=2026-01-05"]),
    ("ที่ กค (กวจ) 0405.2/ว 198", ["letter-number=กค (กวจ) 0405.2/ว 198"]),
    ("ตามหนังสือที่ นร 1208/686-723", ["letter-number=นร 1208/686-723"]),
    ("เรื่อง ขออนุญาตก่อสร้าง", ["subject=ขออนุญาตก่อสร้าง"]),
    ("เรื่อง : ขอ\u200bอนุญาต", ["subject=ขออนุญาต"]),
    ("กราบเรียน ท่านนายกเทศมนตรี", ["to=ท่านนายกเทศมนตรี"]),
    ("เรียนท่านนายก อบต.", ["to=ท่านนายก อบต."]),
    ("อ้างถึง หนังสือ อท 0017/1", ["cited=หนังสือ อท 0017/1", "letter-number=อท 0017/1"]),
    ("สิ่งที่ส่งมาด้วย สำเนาบัตร จำนวน ๑ ฉบับ", ["enclosed=สำเนาบัตร จำนวน 1 ฉบับ"]),
    ("สิ่งที่ส่งมาด้วย ๑. บัตร\n๒. แผนที่\n\n3. ไม่ใช่", ["enclosed=บัตร", "enclosed=แผนที่"]),
    ("สิ่งที่แนบมาด้วย\n1) บัตร\n2) แผนที่", ["enclosed=บัตร", "enclosed=แผนที่"]),
    ("คดีหมายเลขดำที่ อ 123/2568", []),
    ("บ้านเลขที่ 12/3", []),
    ("โฉนดที่ 1234/5", []),
    ("กข 1234/5678/9", []),
    ("เรียนท่านนายก ผมทำสวนอยู่ท้ายไร่", ["to=ท่านนายก"]),
    ("เรียน ปลัด อบต. ขอสอบถาม", ["to=ปลัด อบต."]),
    ("อ้างถึงคำขอจัดตั้งตลาดสด ข้าพเจ้าขอถอน", []),
    ("เด็กเรียนต่อที่นี่", []),
    ("เรียนหนังสือที่โรงเรียน", []),
    ("ไม่ทราบเรื่อง ขอถาม", []),
]


@pytest.mark.parametrize(("text", "found"), LETTERS)
def test_official_letters(text: str, found: list[str]) -> None:
    """The parts of a letter by the words that begin them; courts, houses and deeds have other numbers."""
    kinds = ("letter-number", "letter-date", "subject", "to", "cited", "enclosed")
    wanted = {FactKind(kind) for kind in kinds}
    assert [f"{one.kind}={_told(one)}" for one in find_facts("", text) if one.kind in wanted] == found


REGISTERS = [
    ("เลขรับ 41/2569", ["register-number=41/2569"]),
    ("เลขรับที่ ๔๑ / ๒๕๖๙", ["register-number=41/2569"]),
    ("เลขทะเบียนรับ 041/2569", ["register-number=41/2569"]),
    ("receipt no. 7/2569", ["register-number=7/2569"]),
    ("ใบอนุญาตเลขที่ 12/2569", ["licence-number=12/2569"]),
    ("เลขที่ใบอนุญาต 12/2569", ["licence-number=12/2569"]),
    ("ใบอนุญาตจำหน่ายอาหาร เล่มที่ 3 เลขที่ 12/2569", ["licence-number=12/2569"]),
    ("licence no. 12/2569", ["licence-number=12/2569"]),
    ("รหัส 7K3M-9QXR-2V5T", ["licence-number=7K3M-9QXR-2V5T"]),
    ("คดีหมายเลขแดงที่ พ 41/2569", []),
    ("12/2569", []),
    ("เลขรับ 41", []),
    ("1234-5678-9012", []),
    ("บัตร 4321-ABCD", []),
]


@pytest.mark.parametrize(("text", "found"), REGISTERS)
def test_numbers_of_our_registers(text: str, found: list[str]) -> None:
    """A number with its year counts by what is written before it; a code of ours by its shape."""
    wanted = {FactKind.REGISTER_NUMBER, FactKind.LICENCE_NUMBER}
    assert [f"{one.kind}={one.value}" for one in find_facts("", text) if one.kind in wanted] == found


PLACES = [
    ("บ้านเลขที่ ๑๒/๓ หมู่ที่ ๔", ["house=12/3", "moo=4"]),
    (
        "12 ม.5 ต.บางรัก อ.เมือง จ.นนทบุรี 11000",
        ["house=12", "moo=5", "subdistrict=บางรัก", "district=เมือง", "province=นนทบุรี", "postcode=11000"],
    ),
    (
        "99 ถ.พหลโยธิน แขวงจตุจักร เขตจตุจักร กทม. 10900",
        ["house=99", "road=พหลโยธิน", "subdistrict=จตุจักร", "district=จตุจักร", "province=กรุงเทพมหานคร", "postcode=10900"],
    ),
    ("เลขที่ 5 ซอยลาดพร้าว 15 ถนนลาดพร้าว", ["house=5", "soi=ลาดพร้าว 15", "road=ลาดพร้าว"]),
    ("ตำบลคลองใหม่อำเภอสามพรานจังหวัดนครปฐม", ["subdistrict=คลองใหม่", "district=สามพราน", "province=นครปฐม"]),
    ("อำเภอเมืองเชียงใหม่\nเชียงใหม่ 50000", ["district=เมืองเชียงใหม่", "province=เชียงใหม่", "postcode=50000"]),
    ("จังหวัดอยุธยา", ["province=พระนครศรีอยุธยา"]),
    ("รหัสไปรษณีย์ 73110", ["postcode=73110"]),
    ("น้ำท่วมซอยสุขุมวิท 55 หมู่ 3", ["soi=สุขุมวิท 55", "moo=3"]),
    ("ที่อยู่: 8 หมู่ 2 ต.ดอนเมือง", ["house=8", "moo=2", "subdistrict=ดอนเมือง"]),
    ("10 ต.ค. 2569", []),
    ("พ.ต.ต. สมชาย", []),
    ("อ.สมชาย สอนดี", []),
    ("ในเขตเทศบาล", []),
    ("ต้องจองคิวนายอำเภอล่วงหน้าไหม", []),
    ("ต้องไปอำเภอใช่มั้ยคะ", []),
    ("เกษตรอำเภอโทรไม่ติด", []),
    ("จดทะเบียนที่อำเภอ ใบรับรองโสดจากสถานทูตแปลแล้ว", []),
    ("ทะเบียนบ้านเขตเทศบาลตำบลป่าโมก", ["subdistrict=ป่าโมก"]),
    ("ชาวบ้านหมู่ 1 ตำบลบ้านแหขาดน้ำใช้", ["moo=1", "subdistrict=บ้านแห"]),
    ("ถนนหน้าบ้านชำรุดมาก", []),
    ("ซอยนี้มืดมาก", []),
    ("ตำบลของเรา", []),
    ("โฉนดเลขที่ 12345 หมู่บ้าน", []),
    ("จ.ส.อ. สมชาย", []),
    ("ราคา 11000", []),
    ("เลขที่บัญชี 11000", []),
    ("อยากกินเลย", []),
    ("เขตก่อสร้างอันตราย", []),
    ("สูง 12 ม. 2 ชั้น", []),
]


@pytest.mark.parametrize(("text", "found"), PLACES)
def test_addresses(text: str, found: list[str]) -> None:
    """Parts that name themselves count; weak ones only beside another part."""
    kinds = {FactKind(kind) for kind in "house moo soi road subdistrict district province postcode".split()}
    assert [f"{one.kind}={one.value}" for one in find_facts("", text) if one.kind in kinds] == found


REFERENCES = [
    ("รหัสอ้างอิง 202601151234ABCD", ["202601151234ABCD"]),
    ("เลขที่อ้างอิง: 0150123456789", ["0150123456789"]),
    ("เลขที่รายการ 20260115-001234", ["20260115-001234"]),
    ("Transaction ID: A1B2C3D4E5F6", ["A1B2C3D4E5F6"]),
    ("Ref. No. 12345678", ["12345678"]),
    ("Ref1 0000012345", ["0000012345"]),
    ("ref 20260115123456", ["20260115123456"]),
    ("หมายเลขอ้างอิง ๑๒๓๔๕๖๗๘๙", ["123456789"]),
    ("รหัสอ้างอิง ABCDEFGHIJ", []),
    ("preference 12345678", []),
    ("อ้างอิงเลขรับ 41/2569", []),
]


@pytest.mark.parametrize(("text", "found"), REFERENCES)
def test_references_of_slips(text: str, found: list[str]) -> None:
    """What is called a reference and has digits like one."""
    assert of(text, "slip-reference") == found


WISHES = [
    ("ขอรับใบอนุญาตทางไปรษณีย์", ["post"]),
    ("กรุณาส่งเอกสารทางไปรษณีย์ด้วยค่ะ", ["post"]),
    ("ประสงค์จะรับหนังสือตอบเป็นเอกสาร", ["paper"]),
    ("ต้องการใบอนุญาตฉบับกระดาษ", ["paper"]),
    ("ขอมารับด้วยตนเอง", ["in-person"]),
    ("มารับเองที่ อบต. ได้", ["in-person"]),
    ("ดิฉันจะมารับใบอนุญาตด้วยตัวเอง", ["in-person"]),
    ("please send it by post", ["post"]),
    ("ขอให้ตอบทางอีเมล", ["electronic"]),
    ("ขอให้ส่งผลทางไปรษณีย์อิเล็กทรอนิกส์", ["electronic"]),
    ("ได้ส่งเอกสารทางไปรษณีย์แล้ว", []),
    ("ผมส่งคำขอทางไปรษณีย์ไปแล้ว", []),
    ("ไม่ต้องส่งทางไปรษณีย์", []),
    ("ไม่ต้องการเอกสารเป็นกระดาษ", []),
    ("ต้องมารับเองไหม", []),
    ("ต้องการใช้ไฟฟ้า ยื่นเอกสารทางอีเมลนี้ได้หรือเปล่า", []),
    ("รหัสไปรษณีย์ 73110", []),
    ("ที่ทำการไปรษณีย์ปิด", []),
    ("ขอยื่นคำขอทางไปรษณีย์ได้ไหม", []),
]


@pytest.mark.parametrize(("text", "found"), WISHES)
def test_the_wish_for_paper_or_post(text: str, found: list[str]) -> None:
    """Asking to be answered in a way counts (R26); having sent something in it, or asking about it, does not."""
    assert of(text, "reply-wish") == found


def test_there_are_enough_cases() -> None:
    """The tables above hold what they promise: more than a hundred and fifty lines."""
    tables = (IDENTITY, PHONES, EMAILS, MONEY, DATES, LETTERS, REGISTERS, PLACES, REFERENCES, WISHES)
    assert sum(map(len, tables)) >= 220
