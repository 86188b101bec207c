"""Two citizens on LINE: one is led through a request and comes back to it, the other writes freely and takes a message back."""

from collections.abc import Callable
from dataclasses import dataclass

from mailroom.demo import line_pictures
from mailroom.demo.line_account import Citizen
from mailroom.demo.line_phone import Phone
from mailroom.demo.line_platform import LinePlatform

PIMJAI = Citizen("U" + "1" * 32, "Pim")
CHART = Citizen("U" + "2" * 32, "ลุงชาติ")
VISITOR = Citizen("U" + "3" * 32, "ผู้ทดลองใช้")
"""Whoever opens the phone of the open demo."""

SERVICE = "food-premises"
NAME = "พิมพ์ใจ รักสมมุติ"
EMAIL = "pimjai@mail.example"
LATER = "ลืมแจ้งค่ะ ร้านมีที่นั่ง 20 ที่นั่ง"
MATTER = "ไฟถนนหน้าวัดบ้านตัวอย่างดับมาสามคืนแล้วครับ มืดมาก รบกวนมาซ่อมให้หน่อย"
TAKEN_BACK = "โทรหาผมได้ที่ 0 2000 0155"


@dataclass(frozen=True, slots=True)
class Cast:
    """The phones of the script."""

    guided: Phone
    free: Phone


def play(platform: LinePlatform, after: Callable[[], None]) -> Cast:
    """The whole script; `after` lets the agency do what is to be done, once after each act.

    Raises DeliveryFailedError when the webhook takes nothing, LookupError when something to tap is not there.
    """
    cast = Cast(platform.phone(PIMJAI), platform.phone(CHART))
    for act in (*_guided(cast.guided), *_comes_back(cast.guided), *_free(cast.free)):
        act()
        after()
    return cast


Act = Callable[[], object]


def _guided(phone: Phone) -> tuple[Act, ...]:
    return (
        phone.add_friend,
        lambda: phone.tap("เลือกบริการ"),
        lambda: phone.tap_for(SERVICE),
        lambda: phone.send(line_pictures.form()),
        lambda: phone.send(line_pictures.shop()),
        lambda: phone.send(line_pictures.site_plan()),
        lambda: phone.tap("ข้าม"),
        lambda: phone.say(NAME),
        lambda: phone.say(EMAIL),
        lambda: phone.tap("ส่งเรื่อง"),
    )


def _comes_back(phone: Phone) -> tuple[Act, ...]:
    return (lambda: phone.say("สถานะ"), lambda: phone.say(LATER), lambda: phone.tap("ส่งเรื่อง"))


def _free(phone: Phone) -> tuple[Act, ...]:
    said: list[str] = []
    return (
        lambda: phone.say(MATTER),
        lambda: phone.send(line_pictures.street_light()),
        lambda: phone.send_place("หน้าวัดบ้านตัวอย่าง", "ถนนสมมุติ ตำบลบ้านตัวอย่าง", 15.1234, 100.5678),
        lambda: said.append(phone.say(TAKEN_BACK)),
        lambda: phone.take_back(said[0]),
        lambda: phone.tap("ส่งเรื่อง"),
    )
