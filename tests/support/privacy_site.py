"""The desk of an office that issues licences, with the pages about personal data."""

from mailroom.paths import CONFIG
from mailroom.services.records.breaches import Breaches
from mailroom.services.records.office import PrivacyOffice
from mailroom.services.records.processing import Kept, ProcessingRecord
from mailroom.services.records.requests import DataRequests
from mailroom.services.wording import Wording
from mailroom.texts import load_texts
from mailroom.web.app import Addresses
from mailroom.web.privacy import desk_routes
from signing.render import TypstRenderer
from tests.support.licence_office import AGENCY, CATALOGUE
from tests.support.licensing_site import LicensingSite
from tests.support.texts import load_composer

CONTACT = "นางสาวปราณี รอบคอบ โทร. 0 2000 0001"


class PrivacySite(LicensingSite):
    """With its privacy office."""

    def private(self) -> Addresses:
        books, clock, texts = self.office.books, self.office.clock, load_texts(CONFIG)
        composer = load_composer(CONFIG)
        kept = Kept(
            channels=("email",),
            default_years=10,
            classes=(("การเงิน", 10), ("ประวัติ", None)),
            contact=CONTACT,
            purpose="",
            processors=("email",),
            sealed=True,
        )
        office = PrivacyOffice(
            books=books,
            clock=clock,
            agency=AGENCY,
            contact=CONTACT,
            texts=texts,
            requests=DataRequests(books=books, clock=clock, agency=AGENCY, composer=composer, contact=CONTACT),
            breaches=Breaches(books=books, clock=clock, agency=AGENCY, composer=composer, contact=CONTACT),
            processing=ProcessingRecord(
                books, agency=AGENCY, catalogue=CATALOGUE, wording=Wording(texts.tables), kept=kept
            ),
            renderer=lambda: TypstRenderer(CONFIG),
        )
        return desk_routes(office)
