"""The desk of an office that issues licences, with the pages about how long cases are kept."""

from mailroom.bootstrap.retention import FOLDER, profile
from mailroom.paths import CONFIG
from mailroom.services.records.retention import Retention
from mailroom.services.records.retention_office import RetentionOffice
from mailroom.services.records.transfer import Transfers
from mailroom.texts import load_texts
from mailroom.web.app import Addresses
from mailroom.web.retention import desk_routes
from signing.render import TypstRenderer
from tests.support.licence_office import AGENCY
from tests.support.licensing_site import LicensingSite
from tests.support.retention_office import SCHEDULE


class RetentionSite(LicensingSite):
    """With what keeps its records."""

    def private(self) -> Addresses:
        books, clock = self.office.books, self.office.clock
        transfers = Transfers(
            books=books, archive=self.office.archive, clock=clock, agency=AGENCY, profile=profile(FOLDER)
        )
        return desk_routes(
            RetentionOffice(
                books=books,
                clock=clock,
                agency=AGENCY,
                texts=load_texts(CONFIG),
                retention=Retention(books=books, clock=clock, schedule=SCHEDULE),
                transfers=transfers,
                renderer=lambda: TypstRenderer(CONFIG),
            )
        )
