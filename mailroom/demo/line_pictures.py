"""What the demo's citizens photograph: drawn here of a few colours, always the same bytes."""

from collections.abc import Callable
from functools import cache

from mailroom.demo.line_account import File
from mailroom.demo.mails.files import Colour, painted, pdf

_INK, _PAPER, _STAMP, _DESK = (60, 70, 90), (250, 249, 244), (178, 58, 62), (126, 96, 70)
_SKY, _GROUND, _WALL, _ROOF, _DOOR = (188, 216, 236), (150, 158, 138), (244, 226, 184), (168, 84, 58), (96, 72, 56)
_NIGHT, _ROAD, _POLE, _LAMP = (22, 26, 48), (48, 48, 56), (112, 112, 120), (86, 84, 70)


@cache
def form() -> File:
    """A filled-in form on a desk."""
    return File("form.png", "image/png", _drawn(240, 320, _form))


@cache
def shop() -> File:
    return File("shop.png", "image/png", _drawn(320, 220, _shop))


@cache
def street_light() -> File:
    """A lamp that is out."""
    return File("light.png", "image/png", _drawn(240, 300, _street_light))


@cache
def site_plan() -> File:
    return File("แผนที่ร้าน.pdf", "application/pdf", pdf("Site plan of a food shop (sample)"))


def _drawn(width: int, height: int, colour: Callable[[float, float], Colour]) -> bytes:
    return painted([[colour(x / width, y / height) for x in range(width)] for y in range(height)])


def _form(x: float, y: float) -> Colour:
    if not (0.08 < x < 0.92 and 0.05 < y < 0.95):
        return _DESK
    if (x - 0.7) ** 2 + ((y - 0.8) * 1.33) ** 2 < 0.012:
        return _STAMP
    written = 0.16 < x < 0.84 - 0.3 * (round(y * 14) % 3 == 0) and 0.14 < y < 0.72 and y * 14 % 1 < 0.22
    title = 0.32 < x < 0.68 and 0.085 < y < 0.11
    return _INK if written or title else _PAPER


def _shop(x: float, y: float) -> Colour:
    if 0.22 < x < 0.78 and 0.24 < y < 0.4:
        return _ROOF if int(x * 25) % 2 else _PAPER
    if 0.26 < x < 0.74 and 0.4 <= y < 0.84:
        return _DOOR if 0.56 < x < 0.68 and y > 0.54 else _WALL
    return _GROUND if y > 0.78 else _SKY


def _street_light(x: float, y: float) -> Colour:
    if 0.46 < x < 0.5 and 0.14 < y < 0.86:
        return _POLE
    if 0.46 < x < 0.74 and 0.12 < y < 0.15:
        return _POLE
    if 0.64 < x < 0.76 and 0.15 <= y < 0.19:
        return _LAMP
    return _ROAD if y > 0.82 else _NIGHT
