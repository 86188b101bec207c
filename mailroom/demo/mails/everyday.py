"""What else citizens write: complaints, questions, thanks, slips, and matters that are not ours."""

from mailroom.demo.mails import files
from mailroom.demo.mails.model import (
    JUNK,
    File,
    Says,
    accepted,
    bangkok,
    held,
    ignored,
    sent_elsewhere,
    sent_to_channel,
)
from mailroom.demo.mails.ordinary import ordinary
from mailroom.domain.decision import Kind
from mailroom.domain.message import Address

_SUDA = Address("สุดา เงียบสงบ", "suda@home.example")
_CHAI = Address("ชัย ใจร้อน", "chai@mail.example")
_NIDA = Address("นิดา สงสัย", "nida.s@mail.example")
_PORN = Address("พร สมหวัง", "porn.s@post.example")
_SOMSRI = Address("สมศรี มีสุขสมมุติ", "somsri@mail.example")
_TON = Address("ต้น เดินทาง", "ton.travel@mail.example")
_YAI = Address("", "yai-maewbaan@post.example")
_BANK = Address("ธีระ จ่ายตรงเวลา", "teera@mail.example")
_SHOP = Address("ร้านตัวอย่างพาณิชย์", "shop@market.example")

_SLIP = File("สลิปโอนเงิน.png", "image/png", files.png(90, 30, 140))
_ROAD = File("ถนนหน้าบ้าน.jpg", "image/jpeg", files.jpeg(10))

COMPLAINTS = (
    ordinary(
        "noise",
        "2026-01-04 02:31:00",
        Says(_SUDA, "ร้องเรียนเสียงดังจากโรงกลึงตอนกลางคืน"),
        """
        เรียน เจ้าหน้าที่

        ดิฉันได้รับความเดือดร้อนจากโรงกลึงข้างบ้าน ส่งเสียงดังถึงเที่ยงคืนทุกวัน
        ขอให้เทศบาลเข้ามาตรวจสอบด้วยค่ะ บ้านเลขที่ 7 หมู่ 2
        """,
        accepted(kind=Kind.COMPLAINT, service="nuisance-complaint", deemed=bangkok("2026-01-05 08:30")),
    ),
    ordinary(
        "angry",
        "2026-01-05 12:10:00",
        Says(_CHAI, "ทนไม่ไหวแล้ว!!! ถนนพัง ไม่มีใครมาซ่อม", files=(_ROAD,)),
        """
        โทรไปสามรอบก็รับปากอย่างเดียว ถนนหน้าบ้านหมู่ 4 พังมาครึ่งปี รถล้มไปสองคนแล้ว แย่มาก
        ขอร้องเรียนให้มาซ่อมเดี๋ยวนี้ ไม่ใช่ปีหน้า!!!
        """,
        accepted(kind=Kind.COMPLAINT, service="road-and-drain-repair"),
    ),
)

QUESTIONS = (
    ordinary(
        "fee-question",
        "2026-01-05 09:45:00",
        Says(_NIDA, "สอบถามค่าธรรมเนียมใบอนุญาตสถานที่จำหน่ายอาหาร"),
        """
        อยากทราบว่าใบอนุญาตสถานที่จำหน่ายอาหาร ร้านขนาดเล็ก ค่าธรรมเนียมเท่าไหร่ และต้องใช้เอกสารอะไรบ้างคะ
        """,
        accepted(kind=Kind.ENQUIRY, service="food-premises"),
    ),
    ordinary(
        "how-far",
        "2026-01-12 10:00:00",
        Says(_SHOP, "ขอทราบความคืบหน้าคำขอที่ยื่นไว้เดือนที่แล้ว"),
        """
        ร้านยื่นเรื่องไว้ตั้งแต่เดือนธันวาคม ไม่ทราบว่าเรื่องถึงไหนแล้วครับ
        """,
        accepted(kind=Kind.STATUS_ENQUIRY),
    ),
    ordinary(
        "vague",
        "2026-01-06 09:00:00",
        Says(_YAI, "รบกวนด้วยค่ะ"),
        """
        ช่วยทำเรื่องของยายให้หน่อยนะจ๊ะ ยายทำเองไม่เป็น
        """,
        held(kind=Kind.REQUEST),
    ),
    ordinary(
        "three-at-once",
        "2026-01-06 13:33:00",
        Says(_PORN, "ขอยื่นหลายเรื่องพร้อมกันค่ะ"),
        """
        1. ขอลงทะเบียนรับเงินเบี้ยยังชีพผู้สูงอายุให้คุณพ่อ
        2. ขออนุญาตก่อสร้างอาคาร ต่อเติมหลังบ้าน
        3. ขอต่ออายุใบอนุญาตสถานที่จำหน่ายอาหาร ของร้านน้องสาว
        """,
        held(kind=Kind.REQUEST),
    ),
)

LATER = (
    ordinary(
        "thanks",
        "2026-01-09 11:11:00",
        Says(_NIDA, "ขอบคุณเจ้าหน้าที่มากค่ะ"),
        """
        ได้รับคำตอบครบถ้วนแล้ว ขอบคุณเจ้าหน้าที่ทุกท่านมากนะคะ บริการดีมาก
        """,
        ignored(kind=Kind.THANKS),
    ),
    ordinary(
        "slip",
        "2026-01-09 16:30:00",
        Says(_BANK, "แจ้งชำระค่าธรรมเนียมเก็บขยะ พร้อมสลิป", files=(_SLIP,)),
        """
        โอนเงินค่าธรรมเนียมเก็บขนขยะมูลฝอย 240 บาท เรียบร้อยแล้ว แนบสลิปมาด้วยครับ
        """,
        accepted(kind=Kind.PAYMENT_SLIP, service="waste-collection", deemed=bangkok("2026-01-12 08:30")),
        folder=JUNK,
    ),
    ordinary(
        "withdrawal",
        "2026-01-13 09:20:00",
        Says(_SOMSRI, "ขอถอนคำขอต่ออายุใบอนุญาต"),
        """
        ดิฉันขอถอนคำขอต่ออายุใบอนุญาตที่ยื่นไว้ เนื่องจากเลิกกิจการแล้วค่ะ
        """,
        accepted(kind=Kind.WITHDRAWAL),
    ),
)

ELSEWHERE = (
    ordinary(
        "passport",
        "2026-01-06 10:10:00",
        Says(_TON, "ขอทำหนังสือเดินทางเล่มใหม่"),
        """
        หนังสือเดินทางของผมหมดอายุเดือนหน้า ขอจองคิวทำหนังสือเดินทางเล่มใหม่ครับ
        """,
        sent_elsewhere(agency="กรมการกงสุล กระทรวงการต่างประเทศ"),
    ),
    ordinary(
        "driving-licence",
        "2026-01-10 14:00:00",
        Says(_TON, "ต่ออายุใบขับขี่รถยนต์ส่วนบุคคล"),
        """
        ขอต่ออายุใบขับขี่รถยนต์ 5 ปี ต้องอบรมก่อนไหมครับ ขอจองวันด้วยครับ
        """,
        sent_elsewhere(agency="กรมการขนส่งทางบก", deemed=bangkok("2026-01-12 08:30")),
    ),
    ordinary(
        "water-and-power",
        "2026-01-11 09:00:00",
        Says(_CHAI, "ค่าไฟกับค่าน้ำเดือนนี้ผิดปกติ"),
        """
        มิเตอร์ไฟกับมิเตอร์น้ำเสียพร้อมกัน ค่าไฟขึ้นเป็นสองเท่า ค่าน้ำก็ขึ้นเป็นสองเท่า
        """,
        held(kind=Kind.WRONG_AGENCY),
    ),
    ordinary(
        "other-channel",
        "2026-01-07 09:09:00",
        Says(_PORN, "ขอจองสระว่ายน้ำเทศบาล วันเสาร์นี้"),
        """
        ขอจองสระว่ายน้ำเทศบาล วันเสาร์นี้ เวลา 17.00-19.00 น. จำนวน 20 คนค่ะ
        """,
        sent_to_channel(service="swimming-pool"),
    ),
)

EVERYDAY = (*COMPLAINTS, *QUESTIONS, *LATER, *ELSEWHERE)
