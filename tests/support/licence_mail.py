"""A letter with a document, for tests of the e-mail channel."""

import hashlib
from datetime import UTC, datetime

from mailroom.domain.decision import Letter
from mailroom.domain.document import Enclosed
from mailroom.domain.outbox import OutboxItem

PDF = b"%PDF-1.7\r\n\n.\n..\r\n--=_9f86d081884c7d65\r\n" + bytes(range(256)) * 40
ENCLOSED = Enclosed(hashlib.sha256(PDF).hexdigest(), "licence-food-12-2569.pdf", "application/pdf")
ITEM = OutboxItem(
    id="9f86d081884c7d65",
    channel="email",
    letter=Letter.LICENCE,
    to="somchai@example.com",
    subject="ใบอนุญาต",
    text="เรียน\n",
    html="<p>เรียน</p>",
    created_at=datetime(2026, 3, 1, tzinfo=UTC),
    due_at=datetime(2026, 3, 1, tzinfo=UTC),
    enclosures=(ENCLOSED,),
)
