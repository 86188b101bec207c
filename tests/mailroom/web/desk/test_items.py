"""The desk's page on which items of licences are published (R107)."""

import re

from tests.support.licensing_site import LicensingSite, Person, alerts

FORM = {"service": "food-shop", "item": "holder_id", "public": "yes", "reason": "มติ 3/2569", "seen": "False."}


async def test_everyone_at_the_desk_sees_what_holds(house: LicensingSite, malee: Person) -> None:
    """Every type with its items, reason and default; only an approver finds a form, and the list leads there."""
    page = await malee.get("/desk/items")
    assert "/desk/items" in (await malee.get("/desk/licences")).text
    assert "ข้อมูลส่วนบุคคล: เลขประจำตัว" in page.text
    assert "จำนวนที่นั่ง" in page.text
    assert 'action="/desk/items"' not in page.text
    assert "ไม่มีอำนาจอนุมัติ" in alerts(await malee.post("/desk/items", **FORM))[0]


async def test_the_approver_decides_and_it_holds_at_once(house: LicensingSite, head: Person) -> None:
    """The page then names reason and person; a form drawn before that is refused."""
    licence = house.office.issued()
    done = await head.post("/desk/items", **FORM)
    assert done.headers["location"] == "/desk/items?done=decide&service=food-shop#food-shop.holder_id"
    page = (await head.get(done.headers["location"])).text
    row = re.search(r'<li id="food-shop.holder_id">(.*?)</li>', page, re.S)
    assert row
    assert "มติ 3/2569" in row[1]
    assert "นายสมศักดิ์ รุ่งเรือง" in row[1]
    assert "ไม่เผยแพร่</span>" not in row[1]
    assert "holder_id" not in house.office.house.fields.masked("food-shop")
    shown = (await head.get(f"/desk/licences/{licence.id}")).text
    assert shown.count('<small class="not-public">ไม่เผยแพร่</small></dt>') == 1
    late = await head.post("/desk/items", **FORM)
    assert late.status_code == 409


async def test_a_refused_decision_keeps_what_was_typed(house: LicensingSite, head: Person) -> None:
    """Without a reason, of an unknown item, or with no choice at all."""
    answer = await head.post("/desk/items", **FORM | {"reason": " "})
    assert alerts(answer) == ["โปรดระบุเหตุผล"]
    assert 'value="yes" required checked' in answer.text
    assert "ไม่มีรายการ wings" in alerts(await head.post("/desk/items", **FORM | {"item": "wings"}))[0]
    assert (await head.post("/desk/items", **FORM | {"service": "none"})).status_code == 409
    assert (await head.post("/desk/items", **FORM | {"public": ""})).status_code == 400
    assert house.office.house.fields.masked("food-shop") == {"holder_id", "fee", "receipt"}
