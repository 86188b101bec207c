"""What should be seen first: signs of danger to life, and the sender's own word for haste.

A sign of danger means "show to a person now" and nothing else: it changes neither kind nor outcome. Words of fear, of
chance or of the past beside it lower it. A word of haste is a claim that is shown, never a class (R57).
"""

import re

from mailroom.domain.decision import Reason
from mailroom.stages import lazy
from mailroom.stages.alternatives import any_of

REACH = 3000
"""Characters of what was said that are read."""

_DANGER = any_of(
    r"ไฟไหม้|เพลิงไหม้|ไฟกำลังไหม้|ไฟลุก|แก๊สรั่ว|ก๊าซรั่ว|แก๊สระเบิด|ถังแก๊ส[^\n]{0,15}(?:รั่ว|ระเบิด)|สารเคมีรั่ว|สารเคมีหก|แอมโมเนียรั่ว|คลอรีนรั่ว|(?:อาคาร|ตึก|บ้าน|สะพาน|กำแพง|นั่งร้าน|เครน)(?:กำลัง)?(?:ถล่ม|พังถล่ม|ถล่มลง|ทรุดลงมา)"
    r"|ไฟ(?:ฟ้า)?ดูด|ไฟ(?:ฟ้า)?ช็อ[ตค]|สายไฟ[^\n]{0,20}(?:ขาดตก|ขาดลงมา|ตกลงน้ำ|พาดน้ำ|แช่น้ำ|หล่น|ตกลงมา|มีไฟ)|บาดเจ็บสาหัส|หมดสติ|ไม่หายใจ|หยุดหายใจ|หัวใจหยุด|เลือดไหลไม่หยุด|เสียชีวิต|จมน้ำ|ตกน้ำ|ตกท่อ|น้ำพัดไป|ติดอยู่(?:ใน|บน)(?:บ้าน|หลังคา|รถ|ลิฟต์|ตึก)"
    r"|ทำร้ายร่างกาย|ถูกทำร้าย|โดนทำร้าย|ถูกแทง|โดนแทง|ถูกยิง|โดนยิง|ยิงกัน|ฆ่าตัวตาย|ผูกคอ|อยากตาย|ไม่อยากมีชีวิต|ไม่อยากอยู่แล้ว|กินยาเกิน|กินยาตาย|ขู่ฆ่า|จะฆ่า|ข่มขืน|อาหารเป็นพิษ|ท้องเสีย[^\n]{0,20}(?:หลายคน|ทั้ง(?:ห้อง|โรงเรียน))|ระเบิด(?!ปลา)|ถูกงู(?:เห่า)?กัด|โดนงูกัด|น้ำป่า|ดินถล่ม|ดินสไลด์"
    r"|(?:house|building|car|shop|it|something|there) (?:is|are|'s) (?:on fire|burning down)|on fire\b|gas leak|electrocut|electric shock|drown|collapsed? (?:on|building)|suicid|kill (?:me|myself|him|her|us)|unconscious|not breathing|bleeding\b|stabbed|being attacked|explosion|food poisoning|trapped (?:in|on|under)\b|live wire",
)
_NEVER_NOW = lazy.pattern(
    r"แจ้งตาย|มรณบัตร|ใบมรณะ|การตาย|พ่อเสียชีวิต|แม่เสียชีวิต|ผู้เสียชีวิต|เสียชีวิต(?:แล้ว|เมื่อ|ที่บ้าน|ด้วย|ลง|จาก|ไป|ใน)|เสียชีวิต(?=$|\s)|ค่าทำศพ|งานศพ|ประกันชีวิต|หนี้|ระเบิดเสียง|เสียงระเบิด|ปืนอัดลม"
)
"""A death that is reported to the registry, and other words that hold a sign without danger."""
_TRAPS = lazy.pattern(
    r"หม้อแปลง[^\n]{0,20}ระเบิด|ดับเพลิง|ถังดับเพลิง|อบรม[^\n]{0,30}(?:ไฟไหม้|เพลิง|จมน้ำ|ปฐมพยาบาล)|ซ้อม(?:หนีไฟ|ดับเพลิง|แผน)|ป้องกัน[^\n]{0,20}(?:ไฟไหม้|จมน้ำ|อัคคีภัย)|ประกัน(?:อัคคีภัย|ชีวิต|ภัย)|บ้านที่ถูกไฟไหม้|ช่วยเหลือ[^\n]{0,20}(?:ไฟไหม้|ผู้ประสบ)|ไฟไหม้(?:ไป)?แล้ว|หลังไฟไหม้|ถูกไฟไหม้(?:หมด|เสียหาย)"
)
"""Where a sign is the name of something else, or long over."""
_HEDGES = lazy.pattern(
    r"กลัว|เกรง|อาจ|เสี่ยง|ถ้า|หาก|โอกาส|เคย|เกือบ|กังวล|เดี๋ยว|ก่อนที่|จะได้ไม่|ไม่ให้|ป้องกัน|ปีที่แล้ว|ปีก่อน|เดือนที่แล้ว|เดือนก่อน|สักวัน|ในอนาคต|หวาดเสียว|กันไว้"
    r"|\b(?:might|may|could|afraid|fear|worried|risk|if|almost|nearly|last (?:year|month|week)|before (?:someone|somebody))\b"
)
_NEAR = 40
"""So many characters on either side of a sign belong to it."""

_HASTE = any_of(
    r"ด่วน|เร่งด่วน|ฉุกเฉิน|โดยเร็ว|เร็วที่สุด|เดี๋ยวนี้|วันนี้เลย|urgent|asap\b|as soon as possible|immediately|emergency\b"
)
_NO_HASTE = lazy.pattern(
    r"ชั่วโมง(?:เร่ง)?ด่วน|เวลาเร่งด่วน|ช่วง(?:เวลา)?เร่งด่วน|ทาง(?:พิเศษ)?ด่วน|ทางด่วน|รถด่วน|ด่วนพิเศษ|สายด่วน|ขนส่งด่วน|ส่งด่วน|จานด่วน|เงินด่วน|สินเชื่อด่วน|กู้ด่วน|ไม่ด่วน|ไม่เร่งด่วน|ไม่รีบ|ไฟฉุกเฉิน"
    r"|ทางออกฉุกเฉิน|ห้องฉุกเฉิน|การแพทย์ฉุกเฉิน|แพทย์ฉุกเฉิน|รถฉุกเฉิน|ด่วนได้|ขบวนด่วน|พ\.?ร\.?ก\.?\s?ฉุกเฉิน|สถานการณ์ฉุกเฉิน|เบอร์ฉุกเฉิน|จอดฉุกเฉิน|ภาวะฉุกเฉิน|not urgent|emergency (?:exit|room|number|contact)"
)


def find_alarm(said: str) -> tuple[Reason, ...]:
    """What makes a message one to look at first. Normalised text in lower case; the gravest first, at most one of each."""
    said = said[:REACH]
    return (*_danger(said), *_haste(said))


def _danger(said: str) -> tuple[Reason, ...]:
    if not _DANGER.search(said):
        return ()
    hedged = ""
    clear = _TRAPS.sub(_masked, said)
    for match in _DANGER.finditer(clear):
        around = clear[max(0, match.start() - _NEAR) : match.end() + _NEAR]
        if _NEVER_NOW.search(around):
            continue
        if not _HEDGES.search(around):
            return (Reason("danger-to-life", match[0]),)
        hedged = hedged or match[0]
    return (Reason("danger-feared", hedged),) if hedged else ()


def _haste(said: str) -> tuple[Reason, ...]:
    if not _HASTE.search(said):
        return ()
    match = _HASTE.search(_NO_HASTE.sub(_masked, said))
    return (Reason("haste-claimed", match[0]),) if match else ()


def _masked(match: re.Match[str]) -> str:
    return " " * len(match[0])
