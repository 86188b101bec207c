"""The data set in a CKAN catalogue: listed once, then kept current."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mailroom.ckan import CkanSite
from mailroom.domain.errors import ChannelSetupError, PermanentChannelError, TemporaryChannelError
from mailroom.services.catalogue_push import CataloguePush, PushReport
from mailroom.services.open_data import DataFormat
from mailroom.testing import MemoryBooks
from tests.support.ckan_end import KEY, CkanEnd
from tests.support.public_pages import PublicHall, add_licence


@pytest.fixture
def ckan() -> Iterator[CkanEnd]:
    with CkanEnd() as end:
        yield end


@pytest.fixture
def hall(tmp_path: Path) -> PublicHall:
    hall = PublicHall(MemoryBooks(), tmp_path)
    add_licence(hall.books, 1)
    return hall


def push(hall: PublicHall, end: CkanEnd, *, key: str = KEY, organisation: str = "klong-new") -> PushReport:
    with closing(CkanSite(end.url + "/", key)) as portal:
        return CataloguePush(hall.publication, files=hall.files, portal=portal, organisation=organisation).push()


def test_the_first_push_lists_the_data_set_with_its_files(hall: PublicHall, ckan: CkanEnd) -> None:
    """Title, organisation, the fields of GD Catalog, and four files byte for byte."""
    assert push(hall, ckan) == PushReport(created=True, uploaded=4, unchanged=0)
    [package] = ckan.packages.values()
    assert package["name"] == "klong-licences"
    assert package["title"] == "ฐานข้อมูลใบอนุญาตขององค์การบริหารส่วนตำบลคลองใหม่"
    assert package["data_category"] == "ข้อมูลสาธารณะ"
    assert package["geo_coverage"].endswith("คลองใหม่")
    assert [one["name"] for one in package["resources"]] == [f"licences.{form}" for form in DataFormat]
    for resource, form in zip(package["resources"], DataFormat, strict=True):
        assert ckan.files[resource["id"]] == hall.files.file(form)[0].read_bytes()
        assert resource["format"] == form.upper()


def test_the_second_push_changes_nothing(hall: PublicHall, ckan: CkanEnd) -> None:
    """No second data set, no second resource, no second upload."""
    push(hall, ckan)
    ckan.calls.clear()
    assert push(hall, ckan) == PushReport(created=False, uploaded=0, unchanged=4)
    assert ckan.calls == ["package_show", "package_patch"]
    assert len(ckan.packages) == 1


def test_a_change_updates_the_same_resources(hall: PublicHall, ckan: CkanEnd) -> None:
    """What people wrote into the entry by hand stays."""
    push(hall, ckan)
    package = ckan.packages["klong-licences"]
    package["groups"] = [{"name": "economy"}]
    ids = [one["id"] for one in package["resources"]]
    add_licence(hall.books, 2)
    hall.clock.advance(minutes=1)
    assert push(hall, ckan) == PushReport(created=False, uploaded=4, unchanged=0)
    assert [one["id"] for one in package["resources"]] == ids
    assert "2/2569" in ckan.files[ids[0]].decode()
    assert package["groups"] == [{"name": "economy"}]


def test_a_push_that_broke_off_is_completed(hall: PublicHall, ckan: CkanEnd) -> None:
    """After a failure half way the next push uploads what is missing, and no data set twice."""
    with closing(CkanSite(ckan.url, KEY)) as portal:

        class Breaking:
            """The portal, whose third upload fails."""

            left = 2
            ask, close = portal.ask, portal.close

            def upload(self, action: str, facts: dict[str, str], file: Path, *, name: str, media_type: str) -> None:
                if not self.left:
                    raise TemporaryChannelError("gone")
                self.left -= 1
                portal.upload(action, facts, file, name=name, media_type=media_type)

        with pytest.raises(TemporaryChannelError):
            CataloguePush(hall.publication, files=hall.files, portal=Breaking(), organisation="klong-new").push()
    assert push(hall, ckan) == PushReport(created=False, uploaded=2, unchanged=2)


def test_a_wrong_key_or_organisation_is_named(hall: PublicHall, ckan: CkanEnd) -> None:
    """Each refusal says what to mend, and never repeats the key."""
    with pytest.raises(ChannelSetupError, match="check ckan_key") as refused:
        push(hall, ckan, key="wrong-key")
    assert "wrong-key" not in str(refused.value)
    with pytest.raises(PermanentChannelError, match="Organization does not exist"):
        push(hall, ckan, organisation="nobody")


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (503, b"down", TemporaryChannelError),
        (429, b"", TemporaryChannelError),
        (500, b"{}", TemporaryChannelError),
        (302, b"", ChannelSetupError),
        (200, b"<html>welcome</html>", ChannelSetupError),
        (200, b"[]", ChannelSetupError),
        (400, b'"Bad request"', ChannelSetupError),
        (409, b'{"success": false, "error": {"name": ["taken"]}}', PermanentChannelError),
    ],
)
def test_every_failure_says_whose_turn_it_is(
    hall: PublicHall, ckan: CkanEnd, status: int, body: bytes, error: type[Exception]
) -> None:
    ckan.failures.append((status, body))
    with pytest.raises(error):
        push(hall, ckan)
    assert ckan.calls == ["package_show"]


def test_a_site_that_does_not_answer_is_tried_later(hall: PublicHall) -> None:
    with CkanEnd() as gone:
        pass
    with pytest.raises(TemporaryChannelError, match="no answer"):
        push(hall, gone)


def test_the_key_is_never_sent_in_the_clear() -> None:
    with pytest.raises(ChannelSetupError, match="https"):
        CkanSite("http://catalogue.example", KEY)
