"""Messages about few things in changing words, and heads that were taught by hand."""

import random
from collections.abc import Sequence

import numpy as np

from mailroom.stages.features import pieces, prepared, vector
from mailroom.stages.linear_model import LinearHead

CORES = {
    "food-shop": ("เปิดร้านส้มตำ", "ขายข้าวแกง", "ทำครัวขายกับข้าว", "ร้านก๋วยเตี๋ยวหน้าบ้าน", "ขายหมูปิ้ง"),
    "noise": ("จัดงานบวชมีเครื่องเสียง", "เปิดลำโพงงานแต่ง", "ตั้งเวทีดนตรี", "ใช้ไมค์ประกาศงานวัด", "รถแห่มีลำโพง"),
    "กรมการกงสุล": ("ทำพาสปอร์ต", "ต่อเล่มเดินทางไปญี่ปุ่น", "เล่มเดินทางหาย", "จองคิวพาสปอร์ตลูก", "รับรองเอกสารไปเมืองนอก"),
}
"""By service, or by the other agency."""
_FRAMES = (
    "{core} ต้องทำอย่างไร",
    "อยาก{core}ค่ะ",
    "รบกวนด้วยครับ จะ{core}",
    "{core} เดือนหน้า",
    "คุณแม่จะ{core}",
    "สอบถามเรื่อง{core}",
)
_ASIDES = ("บ้านอยู่หลังวัด", "โทรกลับด้วย", "ขอบคุณล่วงหน้า", "เพิ่งย้ายมา", "ช่วงเช้าสะดวก", "เคยไปที่สำนักงานแล้ว", "")


def wordings(answer: str, count: int, seed: int = 1) -> list[str]:
    """Texts about one thing; equal seeds make equal texts."""
    chance = random.Random(f"{answer} {seed}")
    return [
        f"{chance.choice(_FRAMES).format(core=chance.choice(CORES[answer]))} {chance.choice(_ASIDES)} {chance.randrange(999)}"
        for _ in range(count)
    ]


def taught(*lessons: tuple[str, str], threshold: float | None = 0.5, temperature: float = 0.1) -> LinearHead:
    """A head whose weights are the pieces of one text for each answer."""
    seen = {answer: vector(pieces(prepared(said))) for said, answer in lessons}
    classes: Sequence[str] = sorted(seen)
    columns = np.unique(np.concatenate([one.indices for one in seen.values()]))
    weights = np.zeros((len(columns), len(classes)), dtype=np.float16)
    for place, name in enumerate(classes):
        weights[np.searchsorted(columns, seen[name].indices), place] = seen[name].values
    bias = np.zeros(len(classes), dtype=np.float32)
    return LinearHead(tuple(classes), columns, weights, bias, temperature=temperature, threshold=threshold)
