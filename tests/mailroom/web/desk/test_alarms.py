"""Every page of the desk says what is wrong with the key that signs (R91)."""

from dataclasses import replace
from datetime import timedelta

from mailroom.domain.errors import TemporarySigningError
from tests.support.licensing_site import LicensingSite, Person

BANNER = "ลายมือชื่อดิจิทัลของหน่วยงาน"


async def test_the_banner_counts_the_last_days(house: LicensingSite, malee: Person) -> None:
    """Nothing while all is well; the days from the ninetieth on; at the queue it is not said twice."""
    assert BANNER not in (await malee.get("/")).text
    certificate = house.office.signer.certificate
    house.certificate = replace(certificate, not_after=house.office.clock.at + timedelta(days=29))
    for path in ("/", "/papers", "/desk/licences"):
        assert "จะสิ้นอายุในอีก 29 วัน" in (await malee.get(path)).text
    assert "โปรดแจ้งผู้ดูแลระบบ" not in (await malee.get("/")).text
    health = await malee.get("/health")
    assert (health.status_code, health.json()["problems"]) == (200, ["certificate-30"])
    house.certificate = replace(certificate, not_after=house.office.clock.at)
    assert "สิ้นอายุแล้ว จึงออกใบอนุญาตไม่ได้" in (await malee.get("/papers")).text
    assert (await malee.get("/health")).status_code == 503


async def test_the_banner_names_what_keeps_papers_from_being_signed(house: LicensingSite, malee: Person) -> None:
    """From the turn of release that failed until one that did not."""
    house.office.approved()
    house.office.signer.refusal = TemporarySigningError("<token> is not plugged in")
    house.release()
    assert "ยังลงลายมือชื่อไม่ได้: &lt;token&gt; is not plugged in" in (await malee.get("/papers")).text
    house.office.signer.refusal = None
    house.release()
    assert BANNER not in (await malee.get("/papers")).text
