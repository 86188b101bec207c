"""What messages are taken for, by a table of everyday Thai and English mail and its traps."""

import time
from typing import NamedTuple

import pytest

from mailroom.domain.decision import Kind
from mailroom.domain.message import Address
from mailroom.domain.record import History
from mailroom.domain.register import RegisterNumber
from mailroom.stages.classify import classify
from tests.support.stage_values import AGENCY, NO_HISTORY, attachment, catalogue, message

THREAD = History(thread=RegisterNumber(2569, 41), replies_to_us=True)


class Case(NamedTuple):
    subject: str
    text: str
    kind: str
    service: str | None = None
    files: tuple[str, ...] = ()


REQUESTS = [
    Case(
        "ขออนุญาตก่อสร้างบ้านพักอาศัย",
        "เรียน นายกเทศมนตรี\nผมขอยื่นคำขออนุญาตก่อสร้างบ้านสองชั้น เอกสารตามแนบครับ",
        "request",
        "building-permit",
        ("แบบแปลน.pdf",),
    ),
    Case("ขอต่อเติมบ้าน", "มีความประสงค์จะต่อเติมบ้านด้านหลัง แนบแบบแปลนมาแล้วค่ะ", "request", "building-permit", ("plan.pdf",)),
    Case("ยื่นแบบ ข.1", "ส่งเอกสารตามแนบครับ", "request", "building-permit", ("ข1.pdf",)),
    Case("รื้อบ้านเก่า", "ขออนุญาตรื้อถอนอาคารไม้เก่าเลขที่ 12/3 หมู่ 4", "request", "building-permit"),
    Case("ถมที่", "ขอแจ้งถมดินที่ดินโฉนดเลขที่ 1234 พื้นที่ 2 ไร่", "request", "land-excavation"),
    Case("ขอบ้านเลขที่ใหม่", "สร้างเสร็จแล้ว ขอเลขที่บ้านด้วยครับ", "request", "house-number"),
    Case("ทะเบียนบ้านหาย", "ขอทำเล่มทะเบียนบ้านใหม่ค่ะ", "request", "house-number"),
    Case("แจ้งย้ายเข้า", "ขอแจ้งย้ายที่อยู่เข้าบ้านเลขที่ 5/1 ค่ะ", "request", "change-of-address"),
    Case("แจ้งเกิดบุตร", "ขอแจ้งเกิดและขอรับสูติบัตร", "request", "change-of-address"),
    Case("ขอคัดสำเนาทะเบียนบ้าน", "รบกวนคัดสำเนาทะเบียนบ้าน 1 ชุด", "request", "civil-registry-copy"),
    Case("เปิดร้านก๋วยเตี๋ยว", "ขอใบอนุญาตจำหน่ายอาหาร ร้านก๋วยเตี๋ยวหน้าตลาด", "request", "food-premises"),
    Case("ขอต่ออายุใบอนุญาตร้านอาหาร", "ใบอนุญาตจะหมดอายุเดือนหน้า", "request", "food-premises"),
    Case("อู่ซ่อมรถ", "ขอใบอนุญาตประกอบกิจการที่เป็นอันตรายต่อสุขภาพ อู่ซ่อมรถยนต์", "request", "health-hazard-business"),
    Case("คาร์แคร์", "ขออนุญาตเปิดคาร์แคร์ครับ", "request", "health-hazard-business"),
    Case("ขายของริมถนน", "ขออนุญาตตั้งแผงลอยหน้าวัด", "request", "street-vending"),
    Case("เปิดตลาดนัด", "ขออนุญาตจัดตั้งตลาดเอกชน", "request", "market-licence"),
    Case(
        "จดทะเบียนพาณิชย์",
        "ขอจดทะเบียนพาณิชย์ร้านค้าออนไลน์ แนบสำเนาบัตรประชาชน",
        "request",
        "commercial-registration",
        ("บัตร.jpg",),
    ),
    Case("ยื่นแบบภาษีป้าย", "ส่งแบบ ภ.ป.1 ตามเอกสารแนบ", "request", "signboard-tax", ("ภป1.pdf",)),
    Case("ขอแก้ไขใบประเมินภาษี", "ขอแก้ไขรายการภาษีที่ดินและสิ่งปลูกสร้าง", "request", "land-and-building-tax"),
    Case("ลงทะเบียนเบี้ยผู้สูงอายุ", "ขอลงทะเบียนรับเบี้ยยังชีพให้แม่ค่ะ", "request", "elderly-allowance"),
    Case("เบี้ยคนพิการ", "ขอยื่นคำขอรับเบี้ยความพิการ", "request", "disability-allowance"),
    Case("เงินอุดหนุนเด็กแรกเกิด", "ส่งแบบ ดร.01 มาค่ะ", "request", "newborn-subsidy", ("ดร01.pdf",)),
    Case("ขออนุญาตใช้เครื่องขยายเสียง", "งานบวชวันที่ 15 ก.พ. 2569", "request", "loudspeaker-permit"),
    Case("ขอถังขยะ", "ขอความอนุเคราะห์ถังขยะ 1 ใบ", "request", "waste-collection"),
    Case("ดูดส้วม", "ขอให้มาสูบส้วมที่บ้าน", "request", "waste-collection"),
    Case("ติดตั้งไฟทาง", "ขอให้ติดตั้งไฟส่องสว่างในซอย 4", "request", "street-light-repair"),
    Case("ตัดต้นไม้", "ขอให้ตัดกิ่งไม้หน้าบ้าน", "request", "tree-cutting"),
    Case("ขอรถน้ำ", "ขอน้ำอุปโภคบริโภคหนึ่งคันรถ", "request", "water-supply-truck"),
    Case("ขอใช้หอประชุม", "ขอใช้หอประชุมจัดงานแต่งงาน", "request", "venue-use"),
    Case("สมัครศูนย์เด็กเล็ก", "ขอสมัครลูกเข้าศูนย์พัฒนาเด็กเล็ก", "request", "child-centre"),
    Case("ขอข้อมูลข่าวสาร", "ขอสำเนาสัญญาจ้างก่อสร้างถนน", "request", "public-information"),
    Case("ขอดูกล้องวงจรปิด", "ขอภาพจากกล้องหน้าตลาดวันที่ 3", "request", "cctv-footage"),
    Case("ข อ อ นุ ญ า ต ก่ อ ส ร้ า ง", "ขอยื่นเอกสาร", "request", "building-permit"),
    Case("ขออนุญาตก\u0e48อสร้าง\u200bบ้าน", "เอกสารแนบ", "request", "building-permit"),
    Case("ขอตั้งแผงลอย", "ทํา ใบอนุญาตหาบเร่", "request", "street-vending"),
    Case("(ไม่มีชื่อเรื่อง)", "ขอถมดินครับ", "request", "land-excavation"),
    Case("ใบอนุญาตก่อสร้าง", "", "request", "building-permit"),
    Case("เอกสาร", "ตามแนบ", "request", "elderly-allowance", ("คำขอเบี้ยยังชีพผู้สูงอายุ.pdf",)),
    Case(
        "Building permit application",
        "Dear officer, I would like to apply for a building permit. Documents attached.",
        "request",
        "building-permit",
        ("plan.pdf",),
    ),
    Case(
        "Food licence",
        "I want to apply for a licence to open a restaurant near the market.",
        "request",
        "food-premises",
    ),
    Case("House registration", "I would like to request a yellow house book.", "request", "house-number"),
    Case(
        "Commercial registration",
        "Please find attached the form to register my shop.",
        "request",
        "commercial-registration",
        ("form.pdf",),
    ),
    Case("Old age allowance", "I am applying for the elderly allowance for my mother.", "request", "elderly-allowance"),
]

UNCLEAR = [
    Case("ส่งเอกสาร", "ส่งเอกสารตามแนบครับ", "request", None, ("scan001.pdf",)),
    Case("ขอความช่วยเหลือ", "ขอความอนุเคราะห์ด้วยค่ะ", "request"),
    Case("สวัสดี", "ทดสอบ", "request"),
    Case("hello", "this is a test", "request"),
    Case("รูป", "", "request", None, ("IMG_0001.heic",)),
    Case("หลายเรื่อง", "ขออนุญาตก่อสร้างบ้าน และขอจดทะเบียนพาณิชย์ พร้อมขอลงทะเบียนเบี้ยผู้สูงอายุ", "request"),
    Case("บันทึก", "หนังสือจากร้านชำรุดฉบับหนึ่ง", "request"),
]

COMPLAINTS = [
    Case("ร้องเรียนเสียงดัง", "ข้างบ้านเปิดเพลงเสียงดังทุกคืน", "complaint", "nuisance-complaint"),
    Case("ไฟทางดับ", "ไฟส่องสว่างหน้าซอย 3 ดับมาสองอาทิตย์แล้ว เดือดร้อนมาก", "complaint", "street-light-repair"),
    Case("ถนนพัง", "ถนนเป็นหลุมเป็นบ่อ รถล้มหลายคันแล้ว", "complaint", "road-and-drain-repair"),
    Case("ขยะล้น", "รถขยะไม่มาเก็บขยะหนึ่งสัปดาห์", "complaint", "waste-collection"),
    Case("น้ำท่วมซอย", "ท่อตันน้ำท่วมขังหน้าบ้าน", "complaint", "road-and-drain-repair"),
    Case("ร้องทุกข์", "เจ้าหน้าที่พูดจาไม่ดี ไม่สุภาพ ทนไม่ไหวแล้ว", "complaint"),
    Case("ร้องเรียนเจ้าหน้าที่เรียกรับเงิน", "ขอความเป็นธรรม", "complaint"),
    Case("อุทธรณ์คำสั่ง", "ขออุทธรณ์คำสั่งไม่อนุญาตก่อสร้าง", "complaint", "building-permit"),
    Case("โรงงานปล่อยน้ำเสีย", "น้ำเสียส่งกลิ่นเหม็นมาก", "complaint", "nuisance-complaint"),
    Case("หมาจรจัด", "สุนัขจรจัดเห่ารบกวนเพื่อนบ้าน", "complaint", "nuisance-complaint"),
    Case("ร้องเรียนบ่อนและเว็บพนัน", "มีการชักชวนเล่นบาคาร่า สล็อต เครดิตฟรี ในหมู่บ้าน ขอให้ตรวจสอบ", "complaint"),
    Case("โดนหลอก", "ได้รับอีเมลให้ยืนยันรหัสผ่าน คลิกลิงก์ http://bad.example เป็นมิจฉาชีพ ขอร้องเรียน", "complaint"),
    Case("Noise complaint", "My neighbour plays loud music every night.", "complaint", "nuisance-complaint"),
    Case("Potholes", "The potholes in our street damage every car.", "complaint", "road-and-drain-repair"),
    Case(
        "Garbage", "I want to complain: the garbage has not been collected for a week.", "complaint", "waste-collection"
    ),
    Case("ไอ้พวกขี้เกียจ", "ถนนพังมาปีนึงแล้วเมื่อไรจะซ่อม แย่มาก", "complaint", "road-and-drain-repair"),
]

COMPLAINTS += [
    Case("ด่วน!!!", "ไฟไหม้หญ้าข้างบ้าน ช่วยด้วย", "complaint"),
    Case("ข้างทาง", "มีคนเอาขยะมาทิ้ง ช่วยมาจัดการที", "complaint", "waste-collection"),
    Case("ไฟหน้าบ้าน", "ไฟทางหน้าบ้านเลขที่ 5 ดับมาสามวัน", "complaint", "street-light-repair"),
    Case("Complaint", "Your officer was very rude to me", "complaint"),
]

ENQUIRIES = [
    Case("สอบถามการต่อเติมบ้าน", "ต้องใช้เอกสารอะไรบ้างคะ", "enquiry", "building-permit"),
    Case("ค่าธรรมเนียมร้านอาหาร", "ค่าธรรมเนียมใบอนุญาตร้านอาหารกี่บาทครับ", "enquiry", "food-premises"),
    Case("เปิดกี่โมง", "เทศบาลเปิดกี่โมงครับ", "enquiry"),
    Case("สอบถาม", "อยากทราบว่ายื่นขอเบี้ยผู้สูงอายุได้ที่ไหน", "enquiry", "elderly-allowance"),
    Case("ภาษีป้าย", "ป้ายร้านผมต้องเสียภาษีป้ายเท่าไหร่", "enquiry", "signboard-tax"),
    Case("ขอใบอนุญาตก่อสร้าง", "ขออนุญาตก่อสร้างต้องทำอย่างไรบ้าง", "enquiry", "building-permit"),
    Case("ขายของออนไลน์ต้องจดทะเบียนไหม", "ขายเสื้อผ้าในเฟซบุ๊ก ต้องจดทะเบียนพาณิชย์ไหมคะ", "enquiry", "commercial-registration"),
    Case("Opening hours", "What are your opening hours?", "enquiry"),
    Case("Land tax", "How much is the land and building tax for a small house?", "enquiry", "land-and-building-tax"),
    Case("Question", "Do I need a permit for a house extension?", "enquiry", "building-permit"),
]

STATUSES = [
    Case("ติดตามเรื่อง", "ยื่นขออนุญาตก่อสร้างไว้เดือนที่แล้ว ถึงไหนแล้วครับ", "status-enquiry", "building-permit"),
    Case("ขอทราบความคืบหน้า", "เรื่องขอถังขยะ", "status-enquiry", "waste-collection"),
    Case("ผลการพิจารณา", "ใบอนุญาตร้านอาหารอนุมัติหรือยัง", "status-enquiry", "food-premises"),
    Case("ตรวจสอบสถานะ", "เบี้ยผู้สูงอายุได้หรือยังคะ", "status-enquiry", "elderly-allowance"),
    Case("Status", "What is the status of my building permit application?", "status-enquiry", "building-permit"),
    Case("Progress", "Is there any update on my request for a trash bin?", "status-enquiry", "waste-collection"),
]

WITHDRAWALS = [
    Case("ขอถอนคำขอ", "ขอถอนคำขออนุญาตก่อสร้างที่ยื่นไว้", "withdrawal", "building-permit"),
    Case("ยกเลิกคำขอ", "ขอยกเลิกคำขอใช้หอประชุม", "withdrawal", "venue-use"),
    Case("ขอถอนเรื่องร้องเรียน", "ตกลงกันได้แล้ว", "withdrawal"),
    Case("Withdrawal", "I am withdrawing my application for a building permit.", "withdrawal", "building-permit"),
]

NOT_PAYMENTS = [
    Case("ขอไฟทางเพิ่ม", "ขอให้ซ่อมไฟทาง ผมจ่ายค่าหลอดเองไม่ไหวแล้ว", "request", "street-light-repair"),
    Case("ไม่ได้ถังขยะ", "ร้องเรียน จ่ายเงินแล้ว ไม่ได้ถังขยะสักที", "complaint", "waste-collection"),
]

NOT_WITHDRAWALS = [
    Case("ไม่ถอนคำร้อง", "ขอยืนยันไม่ขอถอนเรื่องร้องเรียนเสียงดัง", "complaint", "nuisance-complaint"),
]

PAYMENTS = [
    Case("สลิปค่าขยะ", "โอนเงินค่าขยะแล้วค่ะ", "payment-slip", "waste-collection", ("slip.jpg",)),
    Case("หลักฐานการชำระเงิน", "ชำระภาษีป้ายเรียบร้อยแล้ว", "payment-slip", "signboard-tax", ("slip.jpg",)),
    Case("แจ้งโอนเงิน", "โอนแล้ว 500 บาท", "payment-slip", None, ("slip.png",)),
    Case(
        "Payment slip", "I have paid the land and building tax.", "payment-slip", "land-and-building-tax", ("slip.jpg",)
    ),
]

THANKS = [
    Case("ขอบคุณค่ะ", "ขอบคุณค่ะ", "thanks"),
    Case("Re: ใบอนุญาต", "ขอบคุณมากครับ", "thanks"),
    Case("Re: เรื่องของท่าน", "ได้รับแล้วครับ ขอบพระคุณเป็นอย่างสูง\nสมชาย ใจดี", "thanks"),
    Case("", "รับทราบครับ ขอบคุณครับ", "thanks"),
    Case("ขอบคุณค่ะ", "🙏🙏", "thanks"),
    Case("Thanks", "Thank you very much for your help.", "thanks"),
    Case("Re: permit", "Thanks a lot!\nJohn", "thanks"),
]

NOT_THANKS = [
    Case("ขอถังขยะ", "🙏🙏🙏", "request", "waste-collection"),
    Case("ขอบคุณค่ะ", "ขอบคุณค่ะ แต่ยังไม่ได้ถังขยะเลย", "request", "waste-collection"),
    Case("ขอบคุณล่วงหน้า", "ขอใช้หอประชุมวันที่ 5 ขอบคุณครับ", "request", "venue-use"),
    Case("ขอบคุณ", "ขอบคุณครับ", "request", None, ("คำขอ.pdf",)),
    Case("Thanks", "Thank you. When can I pick up my building permit?", "enquiry", "building-permit"),
]

ELSEWHERE = [
    ("ต่อพาสปอร์ต", "ขอทำหนังสือเดินทางเล่มใหม่ครับ", "กรมการกงสุล กระทรวงการต่างประเทศ"),
    ("ต่อใบขับขี่", "ใบขับขี่หมดอายุ ต้องทำอย่างไร", "กรมการขนส่งทางบก"),
    ("โอนที่ดิน", "ขอนัดโอนโฉนดที่ดิน", "กรมที่ดิน"),
    ("ไฟดับทั้งหมู่บ้าน", "ไฟฟ้าดับตั้งแต่เช้า", "การไฟฟ้าส่วนภูมิภาค"),
    ("น้ำประปาไม่ไหล", "น้ำไม่ไหลสามวันแล้ว", "การประปาส่วนภูมิภาค"),
    ("ขอคืนภาษี", "ยื่น ภ.ง.ด.91 แล้วยังไม่ได้เงินคืน", "กรมสรรพากร"),
    ("ประกันสังคม", "ขอเปลี่ยนโรงพยาบาลประกันสังคม", "สำนักงานประกันสังคม"),
    ("ต่อวีซ่า", "ขอต่อวีซ่าและรายงานตัว 90 วัน", "สำนักงานตรวจคนเข้าเมือง"),
    ("ทำบัตรประชาชน", "บัตรประชาชนหมดอายุ", "กรมการปกครอง"),
    ("จดทะเบียนบริษัท", "ขอหนังสือรับรองบริษัท", "กรมพัฒนาธุรกิจการค้า"),
    ("ขอ อย.", "จดแจ้งเครื่องสำอาง", "สำนักงานคณะกรรมการอาหารและยา"),
    ("ใบอนุญาตทำงาน", "ต่อใบอนุญาตทำงานแรงงานต่างด้าว", "กรมการจัดหางาน"),
    ("Visa", "How can I extend my visa?", "สำนักงานตรวจคนเข้าเมือง"),
    ("Driving licence", "I want to renew my driving licence.", "กรมการขนส่งทางบก"),
    ("Passport", "I lost my passport.", "กรมการกงสุล กระทรวงการต่างประเทศ"),
]

TRAPS = [
    # Words of other agencies inside our own matters do not send a citizen away.
    Case("ขอเลขที่บ้าน", "ขอเลขที่บ้านเพื่อไปขอมิเตอร์ไฟฟ้ากับการไฟฟ้า", "request", "house-number"),
    Case("ขออนุญาตก่อสร้าง", "แนบสำเนาโฉนดและสำเนาบัตรประชาชน", "request", "building-permit", ("โฉนด.pdf",)),
    # Nobody else answers for what the office did or is to do.
    Case("ไฟดับเพราะเทศบาล", "ร้องเรียนเจ้าหน้าที่เทศบาลทำงานประมาท โดนสายไฟ ไฟฟ้าดับทั้งซอย", "complaint"),
    Case("เทศบาลทำถนนทับที่", "เทศบาลล้ำเข้ามาในโฉนดที่ดินของผม ขอร้องเรียน", "complaint"),
    Case("ขอหนังสือรับรอง", "ขอให้เทศบาลรับรองการทำงานเพื่อไปยื่นประกันสังคม", "request"),
    # A paper that the sender has is no paper that the sender asks for.
    Case("ขอความอนุเคราะห์", "ดิฉันมีหนังสือเดินทางต่างประเทศ ขอให้ช่วยเหลือเรื่องที่พัก", "request"),
    # What a paper of ours is needed for is not what is asked.
    Case("หนังสือรับรองรายได้", "ขอหนังสือรับรองรายได้เพื่อนำไปยื่นประกันสังคม", "request"),
    # "แจ้งความประสงค์" is no report to the police.
    Case("แจ้งความประสงค์", "ขอแจ้งความประสงค์ใช้หอประชุม", "request", "venue-use"),
    # The agency's own name says nothing about the matter.
    Case("เทศบาลเมืองตัวอย่าง", "เรียน เทศบาลเมืองตัวอย่าง", "request"),
    # A citizen may write about bounces and automatic replies.
    Case("อีเมลส่งไม่สำเร็จ", "ผมส่งคำขอถังขยะไปแล้วเด้งกลับ ขอส่งใหม่ครับ", "request", "waste-collection"),
    Case("ระบบตอบกลับอัตโนมัติใช้ไม่ได้", "ขอให้แก้ไขด้วยครับ", "request"),
    # Rubbish words inside other words.
    Case("ไฟหน้าร้านชำรุด", "ขอให้ซ่อมไฟทางหน้าร้าน", "request", "street-light-repair"),
    # Not every official-looking number makes an official letter.
    Case("คดีหมายเลขดำที่ อ 123/2568", "ขอคัดสำเนาทะเบียนบ้านไปยื่นศาล", "request", "civil-registry-copy"),
    Case("บ้านเลขที่ 12/3", "ขอถังขยะที่บ้านเลขที่ 12/3 หมู่ที่ 4", "request", "waste-collection"),
    Case("ผ้าไหม", "ขอใช้หอประชุมจัดแสดงผ้าไหม", "request", "venue-use"),
    Case("แก้ไขทะเบียนบ้าน", "ขอแก้ไขคำนำหน้าชื่อในทะเบียนบ้าน", "request", "change-of-address"),
    Case("ขอรถน้ำ", "น้ำไม่ไหลสามวัน ขอรถน้ำมาช่วยครับ", "request", "water-supply-truck"),
]

UNWANTED = [
    Case("เครดิตฟรี 100", "สล็อตเว็บตรง สมัครเลย https://slot.example", "spam"),
    Case("เงินกู้ด่วน", "สินเชื่อด่วน อนุมัติไว ดอกเบี้ยต่ำ แอดไลน์ @loan", "spam"),
    Case("SEO services", "We offer SEO and backlink packages, click here https://seo.example", "spam"),
    Case("ทำใบขับขี่ไม่ต้องสอบ", "รับทำใบขับขี่ บัตรประชาชน ส่งทั่วไทย แอดไลน์ @card", "spam"),
    Case("รับทำเว็บ", "รับทำเว็บไซต์ ติดอันดับ Google โปรโมชั่นพิเศษลด 50%", "spam"),
    Case("กล่องจดหมายของท่านเต็ม", "บัญชีอีเมลของท่านจะถูกระงับ กรุณายืนยันบัญชี คลิกที่นี่ http://login.example/x", "phishing"),
    Case("Your mailbox is almost full", "Verify your account within 24 hours: http://verify.example", "phishing"),
    Case("รหัสผ่านหมดอายุ", "รหัสผ่านของท่านหมดอายุ โปรดยืนยันรหัสผ่านในหน้าเว็บที่แนบ", "phishing", None, ("login.html",)),
]

EMPTY = [
    Case("", "", "empty"),
    Case("(no subject)", "\n \n", "empty"),
    Case("Re:", "", "empty"),
    Case("ไม่มีหัวเรื่อง", "-- \nสมชาย", "empty"),
]

ALL = [
    *REQUESTS,
    *UNCLEAR,
    *COMPLAINTS,
    *ENQUIRIES,
    *STATUSES,
    *WITHDRAWALS,
    *PAYMENTS,
    *NOT_PAYMENTS,
    *NOT_WITHDRAWALS,
    *THANKS,
    *NOT_THANKS,
    *TRAPS,
    *UNWANTED,
    *EMPTY,
]


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.kind}: {case.subject[:40]}")
def test_a_message_is_taken_for_what_it_is(case: Case) -> None:
    """Kind and service of an everyday message are right, and a reason is given."""
    found = classify(message(case.subject, case.text, *case.files), NO_HISTORY, AGENCY, catalogue())
    assert (found.kind, found.service) == (case.kind, case.service), found.reasons
    assert found.reasons


def test_the_table_is_large_enough() -> None:
    """The table has at least 120 cases, so that a rule cannot be bent to a few."""
    assert len(ALL) + len(ELSEWHERE) >= 120


@pytest.mark.parametrize(("subject", "text", "agency"), ELSEWHERE)
def test_another_agencys_matter_names_that_agency(subject: str, text: str, agency: str) -> None:
    """A matter of another agency is recognised, and the agency that is directly responsible is named (R19)."""
    found = classify(message(subject, text), NO_HISTORY, AGENCY, catalogue())
    assert (found.kind, found.agency) == (Kind.WRONG_AGENCY, agency), found.reasons


def test_two_other_agencies_are_left_to_a_clerk() -> None:
    """Where two agencies are equally likely none is named."""
    found = classify(message("ค่าน้ำค่าไฟ", "ค่าน้ำประปา ค่าไฟฟ้า"), NO_HISTORY, AGENCY, catalogue())
    assert (found.kind, found.agency) == (Kind.WRONG_AGENCY, None)


def test_nobody_is_sent_to_one_of_two_agencies() -> None:
    """Where a second agency is spoken of at all none is named, however much more is said of the first (R19)."""
    mail = message("ใบขับขี่กับพาสปอร์ต", "ใบขับขี่หมดอายุ หนังสือเดินทางและพาสปอร์ตเล่มเก่าก็หมดอายุ")
    found = classify(mail, NO_HISTORY, AGENCY, catalogue())
    assert (found.kind, found.agency) == (Kind.WRONG_AGENCY, None)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ส่งเอกสารเพิ่มเติมครับ", Kind.FOLLOW_UP),
        ("ถึงไหนแล้วครับ", Kind.STATUS_ENQUIRY),
        ("ขอถอนคำขอครับ", Kind.WITHDRAWAL),
        ("โอนเงินแล้วค่ะ แนบสลิป", Kind.PAYMENT_SLIP),
        ("ขอบคุณครับ", Kind.THANKS),
        ("ใบขับขี่ผมแนบไว้เป็นหลักฐานแล้ว", Kind.FOLLOW_UP),
    ],
)
def test_a_reply_to_us_belongs_to_its_matter(text: str, kind: Kind) -> None:
    """Within a thread a message is what its own words say, else an addition to the matter."""
    assert classify(message("Re: ได้รับเรื่องของท่านแล้ว เลขรับ 41/2569", text), THREAD, AGENCY, catalogue()).kind is kind


def test_a_quoted_number_makes_a_follow_up() -> None:
    """A message that quotes the number of a matter of the same sender is an addition to it."""
    history = History(mentioned=RegisterNumber(2569, 7))
    found = classify(message("เลขรับ 7/2569", "ส่งสำเนาโฉนดเพิ่มครับ"), history, AGENCY, catalogue())
    assert found.kind is Kind.FOLLOW_UP
    assert "7/2569" in [reason.detail for reason in found.reasons]


QUOTED = "ขอใช้หอประชุมครับ\n\nเมื่อ 5 ม.ค. 2569 เวลา 10:00 สมศรี <a@example.com> เขียนว่า:\n> ขอร้องเรียนเรื่องขยะเหม็น\n> ขออนุญาตก่อสร้างบ้าน"


def test_quoted_text_decides_nothing() -> None:
    """What stands in the quoted part of a reply has no say."""
    found = classify(message("Re: เรื่องเดิม", QUOTED), NO_HISTORY, AGENCY, catalogue())
    assert (found.kind, found.service) == (Kind.REQUEST, "venue-use")


@pytest.mark.parametrize(
    "block",
    [
        "---------- Forwarded message ---------\nFrom: ยาใจ <y@example.com>\nDate: Mon, 5 Jan 2026\nSubject: ขอถังขยะ\nTo: a@b.c\n\nขอถังขยะหนึ่งใบค่ะ",
        "________________________________\nจาก: ยาใจ <y@example.com>\nส่ง: 5 มกราคม 2569\nถึง: a@b.c\nเรื่อง: ขอถังขยะ\n\nขอถังขยะหนึ่งใบค่ะ",
        "-----Original Message-----\nFrom: ยาใจ <y@example.com>\nSent: Monday\nTo: a@b.c\nSubject: ขอถังขยะ\n\nขอถังขยะหนึ่งใบค่ะ",
    ],
)
def test_a_forwarded_request_is_read(block: str) -> None:
    """A forwarded message is recognised by its header block, and its carried text names the service."""
    found = classify(message("Fw: เรื่องฝาก", f"ฝากด้วยครับ\n\n{block}"), NO_HISTORY, AGENCY, catalogue())
    assert (found.kind, found.service) == (Kind.FORWARDED, "waste-collection")


def test_an_officers_mail_is_a_forwarded_matter() -> None:
    """Mail from an officer of the agency is citizens' mail passed on, not our own mail."""
    officer = Address("สมศรี", "somsri@tuayang.go.th")
    found = classify(message("Fwd: ขอถังขยะ", "ขอถังขยะ", sender=officer), NO_HISTORY, AGENCY, catalogue())
    assert found.kind is Kind.FORWARDED


def test_a_forward_word_alone_is_no_forward() -> None:
    """A subject with Fw: but nothing carried along is judged by its own words."""
    assert classify(message("Fw: ขอถังขยะ", "ขอถังขยะค่ะ"), NO_HISTORY, AGENCY, catalogue()).kind is Kind.REQUEST


LETTER = "ที่ อท 0017.5/ว 4351\nศาลากลางจังหวัดอ่างทอง\n27 กันยายน 2567\nเรื่อง ขอเชิญประชุม\nเรียน นายกเทศมนตรี\nจึงเรียนมาเพื่อโปรดทราบ\nขอแสดงความนับถือ"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("ขอเชิญประชุม", LETTER),
        ("ด่วนที่สุด ที่ มท ๐๘๐๘.๒/ว ๑๒๓๔ เรื่อง ซักซ้อมแนวทาง", "ตามเอกสารแนบ"),
        ("ที่ กค (กวจ) 0405.2/ว 198 ลงวันที่ 5 มกราคม 2569", "โปรดดูเอกสารแนบ"),
        ("", LETTER.replace("อท 0017.5/ว 4351", "นร 1208/686-723")),
        ("", LETTER.replace("ที่ อท 0017.5/ว 4351", "ที่ อท 52301/พิเศษ 12")),
        ("", LETTER.replace("ที่ อท 0017.5/ว 4351", "เลขที่หนังสือ มท 0808.2/ว1234")),
        ("อว 78.03/123 ขอความอนุเคราะห์นักศึกษาฝึกงาน", "เรียน นายกเทศมนตรี"),
    ],
)
def test_an_official_letter_is_known_by_its_face(subject: str, text: str) -> None:
    """A letter number with the fixed parts of an official letter, or in the subject, makes an official letter."""
    assert classify(message(subject, text), NO_HISTORY, AGENCY, catalogue()).kind is Kind.OFFICIAL_LETTER


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("saraban@angthong.example.go.th", Kind.OFFICIAL_LETTER),
        ("boss@company.example", Kind.REQUEST),
    ],
)
def test_an_offices_mail_with_the_parts_of_a_letter_is_one(address: str, kind: Kind) -> None:
    """From an address of the government, with an enclosure, also where the number stands only there."""
    text = LETTER.split("\n", 3)[3]
    sent = message("ขอเชิญประชุม", text, "หนังสือ.pdf", sender=Address("สารบรรณ", address))
    assert classify(sent, NO_HISTORY, AGENCY, catalogue()).kind is kind


@pytest.mark.parametrize("subject", ["ทร.14/1", "ซอย 12/3 ไฟดับ", "รถ 12/3 จอดขวาง", "ภ.ป. 12/1"])
def test_a_form_or_a_house_is_no_letter_number(subject: str) -> None:
    """Numbers of forms, houses and lanes look like numbers of letters."""
    assert classify(message(subject, "ครับ"), NO_HISTORY, AGENCY, catalogue()).kind is not Kind.OFFICIAL_LETTER


@pytest.mark.parametrize(
    "name",
    [
        "virus.exe",
        "ใบแจ้งหนี้.pdf.exe",
        "licence\u202efdp.exe",
        "doc.pdf.lnk",
        "x.scr ",
        "setup.MSI.",
        "run.js",
        "a.pdf   .vbs",
        "x.library-ms",
    ],
)
def test_a_dangerous_name_is_malware(name: str) -> None:
    """Names of things that run when opened are dangerous, however they are dressed up."""
    assert classify(message("เอกสาร", "ตามแนบ", name), NO_HISTORY, AGENCY, catalogue()).kind is Kind.MALWARE


def test_a_program_behind_a_harmless_name_is_malware() -> None:
    """The content of an attachment counts, not its name."""
    disguised = attachment("รูป.jpg", "application/x-dosexec")
    found = classify(message("รูป", "แนบ", attachments=(disguised,)), NO_HISTORY, AGENCY, catalogue())
    assert found.kind is Kind.MALWARE


@pytest.mark.parametrize(
    "name", ["แบบ.pdf", "ตาราง.xlsx", "เอกสาร v1.2.docx", "example.com.pdf", "เก่า.rar", "รูป.heic", "ข้อมูล.exe.pdf"]
)
def test_a_harmless_name_is_no_malware(name: str) -> None:
    """Ordinary files of ordinary citizens are left alone."""
    assert classify(message("ขอถังขยะ", "ตามแนบ", name), NO_HISTORY, AGENCY, catalogue()).kind is Kind.REQUEST


def test_macros_are_a_warning_only() -> None:
    """A document with macros keeps its kind and warns the clerk."""
    found = classify(message("ขอถังขยะ", "ตามแนบ", "แบบ.docm"), NO_HISTORY, AGENCY, catalogue())
    assert found.kind is Kind.REQUEST
    assert "macro-document" in [reason.code for reason in found.reasons]


def test_an_unreadable_message_is_unparsed() -> None:
    """What the reader could not read is unparsed, with the reader's own words as reason."""
    broken = message("", "", defects=("unreadable: time limit",), sender=Address("", ""))
    found = classify(broken, NO_HISTORY, AGENCY, catalogue())
    assert (found.kind, found.reasons[0].detail) == (Kind.UNPARSED, "time limit")


PIECES = (
    "a",
    "@",
    "(",
    " ",
    "ก",
    "๑",
    ">",
    "http://",
    "ที่ กก 1",
    "From: ",
    "\n",
    "\n\n ที่ ",
    "ด่วน",
    "on ",
    "ยื่น",
    "ขอบคุณ",
)


@pytest.mark.parametrize("piece", PIECES)
def test_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    """60,000 characters of one repeated piece take a fraction of a second; backtracking would take minutes."""
    sent = message(piece * 500, piece * (60_000 // len(piece)))
    begun = time.process_time()
    classify(sent, NO_HISTORY, AGENCY, catalogue())
    assert time.process_time() - begun < 1
