"""The shipped catalogue of services and the directory of agencies are complete and consistent."""

from operator import attrgetter

import pytest

from mailroom.domain.record import History
from mailroom.domain.service import OtherAgency, Service
from mailroom.stages.classify import classify
from mailroom.stages.local_authorities import is_local
from tests.support.stage_values import AGENCY, catalogue, message


@pytest.mark.parametrize("service", catalogue().services, ids=attrgetter("key"))
def test_every_service_is_complete(service: Service) -> None:
    """Names in both languages, law, unit, documents, and the citizens' own words in Thai and English."""
    assert service.name
    assert service.name_en
    assert service.law
    assert service.unit
    assert service.days > 0
    assert service.documents
    assert len([word for word in service.words if not word.isascii()]) >= 6
    assert len([word for word in service.words if word.isascii()]) >= 3


@pytest.mark.parametrize("service", catalogue().services, ids=attrgetter("key"))
def test_every_service_is_found_by_its_own_name(service: Service) -> None:
    """A message that names a service, in Thai or in English, is for that service."""
    for subject, text in ((f"ขอ{service.name}", "ตามเอกสารแนบ"), (service.name_en, "I would like to apply.")):
        found = classify(message(subject, text, "a.pdf"), History(), AGENCY, catalogue())
        assert found.service == service.key, found.reasons


@pytest.mark.parametrize("agency", catalogue().agencies, ids=attrgetter("name"))
def test_every_agency_can_be_named_in_a_notice(agency: OtherAgency) -> None:
    """A channel is known (R19), or it is the nearest of its kind, for a clerk to name; and words by which citizens mean it."""
    assert agency.reachable or agency.name.endswith("ในพื้นที่")
    assert agency.words or is_local(agency.name)


def test_the_catalogue_is_large_enough() -> None:
    """At least fourteen services and fifteen agencies are described."""
    assert len(catalogue().services) >= 14
    assert len(catalogue().agencies) >= 15


def test_no_checklist_asks_for_what_the_law_forbids() -> None:
    """No certified copies, no copies of identity cards (R5, R11)."""
    for service in catalogue().services:
        for document in service.documents:
            assert "รับรองสำเนา" not in document.name
            assert "บัตรประจำตัวประชาชน" not in document.name
