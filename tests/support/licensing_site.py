"""The pages for papers and licences over an office that issues them, with clerks, a head and messages of citizens."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from mailroom.domain.decision import Classification, Decision, Kind, Letter, Outcome, Reason
from mailroom.domain.message import Address, Message
from mailroom.domain.signature import CertificateFacts
from mailroom.services.signing_alarms import SigningAlarms
from mailroom.web.app import NO_ADDRESSES, Addresses
from mailroom.web.site import PaperOffice
from tests.support.licence_office import CATALOGUE, Office
from tests.support.web_site import Site

APPLICATION = """เรียน นายกเทศมนตรี

ข้าพเจ้า นางมาลี ศรีตัวอย่าง เลขประจำตัวประชาชน 1101700230708 ขออนุญาตจัดตั้งสถานที่จำหน่ายอาหาร
ชื่อร้าน ครัวแม่มาลี ตั้งอยู่เลขที่ 12 หมู่ 3 ตำบลตลาด อำเภอเมือง จังหวัดอ่างทอง
"""
ACCEPT = Decision(
    Outcome.ACCEPT, "policy", (Reason("service-words", "อาหาร"),), register=True, letter=Letter.ACKNOWLEDGEMENT
)


class LicensingSite:
    """`office` acts as services do, `site` is what a browser sees; `asked` counts the turns that were asked for.

    `certificate` is what is known of the one that signs.
    """

    def __init__(self, folder: Path, **more: Any) -> None:
        self.office = Office(folder, **more)
        self.asked = 0
        self.certificate: CertificateFacts | None = None
        self.site = Site(
            books=self.office.books,
            archive=self.office.archive,
            catalogue=CATALOGUE,
            clock=self.office.clock,
            papers=PaperOffice(house=self.office.house, release_soon=self._ask),
            alarms=SigningAlarms(
                certificate=lambda: self.certificate, turns=self.office.house.turns, clock=self.office.clock
            ),
            private=self.private(),
        )
        self.app, self.sign_in = self.site.app, self.site.sign_in

    def private(self) -> Addresses:
        """Addresses beside those of the desk."""
        return NO_ADDRESSES

    def _ask(self) -> None:
        self.asked += 1

    def receive(self, text: str = APPLICATION, *, kind: Kind = Kind.REQUEST, **more: Any) -> int:
        """An accepted message; its row."""
        message = Message(
            sender=more.pop("sender", Address("มาลี ศรีตัวอย่าง", "malee@citizen.example")),
            subject=more.pop("subject", "ขอใบอนุญาตร้านอาหาร"),
            text=text,
            message_id="<b2@citizen.example>",
        )
        kind_of = more.pop("classification", Classification(kind, "food-shop"))
        return self.site.receive(message, classification=kind_of, **{"decision": ACCEPT} | more)

    def release(self) -> None:
        """One turn of the daemon."""
        self.office.house.turns.run()

    def close(self) -> None:
        self.office.close()


class Person:
    """Somebody signed in, over plain HTTP."""

    def __init__(self, client: httpx.AsyncClient, csrf: str) -> None:
        self.client, self.csrf = client, csrf

    @classmethod
    async def enter(cls, house: LicensingSite, client: httpx.AsyncClient, username: str) -> "Person":
        answer = await client.post("/login/link", data={"token": house.sign_in.new_link(username)})
        assert answer.status_code == 303
        home = await client.get("/papers")
        token = re.search(r'name="csrf" value="([^"]+)"', home.text)
        assert token
        return cls(client, token[1])

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def post(self, path: str, **form: str) -> httpx.Response:
        return await self.client.post(path, data={"csrf": self.csrf} | form)

    async def upload(self, path: str, content: bytes, **form: str) -> httpx.Response:
        return await self.client.post(path, data={"csrf": self.csrf} | form, files={"file": ("เดิม.xlsx", content)})

    async def form(self, path: str) -> dict[str, str]:
        """Every field of the page with what stands in it."""
        text = (await self.get(path)).text
        tags = (dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in re.findall(r"<input [^>]*>", text))
        fields = {tag["name"]: unescape(tag.get("value", "")) for tag in tags if tag.get("type") != "checkbox"}
        areas = re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>([^<]*)<', text)
        return fields | {name: unescape(value) for name, value in areas}


def visitor(house: LicensingSite) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(house.app), base_url="http://127.0.0.1:8080")


def alerts(answer: httpx.Response) -> list[str]:
    """What the page says went wrong, or was done."""
    found = re.findall(r'role="(?:alert|status)">(.*?)</p>', answer.text, re.S)
    return [unescape(re.sub(r"<[^>]*>", "", one)).strip() for one in found]
